// Routes of document 000: a runtime of one agent and its sessions. They are sessions like all others, of
// `assistant` or the first object there is.
import { JameyError } from "../../../protocol/errors.ts";
import {
  createSessionRequest,
  createSessionResponse,
  sendMessageResponse,
  sessionMessageRequest,
  sessionRequest,
  sessionStateResponse,
  toolExecutionRequest,
  toolExecutionResponse,
  toolSpecs,
} from "../../../protocol/rest.ts";
import { flow, one, type Route } from "./route.ts";
import { turnDescription } from "./routes-environment.ts";
import { converse } from "./turns.ts";

const DEFAULT_OBJECT = "assistant";
const session_id = "0b6a8c1e-6a0e-4a57-9d0e-3f2f6a1f2c11";

export const agentRoutes: readonly Route[] = [
  flow("POST", "/sessions", {
    id: "beginSession",
    summary: "Begin a session; without a context it has an empty one.",
    status: 201,
    commands: ["ListPOs", "CreateSession"],
    asks: createSessionRequest,
    answers: createSessionResponse,
    async run(ask, { context, agent_mode, po_name }) {
      const chosen = po_name ?? defaultObject((await ask("ListPOs", {})).prompt_objects);
      const params = { po_name: chosen, agent_mode, context: context ?? {} };
      const { session } = await ask("CreateSession", params);
      return { session_id: session.session_id };
    },
    example: { body: { context: { topic: "tea" } }, reply: { session_id } },
  }),
  one("GET", "/sessions/{session_id}", "GetSession", {
    id: "getSessionState",
    asks: sessionRequest,
    answers: sessionStateResponse,
    to_reply: ({ session }) => ({
      session_id: session.session_id,
      conversation: session.conversation,
      state: session.session_state,
    }),
  }),
  flow("POST", "/sessions/{session_id}/messages", {
    id: "sendMessage",
    summary: "Say something and wait: the messages that the turn added, and the calls it made.",
    description: turnDescription,
    commands: ["GetSession", "SendMessage", "WaitForTurn"],
    asks: sessionMessageRequest,
    answers: sendMessageResponse,
    async run(ask, asked) {
      const { session_id } = asked;
      const before = await ask("GetSession", { session_id, messages: "none" });
      const { po_name } = before.session;
      const { run, message_id } = await converse(ask, { ...asked, po_name });
      const { session } = await ask("GetSession", { session_id: run.session_id });
      const messages = session.conversation.filter(
        (one) => one.turn_id === run.turn_id && one.message_id !== message_id,
      );
      return { messages, tool_calls: messages.flatMap((one) => one.tool_calls) };
    },
    example: { body: { message: "hello" } },
  }),
  flow("POST", "/sessions/{session_id}/tools", {
    id: "executeTool",
    summary: "Run one tool in the session's workspace.",
    description:
      "The tool runs at once, without a question: who may call this is the approval. A tool that fails " +
      "is a result with success false; one that there is not is 404. The result has the call's id, and " +
      "joins the conversation unless a turn runs in it when the tool is done.",
    commands: ["RunTool"],
    asks: toolExecutionRequest,
    answers: toolExecutionResponse,
    async run(ask, asked) {
      const { id, name, args } = asked.tool_call;
      const { result } = await ask("RunTool", { session_id: asked.session_id, name, args });
      return { result: { ...result, id: id ?? result.id } };
    },
    example: {
      body: { tool_call: { id: "call_1", name: "file_read", args: { path: "README.md" } } },
      reply: { result: { id: "call_1", name: "file_read", output: "# jamey", success: true } },
    },
  }),
  one("GET", "/tools", "ListTools", {
    id: "listToolSpecs",
    answers: toolSpecs,
    to_reply: ({ tools }) =>
      tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
  }),
];

function defaultObject(known: readonly { name: string }[]): string {
  const found = known.find((one) => one.name === DEFAULT_OBJECT) ?? known[0];
  if (found) return found.name;
  throw new JameyError("po_not_found", "This environment has no object yet (PO not found).");
}
