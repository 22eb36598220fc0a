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
export const otherMethods: Partial<Record<OtherKind, readonly Method[]>> = {
  mcp: ["GET", "POST", "DELETE"],
  openai_chat: ["POST"],
  openai_responses: ["POST"],
};
