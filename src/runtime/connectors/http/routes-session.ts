// Routes of document 003 over sessions.
import { JameyError } from "../../../protocol/errors.ts";
import {
  cancelRequest,
  importRequest,
  messageList,
  objectMessage,
  sessionMessageRequest,
  sessionRequest,
} from "../../../protocol/rest.ts";
import { flow, one, type Route } from "./route.ts";
import { turnDescription } from "./routes-environment.ts";
import { converse } from "./turns.ts";

const PLACE = "/api/sessions/{session_id}";

// `search` and `import` are no ids: one has eight characters at least.
export const sessionRoutes: readonly Route[] = [
  one("GET", "/api/sessions", "ListSessions", { id: "listSessions" }),
  one("POST", "/api/sessions", "CreateSession", {
    id: "createSession",
    status: 201,
    example: { body: { po_name: "assistant", name: "Release notes" } },
  }),
  one("GET", "/api/sessions/search", "SearchSessions", { id: "searchSessions" }),
  one("POST", "/api/sessions/import", "ImportSession", {
    id: "importSession",
    status: 201,
    description: "The body is what the export of a session sent.",
    asks: importRequest,
    query: ["po_name", "name"],
    to_params: ({ po_name, name, ...document }) => ({ document, po_name, name }),
  }),
  one("GET", PLACE, "GetSession", { id: "getSession" }),
  one("PATCH", PLACE, "RenameSession", {
    id: "renameSession",
    example: { body: { name: "Release notes" }, reply: {} },
  }),
  one("DELETE", PLACE, "DeleteSession", { id: "deleteSession", example: { reply: {} } }),
  one("POST", `${PLACE}/rename`, "RenameSession", {
    id: "renameSessionByPost",
    summary: "The same as PATCH on the session, for clients that only post.",
  }),
  one("POST", `${PLACE}/fork`, "ForkSession", { id: "forkSession", status: 201 }),
  one("GET", `${PLACE}/export`, "ExportSession", {
    id: "exportSession",
    sends: "text",
    description: "The document itself: JSON that the import takes, or Markdown.",
  }),
  one("GET", `${PLACE}/data`, "GetSharedData", { id: "getSharedData" }),
  one("GET", `${PLACE}/usage`, "GetUsage", { id: "getSessionUsage" }),
  one("GET", `${PLACE}/messages`, "GetSession", {
    id: "listMessages",
    summary: "The messages of a session.",
    asks: sessionRequest,
    answers: messageList,
    to_reply: ({ session }) => ({
      session_id: session.session_id,
      messages: session.conversation,
    }),
  }),
  flow("POST", `${PLACE}/messages`, {
    id: "messageSession",
    summary: "Say something in a session and wait for the answer.",
    description: turnDescription,
    commands: ["GetSession", "SendMessage", "WaitForTurn"],
    asks: sessionMessageRequest,
    answers: objectMessage,
    async run(ask, asked) {
      const { session_id } = asked;
      const { session } = await ask("GetSession", { session_id, messages: "none" });
      const { run } = await converse(ask, { ...asked, po_name: session.po_name });
      return { po_name: run.po_name, response: run.response, session_id: run.session_id };
    },
    example: {
      body: { message: "Go on." },
      reply: { po_name: "assistant", response: "Gladly.", session_id: "a-session" },
    },
  }),
  one("POST", `${PLACE}/queue/resume`, "ResumeQueue", {
    id: "resumeQueue",
    example: { reply: {} },
  }),
  one("DELETE", `${PLACE}/queue/{message_id}`, "WithdrawMessage", {
    id: "withdrawMessage",
    example: { reply: {} },
  }),
  flow("POST", `${PLACE}/cancel`, {
    id: "cancelSession",
    summary: "Stop what a session is doing; queued messages wait until the next one is sent.",
    commands: ["GetSession", "CancelTurn"],
    asks: cancelRequest,
    answers: sessionRequest,
    async run(ask, { session_id, reason }) {
      const { session } = await ask("GetSession", { session_id, messages: "none" });
      const { turn_id } = session;
      if (turn_id === null) {
        throw new JameyError("turn_not_found", `The session ${session_id} is doing nothing now.`);
      }
      await ask("CancelTurn", { turn_id, reason });
      return { session_id };
    },
  }),
];
