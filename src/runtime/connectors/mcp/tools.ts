// The table of MCP tools, under the names of the documents. What they take and say are the commands' own words
// but where `protocol/mcp.ts` says otherwise.
import type { Reply } from "../../../protocol/commands/index.ts";
import { fittingRequests } from "../../../protocol/commands/request.ts";
import { JameyError } from "../../../protocol/errors.ts";
import {
  conversation,
  conversationCall,
  done,
  respondAnswer,
  respondCall,
} from "../../../protocol/mcp.ts";
import {
  changes,
  destroys,
  flow,
  looks,
  MAX_RESULT_BYTES,
  one,
  type Said,
  type ToolRow,
  type Visit,
} from "./tool.ts";
import { turnTools } from "./turns.ts";

/** Of a result, around what it lists. */
const ENVELOPE_BYTES = 1024;

/** Made once for each door: how a schema looks as JSON is worked out once. */
export const createToolTable = (): readonly ToolRow[] => [
  one("list_prompt_objects", "ListPOs", { title: "List objects", annotations: looks }),
  one("inspect_po", "InspectPO", { title: "Inspect an object", annotations: looks }),
  ...turnTools,
  flow("get_conversation", {
    title: "Read a conversation",
    description: "The newest messages of a session, or of the newest session with an object.",
    annotations: looks,
    commands: ["InspectPO", "ListSessions", "GetSession"],
    asks: conversationCall,
    answers: conversation,
    run: async (visit, asked) => ({ answer: await readConversation(visit.ask, asked) }),
  }),
  one("list_sessions", "ListSessions", { title: "List sessions", annotations: looks }),
  one("search_sessions", "SearchSessions", { title: "Search messages", annotations: looks }),
  one("create_session", "CreateSession", { title: "Begin a session", annotations: changes }),
  one("rename_session", "RenameSession", {
    title: "Name a session",
    annotations: changes,
    answers: done,
    to_reply: () => ({ done: true }),
  }),
  one("delete_session", "DeleteSession", {
    title: "Delete a session",
    annotations: destroys,
    answers: done,
    to_reply: () => ({ done: true }),
  }),
  one("get_pending_requests", "ListPendingRequests", {
    title: "What waits for a human",
    annotations: looks,
    to_reply: shownRequests,
  }),
  flow("respond_to_request", {
    title: "Answer a request",
    description:
      "Hand on what the human said to a question (text), or their decision on a call that waits for approval. " +
      "Never answer for the human: an approval, and the answer to a program (asked_by), they give themselves, in a " +
      "form of the host. Secrets are not taken here.",
    annotations: changes,
    commands: ["ListPendingRequests", "RespondToRequest"],
    asks: respondCall,
    answers: respondAnswer,
    run: respond,
  }),
  one("list_tools", "ListTools", { title: "What agents can do", annotations: looks }),
  one("list_workflows", "ListWorkflows", { title: "List workflows", annotations: looks }),
  one("list_models", "ListModels", { title: "List models", annotations: looks }),
  one("get_usage", "GetUsage", { title: "Tokens and money", annotations: looks }),
  one("get_status", "GetStatus", { title: "The daemon", annotations: looks }),
];

/** As many as one answer to a host takes. */
export function shownRequests({ requests, left_off = 0 }: Reply<"ListPendingRequests">) {
  const found = fittingRequests(requests, MAX_RESULT_BYTES - ENVELOPE_BYTES);
  const missing = left_off + (found.left_off ?? 0);
  return { ...found, ...(missing > 0 ? { left_off: missing } : {}) };
}

/** Of the session that is named; else of the newest with this object. */
export async function readConversation(
  ask: Visit["ask"],
  {
    po_name,
    session_id,
    last,
  }: { po_name: string | null; session_id: string | null; last: number },
) {
  const name = po_name === null ? undefined : (await ask("InspectPO", { po_name })).name;
  if (name === undefined && session_id === null) {
    throw new JameyError("invalid_request", "get_conversation needs a session_id or a po_name.");
  }
  const newest = async () =>
    (await ask("ListSessions", { po_name: name ?? null, limit: 1 })).sessions[0]?.session_id;
  const wanted = session_id ?? (await newest());
  if (wanted === undefined) {
    const nothing = { session_id: null, state: null, message_count: 0, messages: [] };
    return { po_name: name ?? "", ...nothing };
  }
  const { session } = await ask("GetSession", { session_id: wanted });
  if (name !== undefined && session.po_name !== name) {
    const message = `The session ${wanted} belongs to '${session.po_name}', not '${name}'.`;
    throw new JameyError("session_mismatch", message);
  }
  return {
    po_name: session.po_name,
    session_id: wanted,
    state: session.state,
    message_count: session.conversation.length,
    messages: session.conversation.slice(-last),
  };
}

/** An approval is a human's own, and so is the answer to a program that an object calls, which does as it hears:
 * the host's model may ask for either, and never gives it. */
async function respond(
  visit: Visit,
  { request_id, text, decision, reason }: ReturnType<typeof respondCall.parse>,
): Promise<Said<ReturnType<typeof respondAnswer.parse>>> {
  const { ask, humans, context, link, state } = visit;
  if (state?.request_id === request_id) {
    const said = humans.read(state, context);
    if (said?.type !== "answer") return { answer: { request_id, answered: false } };
    await ask("RespondToRequest", said.params);
    return { answer: { request_id, answered: true } };
  }
  const { requests } = await ask("ListPendingRequests", {});
  const request = requests.find((one) => one.request_id === request_id);
  if (!request) {
    throw new JameyError("request_not_found", `No open request has the id ${request_id}.`);
  }
  const { kind, hash, asked_by } = request;
  if (kind === "question" && !asked_by && text !== null) {
    await ask("RespondToRequest", { request_id, response: { type: "answer", text } });
    return { answer: { request_id, answered: true } };
  }
  if (kind === "approval" && hash !== null && decision === "deny") {
    const response = { type: "decision", decision, hash, reason } as const;
    await ask("RespondToRequest", { request_id, response });
    return { answer: { request_id, answered: true } };
  }
  const isConsent = kind === "approval" ? decision === "approve" : asked_by && text !== null;
  if (isConsent && humans.mayAsk(request, context, link.caller)) {
    return { asks: await humans.ask(request, request.turn_id, visit) };
  }
  throw refusal(asked_by ? "program" : kind);
}

function refusal(kind: "question" | "program" | "approval" | "secret"): JameyError {
  const why = {
    question: new JameyError("invalid_request", "A question is answered with 'text'."),
    program: new JameyError(
      "forbidden",
      "A program asks this and acts on the answer: a human gives it, in a form of the host where it has one. " +
        "Else: jamey requests answer ID, in a terminal.",
    ),
    approval: new JameyError(
      "forbidden",
      "A call is approved by a human, in a form of the host where it has one: 'decision' is approve or deny. " +
        "Else: jamey requests approve ID, in a terminal.",
    ),
    secret: new JameyError(
      "forbidden",
      "A secret is given in a terminal: jamey requests answer ID.",
    ),
  };
  return why[kind];
}
