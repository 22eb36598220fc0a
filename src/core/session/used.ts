// What a session used, by day and model: the numbers that stay when everything else of it is deleted.
import type { Usage } from "../../protocol/messages.ts";
import type { Happened, SessionActorState } from "./state.ts";

type Used = SessionActorState["used"];

/** Sums that are kept; what is used beyond counts in the last one, so that none is lost. */
const MAX_SUMS = 1_000;

export function withUsed(
  sums: Used,
  { payload, at }: Extract<Happened, { type: "UsageRecorded" }>,
): Used {
  const { model, usage } = payload;
  const day = at.slice(0, "2026-01-31".length);
  const same = sums.findLastIndex((sum) => sum.day === day && sum.model === model);
  const index = same < 0 && sums.length === MAX_SUMS ? MAX_SUMS - 1 : same;
  const known = sums[index];
  if (!known) return [...sums, { day, model, calls: 1, usage }];
  const sum = { ...known, calls: known.calls + 1, usage: added(known.usage, usage) };
  return sums.with(index, sum);
}

/** One unknown price makes the whole sum unknown. */
const added = (left: Usage, right: Usage): Usage => ({
  input_tokens: left.input_tokens + right.input_tokens,
  output_tokens: left.output_tokens + right.output_tokens,
  cached_tokens: left.cached_tokens + right.cached_tokens,
  reasoning_tokens: left.reasoning_tokens + right.reasoning_tokens,
  cost_usd:
    left.cost_usd === null || right.cost_usd === null ? null : left.cost_usd + right.cost_usd,
});
