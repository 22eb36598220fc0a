// `jamey man`: the manual on a terminal through man where there is one, as roff into a pipe.
import { VERSION } from "../../../protocol/version.ts";
import { type Context, printJson } from "../../context.ts";
import { withPager } from "../../output/pager.ts";
import { allPages } from "../help.ts";
import { type TopicHost, topics } from "../topics/index.ts";
import { manualPage } from "./page.ts";

export async function man(context: Context): Promise<number> {
  const roff = manualPage({ version: VERSION, topics: await loadTopics(context.host) });
  if (context.isJson) {
    await printJson(context, { name: "jamey", section: 1, version: VERSION, roff });
    return 0;
  }
  if (!context.out.isTerminal) await context.out.write(roff);
  else if (!(await showWithMan(context, roff))) {
    await withPager(context, await allPages(context));
  }
  return 0;
}

/** False where there is no man that takes a page from its stdin. */
async function showWithMan(context: Context, roff: string): Promise<boolean> {
  const program = Bun.which("man", { PATH: context.host.variables.PATH ?? "" });
  if (program === null || context.arguments.has("no-pager")) return false;
  const child = Bun.spawn([program, "-l", "-"], {
    stdin: new Blob([roff]),
    stdout: "inherit",
    stderr: "ignore",
    env: context.host.variables,
  });
  return (await child.exited) === 0;
}

const loadTopics = (host: TopicHost) =>
  Promise.all(
    Object.entries(topics).map(async ([name, topic]) => ({
      name,
      summary: topic.summary,
      sections: await topic.load(host),
    })),
  );
