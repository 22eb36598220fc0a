// `jamey objects`: the prompt objects of the environment.
import type { Reply } from "../../protocol/commands/index.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../pager.ts";
import { oneLine, stripControl } from "../strip.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListPOs", {});
    if (context.isJson) {
      await printJson(context, found);
      return 0;
    }
    const rows = found.prompt_objects.map(({ name, state, description }) => [
      name,
      state,
      oneLine(description, 100),
    ]);
    if (rows.length > 0) await withPager(context, columns(rows));
    else await context.note("This environment has no object: put a markdown file into objects/.");
    for (const { problem } of found.problems) {
      await context.note(`jamey: warning: ${oneLine(problem, 1000)}`);
    }
    return 0;
  });

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("InspectPO", { po_name: context.arguments.words[0] ?? "" });
    if (context.isJson) await printJson(context, found);
    else await withPager(context, pageOf(found));
    return 0;
  });

function pageOf(found: Reply<"InspectPO">): string {
  const kinds = [
    ["tools", "tool"],
    ["objects", "object"],
    ["unknown", "unknown"],
  ] as const;
  const used = kinds.map(([title, kind]) => [
    title,
    found.capabilities
      .filter((one) => one.kind === kind)
      .map((one) => oneLine(one.name, 64))
      .join(", "),
  ]);
  const rows = [
    ["name", found.name],
    ["description", oneLine(found.description, 200)],
    ["state", found.state],
    ["model", found.model ?? "the default"],
    ["file", oneLine(found.file, 1000)],
    ["version", oneLine(found.version, 12)],
    ["parameters", found.parameters.map((name) => oneLine(name, 64)).join(", ")],
    ...used,
  ];
  const head = columns(rows.filter(([, value]) => value !== ""));
  return `${head}\n${stripControl(found.prompt).trimEnd()}\n`;
}
