// Who may ask for what, written by hand: every place of every listener, and every command. A place or a command that is
// new stands nowhere here, and fails the tests that play this table until somebody has decided who may use it.
import { type Scope, widened } from "../../src/protocol/commands/command.ts";

/** What a request needs: nothing, a signature of its own, any key, a key with this scope, or the unix socket. */
export type Need = "nothing" | "signature" | "key" | Scope | "socket";

/** Commands, by whatever road they come. */
const commandTable: Record<"read" | "chat" | "admin" | "socket", readonly string[]> = {
  read: [
    "ExportSession",
    "GetPOVersion",
    "GetSession",
    "GetSessionAt",
    "GetSharedData",
    "GetStatus",
    "GetUsage",
    "GetWorkflow",
    "InspectPO",
    "ListConnectors",
    "ListModels",
    "ListOutcomes",
    "ListPOHistory",
    "ListPOs",
    "ListPendingRequests",
    "ListPlugins",
    "ListRules",
    "ListSchedules",
    "ListSessions",
    "ListTools",
    "ListWorkflows",
    "RecordTurn",
    "ReplaySession",
    "SearchSessions",
    "Subscribe",
    "Unsubscribe",
    "ValidateWorkflow",
    "WaitForTurn",
  ],
  chat: [
    "CallHook",
    "CancelTurn",
    "CreateSession",
    "DeleteSession",
    "ForkSession",
    "ImportSession",
    "RenameSession",
    "RespondToRequest",
    "ResumeQueue",
    "RunSchedule",
    "RunWorkflow",
    "SendMessage",
    "SwitchSession",
    "WithdrawMessage",
  ],
  admin: [
    "AddMcpServer",
    "ApprovePlugin",
    "CreateKey",
    "CreatePO",
    "DeletePO",
    "EditPO",
    "ListKeys",
    "PauseSchedule",
    "RemoveMcpServer",
    "RemoveRule",
    "RenamePO",
    "ResumeSchedule",
    "RevertPO",
    "RevokeKey",
    "RevokePlugin",
    "RunTool",
    "Shutdown",
    "SignInToMcpServer",
    "StopConnector",
  ],
  socket: ["StoreCredential"],
};

/** These mean something only over a connection that stays. */
const following = ["Subscribe", "Unsubscribe"];

const placeTable: Record<Need, readonly string[]> = {
  nothing: ["GET /health"],
  signature: ["POST /hooks/{hook_name}"],
  key: ["GET /openapi.json", "GET /ws", "GET /mcp", "POST /mcp", "DELETE /mcp", "GET /mcp/ws"],
  read: [
    "GET /api/pos",
    "GET /api/pos/{po_name}",
    "GET /api/pos/{po_name}/versions",
    "GET /api/pos/{po_name}/versions/{hash}",
    "GET /api/pos/{po_name}/history",
    "GET /api/requests",
    "GET /api/rules",
    "GET /api/schedules",
    "GET /api/tools",
    "GET /api/workflows",
    "POST /api/workflows/validate",
    "GET /api/workflows/{workflow}",
    "GET /api/models",
    "GET /api/usage",
    "GET /api/status",
    "GET /api/connectors",
    "GET /api/turns/{turn_id}",
    "GET /api/sessions",
    "GET /api/sessions/search",
    "GET /api/sessions/{session_id}",
    "GET /api/sessions/{session_id}/export",
    "GET /api/sessions/{session_id}/data",
    "GET /api/sessions/{session_id}/usage",
    "GET /api/sessions/{session_id}/messages",
    "GET /sessions/{session_id}",
    "GET /tools",
    "GET /api/events",
    "GET /sessions/{session_id}/ws",
    "GET /metrics",
    "GET /v1/models",
    "GET /v1/models/{model}",
  ],
  chat: [
    "POST /api/pos/{po_name}/message",
    "POST /api/requests/{request_id}/respond",
    "POST /api/schedules/{schedule_id}/run",
    "POST /api/hooks/{hook_name}",
    "POST /api/workflows/{workflow}/run",
    "POST /api/turns/{turn_id}/cancel",
    "POST /api/sessions",
    "POST /api/sessions/import",
    "PATCH /api/sessions/{session_id}",
    "DELETE /api/sessions/{session_id}",
    "POST /api/sessions/{session_id}/rename",
    "POST /api/sessions/{session_id}/fork",
    "POST /api/sessions/{session_id}/messages",
    "POST /api/sessions/{session_id}/queue/resume",
    "DELETE /api/sessions/{session_id}/queue/{message_id}",
    "POST /api/sessions/{session_id}/cancel",
    "POST /sessions",
    "POST /sessions/{session_id}/messages",
    "POST /v1/chat/completions",
    "POST /v1/responses",
  ],
  admin: [
    "POST /api/pos",
    "PUT /api/pos/{po_name}",
    "DELETE /api/pos/{po_name}",
    "POST /api/pos/{po_name}/rename",
    "POST /api/pos/{po_name}/revert",
    "DELETE /api/rules/{rule_id}",
    "POST /api/schedules/{schedule_id}/pause",
    "POST /api/schedules/{schedule_id}/resume",
    "POST /api/tools/{name}/run",
    "DELETE /api/connectors/{connector_id}",
    "GET /api/keys",
    "POST /api/keys",
    "DELETE /api/keys/{key_id}",
    "POST /sessions/{session_id}/tools",
  ],
  socket: [],
};

export interface Place {
  method: string;
  /** With its fields in braces. */
  path: string;
  /** The same with a name in the place of each field. */
  target: string;
  need: Need;
}

/** `command` → what it needs. */
export const commandNeeds: ReadonlyMap<string, Need> = new Map(
  needsIn(commandTable).map(({ need, name }) => [name, need]),
);

export const places: readonly Place[] = [
  ...needsIn(placeTable).map(({ need, name }) => placeOf(name, need)),
  ...[...commandNeeds]
    .filter(([name]) => !following.includes(name))
    .map(([name, need]) => placeOf(`POST /api/call/${name}`, need)),
];

export const nameOf = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path}`;

/** Whether who has a key with these scopes may do it, over anything but the unix socket. */
export function mayDo(need: Need, scopes: readonly Scope[]): boolean {
  if (need === "socket" || need === "signature") return false;
  return need === "nothing" || need === "key" || widened(scopes).includes(need);
}

function needsIn<Row extends Need>(table: Record<Row, readonly string[]>) {
  // A record has no keys but those of its type where it is written as a literal.
  const rows = Object.entries(table) as [Row, readonly string[]][];
  return rows.flatMap(([need, names]) => names.map((name) => ({ need, name })));
}

function placeOf(name: string, need: Need): Place {
  const [method = "", path = ""] = name.split(" ");
  return { method, path, target: path.replaceAll(/\{\w+\}/g, "none-such"), need };
}
