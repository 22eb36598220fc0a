// Who is the daemon: one process at a time holds the lock of an environment. The kernel holds it for
// the process, so that it ends with the process, however that ends. The file's content means nothing.
import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";

export interface Lock {
  release(): void;
}

/** undefined when another holds it, be it in this process. Never waits. */
export function takeLock(file: string): Lock | undefined {
  let database: Database | undefined;
  try {
    createFile(file);
    database = new Database(file, { readwrite: true, create: true });
    const held = database;
    held.run("PRAGMA busy_timeout = 0");
    held.run("BEGIN EXCLUSIVE");
    return { release: () => held.close() };
  } catch (thrown) {
    database?.close();
    if (isTaken(thrown)) return undefined;
    throw new JameyError(
      "storage_failed",
      `The lock ${file} cannot be taken (${messageOf(thrown)}): look at the permissions of its folder.`,
      { cause: thrown },
    );
  }
}

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof SQLiteError && (thrown.code ?? "").startsWith("SQLITE_BUSY");

/**
 * Exclusive creation: a lock file that is there is never opened and closed here, because that would
 * drop the lock which this process may hold on it.
 */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (thrown) {
    // It is there; whose lock it is, the transaction decides.
    if (!existsSync(file)) throw thrown;
  }
}
