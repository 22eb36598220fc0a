// The database of an environment from outside, for who copies or lists environments.
import { constants, Database } from "bun:sqlite";
import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspectDatabase, toStorageError } from "./database.ts";
import { migrations, refuseNewer } from "./migrate.ts";
import { DATABASE_FILE } from "./open.ts";

/**
 * Writes one consistent file, without a write-ahead log, with a journal of its own: cursors of the first are
 * not cursors of the copy, and neither ends the processes of the other. False where there is no database.
 */
export function copyDatabase(folder: string, target: string): boolean {
  const file = join(folder, DATABASE_FILE);
  try {
    const found = inspectDatabase(file);
    if (!found) return false;
    refuseNewer({ version: found.user_version, known: migrations.length });
    closeSync(openSync(target, "wx", 0o600));
    const client = new Database(file, { readwrite: true, create: false });
    try {
      client.run("VACUUM INTO ?", [target]);
    } finally {
      client.close();
    }
    forgetJournal(target);
    chmodSync(target, 0o600);
    return true;
  } catch (thrown) {
    throw toStorageError(thrown);
  }
}

/** The next who opens it makes a new id. */
function forgetJournal(file: string): void {
  const client = new Database(file, { readwrite: true, create: false });
  try {
    client.run("DELETE FROM meta WHERE key = 'journal_id'");
  } finally {
    client.close();
  }
}

/** Those that answer nobody's call. null: there is no database, or none that this version can read. A daemon may have it. */
export function countSessions(folder: string): number | null {
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(file)) return null;
  const address = pathToFileURL(file);
  if (!existsSync(`${file}-wal`)) address.searchParams.set("immutable", "1");
  let client: Database | undefined;
  try {
    const flags = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
    client = new Database(address.href, flags);
    const found = client.query<{ count: number }, []>(
      "SELECT count(*) AS count FROM sessions WHERE parent_session_id IS NULL",
    );
    return found.get()?.count ?? null;
  } catch (_unreadable) {
    return null;
  } finally {
    client?.close();
  }
}
