// Events of one turn, for the tests of the views.
import type { StoredEvent } from "../../../src/protocol/events/index.ts";
import { at } from "./samples.ts";

export const ids = { session_id: "a", turn_id: "t1" };
export const tokens = { input_tokens: 10, output_tokens: 5, cached_tokens: 2, reasoning_tokens: 1 };
export const used = (model: string, cost_usd: number | null, turn_id = "t1"): StoredEvent => ({
  type: "UsageRecorded",
  payload: { ...ids, turn_id, call_id: "c1", model, usage: { ...tokens, cost_usd } },
});
export const asked = (request_id: string, turn_id = "t1") => ({
  type: "HumanRequestQueued" as const,
  payload: {
    request_id,
    session_id: "a",
    turn_id,
    from_po: "assistant",
    kind: "question" as const,
    question: "Which one?",
    options: [],
    tool_call: null,
    hash: null,
    created_at: at,
    deadline_at: null,
  },
});
