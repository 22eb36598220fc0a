// Sums of what model calls used. One unknown price makes the whole sum unknown.
import type { Usage } from "./messages.ts";

export const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
};

export const addUsage = (left: Usage, right: Usage): Usage => ({
  input_tokens: left.input_tokens + right.input_tokens,
  output_tokens: left.output_tokens + right.output_tokens,
  cached_tokens: left.cached_tokens + right.cached_tokens,
  reasoning_tokens: left.reasoning_tokens + right.reasoning_tokens,
  cost_usd:
    left.cost_usd === null || right.cost_usd === null ? null : left.cost_usd + right.cost_usd,
});
