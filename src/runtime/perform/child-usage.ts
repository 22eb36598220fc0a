// What the session of a called object used after a place in the journal, what it called in turn included.
import type { StoredRow } from "../../protocol/events/index.ts";
import type { Usage } from "../../protocol/messages.ts";
import { addUsage, noUsage } from "../../protocol/usage.ts";

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
    const before = used ?? { model_calls: 0, usage: noUsage, hasUsage: false };
    used = {
      version,
      through_seq,
      model_calls: before.model_calls + part.model_calls,
      usage: addUsage(before.usage, part.usage),
      hasUsage: before.hasUsage || part.usage !== noUsage,
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
  return isCall ? { model_calls: 1, usage: noUsage } : undefined;
}
