// A limit that the turn has reached: who may be asked for more is asked, before the next step is taken.
import type { ErrorBody } from "../../../protocol/errors.ts";
import {
  amountText,
  asksAtLimit,
  extensible,
  limitReached,
  reachedLimit,
  usedText,
} from "../../agent/limits.ts";
import { later } from "../../time.ts";
import type { Draft } from "../draft.ts";

/** The limit that a further call of the model would pass; where it is asked about, the engine lets it through. */
export function limitOfCall(draft: Draft, call_id: string): ErrorBody | undefined {
  const { turn, session } = draft.state();
  if (!turn || !session) return undefined;
  const { max_iterations } = turn.agent.config;
  // A call that is made again has been counted.
  const isNew = turn.full?.call_id !== call_id;
  if (asksAtLimit(turn, session) && isNew && session.state.iteration_count >= max_iterations) {
    return limitReached("model_calls", max_iterations);
  }
  return reachedLimit(turn, session, draft.at);
}

/** Queues the question for more, once; false where nobody is asked, so that the turn ends. */
export function askForMore(draft: Draft, error: ErrorBody, call_id: string | null): boolean {
  const { turn, session, requests } = draft.state();
  const reached = extensible(error);
  if (!turn || !session || !reached || !asksAtLimit(turn, session)) return false;
  if (requests.some((one) => one.limit)) return true;
  const { name, value } = reached;
  // The first time it was as configured.
  const by = turn.extensions.find((one) => one.limit === name)?.by ?? value;
  const request_id = `${turn.turn_id}_limit${turn.extensions.length + 1}`;
  const { request_deadline_ms } = turn.agent.config;
  const used = usedText(name, { turn, session, at: draft.at });
  draft.add("HumanRequestQueued", {
    request_id,
    session_id: session.id,
    turn_id: turn.turn_id,
    from_po: session.po_name,
    kind: "approval",
    question: `May ${session.po_name} go on? ${error.message} It has used ${used}; a yes gives ${amountText(name, by)} more, a no ends the turn.`,
    options: ["approve", "deny"],
    tool_call: null,
    // One question, one amount: both are in it.
    hash: `${request_id}:${name}:${value}+${by}`,
    created_at: draft.at,
    deadline_at: request_deadline_ms === null ? null : later(draft.at, request_deadline_ms),
    scopes: ["once"],
    limit: { name, value, by, call_id },
  });
  return true;
}
