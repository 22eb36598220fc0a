// What an implementation of the journal gives to its contract: how it is opened.
import type { Journal, ReadFilter } from "../../../src/runtime/store/journal.ts";
import type { Views } from "../../../src/runtime/store/views/index.ts";

export interface OpenJournal extends AsyncDisposable {
  journal: Journal;
  /** The views that are folded from this journal. */
  views: Views;
  /** What was reported where nobody waits for an answer. */
  errors: unknown[];
  /** Closes and opens again what was kept. */
  reopen(): Promise<void>;
}

export interface JournalLimits {
  pendingAppends?: number;
  pendingBytes?: number;
  examinedRows?: number;
  housekeepingEvents?: number;
  pruneEvents?: number;
}

export type Open = (limits?: JournalLimits) => Promise<OpenJournal>;

export const everything: ReadFilter = { types: null, session_id: null };
export const plenty = { rows: 1000, bytes: 1_000_000 };
