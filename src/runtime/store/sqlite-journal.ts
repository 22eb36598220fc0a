// The journal over SQLite. The views change in the same transaction as the events they are folded from.
// All versions and the head in memory follow the disk: they move after a commit, never before.
import type { Database } from "bun:sqlite";
import { JameyError } from "../../protocol/errors.ts";
import type { StoredRow } from "../../protocol/events/index.ts";
import { MAX_PAYLOAD_BYTES } from "../../protocol/limits.ts";
import { createBell } from "./bell.ts";
import { checkStore } from "./check.ts";
import { type Db, isOfTheDisk, toStorageError, transact } from "./database.ts";
import { openEraser } from "./erase.ts";
import { createGroup, type Pending } from "./group.ts";
import { openHousekeeping } from "./housekeeping.ts";
import type { Append, Journal } from "./journal.ts";
import type { StoreLimits } from "./limits.ts";
import type { Records } from "./records.ts";

export interface JournalParts {
  client: Database;
  db: Db;
  records: Records;
  journal_id: string;
  limits: StoreLimits;
  onError(thrown: unknown): void;
  views: {
    /** Folds one event into the views, inside the transaction that stores it. */
    fold(row: StoredRow): void;
    /** Takes a session out of the views. */
    forget(session_id: string): void;
    /** Housekeeping rows that a rebuild of the views still needs. */
    needed(): number[];
  };
}

export function openJournal(parts: JournalParts): Journal {
  const { client, db, records, limits, views, onError } = parts;
  const bell = createBell(onError);
  const housekeeping = openHousekeeping({ client, limits, onError, needed: views.needed });
  const eraser = openEraser({ client, db, forget: views.forget });
  const versions = holdVersions(records, limits.heldVersions);
  const group = createGroup({ commit, limits });
  let head = records.head();
  let isClosed = false;

  function commit(batch: Pending[]): void {
    let accepted: Pending[] = [];
    try {
      accepted = refuseConflicts(batch, versions.of);
      if (accepted.length === 0) return;
      const results = transact(client, () => {
        let seq = head;
        return accepted.map((pending) => {
          const rows = toRows(pending, seq);
          for (const [index, row] of rows.entries()) {
            records.insert(row, pending.payloads[index] ?? "");
            if (row.type === "SessionDeleted") eraser.mark(row.stream);
            views.fold(row);
          }
          seq += rows.length;
          return { pending, rows };
        });
      });
      for (const { pending, rows } of results) {
        head += rows.length;
        versions.moved(pending.append.stream, pending.append.expected_version + rows.length);
        pending.resolve(rows);
      }
    } catch (thrown) {
      if (accepted.length > 1 && !isOfTheDisk(thrown)) {
        // One of them is at fault, and only that one is to fail.
        for (const pending of accepted) commit([pending]);
        return;
      }
      const error = toStorageError(thrown);
      for (const pending of batch) pending.reject(error);
      return;
    }
    bell.ring(head);
    housekeeping.committed(batch);
  }

  eraser.finishInterrupted();
  return {
    journal_id: parts.journal_id,
    append(append) {
      if (isClosed) return Promise.reject(closedError());
      try {
        return group.add(append, encodePayloads(append));
      } catch (thrown) {
        return Promise.reject(thrown);
      }
    },
    readStream: (stream, after_version) => records.stream(stream, after_version),
    readNewest: (stream, types, most) => records.newest(stream, types, most),
    read: (after, filter, limit) => records.read({ after, head, filter, limit }),
    head: () => head,
    version: versions.of,
    follow: bell.follow,
    prunedThrough: housekeeping.prunedThrough,
    erase: (stream) => eraser.erase(stream),
    check: () => checkStore({ client, records, prunedThrough: housekeeping.prunedThrough() }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      group.drain();
      await eraser.settled();
      housekeeping.close();
    },
  };
}

function toRows(pending: Pending, head: number): StoredRow[] {
  const { stream, expected_version, events, at, caller, causation_id } = pending.append;
  return events.map((event, index) => ({
    seq: head + index + 1,
    stream,
    version: expected_version + index + 1,
    at,
    caller,
    causation_id,
    ...event,
  }));
}

/** The versions of the streams that were asked for last, so that an append need not look. */
function holdVersions(records: Records, limit: number) {
  const held = new Map<string, number>();
  const moved = (stream: string, version: number) => {
    if (held.size >= limit && !held.has(stream)) held.clear();
    held.set(stream, version);
  };
  return {
    moved,
    of(stream: string): number {
      const version = held.get(stream) ?? records.version(stream);
      moved(stream, version);
      return version;
    },
  };
}

/** Rejects what expects another version, counting the appends before it in the same batch. */
function refuseConflicts(
  batch: readonly Pending[],
  versionOf: (stream: string) => number,
): Pending[] {
  const planned = new Map<string, number>();
  return batch.filter((pending) => {
    const { stream, expected_version, events } = pending.append;
    const version = planned.get(stream) ?? versionOf(stream);
    if (version === expected_version) {
      planned.set(stream, version + events.length);
      return true;
    }
    pending.reject(
      new JameyError(
        "conflict",
        `The stream ${stream} is at version ${version}, not ${expected_version}: read it again.`,
        { details: { stream, version, expected_version } },
      ),
    );
    return false;
  });
}

function encodePayloads({ stream, events }: Append): string[] {
  return events.map(({ type, payload }) => {
    const text = JSON.stringify(payload);
    const bytes = Buffer.byteLength(text);
    if (bytes <= MAX_PAYLOAD_BYTES) return text;
    throw new JameyError(
      "too_large",
      `${type} for ${stream} has ${bytes} bytes; the journal keeps up to ${MAX_PAYLOAD_BYTES}.`,
      { details: { type, bytes, max_bytes: MAX_PAYLOAD_BYTES } },
    );
  });
}

const closedError = () => new JameyError("unavailable", "The journal is closed.");
