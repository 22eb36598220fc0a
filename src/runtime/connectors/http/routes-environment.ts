// Routes of document 003 over prompt objects, requests, tools and the daemon.

import { JameyError } from "../../../protocol/errors.ts";
import {
  history,
  historyRequest,
  hookCall,
  objectMessage,
  objectMessageRequest,
  promptObjectList,
} from "../../../protocol/rest.ts";
import { flow, one, type Route } from "./route.ts";
import { converse } from "./turns.ts";

export const turnDescription =
  "Answers when the turn has ended. A turn without an answer is an error of its own code: what the " +
  "model's vendor did is 502 or 504; a limit that was reached, a cancelled turn, or calls that were " +
  "denied are 409. `details` then holds session_id, turn_id, status (failed, blocked, limit, " +
  "interrupted) and what there is of a response. The message is kept in every case. Calls that need a human's " +
  'approval are denied, as in any script; with `"settings": {"on_ask": "queue"}` the turn waits for the human, ' +
  "and this request with it. A client that goes away does not stop the turn: cancel it, or ask for its end " +
  "with /api/turns/{turn_id}. `Idempotency-Key`, or message_key, makes a repeated request the same message.";

export const environmentRoutes: readonly Route[] = [
  one("GET", "/api/pos", "ListPOs", {
    id: "listPromptObjects",
    answers: promptObjectList,
    to_reply: ({ prompt_objects }) => ({ prompt_objects }),
    example: {
      reply: {
        prompt_objects: [{ name: "assistant", description: "A careful helper", state: "idle" }],
      },
    },
  }),
  one("POST", "/api/pos", "CreatePO", {
    id: "createPromptObject",
    status: 201,
    example: { body: { text: "---\nname: critic\n---\nYou find what is wrong.\n" } },
  }),
  one("GET", "/api/pos/{po_name}", "InspectPO", { id: "getPromptObject" }),
  one("PUT", "/api/pos/{po_name}", "EditPO", {
    id: "editPromptObject",
    example: { body: { text: "---\nname: critic\n---\nYou find what is good.\n" } },
  }),
  one("DELETE", "/api/pos/{po_name}", "DeletePO", { id: "deletePromptObject" }),
  one("POST", "/api/pos/{po_name}/rename", "RenamePO", {
    id: "renamePromptObject",
    example: { body: { new_name: "reviewer" } },
  }),
  one("GET", "/api/pos/{po_name}/versions", "ListPOHistory", { id: "listPromptObjectVersions" }),
  one("GET", "/api/pos/{po_name}/versions/{hash}", "GetPOVersion", {
    id: "getPromptObjectVersion",
  }),
  one("POST", "/api/pos/{po_name}/revert", "RevertPO", {
    id: "revertPromptObject",
    example: { body: { hash: "94f34fbe3838" } },
  }),
  flow("POST", "/api/pos/{po_name}/message", {
    id: "messagePromptObject",
    summary: "Say something to an object and wait for its answer.",
    description: turnDescription,
    commands: ["SendMessage", "WaitForTurn"],
    asks: objectMessageRequest,
    answers: objectMessage,
    async run(ask, asked) {
      const { run } = await converse(ask, asked);
      return { po_name: run.po_name, response: run.response, session_id: run.session_id };
    },
    example: {
      body: { message: "What can you do?" },
      reply: { po_name: "assistant", response: "I can read files.", session_id: "a-session" },
    },
  }),
  flow("GET", "/api/pos/{po_name}/history", {
    id: "getPromptObjectHistory",
    summary: "The messages of one session with an object; of its newest one unless it is named.",
    commands: ["InspectPO", "ListSessions", "GetSession"],
    asks: historyRequest,
    answers: history,
    async run(ask, { po_name, session_id }) {
      const found = await ask("InspectPO", { po_name });
      const newest = async () =>
        (await ask("ListSessions", { po_name: found.name, limit: 1 })).sessions[0]?.session_id;
      const wanted = session_id ?? (await newest());
      if (wanted === undefined) return { po_name: found.name, session_id: null, messages: [] };
      const { session } = await ask("GetSession", { session_id: wanted });
      if (session.po_name !== found.name) {
        const message = `The session ${wanted} belongs to '${session.po_name}', not '${found.name}'.`;
        throw new JameyError("session_mismatch", message);
      }
      return { po_name: found.name, session_id: wanted, messages: session.conversation };
    },
  }),
  one("GET", "/api/requests", "ListPendingRequests", { id: "listRequests" }),
  one("POST", "/api/requests/{request_id}/respond", "RespondToRequest", {
    id: "respondToRequest",
    example: { body: { response: { type: "answer", text: "Yes." } }, reply: {} },
  }),
  one("GET", "/api/rules", "ListRules", { id: "listRules" }),
  one("DELETE", "/api/rules/{rule_id}", "RemoveRule", { id: "removeRule" }),
  one("GET", "/api/schedules", "ListSchedules", { id: "listSchedules" }),
  one("POST", "/api/schedules/{schedule_id}/pause", "PauseSchedule", { id: "pauseSchedule" }),
  one("POST", "/api/schedules/{schedule_id}/resume", "ResumeSchedule", { id: "resumeSchedule" }),
  one("POST", "/api/schedules/{schedule_id}/run", "RunSchedule", { id: "runSchedule" }),
  one("POST", "/api/hooks/{hook_name}", "CallHook", {
    id: "callHook",
    description:
      "Whatever fields the body has reach the object as JSON, said to be data from outside. 429 where it " +
      "wakes nobody now.",
    asks: hookCall,
    to_params: ({ hook_name, ...fields }) => ({
      hook_name,
      body: Object.keys(fields).length === 0 ? "" : JSON.stringify(fields, null, 2),
    }),
    example: { body: { event: "push" } },
  }),
  one("GET", "/api/tools", "ListTools", { id: "listTools" }),
  one("POST", "/api/tools/{name}/run", "RunTool", {
    id: "runTool",
    example: { body: { args: { path: "README.md" } } },
  }),
  one("GET", "/api/workflows", "ListWorkflows", { id: "listWorkflows" }),
  one("POST", "/api/workflows/validate", "ValidateWorkflow", {
    id: "validateWorkflow",
    example: { body: { text: "nodes: [{id: only, object: assistant}]" } },
  }),
  one("GET", "/api/workflows/{workflow}", "GetWorkflow", { id: "getWorkflow" }),
  one("POST", "/api/workflows/{workflow}/run", "RunWorkflow", {
    id: "runWorkflow",
    description: "Answers at once: GET /api/turns/{turn_id} waits for the run.",
    example: { body: { message: "The new parser" } },
  }),
  one("GET", "/api/models", "ListModels", { id: "listModels" }),
  one("GET", "/api/usage", "GetUsage", { id: "getUsage" }),
  one("GET", "/api/status", "GetStatus", { id: "getStatus" }),
  one("GET", "/api/connectors", "ListConnectors", { id: "listConnectors" }),
  one("DELETE", "/api/connectors/{connector_id}", "StopConnector", { id: "stopConnector" }),
  one("GET", "/api/keys", "ListKeys", { id: "listKeys" }),
  one("POST", "/api/keys", "CreateKey", { id: "createKey", status: 201 }),
  one("DELETE", "/api/keys/{key_id}", "RevokeKey", { id: "revokeKey" }),
  one("GET", "/api/turns/{turn_id}", "WaitForTurn", {
    id: "waitForTurn",
    description: "How the turn ended is in the reply; also a turn that failed answers with 200.",
  }),
  one("POST", "/api/turns/{turn_id}/cancel", "CancelTurn", { id: "cancelTurn" }),
];
