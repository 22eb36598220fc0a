// Questions and approvals that wait for a human: asked, answered, expired. One winner.
import type { Answer, DecisionScope, HumanRequest, ToolCall } from "../../../protocol/messages.ts";
import { limitReached } from "../../agent/limits.ts";
import { isDue, later } from "../../time.ts";
import type { Draft } from "../draft.ts";
import { approvalText } from "../grants.ts";
import type { InputOf } from "../inputs.ts";
import { ASKED_WITH, readQuestion } from "../question.ts";
import { completeCall, startApproved } from "./calls.ts";
import { askModel, fail, running } from "./turn.ts";

function queue(
  draft: Draft,
  call: ToolCall,
  request: {
    kind: "question" | "approval" | "secret";
    question: string;
    options: string[];
    hash: string;
    scopes?: DecisionScope[];
  },
): void {
  const now = running(draft);
  if (!now) return;
  const { turn, session } = now;
  const limit = turn.agent.config.request_deadline_ms;
  draft.add("HumanRequestQueued", {
    request_id: `${call.id}_q`,
    session_id: session.id,
    turn_id: turn.turn_id,
    from_po: session.po_name,
    ...request,
    tool_call: call,
    created_at: draft.at,
    deadline_at: limit === null ? null : later(draft.at, limit),
  });
}

export function askApproval(
  draft: Draft,
  call: ToolCall,
  asked: { tool: string; subject: string; hash: string; onlyExactly: boolean },
): void {
  const { tool, subject, hash, onlyExactly } = asked;
  const { session } = draft.state();
  const question = approvalText({ from_po: session?.po_name ?? "", tool, subject });
  const isCalled = session?.parent != null;
  const shown = { kind: "approval" as const, question, options: ["approve", "deny"], hash };
  const isLimited = isCalled || onlyExactly;
  queue(draft, call, {
    ...shown,
    ...(isLimited && { scopes: scopesOf({ isCalled, onlyExactly }) }),
  });
}

/** The session of who was called ends with its answer, and some calls are allowed by no rule: nothing is offered
 * that would do nothing. */
function scopesOf({ isCalled, onlyExactly }: { isCalled: boolean; onlyExactly: boolean }) {
  const scopes: DecisionScope[] = ["once"];
  if (!isCalled) scopes.push("session");
  if (!onlyExactly) scopes.push("rule");
  return scopes;
}

export function askQuestion(draft: Draft, call: ToolCall, hash: string): void {
  const asked = readQuestion(call);
  const on_ask = draft.state().turn?.agent.on_ask ?? "queue";
  if (on_ask === "queue") return queue(draft, call, { ...asked, hash });
  const [denied, blocked] = nobodyThere(asked.question);
  completeCall(draft, call.id, denied, on_ask === "fail" ? blocked : undefined);
}

/** How a call ends that asks where nobody is, and how its turn does where that ends it. */
const nobodyThere = (question: string) =>
  [
    {
      outcome: "denied",
      output: "Nobody is there to answer. Go on without, or say what you need.",
      denial: { subject: question, allow_with: ASKED_WITH },
    },
    {
      code: "blocked",
      message: `A human's answer is needed and nobody is there to give it: ${question}`,
      details: { question },
    },
  ] as const;

/** A program that runs for a call asks. Where nobody is there it goes on without an answer. */
export function toolAsked(draft: Draft, input: InputOf<"tool_asked">): void {
  const { call_id, request_id, program, question, options } = input;
  const now = running(draft);
  const open = now?.turn.calls.find((one) => one.call.id === call_id);
  if (!now || open?.phase !== "started") return;
  const { on_ask, config } = now.turn.agent;
  if (on_ask === "fail") return completeCall(draft, call_id, ...nobodyThere(question));
  if (on_ask !== "queue") return;
  const { request_deadline_ms } = config;
  draft.add("HumanRequestQueued", {
    request_id,
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    from_po: now.session.po_name,
    ...{ kind: "question", question, options, tool_call: null, hash: null },
    created_at: draft.at,
    deadline_at: request_deadline_ms === null ? null : later(draft.at, request_deadline_ms),
    asked_by: { call_id, program },
  });
}

export function toolUnasked(draft: Draft, { request_id }: InputOf<"tool_unasked">): void {
  const request = draft.state().requests.find((one) => one.request_id === request_id);
  if (!request?.asked_by) return;
  const { session_id, turn_id } = request;
  draft.add("HumanRequestExpired", { request_id, session_id, turn_id, reason: "withdrawn" });
}

export function responded(draft: Draft, input: InputOf<"respond">): void {
  const { request_id, response } = input;
  const request = draft.state().requests.find((one) => one.request_id === request_id);
  const call = request?.tool_call;
  if (!request || (!call && !request.limit && !request.asked_by)) return;
  const ids = { session_id: request.session_id, turn_id: request.turn_id, request_id };
  const kept = response.type === "secret" ? { ...response, value: "[secret]" } : response;
  draft.add("HumanRequestResponded", { ...ids, response: kept });
  // What asked is told by the journal.
  if (request.asked_by) return;
  if (!call) return answeredForMore(draft, request, response);
  if (response.type === "answer") {
    completeCall(draft, call.id, { outcome: "completed", output: response.text });
  } else if (response.type === "secret") {
    const output = "The human gave the secret; it is kept where your tools cannot read it.";
    completeCall(draft, call.id, { outcome: "completed", output });
  } else if (response.decision === "deny") {
    const output = `A human denied this call.${response.reason ? ` ${response.reason}` : ""}`;
    const denial = { subject: request.question, allow_with: "approve it when asked" };
    completeCall(draft, call.id, { outcome: "denied", output, denial });
  } else startApproved(draft);
}

/** A yes gives as much again and the turn goes on where it stood; a no ends it as if nobody had been asked. */
function answeredForMore(draft: Draft, { limit }: HumanRequest, response: Answer): void {
  const now = running(draft);
  if (!now || !limit || response.type !== "decision") return;
  if (response.decision === "deny") return fail(draft, limitReached(limit.name, limit.value));
  draft.add("LimitExtended", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    limit: limit.name,
    by: limit.by,
  });
  // Calls of objects that wait are checked again by themselves.
  if (limit.call_id !== null) askModel(draft, limit.call_id);
}

/** Requests whose time is over are closed; the agent is told that nobody answered. */
export function expireRequests(draft: Draft): void {
  for (const request of draft.state().requests) {
    const { deadline_at, tool_call, limit, request_id, session_id, turn_id } = request;
    if (deadline_at === null || !isDue(deadline_at, draft.at)) continue;
    // The one before may have ended the turn, and with it this request.
    if (!draft.state().requests.includes(request)) continue;
    draft.add("HumanRequestExpired", { request_id, session_id, turn_id, reason: "deadline" });
    if (limit) fail(draft, limitReached(limit.name, limit.value));
    if (!tool_call) continue;
    const denial = { subject: request.question, allow_with: "answer before the deadline" };
    const output = "No human answered in time.";
    completeCall(draft, tool_call.id, { outcome: "denied", output, denial });
  }
}
