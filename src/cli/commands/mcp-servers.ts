// `jamey mcp add|list|approve|remove`: MCP servers whose tools agents of the environment may use.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Plugin } from "../../protocol/plugins.ts";
import { oneLine, showHidden } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { withPager } from "../output/pager.ts";
import { isTerminal } from "../terminal.ts";
import { confirmed } from "./env.ts";
import { pageOf } from "./plugins.ts";

export const add = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const [plugin = "", ...command] = given.words;
    const endpoint = given.text("server-url") ?? null;
    if ((endpoint === null) === (command.length === 0)) {
      throw usageError(
        "Say how the server is reached: jamey mcp add NAME -- PROGRAM …, or --server-url URL.",
      );
    }
    const headers = Object.fromEntries(given.list("header").map(readHeader));
    await link.call("AddMcpServer", {
      ...{ plugin, endpoint, headers, env: [...given.list("pass-env")] },
      command: command.length === 0 ? null : command,
    });
    if (canAsk(context)) return await approveServer(context, link, plugin);
    const found = await findServer(link, plugin);
    if (context.isJson) await printJson(context, found);
    else
      await context.out.write(
        `Added ${plugin}. Nothing of it runs until: jamey mcp approve ${plugin}\n`,
      );
    return 0;
  });

export const approve = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [plugin = ""] = context.arguments.words;
    return await approveServer(context, link, plugin);
  });

export const login = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [plugin = ""] = context.arguments.words;
    const { url } = await link.call("SignInToMcpServer", { plugin });
    if (context.isJson) await printJson(context, { plugin, url });
    else if (url === null)
      await context.out.write(`${showHidden(plugin)} needs no signing in now.\n`);
    else {
      await context.err.write(
        `Open this page on the daemon's machine; the browser then comes back to jamey. After that: jamey mcp approve ${showHidden(plugin)}\n`,
      );
      await context.out.write(`${showHidden(url)}\n`);
    }
    return 0;
  });

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { plugins } = await link.call("ListPlugins", {});
    const servers = plugins.filter(({ mode }) => mode === "mcp");
    if (context.isJson) await printJson(context, { servers });
    else if (servers.length === 0)
      await context.note("No MCP servers: jamey mcp add NAME -- PROGRAM …");
    else {
      const rows = servers.map(({ name, state, tools, problem }) => [
        oneLine(name, 64),
        state,
        problem === null ? `${tools.length} tools` : oneLine(showHidden(problem), 200),
      ]);
      await withPager(context, columns(rows));
    }
    return 0;
  });

export const remove = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [plugin = ""] = context.arguments.words;
    await link.call("RemoveMcpServer", { plugin });
    if (context.isJson) await printJson(context, { plugin });
    else await context.out.write(`Removed ${showHidden(plugin)}.\n`);
    return 0;
  });

/** Somebody can say yes, or has. */
const canAsk = ({ arguments: given, isJson }: Context): boolean =>
  given.has("yes") || !(isJson || given.has("no-input") || !isTerminal(0));

/** First what is started, then, seen by starting it, what it offers: each is shown whole and asked for. */
const STEPS = 2;

async function approveServer(context: Context, link: Link, plugin: string): Promise<number> {
  let found = await findServer(link, plugin);
  for (let step = 0; step < STEPS && found.state !== "approved"; step += 1) {
    if (found.hash === null) throw new JameyError("config_invalid", `${plugin}: ${found.problem}`);
    if (!context.isJson) await context.err.write(pageOf(context.err.hasColour, found));
    const what = found.tools.length === 0 ? "start, to see its tools" : "be used with these tools";
    const question = `May '${plugin}' ${what}?`;
    const refusal = "jamey mcp approve asks first, and nobody can answer here: add --yes.";
    if (!(await confirmed(context, { question, refusal }))) return 1;
    await link.call("ApprovePlugin", { plugin, hash: found.hash });
    found = await findServer(link, plugin);
  }
  if (context.isJson) await printJson(context, found);
  else await context.out.write(`${plugin}: ${found.state}, ${found.tools.length} tools.\n`);
  return found.state === "approved" ? 0 : 1;
}

async function findServer(link: Link, name: string): Promise<Plugin> {
  const { plugins } = await link.call("ListPlugins", {});
  const found = plugins.find((one) => one.name === name && one.mode !== "once");
  if (found) return found;
  throw new JameyError(
    "not_found",
    `There is no MCP server '${showHidden(name)}': jamey mcp list.`,
  );
}

function readHeader(text: string): [string, string] {
  const at = text.indexOf(":");
  if (at < 1) throw usageError(`--header ${oneLine(text, 40)}: write 'Name: value'.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
