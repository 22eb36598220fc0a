// The port to the journal: what every implementation promises. Nothing outside this folder knows where
// events lie. Rules, which `test/runtime/store/contract.ts` holds every implementation to:
// 1. An append is whole or not at all, and committed before anyone hears of it.
// 2. One writer per stream: every append states the version it expects.
// 3. `version` is dense within a stream, from 1; `seq` ascends over the environment and is never reused.
// 4. Followers are rung, then read: a ring carries no event, and may stand for many.
// 5. An erased event keeps its seq and its version, and is never read again.
import type { StoredEvent, StoredEventName, StoredRow } from "../../protocol/events/index.ts";

export interface Append {
  stream: string;
  /** The stream's version before this append; 0 for a new stream. */
  expected_version: number;
  events: StoredEvent[];
  /** UTC */
  at: string;
  caller: string;
  causation_id: string | null;
}

export interface ReadFilter {
  /** null: all. */
  types: StoredEventName[] | null;
  /** Only the stream of this session; null: all streams. */
  session_id: string | null;
}

export interface ReadLimit {
  rows: number;
  /** Of payload; the first row is given whatever its size. */
  bytes: number;
}

export interface Journal {
  /** Made once, with the journal; cursors belong to it. */
  journal_id: string;
  /**
   * Resolves after the commit. Rejects with a JameyError and nothing changed: `conflict` when the
   * stream's version is another, `too_large` above MAX_PAYLOAD_BYTES, `overloaded` when too much
   * waits, `storage_failed` when the disk says no, `unavailable` after `close`.
   */
  append(append: Append): Promise<StoredRow[]>;
  /** The events of one stream after a version, in order: what folds an actor. Only committed ones. */
  readStream(stream: string, after_version: number): Iterable<StoredRow>;
  /** The newest events of these types in one stream, in order. Only committed ones. */
  readNewest(stream: string, types: readonly StoredEventName[], most: number): StoredRow[];
  /**
   * Rows after a cursor, in order. The cursor returned is the highest seq examined, so that a filter
   * that matches nothing still moves on; one read examines a bounded number of rows. It has caught up
   * when the cursor is `head()`.
   */
  read(after: number, filter: ReadFilter, limit: ReadLimit): { rows: StoredRow[]; cursor: number };
  /** The newest committed seq; 0 when there is none. */
  head(): number;
  /** 0 for a stream without events. */
  version(stream: string): number;
  /**
   * Rings after each commit with the new head. Returns how to stop, which works at any moment, also
   * inside a ring, and twice. A listener may append, follow and stop; one that throws harms nobody.
   */
  follow(listener: (head: number) => void): () => void;
  /** Housekeeping events up to this seq may be gone; 0 when none are. */
  prunedThrough(): number;
  /**
   * Blanks a deleted session: its payloads, messages and full text, from the disk too. Only
   * `SessionDeleted` itself stays readable. One that a crash interrupted is finished at the next open.
   */
  erase(stream: string): Promise<void>;
  /** Looks at every row; takes as long as that takes. */
  check(): { ok: boolean; problems: string[] };
  /** Commits what was appended, then closes. */
  close(): Promise<void>;
}

/** The stream of a session's events. */
export const sessionStream = (session_id: string): string => `session/${session_id}`;
