// What one wide row costs the others: nothing.
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../../src/runtime/store/database.ts";
import { storeLimits } from "../../../src/runtime/store/limits.ts";
import { migrate, migrations } from "../../../src/runtime/store/migrate.ts";
import { assembleStore, DATABASE_FILE, openStore } from "../../../src/runtime/store/open.ts";
import { VIEWS_VERSION } from "../../../src/runtime/store/views/folds.ts";
import { add, at, created, said, temporaryFolder } from "./samples.ts";
import { openMemory } from "./views-support.ts";

test("Only tables whose every row is narrow are WITHOUT ROWID, for SQLite reads whole rows to compare their keys", async () => {
  await using store = openMemory();
  const tables = store.client
    .query<{ name: string }, []>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 1
       AND name NOT LIKE 'message_text%' ORDER BY name`,
    )
    .all();
  expect(tables.map((table) => table.name)).toEqual([
    "connectors",
    "erasures",
    "kept_usage",
    "message_keys",
    "meta",
    "objects",
    "usage",
  ]);
});

test("A message to a session with much metadata does not write the metadata again", async () => {
  using folder = temporaryFolder();
  const limits = { idleMs: 60_000, maxWalBytes: 256 * 1024 * 1024 };
  const store = openStore({ folder: folder.path, limits, onError: console.error });
  const metadata = { wide: "x".repeat(2 * 1024 * 1024) };
  await add(store.journal, "session/a", [created("a", { metadata })]);
  const written = () => statSync(join(folder.path, `${DATABASE_FILE}-wal`)).size;
  const before = written();
  for (let index = 0; index < 10; index += 1) {
    await add(store.journal, "session/a", [said("a", `m${index}`, "hello")]);
  }
  expect(written() - before).toBeLessThan(metadata.wide.length);
  expect(store.views.getSession("a")).toMatchObject({ metadata, message_count: 10 });
  await store.close();
});

test("A database of the version before keeps its views as they are", () => {
  const client = openDatabase(null, storeLimits);
  migrate(client, migrations.slice(0, 3));
  client.run(
    `INSERT INTO sessions (session_id, po_name, source, agent_mode, workspace, context, metadata, active_tools,
       iteration_count, message_count, is_parked, created_at, updated_at, updated_seq, title)
     VALUES ('a', 'helper', 'cli', 'single', '/x', '{"b":"c"}', '{"d":1}', '["look"]', 2, 3, 0, ?1, ?1, 9, 'Words')`,
    [at],
  );
  client.run(
    `INSERT INTO turns (turn_id, session_id, status, model_calls, tool_rounds, input_tokens, output_tokens,
       cached_tokens, reasoning_tokens, is_structured)
     VALUES ('t', 'a', 'running', 1, 0, 5, 6, 0, 0, 1)`,
  );
  client.run(
    `INSERT INTO requests (request_id, session_id, turn_id, state, seq, request)
     VALUES ('r', 'a', 't', 'open', 8, '{"request_id":"r"}')`,
  );
  client.run("INSERT INTO meta (key, value) VALUES ('views_version', ?)", [String(VIEWS_VERSION)]);
  expect(migrate(client)).toBe(migrations.length - 3);
  const { views } = assembleStore(client, { limits: storeLimits, onError: console.error });
  expect(views.getSession("a")).toMatchObject({
    po_name: "helper",
    metadata: { d: 1 },
    message_count: 3,
    title: "Words",
    state: "waiting",
    session_state: { context: { b: "c" }, active_tools: ["look"], iteration_count: 2 },
  });
  expect([views.findTurn("t"), views.findRequest("r")?.state]).toEqual([
    { session_id: "a", status: "running" },
    "open",
  ]);
  client.close();
});
