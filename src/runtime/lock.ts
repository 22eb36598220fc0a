// Who is the daemon: one process at a time holds the lock of an environment. The kernel holds it for
// the process, so that it ends with the process, however that ends. The file's content means nothing.
import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";

export interface Lock {
  release(): void;
}

/** How often it is looked whether the file is still there. Milliseconds. */
const LOOK_MS = 1_000;

/** Keeps a lock that is held: a file that somebody removed is made again and held too. */
export function guardLock(file: string, first: Lock, lookMs = LOOK_MS): Lock {
  const held = [first];
  // Not used for another file while we hold it.
  let ino = inodeOf(file);
  function look(): void {
    try {
      if (inodeOf(file) === ino || !existsSync(dirname(file))) return;
      // Who holds the new one for a moment will find that we are here.
      const again = takeLock(file);
      if (!again) return;
      held.push(again);
      ino = inodeOf(file);
    } catch (_full) {
      // A disk that is full or away: the next look tries again.
      return;
    }
  }
  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      for (const lock of held) lock.release();
    },
  };
}

const inodeOf = (file: string): number | undefined =>
  statSync(file, { throwIfNoEntry: false })?.ino;

/** undefined when another holds it, be it in this process. Waits, the whole process with it, for `waitMs`. */
export function takeLock(file: string, { waitMs = 0 } = {}): Lock | undefined {
  let database: Database | undefined;
  try {
    createFile(file);
    database = new Database(file, { readwrite: true, create: true });
    const held = database;
    held.run(`PRAGMA busy_timeout = ${waitMs}`);
    held.run("BEGIN EXCLUSIVE");
    return { release: () => held.close() };
  } catch (thrown) {
    database?.close();
    if (isTaken(thrown)) return undefined;
    throw new JameyError(
      "storage_failed",
      `The lock ${file} cannot be taken (${messageOf(thrown)}): look at ${isFull(thrown) ? "the room on its disk" : "the permissions of its folder"}.`,
      { cause: thrown },
    );
  }
}

/** SQLite says in several ways that nothing more fits. */
const isFull = (thrown: unknown): boolean =>
  /ENOSPC|no space|is full|SQLITE_FULL|SQLITE_IOERR/i.test(
    `${messageOf(thrown)} ${thrown instanceof SQLiteError ? thrown.code : ""}`,
  );

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
