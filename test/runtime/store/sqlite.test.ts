// What only the SQLite store promises: its files, their age, their damage, and a full disk.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { JameyError } from "../../../src/protocol/errors.ts";
import { openDatabase } from "../../../src/runtime/store/database.ts";
import { storeLimits } from "../../../src/runtime/store/limits.ts";
import { migrate, migrations } from "../../../src/runtime/store/migrate.ts";
import { DATABASE_FILE, openStore, type StoreOptions } from "../../../src/runtime/store/open.ts";
import * as schema from "../../../src/runtime/store/schema.ts";
import { everything, plenty } from "./open-journal.ts";
import { add, created, said, temporaryFolder } from "./samples.ts";
import { openMemory } from "./views-support.ts";

function openIn(folder: string, limits: NonNullable<StoreOptions["limits"]> = {}) {
  const store = openStore({
    folder,
    limits,
    onError: (thrown) => {
      throw thrown;
    },
  });
  return { ...store, [Symbol.asyncDispose]: store.close };
}

/** Changes a closed database from outside. */
function tamper(folder: string, statement: string): void {
  const client = new Database(join(folder, DATABASE_FILE));
  client.run(statement);
  client.close();
}

function refusal(run: () => unknown): { code: string; message: string; details: object } {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof JameyError) return thrown;
    throw thrown;
  }
  throw new Error("it was not refused");
}

const deletion = { type: "SessionDeleted" as const, payload: { session_id: "a" } };

describe("the files of a store", () => {
  test("are readable by their owner only, and only the database is left after a close", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "deep", ".state");
    const store = openIn(path);
    await add(store.journal, "session/a", [created("a")]);
    const modes = (names: string[]) =>
      names.map((name) => [name, (statSync(join(path, name)).mode & 0o777).toString(8)]);
    expect(modes(readdirSync(path).toSorted())).toEqual([
      ["jamey.db", "600"],
      ["jamey.db-shm", "600"],
      ["jamey.db-wal", "600"],
    ]);
    await store.close();
    chmodSync(join(path, DATABASE_FILE), 0o644);
    await openIn(path).close();
    expect(modes(readdirSync(path))).toEqual([["jamey.db", "600"]]);
  });

  test("are set up so that acknowledged means on the disk, and their schema is not trusted", () => {
    using folder = temporaryFolder();
    const client = openDatabase(join(folder.path, "x.db"), storeLimits);
    const pragma = (name: string) =>
      Object.values(client.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get() ?? {})[0];
    const names = [
      "journal_mode",
      "synchronous",
      "foreign_keys",
      "trusted_schema",
      "cell_size_check",
      "secure_delete",
      "busy_timeout",
      "journal_size_limit",
    ];
    expect(names.map(pragma)).toEqual(["wal", 2, 1, 0, 1, 1, 5000, storeLimits.maxWalBytes]);
    client.close();
  });

  test("hold the tables that the schema describes", async () => {
    await using store = openMemory();
    const tables = [
      ...Object.values(schema.viewTables),
      schema.events,
      schema.meta,
      schema.erasures,
    ];
    for (const table of tables) {
      // Every table of the schema is one of SQLite; the union is too wide for drizzle's own types.
      const { name, columns } = getTableConfig(table as SQLiteTable);
      const kept = store.client
        .query<{ name: string; type: string; not_null: boolean; is_key: boolean }, [string]>(
          `SELECT name, type, ("notnull" OR pk > 0) AS not_null FROM pragma_table_info(?)`,
        )
        .all(name);
      expect({
        name,
        columns: kept.map((column) => [column.name, column.type, !!column.not_null]),
      }).toEqual({
        name,
        columns: columns.map((column) => [
          column.name,
          column.getSQLType().toUpperCase(),
          column.notNull || column.primary,
        ]),
      });
    }
  });

  test("do not grow with the write-ahead log: it is written back when nothing happens", async () => {
    using folder = temporaryFolder();
    await using store = openIn(folder.path, { idleMs: 1 });
    const database = join(folder.path, DATABASE_FILE);
    const before = statSync(database).size;
    await add(store.journal, "session/a", [said("a", "m1", "x".repeat(100_000))]);
    while (statSync(database).size < before + 100_000) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(statSync(database).size).toBeGreaterThan(100_000);
  });

  test("keep the write-ahead log small while there is no idle moment", async () => {
    using folder = temporaryFolder();
    const maxWalBytes = 1024 * 1024;
    await using store = openIn(folder.path, { idleMs: 60_000, maxWalBytes });
    for (let index = 0; index < 100; index += 1) {
      await add(store.journal, "session/a", [said("a", `m${index}`, "x".repeat(100_000))]);
    }
    const wal = statSync(join(folder.path, `${DATABASE_FILE}-wal`)).size;
    expect(wal).toBeLessThan(2 * maxWalBytes);
  });

  test("hold no text of an erased session any more", async () => {
    using folder = temporaryFolder();
    const text = "zanzibarquux";
    const holding = () =>
      readdirSync(folder.path).filter((name) =>
        readFileSync(join(folder.path, name)).includes(text),
      );
    const store = openIn(folder.path);
    const messages = Array.from({ length: 1500 }, (_, index) =>
      said("a", `m${index}`, `the ${text} is number ${index}`),
    );
    await add(store.journal, "session/a", [created("a"), ...messages]);
    await store.close();
    expect(holding()).toEqual([DATABASE_FILE]);

    const again = openIn(folder.path);
    await add(again.journal, "session/a", [deletion]);
    await again.journal.erase("session/a");
    // Looked at by another process: to read the file in this one would drop SQLite's locks on it.
    const grep = Bun.spawnSync(["grep", "-rlai", text, folder.path]);
    expect(grep.stdout.toString()).toBe("");
    await again.close();
    expect(holding()).toEqual([]);
  });
});

