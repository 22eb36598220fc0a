// The table of MCP tools, under the names of the documents. What they take and say are the commands' own words
// but where `protocol/mcp.ts` says otherwise.
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
  one,
  type Said,
  type ToolRow,
  type Visit,
} from "./tool.ts";
import { turnTools } from "./turns.ts";

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
  }),
  flow("respond_to_request", {
    title: "Answer a request",
    description:
      "Hand on what the human said to a question (text), or their decision on a call that waits for approval. " +
      "Never answer for the human. Secrets are not taken here.",
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

/** An approval is a human's own: the host's model may ask for it, and never gives it. */
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
  const { kind, hash } = request;
  if (kind === "question" && text !== null) {
    await ask("RespondToRequest", { request_id, response: { type: "answer", text } });
    return { answer: { request_id, answered: true } };
  }
  if (kind === "approval" && hash !== null && decision === "deny") {
    const response = { type: "decision", decision, hash, reason } as const;
    await ask("RespondToRequest", { request_id, response });
    return { answer: { request_id, answered: true } };
  }
  if (
    kind === "approval" &&
    decision === "approve" &&
    humans.mayAsk(request, context, link.caller)
  ) {
    return { asks: await humans.ask(request, request.turn_id, visit) };
  }
  throw refusal(kind);
}

function refusal(kind: "question" | "approval" | "secret"): JameyError {
  const why = {
    question: new JameyError("invalid_request", "A question is answered with 'text'."),
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
