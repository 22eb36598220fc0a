// Keeps the files small: prunes housekeeping events beyond the count that is kept, and checkpoints the
// write-ahead log when nothing is written, so that commits do not pay for it. None of it can fail an
// append: what goes wrong is reported and tried again later.
import type { Database } from "bun:sqlite";
import { storedEvents } from "../../protocol/events/index.ts";
import { toStorageError, transact } from "./database.ts";
import type { Pending } from "./group.ts";
import { lazily } from "./lazily.ts";
import type { StoreLimits } from "./limits.ts";

export function openHousekeeping(options: {
  client: Database;
  limits: StoreLimits;
  onError(thrown: unknown): void;
  needed(): number[];
}) {
  const { client, limits, onError, needed } = options;
  const pruner = openPruner(client, limits);
  let kept = pruner.count();
  let pruneAt = limits.housekeepingEvents + limits.pruneEvents;
  let idle: Timer | undefined;

  function attempt(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      onError(toStorageError(thrown));
    }
  }

  function checkpointWhenIdle(): void {
    if (idle) {
      idle.refresh();
      return;
    }
    idle = setTimeout(() => {
      attempt(() => client.run("PRAGMA wal_checkpoint(PASSIVE)"));
    }, limits.idleMs);
    // Only good housekeeping: it never keeps the process alive.
    idle.unref();
  }

  return {
    prunedThrough: pruner.prunedThrough,
    /** Called after each commit with what it tried to store; rejected appends only prune earlier. */
    committed(batch: readonly Pending[]): void {
      checkpointWhenIdle();
      kept += batch.reduce((sum, { append }) => sum + countHousekeeping(append.events), 0);
      if (kept < pruneAt) return;
      attempt(() => {
        pruner.prune(needed());
        kept = pruner.count();
      });
      // Also where rows are spared, or the disk is full, the next attempt is a batch away.
      pruneAt = Math.max(kept, limits.housekeepingEvents) + limits.pruneEvents;
    },
    close(): void {
      clearTimeout(idle);
      attempt(() => client.run("PRAGMA wal_checkpoint(TRUNCATE)"));
    },
  };
}

function countHousekeeping(events: readonly { type: keyof typeof storedEvents }[]): number {
  return events.filter(({ type }) => storedEvents[type].isHousekeeping).length;
}

function openPruner(client: Database, limits: StoreLimits) {
  const count = lazily(() =>
    client.prepare<{ count: number }, []>(
      "SELECT count(*) AS count FROM events WHERE is_housekeeping = 1",
    ),
  );
  const bound = lazily(() =>
    client.prepare<{ seq: number }, [number]>(
      "SELECT seq FROM events WHERE is_housekeeping = 1 ORDER BY seq DESC LIMIT 1 OFFSET ?",
    ),
  );
  // The newest event of a stream stays: it carries the stream's version, and the newest seq.
  const remove = lazily(() =>
    client.prepare<unknown, [number, string]>(
      `DELETE FROM events AS old
     WHERE is_housekeeping = 1 AND seq <= ?1
       AND seq NOT IN (SELECT value FROM json_each(?2))
       AND EXISTS (SELECT 1 FROM events WHERE stream = old.stream AND version > old.version)`,
    ),
  );
  const readMark = lazily(() =>
    client.prepare<{ value: string }, []>("SELECT value FROM meta WHERE key = 'pruned_through'"),
  );
  const writeMark = lazily(() =>
    client.prepare<unknown, [string]>(
      "INSERT INTO meta (key, value) VALUES ('pruned_through', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    ),
  );
  let prunedThrough = Number(readMark().get()?.value ?? 0);

  return {
    count: () => count().get()?.count ?? 0,
    prunedThrough: () => prunedThrough,
    prune(needed: readonly number[]): void {
      const seq = bound().get(limits.housekeepingEvents)?.seq;
      if (seq === undefined) return;
      transact(client, () => {
        remove().run(seq, JSON.stringify(needed));
        writeMark().run(String(seq));
      });
      prunedThrough = seq;
    },
  };
}
