// The steps of a turn: from the orchestrator's response to the next call, or to the end.

import type { ErrorBody } from "../../../protocol/errors.ts";
import type { Message } from "../../../protocol/messages.ts";
import type { AgentResponse, CallResult } from "../../agent/agent.ts";
import { createAgentEngine } from "../../agent/engine.ts";
import { asksAtLimit } from "../../agent/limits.ts";
import { orchestrators } from "../../orchestration/index.ts";
import { toolMessage } from "../../orchestration/single.ts";
import type { Result } from "../../result.ts";
import { dueCompaction } from "../compaction.ts";
import { calledObject, isObjectCall } from "../delegation.ts";
import type { Draft } from "../draft.ts";
import { MODEL, type Session } from "../session.ts";
import type { Call, Queued, Turn } from "../state.ts";
import { SCHEMA, uncheckedAnswer } from "../structured.ts";
import { askForMore, limitOfCall } from "./more.ts";
import { stopped, stoppedCall, type Written } from "./stopped.ts";

/** The running turn and its session, or undefined when there is none. */
export function running(draft: Draft): { turn: Turn; session: Session } | undefined {
  const { turn, session } = draft.state();
  return turn && session ? { turn, session } : undefined;
}

export function engineOf(turn: Turn, { evaluate, state }: Pick<Draft, "evaluate" | "state">) {
  const { agent } = turn;
  const { session } = state();
  // Where a human is asked for more, that is done before the call (limitOfCall), and the engine does not end it.
  const isOpen = session !== undefined && asksAtLimit(turn, session);
  const config = isOpen
    ? { ...agent.config, max_iterations: Number.MAX_SAFE_INTEGER }
    : agent.config;
  return createAgentEngine(orchestrators[agent.mode](agent, evaluate), config);
}

/** A message as the conversation keeps it: a human's, or a caller's, who is named. */
export function userMessage(draft: Draft, queued: Queued, turn_id: string): Message {
  return {
    message_id: queued.message_id,
    turn_id,
    role: "user",
    content: queued.content,
    name: callerOf(draft.state().session),
    tool_call_id: null,
    tool_calls: [],
    attachments: queued.attachments,
    reasoning: null,
    source: queued.source,
    created_at: draft.at,
  };
}

/** An object of the name that stands for the check of answers goes without it. */
function callerOf(session: Session | undefined): string | null {
  const caller = session?.parent?.chain.at(-1) ?? null;
  return caller === SCHEMA ? null : caller;
}

/** Gives the result of a call to the orchestrator and takes the step that it answers. */
export function settle(draft: Draft, result: CallResult, stop_reason = "stop"): void {
  const now = running(draft);
  if (!now) return;
  follow(draft, engineOf(now.turn, draft).processToolResult(now.session, result), stop_reason);
}

/** Writes what the orchestrator answered, then asks the model, or ends the turn, or waits. */
export function follow(draft: Draft, response: Result<AgentResponse>, stop_reason: string): void {
  const now = running(draft);
  if (!now) return;
  if (!response.ok) return fail(draft, response.error);
  const { messages, session_updates, tool_calls, end, steps = [] } = response.value;
  const session_id = now.session.id;
  const spoken = messages.filter((message) => message.role === "assistant");
  const heard = messages.filter((message) => message.role !== "assistant");
  for (const message of heard) draft.add("MessageAdded", { ...message, session_id });
  for (const step of steps) {
    draft.add("StepTaken", { session_id, turn_id: now.turn.turn_id, step });
  }
  for (const message of spoken) draft.add("MessageAdded", { ...message, session_id });
  if (Object.keys(session_updates).length > 0) {
    draft.add("SessionUpdated", { session_id, updates: session_updates });
  }
  if (end) return fail(draft, end);
  const model = tool_calls.find((call) => call.name === MODEL);
  if (model) askModel(draft, model.id);
  else if (isIdle(draft)) finish(draft, stop_reason);
}

function isIdle(draft: Draft): boolean {
  const { turn } = draft.state();
  return turn !== undefined && turn.model === null && turn.calls.length === 0;
}

/** The round is over: steered messages join, limits are looked at, a long history is compacted. */
export function askModel(draft: Draft, call_id: string): void {
  joinSteers(draft);
  const now = running(draft);
  if (!now) return;
  const { turn, session } = now;
  const limit = limitOfCall(draft, call_id);
  if (limit) return askForMore(draft, limit, call_id) ? undefined : fail(draft, limit);
  const ids = { session_id: session.id, turn_id: turn.turn_id, model: turn.agent.model };
  // A call that its vendor found too long goes on counting its attempts.
  const attempt = turn.full?.call_id === call_id ? turn.full.attempt + 1 : 1;
  if (dueCompaction(draft.state(), turn)) {
    draft.add("ModelCallStarted", {
      ...ids,
      call_id: `${call_id}_k${turn.compactions + 1}`,
      attempt: 1,
      purpose: "compact",
    });
    return;
  }
  draft.add("ModelCallStarted", { ...ids, call_id, attempt, purpose: "answer" });
}

