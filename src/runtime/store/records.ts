// The statements over the table `events`, each prepared once.
import type { Database } from "bun:sqlite";
import { desc, eq, max, sql } from "drizzle-orm";
import { type StoredEventName, type StoredRow, storedEvents } from "../../protocol/events/index.ts";
import type { Db } from "./database.ts";
import { type ReadFilter, type ReadLimit, sessionStream } from "./journal.ts";
import { lazily } from "./lazily.ts";
import { checksumOf, type EventRecord, readRecord } from "./row.ts";
import { events } from "./schema.ts";

/** What a walk over many rows holds in memory at once. */
const PAGE = { rows: 256, bytes: 4 * 1024 * 1024 };

const COLUMNS =
  "seq, stream, version, type, type_version, at, caller, causation_id, payload, checksum, is_erased";

export type Records = ReturnType<typeof openRecords>;

export function openRecords(client: Database, db: Db, options: { examinedRows: number }) {
  const newest = db.select({ seq: events.seq }).from(events).orderBy(desc(events.seq)).limit(1);
  const headOf = lazily(() => newest.prepare());
  const versionOf = lazily(() =>
    db
      .select({ version: max(events.version) })
      .from(events)
      .where(eq(events.stream, sql.placeholder("stream")))
      .prepare(),
  );

  // Rows are read through bun's own iterator: a page must end at a size, and a payload may be large.
  const inStream = lazily(() =>
    client.prepare<EventRecord, [string, number]>(
      `SELECT ${COLUMNS} FROM events
     WHERE stream = ? AND version > ? AND is_erased = 0 ORDER BY version`,
    ),
  );
  // The `+` keeps SQLite on the primary key: a follower near the head reads only what is new.
  const afterSeq = lazily(() =>
    client.prepare<EventRecord, (string | number | null)[]>(
      `SELECT ${COLUMNS} FROM events
     WHERE seq > ?1 AND seq <= ?2 AND is_erased = 0
       AND (?3 IS NULL OR type IN (SELECT value FROM json_each(?3)))
       AND (?4 IS NULL OR +stream = ?4)
     ORDER BY seq`,
    ),
  );
  const newestInStream = lazily(() =>
    client.prepare<EventRecord, [string, string, number]>(
      `SELECT ${COLUMNS} FROM events
     WHERE stream = ? AND is_erased = 0 AND type IN (SELECT value FROM json_each(?))
     ORDER BY version DESC LIMIT ?`,
    ),
  );
  const page = lazily(() =>
    client.prepare<EventRecord, [number]>(
      `SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq`,
    ),
  );

  /** Every row there is, in pages: no statement stays open while the caller writes. */
  function* all(): Iterable<EventRecord> {
    let after = 0;
    while (true) {
      const { rows, isWhole } = takePage(page().iterate(after), PAGE);
      yield* rows;
      if (isWhole) return;
      after = rows.at(-1)?.seq ?? after;
    }
  }

  return {
    insert: openInsert(db),
    head: () => headOf().get()?.seq ?? 0,
    version: (stream: string) => versionOf().get({ stream })?.version ?? 0,
    all,
    /** Every event that is not erased. */
    *readable(): Iterable<StoredRow> {
      for (const record of all()) if (!record.is_erased) yield readRecord(record);
    },
    *stream(stream: string, after_version: number): Iterable<StoredRow> {
      let after = after_version;
      while (true) {
        const page = takePage(inStream().iterate(stream, after), PAGE);
        // A page is read to its end before it is given away: no statement stays open in between.
        yield* page.rows.map(readRecord);
        if (page.isWhole) return;
        after = page.rows.at(-1)?.version ?? after;
      }
    },
    newest(stream: string, types: readonly StoredEventName[], most: number): StoredRow[] {
      const found = newestInStream().all(stream, JSON.stringify(types), most);
      return found.map(readRecord).reverse();
    },
    read(options_: { after: number; head: number; filter: ReadFilter; limit: ReadLimit }) {
      const { after, head, filter, limit } = options_;
      const through = Math.min(head, after + options.examinedRows);
      if (through <= after) return { rows: [], cursor: after };
      const types = filter.types === null ? null : JSON.stringify(filter.types);
      const stream = filter.session_id === null ? null : sessionStream(filter.session_id);
      const page = takePage(afterSeq().iterate(after, through, types, stream), limit);
      const cursor = page.isWhole ? through : (page.rows.at(-1)?.seq ?? after);
      return { rows: page.rows.map(readRecord), cursor };
    },
  };
}

/** Stores a row whose payload is given as JSON; called inside a transaction. */
function openInsert(db: Db): (row: StoredRow, payload: string) => void {
  const insert = lazily(() =>
    db
      .insert(events)
      .values({
        seq: sql.placeholder("seq"),
        stream: sql.placeholder("stream"),
        version: sql.placeholder("version"),
        type: sql.placeholder("type"),
        type_version: sql.placeholder("type_version"),
        at: sql.placeholder("at"),
        caller: sql.placeholder("caller"),
        causation_id: sql.placeholder("causation_id"),
        payload: sql.placeholder("payload"),
        checksum: sql.placeholder("checksum"),
        is_housekeeping: sql.placeholder("is_housekeeping"),
        is_erased: sql.placeholder("is_erased"),
      })
      .prepare(),
  );

  return ({ seq, stream, version, type, at, caller, causation_id }, payload) => {
    const word = storedEvents[type];
    const record = {
      seq,
      stream,
      version,
      type,
      type_version: word.version,
      at,
      caller,
      causation_id,
      payload,
      is_erased: false,
    };
    insert().run({
      ...record,
      checksum: checksumOf(record),
      is_housekeeping: word.isHousekeeping,
    });
  };
}

/** Takes rows up to the limit; `isWhole` when there were no more. Leaving the loop resets the statement. */
function takePage(
  records: Iterable<EventRecord>,
  limit: ReadLimit,
): { rows: EventRecord[]; isWhole: boolean } {
  const rows: EventRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += record.payload.length;
    const isFull = rows.length >= Math.max(1, limit.rows) || bytes > limit.bytes;
    if (rows.length > 0 && isFull) return { rows, isWhole: false };
    rows.push(record);
  }
  return { rows, isWhole: true };
}
