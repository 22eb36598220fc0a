// Opens the store of one environment: the journal and its views in one SQLite file.
import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { inspectDatabase, openDatabase, toStorageError, wrapDatabase } from "./database.ts";
import type { Journal } from "./journal.ts";
import { type StoreLimits, storeLimits } from "./limits.ts";
import { migrate, migrations, refuseNewer } from "./migrate.ts";
import { openRecords } from "./records.ts";
import { openJournal } from "./sqlite-journal.ts";
import { openFolds, VIEWS_VERSION } from "./views/folds.ts";
import { openViews, type Views } from "./views/index.ts";

export const DATABASE_FILE = "jamey.db";

export interface Store {
  journal: Journal;
  views: Views;
  /** Commits what was appended, then closes the file. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The folder of the database; null keeps everything in memory. */
  folder: string | null;
  limits?: Partial<StoreLimits>;
  /** What went wrong where nobody waits for an answer: a listener that threw, housekeeping. */
  onError(thrown: unknown): void;
}

/** Throws a JameyError: `version_mismatch` for a newer database, else `storage_failed`. */
export function openStore(options: StoreOptions): Store {
  const file = options.folder === null ? null : join(options.folder, DATABASE_FILE);
  const limits = { ...storeLimits, ...options.limits };
  let client: Database | undefined;
  try {
    if (file !== null) refuseForeign(file);
    client = openDatabase(file, limits);
    migrate(client);
    return assembleStore(client, { limits, onError: options.onError });
  } catch (thrown) {
    client?.close();
    throw toStorageError(thrown);
  }
}

/** The store over a database that is open and migrated. */
export function assembleStore(
  client: Database,
  options: { limits: StoreLimits; onError: StoreOptions["onError"] },
): Store {
  const { limits, onError } = options;
  const db = wrapDatabase(client);
  const folds = openFolds(client, db);
  const records = openRecords(client, db, limits);
  const { needed, ...views } = openViews({ client, db, folds, rows: records.readable });
  if (readMeta(client, "views_version") !== String(VIEWS_VERSION)) {
    views.rebuild();
    writeMeta(client, "views_version", String(VIEWS_VERSION));
  }
  const journal = openJournal({
    client,
    db,
    records,
    journal_id: journalId(client),
    limits,
    onError,
    views: { ...folds, needed },
  });
  return {
    journal,
    views,
    async close() {
      await journal.close();
      client.close();
    },
  };
}

/** Looks at a file before anything is written into it. */
function refuseForeign(file: string): void {
  const found = inspectDatabase(file);
  if (!found) return;
  refuseNewer({ version: found.user_version, known: migrations.length });
  if (found.foreign_objects > 0) {
    throw new JameyError(
      "storage_failed",
      `${file} holds triggers or views, which jamey never makes: restore it from a backup you trust.`,
    );
  }
}

function journalId(client: Database): string {
  const kept = readMeta(client, "journal_id");
  if (kept !== undefined) return kept;
  const made = crypto.randomUUID();
  writeMeta(client, "journal_id", made);
  return made;
}

function readMeta(client: Database, key: string): string | undefined {
  return client.query<{ value: string }, [string]>("SELECT value FROM meta WHERE key = ?").get(key)
    ?.value;
}

function writeMeta(client: Database, key: string, value: string): void {
  client.run(
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    [key, value],
  );
}
