// The tools of an MCP server, as it was approved: called at the server that runs, if that still offers them.
import type { Tool } from "../../core/tool.ts";
import type { Attempt, World } from "../../core/world.ts";
import { messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import type { Json, ToolSpec } from "../../protocol/messages.ts";
import type { RunContext, RunResult } from "../../tools/define.ts";
import type { Manifest } from "../../tools/external/manifest.ts";
import type { Supervised } from "../../tools/external/supervised.ts";
import { externalTool, type Standing } from "../../tools/external/tool.ts";
import { connectMcp, type HttpReach, type McpServer } from "../../tools/mcp/client.ts";
import { fillIn } from "../../tools/mcp/form.ts";
import { failureOf } from "../../tools/mcp/result.ts";
import type { Questions } from "../../tools/mcp/running-calls.ts";
import { requireSchema } from "../answers/schema.ts";
import type { Hosts } from "./hosts.ts";
import { isOpenlyPrivate } from "./openly-private.ts";
import { filledIn, problemsOf, riskOf, variablesOf } from "./program-tool.ts";
import { guardedHttp, type SignIns } from "./sign-ins.ts";

export interface ServerParts {
  manifest: Manifest;
  hosts: Hosts;
  /** For a server that is openly private. */
  http: World["http"];
  hash(text: string): string;
  variable(name: string): string | undefined;
  /** Where somebody signed in. */
  signIns: SignIns;
  /** For a server that is not openly private, and for addresses that one names while somebody signs in. */
  others: World["http"];
  /** Its tools, whenever it was asked for them. */
  seen(tools: ToolSpec[], program: string): void;
}

/** The running server of this version; it is started when it is asked for. */
export function serverOf(
  parts: ServerParts,
  { program, argv }: { program: string; argv: readonly [string, ...string[]] | null },
): Supervised<McpServer> {
  const { manifest, hosts, hash } = parts;
  const plugin = manifest.name;
  return hosts.of({ plugin, hash: program }, async () => {
    return await connectMcp({
      ...{ name: plugin, hash },
      reach: argv
        ? {
            type: "process",
            open: () => hosts.open({ plugin, argv, variables: variablesOf(parts) }),
          }
        : { type: "http", ...reachOf(parts), ...signInOf(parts) },
      listed: (tools) =>
        parts.seen(
          tools.map(({ spec }) => spec),
          program,
        ),
    });
  });
}

/** How a server is reached that has an address. */
export function reachOf(parts: ServerParts): Omit<HttpReach, "type"> {
  const { manifest, http, others } = parts;
  const url = manifest.endpoint ?? "";
  const variables = variablesOf(parts);
  const headers = Object.fromEntries(
    Object.entries(manifest.headers).map(([key, value]) => [key, filledIn(value, variables)]),
  );
  const own = isOpenlyPrivate(manifest) ? http : others;
  return { url, headers, http: guardedHttp(url, own, others) };
}

function signInOf({ manifest, signIns }: ServerParts): Pick<HttpReach, "sign_in"> {
  const sign_in = signIns.of(manifest);
  return sign_in ? { sign_in } : {};
}

export function mcpTool(
  parts: ServerParts & {
    spec: ToolSpec;
    /** All that was approved of the server. */
    pinned: readonly ToolSpec[];
    standing(
      call_id: string,
    ): Promise<Attempt<Standing & { argv: [string, ...string[]] | null; program: string }>>;
    approved(standing: Standing, call_id: string): Promise<void>;
  },
): Tool {
  const { manifest, spec, pinned } = parts;
  const { replay, timeout_ms, max_output_bytes } = manifest;
  const isChecked = isUsable(spec.parameters);
  return externalTool({
    spec,
    risk: riskOf(manifest),
    ...{ replay, timeout_ms, max_output_bytes },
    // A schema with words that are not known here is the server's own to check.
    problemsOf: (args) => (isChecked ? problemsOf(spec.parameters, args) : []),
    standing: parts.standing,
    approved: parts.approved,
    async run(args, context, standing) {
      const host = serverOf(parts, standing);
      return await call(host, { name: manifest.name, spec, pinned, args, context });
    },
  });
}

async function call(
  host: Supervised<McpServer>,
  asked: {
    name: string;
    spec: ToolSpec;
    pinned: readonly ToolSpec[];
    args: Json;
    context: RunContext;
  },
): Promise<RunResult> {
  const { name, spec, pinned, args, context } = asked;
  try {
    const server = await host.get(context.signal);
    const tools = await server.tools();
    const offered = tools.map((one) => one.spec);
    const own = tools.find((one) => one.spec.name === spec.name);
    if (!own || !Bun.deepEquals(offered, pinned)) {
      const output = `The tools of ${name} are not those that a human approved: jamey mcp approve ${name}`;
      return { success: false, output };
    }
    const { signal } = context;
    const given = isObject(args) ? args : {};
    const refused = new Set<string>();
    const questions = questionsOf({ name, tool: spec.name, refused }, context);
    const answer = await server.call(own.own_name, given, {
      signal,
      heard: async (text) => context.emit(text),
      ...(questions ? { questions } : {}),
    });
    host.proved();
    await context.write(answer.output);
    for (const why of refused) await context.write(`\n[not asked of the human: ${why}]`);
    return { success: answer.success };
  } catch (thrown) {
    return { success: false, output: `${name}: ${failureOf(thrown)}` };
  }
}

/** Sentences about questions that were refused, of one call. */
const MAX_REFUSED = 3;

/** What the server asks while it runs for this call goes to the human of the turn; undefined: there is none. */
function questionsOf(
  { name, tool, refused }: { name: string; tool: string; refused: Set<string> },
  context: RunContext,
): Questions | undefined {
  const { ask } = context;
  if (!ask) return undefined;
  return async (asked, { signal, isGuess }) => {
    const several = isGuess ? " Other calls run there too: it may be about one of them." : "";
    const who = `The MCP server '${name}' asks, while it runs ${tool}. ${GOES}${several}`;
    try {
      return await fillIn(asked, who, async (question, options) => {
        return await context.unhurried(ask({ program: name, question, options, signal }));
      });
    } catch (thrown) {
      // Whatever the server makes of it, the object hears why.
      if (refused.size < MAX_REFUSED) refused.add(messageOf(thrown));
      throw thrown;
    }
  };
}

const GOES =
  "What is answered goes to it and is kept in the session: tell it no passwords or keys.";

function isUsable(schema: ToolSpec["parameters"]): boolean {
  try {
    requireSchema(schema);
    return true;
  } catch {
    return false;
  }
}
