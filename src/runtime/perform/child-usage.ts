// What the session of a called object used after a place in the journal, what it called in turn included.
import type { StoredRow } from "../../protocol/events/index.ts";
import type { Usage } from "../../protocol/messages.ts";

export interface Used {
  /** Of the child's stream, and of the journal: everything up to them is in it. */
  version: number;
  through_seq: number;
  model_calls: number;
  usage: Usage;
  /** It is more than model calls that began. */
  hasUsage: boolean;
}

/** undefined where nothing that counts has happened. */
export function usedSince(rows: Iterable<StoredRow>, after_seq: number): Used | undefined {
  let used: Used | undefined;
  for (const row of rows) {
    const part = row.seq > after_seq ? partOf(row) : undefined;
    if (!part) continue;
    const { version, seq: through_seq } = row;
    const before = used ?? { model_calls: 0, usage: nothing, hasUsage: false };
    used = {
      version,
      through_seq,
      model_calls: before.model_calls + part.model_calls,
      usage: plus(before.usage, part.usage),
      hasUsage: before.hasUsage || part.usage !== nothing,
    };
  }
  return used;
}

function partOf(row: StoredRow): Pick<Used, "model_calls" | "usage"> | undefined {
  if (row.type === "UsageRecorded") return { model_calls: 0, usage: row.payload.usage };
  if (row.type === "ChildUsageRecorded") return row.payload;
  // A further attempt, and a summary, is no model call that limits know.
  const isCall =
    row.type === "ModelCallStarted" &&
    row.payload.attempt === 1 &&
    row.payload.purpose === "answer";
  return isCall ? { model_calls: 1, usage: nothing } : undefined;
}

const nothing: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
};

const plus = (left: Usage, right: Usage): Usage => ({
  input_tokens: left.input_tokens + right.input_tokens,
  output_tokens: left.output_tokens + right.output_tokens,
  cached_tokens: left.cached_tokens + right.cached_tokens,
  reasoning_tokens: left.reasoning_tokens + right.reasoning_tokens,
  cost_usd:
    left.cost_usd === null || right.cost_usd === null ? null : left.cost_usd + right.cost_usd,
});
