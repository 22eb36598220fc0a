// Blanks the payloads of deleted sessions, and what woke them in the environment's stream. `SessionDeleted` marks its stream in its own transaction, so
// that an erasure which a crash interrupts is finished at the next open.
import type { Database } from "bun:sqlite";
import { eq, sql } from "drizzle-orm";
import { type Db, toStorageError, transact } from "./database.ts";
import { sessionStream } from "./journal.ts";
import { lazily } from "./lazily.ts";
import { checksumOf, type EventRecord } from "./row.ts";
import { erasures } from "./schema.ts";

/** Rows blanked in one transaction: between two of them the loop is free. */
const ERASE_ROWS = 500;

export function openEraser(options: {
  client: Database;
  db: Db;
  forget(session_id: string): void;
}) {
  const { client, db, forget } = options;
  const mark = lazily(() =>
    db
      .insert(erasures)
      .values({ stream: sql.placeholder("stream") })
      .onConflictDoNothing()
      .prepare(),
  );
  const unmark = lazily(() =>
    db
      .delete(erasures)
      .where(eq(erasures.stream, sql.placeholder("stream")))
      .prepare(),
  );
  const marked = lazily(() => db.select().from(erasures).prepare());
  const readable = lazily(() =>
    client.prepare<EventRecord, [string, number]>(
      `SELECT seq, stream, version, type, type_version, at, caller, causation_id FROM events
     WHERE stream = ? AND is_erased = 0 AND type <> 'SessionDeleted' ORDER BY version LIMIT ?`,
    ),
  );
  const blank = lazily(() =>
    client.prepare<unknown, [number, number]>(
      "UPDATE events SET payload = '', is_erased = 1, checksum = ?2 WHERE seq = ?1",
    ),
  );
  const running = new Set<Promise<void>>();
  const blankWakes = openWakeEraser(client);

  /** Blanks some rows; true when none are left. */
  function eraseSome(stream: string): boolean {
    return transact(client, () => {
      blankWakes(stream);
      const rows = readable().all(stream, ERASE_ROWS);
      for (const row of rows) {
        blank().run(row.seq, checksumOf({ ...row, payload: "", is_erased: true }));
      }
      if (rows.length === ERASE_ROWS) return false;
      forget(stream.slice(sessionStream("").length));
      unmark().run({ stream });
      return true;
    });
  }

  /** The write-ahead log still holds the text until it is written back and cut to nothing. */
  function clean(): void {
    client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  async function eraseAll(stream: string): Promise<void> {
    try {
      mark().run({ stream });
      while (!eraseSome(stream)) await new Promise<void>((resolve) => setImmediate(resolve));
      clean();
    } catch (thrown) {
      throw toStorageError(thrown);
    }
  }

  return {
    /** Inside the transaction that stores the deletion. */
    mark: (stream: string): void => void mark().run({ stream }),
    async erase(stream: string): Promise<void> {
      const work = eraseAll(stream);
      running.add(work);
      try {
        await work;
      } finally {
        running.delete(work);
      }
    },
    /** Waits for what runs, whatever comes of it. */
    async settled(): Promise<void> {
      await Promise.allSettled(running);
    },
    finishInterrupted(): void {
      const streams = marked()
        .all()
        .map((row) => row.stream);
      for (const stream of streams) while (!eraseSome(stream));
      if (streams.length > 0) clean();
    },
  };
}

/** The message of a wake stands in the environment's stream too, until it is sent: it goes with its session. */
function openWakeEraser(client: Database): (stream: string) => void {
  const wakes = lazily(() =>
    client.prepare<{ message_key: string }, [string]>(
      `SELECT json_extract(payload, '$.message_key') AS message_key FROM events
     WHERE stream = ? AND type = 'MessageQueued' AND is_erased = 0
       AND json_extract(payload, '$.message_key') LIKE 'wake:%'`,
    ),
  );
  const fired = lazily(() =>
    client.prepare<EventRecord, [string, string]>(
      `SELECT * FROM events WHERE stream = ? AND type = 'ScheduleFired'
       AND 'wake:' || json_extract(payload, '$.wake_id') = ?`,
    ),
  );
  const rewrite = lazily(() =>
    client.prepare<unknown, [number, string, number]>(
      "UPDATE events SET payload = ?2, checksum = ?3 WHERE seq = ?1",
    ),
  );
  return (stream) => {
    for (const { message_key } of wakes().all(stream)) {
      for (const row of fired().all(ENVIRONMENT, message_key)) {
        const payload = JSON.stringify({ ...JSON.parse(row.payload), message: "" });
        rewrite().run(row.seq, payload, checksumOf({ ...row, payload }));
      }
    }
  };
}

/** The stream of the environment's events. */
const ENVIRONMENT = "environment";
