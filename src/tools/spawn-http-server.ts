// The tools with which an object opens interfaces of its own, sees them and closes them. On this machine it may do so
// because a human let it declare the tool; what the network could reach, or an ordinary user could not open, a human
// allows each time.
import { z } from "zod";
import type { Tool, ToolContext } from "../core/tool.ts";
import type { Attempt } from "../core/world.ts";
import { type ServerInfo, serverKind, serverRoutes } from "../protocol/spawned.ts";
import { defineTool } from "./define.ts";
import { resultOf, within } from "./environment.ts";
import type { OutputLimits } from "./output.ts";

const LOOPBACK = "127.0.0.1";
const FIRST_ORDINARY_PORT = 1024;
/** Answered where an object names no routes. */
const DEFAULT_ROUTES = {
  "GET /": "info",
  "POST /message": "receive_message",
  "GET /history": "get_history",
};

const port = z.number().int().min(1).max(65_535).describe("Where it listens.");
const routes = serverRoutes
  .optional()
  .describe(
    'METHOD /path to the name of an action, such as {"GET /": "home"}. A request becomes a message to you that names ' +
      "the action; your answer is the response body. Answered without you: info, get_history, and, as far as you " +
      "declare list_prompt_objects and query_sessions, environment_page, environment_status, environment_sessions. " +
      "Left out: GET / info, POST /message receive_message, GET /history get_history.",
  );
const host = z
  .union([z.ipv4(), z.ipv6(), z.literal("localhost")])
  .default(LOOPBACK)
  .describe("Left out, only this machine reaches it. Any other address needs a human's yes.");

type Asked = Pick<ServerInfo, "kind" | "host" | "port" | "routes">;

export function spawnHttpServerTool(limits?: OutputLimits): Tool {
  return spawnTool(
    {
      name: "spawn_http_server",
      description: "Spawn an HTTP server that routes requests to this PO",
      input: z.strictObject({ port, routes, host }),
      kindOf: () => "http",
    },
    limits,
  );
}

export function spawnConnectorTool(limits?: OutputLimits): Tool {
  return spawnTool(
    {
      name: "spawn_connector",
      description: "Spawn an interface of one of the known types that routes requests to this PO",
      input: z.strictObject({ type: serverKind.describe("What it speaks."), port, routes, host }),
      kindOf: ({ type }) => type ?? "http",
    },
    limits,
  );
}

interface Given {
  type?: ServerInfo["kind"] | undefined;
  port: number;
  host: string;
  routes?: Record<string, string> | undefined;
}

function spawnTool<Input extends z.ZodObject>(
  about: {
    name: string;
    description: string;
    input: Input;
    kindOf(given: Given): ServerInfo["kind"];
  },
  limits: OutputLimits | undefined,
): Tool {
  const { kindOf, ...words } = about;
  const read = (args: unknown): Asked => {
    // Both inputs above have the fields of Given, and zod has just checked them.
    const given = args as Given;
    return {
      kind: kindOf(given),
      port: given.port,
      host: given.host === "localhost" ? LOOPBACK : given.host,
      routes: given.routes ?? DEFAULT_ROUTES,
    };
  };
  return defineTool(
    {
      ...words,
      // A human who lets an object declare it has allowed just this; whatever is more, mustAsk sees.
      risk: "none",
      replay: "safe",
      subject: async (args) => await Promise.resolve(subjectOf(read(args))),
      mustAsk: async (args, context) => await Promise.resolve(isExposing(read(args), context)),
      run: async (args, context) =>
        await within(context, async ({ servers }) => {
          const asked = read(args);
          const opened = await servers.open(asked);
          if (!opened.ok) return resultOf(opened);
          const { kind, connector_id, url, page_url } = opened.value;
          const name = kind.toUpperCase();
          const lines = [
            `${name} server started on port ${asked.port}`,
            `${connector_id} ${url} (for pages with scripts: ${page_url})`,
          ];
          return { success: true, output: [...lines, ...routeLines(opened.value)].join("\n") };
        }),
    },
    limits,
  );
}

function subjectOf({ kind, host: where, port: which, routes: table }: Asked): Attempt<string> {
  const shown = Object.entries(table).map(([route, action]) => `${route} → ${action}`);
  const reach = isLoopback(where)
    ? "from this machine only"
    : "from the network, by whoever reaches this address, without a key";
  return { ok: true, value: `${kind} on ${where} port ${which}, ${reach}: ${shown.join(", ")}` };
}

const isExposing = ({ host: where, port: which }: Asked, { environment }: ToolContext): boolean =>
  !isLoopback(where) || which < FIRST_ORDINARY_PORT || environment?.isTrusted === false;

const isLoopback = (where: string): boolean => /^127\.|^::1$/.test(where);

const routeLines = ({ routes: table }: Pick<ServerInfo, "routes">): string[] =>
  Object.entries(table).map(([route, action]) => `  ${route} → ${action}`);

export function stopConnectorTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "stop_connector",
      description: "Lists the interfaces that you opened, or closes one of them for good.",
      input: z.strictObject({
        connector_id: z.string().max(128).optional().describe("Left out, they are listed."),
      }),
      risk: "none",
      replay: "safe",
      subject: async ({ connector_id }) =>
        await Promise.resolve({ ok: true, value: connector_id ?? "its own interfaces" }),
      run: async ({ connector_id }, context) =>
        await within(context, async ({ servers }) => {
          if (connector_id === undefined) {
            const lines = servers.list().flatMap((one) => [lineOf(one), ...routeLines(one)]);
            return { success: true, output: lines.join("\n") || "You opened none." };
          }
          const closed = await servers.close(connector_id);
          if (!closed.ok) return { success: false, output: closed.problem };
          return closed.value
            ? { success: true, output: `Closed ${connector_id}.` }
            : { success: false, output: `You opened no interface ${connector_id}.` };
        }),
    },
    limits,
  );
}

const lineOf = ({ connector_id, url, problem, requests, errors }: ServerInfo): string =>
  `${connector_id} ${url} ${problem ?? `${requests} requests, ${errors} errors`}`;
