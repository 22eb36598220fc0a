// What becomes of a call of another object: it begins, it uses, it waits for humans, it answers.
import type { ErrorBody } from "../../../protocol/errors.ts";
import { asksAtLimit, reachedLimit } from "../../agent/limits.ts";
import { calledObject, isObjectCall } from "../delegation.ts";
import type { Draft } from "../draft.ts";
import type { InputOf } from "../inputs.ts";
import { completeCall } from "./calls.ts";
import { completedDelegation, fail, running } from "./turn.ts";

/** The call that an outcome belongs to, where it runs still. */
function startedCall(draft: Draft, call_id: string) {
  const now = running(draft);
  const open = now?.turn.calls.find((one) => one.call.id === call_id);
  if (!now || open?.phase !== "started") return undefined;
  const ids = { session_id: now.session.id, turn_id: now.turn.turn_id, call_id };
  return { ...now, open, ids };
}

export function delegationStarted(draft: Draft, input: InputOf<"delegation_started">): void {
  const found = startedCall(draft, input.call_id);
  if (!found || found.open.child) return;
  const { ids, turn, open } = found;
  draft.add("DelegationStarted", {
    ...ids,
    po_name: calledObject(turn, open.call)?.po_name ?? open.call.name,
    child_session_id: input.child.session_id,
    child_turn_id: input.child.turn_id,
  });
}

/** Counted once: what a restart counts again from an older place is left out. */
export function childUsed(draft: Draft, input: InputOf<"child_used">): void {
  const found = startedCall(draft, input.call_id);
  if (!found?.open.child || found.open.counted_seq !== input.after_seq) return;
  const { through_seq, model_calls, usage } = input;
  draft.add("ChildUsageRecorded", {
    ...found.ids,
    child_session_id: found.open.child.session_id,
    through_seq,
    model_calls,
    usage,
  });
  // An answer that is there already is not thrown away: like one's own, it was the last that fitted.
  if (input.isLast) return;
  const now = running(draft);
  const limit = now && reachedLimit(now.turn, now.session, draft.at);
  if (!now || !limit) return;
  if (!asksAtLimit(now.turn, now.session)) return fail(draft, limit);
  // Whoever was called shares what is used up, and ends; the turn asks before its next step.
  for (const { call, phase } of now.turn.calls) {
    const open = running(draft)?.turn.calls.find((one) => one.call.id === call.id);
    if (phase !== "started" || !open || !isObjectCall(now.turn, call)) continue;
    completedDelegation(draft, open, limit);
    completeCall(draft, call.id, { outcome: "failed", output: limit.message });
  }
}

export function childPaused(draft: Draft, { call_id, isPaused }: InputOf<"child_paused">): void {
  const found = startedCall(draft, call_id);
  if (!found?.open.child || found.open.isPaused === isPaused) return;
  const child_session_id = found.open.child.session_id;
  const type = isPaused ? "DelegationPaused" : "DelegationResumed";
  draft.add(type, { ...found.ids, child_session_id });
}

export function delegated(draft: Draft, input: InputOf<"delegated">): void {
  const found = startedCall(draft, input.call_id);
  if (!found) return;
  const { error, output, duration_ms, denial } = input;
  completedDelegation(draft, found.open, error);
  const outcome = outcomeOf(error);
  const completion = { outcome, output, duration_ms, ...(denial ? { denial } : {}) };
  completeCall(draft, input.call_id, completion, endOf(draft, error));
}

/** What ends the turn of who was called and its caller's too: nobody is there, or the budget of the tree. */
function endOf(draft: Draft, error: ErrorBody | null): ErrorBody | undefined {
  const now = running(draft);
  if (!now || !error) return undefined;
  if (error.code === "blocked" && now.turn.agent.on_ask === "fail") return error;
  if (asksAtLimit(now.turn, now.session)) return undefined;
  return error.code === "limit_reached" ? reachedLimit(now.turn, now.session, draft.at) : undefined;
}

function outcomeOf(error: ErrorBody | null): "completed" | "failed" | "cancelled" {
  if (error === null) return "completed";
  return error.code === "cancelled" ? "cancelled" : "failed";
}