describe("the age of a store", () => {
  test("a newer database is refused, named and left untouched", async () => {
    using folder = temporaryFolder();
    await openIn(folder.path).close();
    tamper(folder.path, "PRAGMA user_version = 99");
    const look = () =>
      readdirSync(folder.path).map((name) => [
        name,
        Bun.hash(readFileSync(join(folder.path, name))),
      ]);
    const before = look();
    const { code, message, details } = refusal(() => openIn(folder.path));
    expect({ code, message, details }).toEqual({
      code: "version_mismatch",
      message: `The database has version 99, this jamey knows up to ${migrations.length}: update jamey, or use another environment.`,
      details: { database_version: 99, known_version: migrations.length },
    });
    expect(look()).toEqual(before);
  });

  test("migrations run once, in order, each whole or not at all", () => {
    const client = openDatabase(null, storeLimits);
    const two = ["CREATE TABLE one (x)", "CREATE TABLE two (x)"];
    const broken = [...two, "CREATE TABLE three (x); INSERT INTO missing VALUES (1)"];
    const tables = () =>
      client.query("SELECT name FROM sqlite_schema ORDER BY name").values().flat();
    const version = () => client.query("PRAGMA user_version").values().flat();
    expect([migrate(client, two.slice(0, 1)), tables(), version()]).toEqual([1, ["one"], [1]]);
    expect(() => migrate(client, broken)).toThrow("missing");
    expect([tables(), version()]).toEqual([["one", "two"], [2]]);
    expect(migrate(client, two)).toBe(0);
    client.close();
  });

  test("views that were folded by other rules are folded again at the next open", async () => {
    using folder = temporaryFolder();
    const store = openIn(folder.path);
    await add(store.journal, "session/a", [created("a"), said("a", "m1", "hello")]);
    await store.close();
    tamper(folder.path, "DELETE FROM sessions");
    await openIn(folder.path).close();
    tamper(folder.path, "UPDATE meta SET value = '0' WHERE key = 'views_version'");
    await using again = openIn(folder.path);
    expect(again.views.getSession("a")?.message_count).toBe(1);
  });

  test("an event that this jamey does not know is refused by name", async () => {
    using folder = temporaryFolder();
    const store = openIn(folder.path);
    await add(store.journal, "session/a", [created("a")]);
    const [row] = store.journal.readStream("session/a", 0);
    await store.close();
    // What a newer jamey would have written, checksum and all.
    const header = JSON.stringify([
      1,
      "session/a",
      1,
      "SessionCreated",
      9,
      row?.at,
      "tester",
      null,
      0,
    ]);
    const checksum = Bun.hash.crc32(JSON.stringify(row?.payload), Bun.hash.crc32(header));
    tamper(folder.path, `UPDATE events SET type_version = 9, checksum = ${checksum}`);
    await using again = openIn(folder.path);
    const { code, message } = refusal(() => again.journal.read(0, everything, plenty));
    expect([code, message]).toEqual([
      "version_mismatch",
      "The journal holds the event SessionCreated version 9, which this jamey does not know: update jamey.",
    ]);
  });
});

