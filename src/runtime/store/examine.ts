// Looks at a database without touching it, whether a daemon has it open or not: everything is done on a copy
// in memory, in which the views are also made anew and compared with those that are kept.
import { constants, Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getTableName } from "drizzle-orm";
import { inspectDatabase, toStorageError } from "./database.ts";
import { storeLimits } from "./limits.ts";
import { migrate, migrations, refuseNewer } from "./migrate.ts";
import { assembleStore, DATABASE_FILE } from "./open.ts";
import { viewTables } from "./schema.ts";

/** A larger database is not copied: only its structure is looked at. */
export const MAX_COPIED_BYTES = 128 * 1024 * 1024;
/** How long a statement waits for the daemon that has the file. Milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Where the header of a file says that it has a write-ahead log, which a copy in memory has not. */
const WAL_MARKS = [18, 19];

export interface StoreExamination {
  file: string;
  bytes: number;
  events: number;
  /** When the last event happened; null where there is none. */
  last_at: string | null;
  problems: string[];
  /** Views that are not what the journal says; null: not compared. */
  stale: string[] | null;
}

/** undefined where there is no database. Throws what keeps it from being read. */
export function examineStore(folder: string): StoreExamination | undefined {
  const file = join(folder, DATABASE_FILE);
  try {
    const found = inspectDatabase(file);
    if (!found) return undefined;
    refuseNewer({ version: found.user_version, known: migrations.length });
    const client = openReadOnly(file);
    try {
      const bytes = statSync(file).size;
      const about = { file, bytes, ...readEvents(client) };
      return bytes > MAX_COPIED_BYTES
        ? { ...about, problems: quickCheck(client), stale: null }
        : { ...about, ...examineCopy(client.serialize()) };
    } finally {
      client.close();
    }
  } catch (thrown) {
    throw toStorageError(thrown);
  }
}

function openReadOnly(file: string): Database {
  const address = pathToFileURL(file);
  if (!existsSync(`${file}-wal`)) address.searchParams.set("immutable", "1");
  const flags = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
  const client = new Database(address.href, flags);
  client.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  client.run("PRAGMA trusted_schema = OFF");
  return client;
}

function readEvents(client: Database): { events: number; last_at: string | null } {
  const found = client
    .query<{ events: number; last_at: string | null }, []>(
      "SELECT count(*) AS events, max(at) AS last_at FROM events",
    )
    .get();
  return found ?? { events: 0, last_at: null };
}

function quickCheck(client: Database): string[] {
  return client
    .query<{ quick_check: string }, []>("PRAGMA quick_check")
    .all()
    .map((row) => row.quick_check)
    .filter((said) => said !== "ok");
}

function examineCopy(bytes: Uint8Array): { problems: string[]; stale: string[] | null } {
  for (const at of WAL_MARKS) bytes[at] = 1;
  const client = Database.deserialize(bytes, { strict: true });
  try {
    client.run("PRAGMA trusted_schema = OFF");
    client.run("PRAGMA foreign_keys = ON");
    const damage = quickCheck(client);
    if (damage.length > 0) return { problems: damage, stale: null };
    // Views of another version are folded again by the next start: they are nothing to compare.
    const isCurrent = migrate(client) === 0;
    const store = assembleStore(client, { limits: storeLimits, onError: () => undefined });
    const kept = isCurrent ? digestViews(client) : undefined;
    const { problems } = store.journal.check();
    // What is damaged cannot be folded again.
    if (!kept || problems.length > 0) return { problems, stale: null };
    store.views.rebuild();
    const made = digestViews(client);
    return {
      problems,
      stale: [...kept.keys()].filter((name) => kept.get(name) !== made.get(name)),
    };
  } finally {
    client.close();
  }
}

function digestViews(client: Database): Map<string, string> {
  const digests = new Map<string, string>();
  for (const table of Object.values(viewTables)) {
    const name = getTableName(table);
    const hasher = new Bun.CryptoHasher("sha256");
    const rows = client.query(`SELECT * FROM ${name} ORDER BY 1, 2`);
    for (const row of rows.iterate()) hasher.update(JSON.stringify(row));
    digests.set(name, hasher.digest("hex"));
  }
  return digests;
}
