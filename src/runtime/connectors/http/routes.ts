// The table of routes: document 003's family under /api, document 000's under /sessions and /tools, and
// every command as `POST /api/call/<Command>` but those that need a connection which stays. Replies are a command's own but where a document fixes them.
import type { CommandName } from "../../../protocol/commands/index.ts";
import { commands } from "../../../protocol/commands/index.ts";
import { MCP_PATH, MCP_SOCKET_PATH } from "../../../protocol/mcp-places.ts";
import { type Method, one, type Route } from "./route.ts";
import { agentRoutes } from "./routes-agent.ts";
import { environmentRoutes } from "./routes-environment.ts";
import { sessionRoutes } from "./routes-session.ts";

export const CALL_PATH = "/api/call/";

/** Commands that mean something only over a connection that stays: a WebSocket. */
export const followingCommands: readonly CommandName[] = ["Subscribe", "Unsubscribe"];

// The table has one row for each name.
const commandNames = (Object.keys(commands) as CommandName[]).filter(
  (name) => !followingCommands.includes(name),
);

const callRoutes: Route[] = commandNames.map((command) => ({
  ...one("POST", `${CALL_PATH}${command}`, command, { id: command, sends: "call" }),
  tag: "call",
}));

export const routes: readonly Route[] = [
  ...environmentRoutes,
  ...sessionRoutes,
  ...agentRoutes,
  ...callRoutes,
];

/** What is no command: how it is answered lies in `door.ts`. */
export const otherPaths = {
  "/health": "health",
  "/openapi.json": "openapi",
  "/api/events": "events",
  "/ws": "socket",
  "/sessions/{session_id}/ws": "session_socket",
  "/metrics": "metrics",
  "/v1/models": "openai_models",
  "/v1/models/{model}": "openai_models",
  "/v1/chat/completions": "openai_chat",
  "/v1/responses": "openai_responses",
  [MCP_PATH]: "mcp",
  [MCP_SOCKET_PATH]: "mcp_socket",
} as const;
export type OtherKind = (typeof otherPaths)[keyof typeof otherPaths];

/** How a place that is no command is asked; of most there is only something to see. */
export const otherMethods = {
  mcp: ["GET", "POST", "DELETE"],
  openai_chat: ["POST"],
  openai_responses: ["POST"],
} as const satisfies Partial<Record<OtherKind, readonly Method[]>>;

export const methodsOf = (kind: OtherKind): readonly Method[] =>
  Object.hasOwn(otherMethods, kind)
    ? // Just looked.
      otherMethods[kind as keyof typeof otherMethods]
    : ["GET"];

/** What is answered before a key is asked for: who signs what it sends. How lies in `signed-hooks.ts`. */
export const signedPaths = { "/hooks/{hook_name}": "POST" } as const;

/** All that is no command, and how it is asked. */
export type OtherPath = keyof typeof otherPaths | keyof typeof signedPaths;
export type OtherMethod<Path extends OtherPath> = Path extends keyof typeof signedPaths
  ? (typeof signedPaths)[Path]
  : Path extends keyof typeof otherPaths
    ? (typeof otherPaths)[Path] extends keyof typeof otherMethods
      ? (typeof otherMethods)[(typeof otherPaths)[Path]][number]
      : "GET"
    : never;