describe("damage", () => {
  async function damaged(statement: string) {
    const folder = temporaryFolder();
    const store = openIn(folder.path);
    await add(store.journal, "session/a", [created("a"), said("a", "m1", "one")]);
    await add(store.journal, "session/a", [said("a", "m2", "two")]);
    await store.close();
    tamper(folder.path, statement);
    const again = openIn(folder.path);
    return {
      ...again,
      async [Symbol.asyncDispose]() {
        await again.close();
        folder[Symbol.dispose]();
      },
    };
  }

  test("every field of a row is covered by its checksum; reading a changed one names it", async () => {
    const changes = [
      "stream = 'session/b'",
      "version = 9",
      "type = 'MessageQueued'",
      "type_version = 0",
      "at = '2027-01-01T00:00:00.000Z'",
      "caller = 'mallory'",
      "causation_id = 'x'",
      "payload = replace(payload, 'one', 'two')",
      "is_erased = 2",
      "checksum = checksum + 1",
    ];
    for (const change of changes) {
      await using store = await damaged(`UPDATE events SET ${change} WHERE seq = 2`);
      const problems = store.journal.check().problems;
      expect({ change, found: problems.includes("event 2: its checksum does not fit") }).toEqual({
        change,
        found: true,
      });
      if (change.startsWith("is_erased")) continue;
      const { code, details } = refusal(() => store.journal.read(0, everything, plenty));
      expect({ change, code, seq: "seq" in details && details.seq }).toEqual({
        change,
        code: "storage_failed",
        seq: 2,
      });
    }
  });

  test("a row that is missing is found, and so is full text that does not fit", async () => {
    await using missing = await damaged("DELETE FROM events WHERE seq = 2");
    expect(missing.journal.check()).toEqual({
      ok: false,
      problems: ["event 3: session/a has version 3 after 1", "event 3: the one before it is 1"],
    });
    await using changed = await damaged(
      "UPDATE messages SET content = 'other words' WHERE seq = 2",
    );
    expect(changed.journal.check().problems).toEqual([
      "full text: database disk image is malformed",
    ]);
  });

  test("a file that is no database, a cut one, and one with triggers are refused", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, DATABASE_FILE);
    await openIn(folder.path).close();
    tamper(folder.path, "CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM events; END");
    expect(refusal(() => openIn(folder.path)).message).toContain("triggers or views");
    tamper(folder.path, "DROP TRIGGER evil");
    await openIn(folder.path).close();
    truncateSync(file, 5000);
    expect(refusal(() => openIn(folder.path)).code).toBe("storage_failed");
    writeFileSync(file, "this is not a database, whatever its name may be\n".repeat(20));
    const { code, message } = refusal(() => openIn(folder.path));
    expect([code, message]).toEqual([
      "storage_failed",
      "The database file is damaged: restore it from a backup. (file is not a database)",
    ]);
  });
});

describe("a full disk", () => {
  test("refuses the appends of the tick, changes nothing, and goes on when there is space", async () => {
    await using store = openMemory();
    const { journal, client } = store;
    await add(journal, "session/a", [created("a")]);
    const before = { head: journal.head(), views: store.dump() };
    let rings = 0;
    journal.follow(() => {
      rings += 1;
    });
    const pages = client.query("PRAGMA page_count").values().flat()[0];
    client.run(`PRAGMA max_page_count = ${pages}`);
    const big = (id: string) => add(journal, `session/${id}`, [said(id, "m1", "x".repeat(50_000))]);
    const outcomes = await Promise.allSettled([big("a"), big("b")]);
    expect(
      outcomes.map(
        (outcome) => outcome.status === "rejected" && [outcome.reason.code, outcome.reason.details],
      ),
    ).toEqual([
      ["storage_failed", { sqlite_code: "SQLITE_FULL" }],
      ["storage_failed", { sqlite_code: "SQLITE_FULL" }],
    ]);
    expect({ head: journal.head(), views: store.dump() }).toEqual(before);
    expect([journal.version("session/a"), journal.version("session/b"), rings]).toEqual([1, 0, 0]);

    client.run("PRAGMA max_page_count = 100000");
    await Promise.all([big("a"), big("b")]);
    expect([journal.head(), journal.version("session/a"), rings]).toEqual([3, 2, 1]);
    expect(journal.check()).toEqual({ ok: true, problems: [] });
  });
});
