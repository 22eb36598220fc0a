// The one connection to SQLite: how it is opened, set up, and how its failures are named.
// Rules: 1. Acknowledged means on the disk: WAL with synchronous=FULL (on macOS also fullfsync).
//        2. A database file is input from outside: it is looked at read-only before anything is written,
//           and one with triggers or views, which jamey never makes, is refused.
import { constants, Database, SQLiteError } from "bun:sqlite";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** How long a statement waits for a lock: another process may hold it only for a backup. */
const BUSY_TIMEOUT_MS = 5_000;
export const PAGE_BYTES = 4096;

export type Db = ReturnType<typeof wrapDatabase>;

export const wrapDatabase = (client: Database) => drizzle({ client });

/** Opens for writing, set up by the rules; null is a database in memory. */
export function openDatabase(file: string | null, options: { maxWalBytes: number }): Database {
  if (file !== null) createFile(file);
  const client = finalizing(
    new Database(file ?? ":memory:", { readwrite: true, create: true, strict: true }),
  );
  try {
    client.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    client.run("PRAGMA journal_mode = WAL");
    client.run("PRAGMA synchronous = FULL");
    if (process.platform === "darwin") {
      client.run("PRAGMA fullfsync = ON");
      client.run("PRAGMA checkpoint_fullfsync = ON");
      // Apple's SQLite keeps the WAL file after a clean close unless told otherwise.
      if (file !== null) client.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 0);
    }
    client.run("PRAGMA foreign_keys = ON");
    client.run("PRAGMA trusted_schema = OFF");
    client.run("PRAGMA cell_size_check = ON");
    client.run("PRAGMA secure_delete = ON");
    client.run("PRAGMA temp_store = MEMORY");
    client.run(`PRAGMA journal_size_limit = ${options.maxWalBytes}`);
    client.run(`PRAGMA wal_autocheckpoint = ${Math.ceil(options.maxWalBytes / PAGE_BYTES)}`);
    return client;
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

/**
 * `close` really closes: SQLite keeps a file, its WAL and its locks as long as one prepared statement
 * is left, and drizzle does not give its own away.
 */
function finalizing(client: Database): Database {
  const statements: { finalize(): void }[] = [];
  const prepare = client.prepare.bind(client);
  const close = client.close.bind(client);
  // The same function with the same type, which only remembers what it returns.
  client.prepare = ((text: string) => {
    const statement = prepare(text);
    statements.push(statement);
    return statement;
  }) as typeof client.prepare;
  client.close = () => {
    for (const statement of statements.splice(0)) statement.finalize();
    close(true);
  };
  return client;
}

/**
 * What a file says about itself, read without changing a byte of it; undefined when there is none.
 * Without a WAL, nobody has it open and it can be read as immutable: SQLite then makes no files either.
 */
export function inspectDatabase(
  file: string,
): { user_version: number; foreign_objects: number } | undefined {
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  const address = pathToFileURL(file);
  if (!existsSync(`${file}-wal`)) address.searchParams.set("immutable", "1");
  const client = new Database(
    address.href,
    constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI,
  );
  try {
    client.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const version = client.query<{ user_version: number }, []>("PRAGMA user_version").get();
    const objects = client
      .query<{ count: number }, []>(
        "SELECT count(*) AS count FROM sqlite_schema WHERE type IN ('trigger', 'view')",
      )
      .get();
    return { user_version: version?.user_version ?? 0, foreign_objects: objects?.count ?? 0 };
  } finally {
    client.close();
  }
}

/**
 * Runs in one transaction: all of it is committed, or nothing is. A failed COMMIT may leave the
 * transaction open, and a full disk may have rolled it back already.
 */
export function transact<Out>(client: Database, run: () => Out): Out {
  client.run("BEGIN IMMEDIATE");
  try {
    const out = run();
    client.run("COMMIT");
    return out;
  } catch (thrown) {
    if (client.inTransaction) client.run("ROLLBACK");
    throw thrown;
  }
}

/** SQLite's refusals as `storage_failed`; a JameyError and any bug pass through as they are. */
export function toStorageError(thrown: unknown): unknown {
  if (!(thrown instanceof SQLiteError)) return thrown;
  const sqlite_code = thrown.code ?? "SQLITE_ERROR";
  return new JameyError("storage_failed", `${adviceFor(sqlite_code)} (${messageOf(thrown)})`, {
    cause: thrown,
    details: { sqlite_code },
  });
}

/** The file or its disk is at fault, not what was to be written: another try fails in the same way. */
export function isOfTheDisk(thrown: unknown): boolean {
  if (!(thrown instanceof SQLiteError)) return false;
  const code = thrown.code ?? "SQLITE_ERROR";
  return !["SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE"].some((own) =>
    code.startsWith(own),
  );
}

function adviceFor(code: string): string {
  if (code === "SQLITE_FULL") return "The disk is full: free some space, then try again.";
  if (code.startsWith("SQLITE_IOERR"))
    return "The disk failed: look at its health, then try again.";
  if (code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB") {
    return "The database file is damaged: restore it from a backup.";
  }
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN")) {
    return "The database file cannot be written: look at the permissions of its folder.";
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return "Another process holds the database: end it, then try again.";
  }
  return "The database refused.";
}

/**
 * The file, readable by its owner only; SQLite gives the WAL the same mode. Exclusive creation never
 * opens a file that is there: closing it would drop the locks that this process holds on it.
 */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file)) chmodSync(file, 0o600);
  else closeSync(openSync(file, "wx", 0o600));
}
