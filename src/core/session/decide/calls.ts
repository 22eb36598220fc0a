// The last steps of every tool call: it starts when it may, and it completes once.
import type { ErrorBody } from "../../../protocol/errors.ts";
import type { ToolOutcome } from "../../../protocol/events/turn.ts";
import { toolMessage } from "../../orchestration/single.ts";
import type { Draft } from "../draft.ts";
import type { Call, Turn } from "../state.ts";
import { fail, running, settle } from "./turn.ts";

interface Completion {
  outcome: ToolOutcome;
  output: string;
  duration_ms?: number;
  output_bytes?: number;
  spilled_to?: string | null;
  denial?: { subject: string; allow_with: string };
}

/** Writes how a call ended, and gives its result to the orchestrator, or ends the turn with `end`. */
export function completeCall(
  draft: Draft,
  call_id: string,
  completion: Completion,
  end?: ErrorBody,
): void {
  const now = running(draft);
  const open = now?.turn.calls.find((one) => one.call.id === call_id);
  if (!now || !open) return;
  withdrawQuestions(draft, call_id);
  const success = completion.outcome === "completed";
  const { name } = open.call;
  draft.add("ToolCallCompleted", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    call_id,
    name,
    success,
    outcome: completion.outcome,
    duration_ms: completion.duration_ms ?? 0,
    output_bytes: completion.output_bytes ?? completion.output.length,
    spilled_to: completion.spilled_to ?? null,
    denial: completion.denial ?? null,
  });
  const result = { id: call_id, name, output: completion.output, success, at: draft.at };
  if (end) {
    const message = toolMessage(now.session, result);
    draft.add("MessageAdded", { ...message, session_id: now.session.id });
    return fail(draft, end);
  }
  settle(draft, result);
  startApproved(draft);
}

/** What ran for a call has ended: nobody is there to hear what a human says to its questions. */
export function withdrawQuestions(draft: Draft, call_id: string): void {
  for (const { asked_by, request_id, session_id, turn_id } of draft.state().requests) {
    if (asked_by?.call_id !== call_id) continue;
    draft.add("HumanRequestExpired", { request_id, session_id, turn_id, reason: "withdrawn" });
  }
}

/** The call is written down before it runs: `outstanding` names it only then. */
export function startCall(draft: Draft, open: Call, hash: string): void {
  const now = running(draft);
  if (!now) return;
  draft.add("ToolCallStarted", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    tool_call: open.call,
    hash,
  });
}

/** Approved calls start as soon as there is a free place. */
export function startApproved(draft: Draft): void {
  for (const open of draft.state().turn?.calls ?? []) {
    const turn = draft.state().turn;
    if (!turn || freePlaces(turn) <= 0) return;
    if (open.phase === "approved" && open.hash !== null) startCall(draft, open, open.hash);
  }
}

/** How many more tools may run at once. */
export function freePlaces(turn: Turn): number {
  const started = turn.calls.filter((call) => call.phase === "started").length;
  return turn.agent.config.max_parallel_tools - started;
}