export function joinSteers(draft: Draft): void {
  const { steers } = draft.state();
  for (const steer of steers) {
    const now = running(draft);
    if (!now) return;
    const message = userMessage(draft, steer, now.turn.turn_id);
    draft.add("MessageAdded", { ...message, session_id: now.session.id });
  }
}

/** The model has nothing more to do: the turn ends, unless its answer is to be checked, or somebody steered. */
function finish(draft: Draft, stop_reason: string): void {
  const state = draft.state();
  // What was steered meanwhile asks for another answer anyway.
  if (state.steers.length === 0 && uncheckedAnswer(state)) return;
  complete(draft, stop_reason);
}

export function complete(draft: Draft, stop_reason: string): void {
  const now = running(draft);
  if (!now) return;
  const { turn, session } = now;
  const [steer] = draft.state().steers;
  if (steer) {
    const message = userMessage(draft, steer, turn.turn_id);
    return follow(draft, engineOf(turn, draft).processMessage(session, message), stop_reason);
  }
  draft.add("TurnCompleted", {
    session_id: session.id,
    turn_id: turn.turn_id,
    message_id: lastAnswer(session, turn.turn_id),
    stop_reason: endOfPattern(session) ?? stop_reason,
  });
}

/** Why a group had no more to do. */
function endOfPattern({ turn }: Session): string | undefined {
  const ended = turn?.steps.findLast((step) => step.type === "ended");
  return ended?.type === "ended" ? ended.reason : undefined;
}

/** Ends the turn without its answer; what is open is closed first. */
export function fail(draft: Draft, error: ErrorBody, written: Written = {}): void {
  const now = running(draft);
  if (!now) return;
  closeOpen(draft, "not_run", `Not run: ${error.message}`, written);
  const { session } = running(draft) ?? now;
  draft.add("TurnFailed", {
    session_id: session.id,
    turn_id: now.turn.turn_id,
    error,
    message_id: lastAnswer(session, now.turn.turn_id),
  });
}

/** Every open call gets a result, every request an end, every steered message its place. */
export function closeOpen(
  draft: Draft,
  outcome: "not_run" | "cancelled",
  why: string,
  written: Written | undefined,
): void {
  const now = running(draft);
  if (!now) return;
  const ids = { session_id: now.session.id, turn_id: now.turn.turn_id };
  for (const request of draft.state().requests) {
    const { request_id } = request;
    draft.add("HumanRequestExpired", { ...ids, request_id, reason: "turn_ended" });
  }
  for (const open of now.turn.calls) {
    const { id, name } = open.call;
    // Who was called is stopped with its caller.
    const isCalled = open.phase === "started" && isObjectCall(now.turn, open.call);
    if (isCalled) completedDelegation(draft, open, stopped);
    const end = stoppedCall(open, draft.at, { isCalled, written });
    draft.add("ToolCallCompleted", {
      ...ids,
      call_id: id,
      name,
      success: false,
      outcome: end?.outcome ?? outcome,
      duration_ms: end?.duration_ms ?? 0,
      output_bytes: end?.output_bytes ?? 0,
      spilled_to: null,
      denial: null,
    });
    const result = { id, name, output: end?.output ?? why, success: false, at: draft.at };
    draft.add("MessageAdded", { ...toolMessage(now.session, result), session_id: ids.session_id });
  }
  joinSteers(draft);
}

/** How a call of another object ended; one that had not begun has no end. */
export function completedDelegation(draft: Draft, open: Call, error: ErrorBody | null): void {
  const now = running(draft);
  if (!now || !open.child) return;
  const ids = {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    call_id: open.call.id,
    child_session_id: open.child.session_id,
  };
  if (open.isPaused) draft.add("DelegationResumed", ids);
  draft.add("DelegationCompleted", {
    ...ids,
    po_name: calledObject(now.turn, open.call)?.po_name ?? open.call.name,
    success: error === null,
    error,
  });
}

/** The newest text that the agent wrote in this turn. */
function lastAnswer(session: Session, turn_id: string): string | null {
  const answer = session.conversation.findLast(
    (message) =>
      message.turn_id === turn_id && message.role === "assistant" && message.content !== "",
  );
  return answer?.message_id ?? null;
}
