// Databases of every older version: made by the migrations up to it, filled by plain statements, opened by today's
// jamey. Their events are as the first release wrote them; what their views say is of nobody, and is made anew.
import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../../src/runtime/store/database.ts";
import { examineStore } from "../../../src/runtime/store/examine.ts";
import { storeLimits } from "../../../src/runtime/store/limits.ts";
import { migrate, migrations } from "../../../src/runtime/store/migrate.ts";
import { DATABASE_FILE, openStore } from "../../../src/runtime/store/open.ts";
import { add, at, everyHit, everySession, temporaryFolder } from "./samples.ts";

const ids = { session_id: "a", turn_id: "t" };
const tokens = { input_tokens: 10, output_tokens: 5, cached_tokens: 2, reasoning_tokens: 1 };
const request = {
  ...ids,
  request_id: "r",
  from_po: "ada",
  kind: "question",
  question: "Which one?",
  options: [],
  tool_call: null,
  hash: null,
  created_at: at,
  deadline_at: null,
};

/** What happened, in the words of the first release: stream, type, payload. */
const history: [string, string, object][] = [
  ["object/ada", "POLoaded", { po_name: "ada", hash: "h1" }],
  [
    "session/a",
    "SessionCreated",
    {
      session_id: "a",
      po_name: "ada",
      source: "cli",
      name: "First",
      agent_mode: "single",
      workspace: "/x",
      context: {},
      metadata: {},
    },
  ],
  [
    "session/a",
    "MessageAdded",
    {
      ...ids,
      message_id: "m",
      role: "user",
      content: "Old words",
      name: null,
      tool_call_id: null,
      tool_calls: [],
      attachments: [],
      reasoning: null,
      source: "cli",
      created_at: at,
    },
  ],
  ["session/a", "HumanRequestQueued", request],
  [
    "session/a",
    "UsageRecorded",
    { ...ids, call_id: "c", model: "x/one", usage: { ...tokens, cost_usd: 0.5 } },
  ],
];

const gone = { session_id: "gone", turn_id: "gone", po_name: "gone", created_at: at };
const sums = { ...tokens, cost_usd: 9, calls: 9, model: "gone", day: "2026-01-01" };
const called = { parent: null, parent_session_id: null, root_session_id: null, paused_calls: 0 };
const state = { context: "{}", metadata: "{}", active_tools: "[]" };
const life = { updated_at: at, updated_seq: 1, iteration_count: 0, message_count: 0, is_parked: 0 };

/** A row of each view; a version has of it the columns that it knows. */
const rows: Record<string, Record<string, string | number | null>> = {
  sessions: {
    ...{ ...gone, ...life, ...state, ...called, turn_id: null, name: null, source: "cli" },
    ...{ agent_mode: "single", workspace: "/x", title: "", forked_from: null, ephemeral: 0 },
    model: null,
  },
  session_states: { ...gone, ...state },
  messages: {
    ...{ ...gone, seq: 1, message_id: "gone", role: "user", content: "", name: null },
    ...{ tool_call_id: null, tool_calls: "[]", attachments: "[]", reasoning: null, source: "cli" },
  },
  queued_messages: { ...gone, seq: 1, message_id: "gone" },
  message_keys: { ...gone, message_key: "gone", message_id: "gone", seq: 1 },
  turns: { ...gone, ...sums, status: "running", model_calls: 1, tool_rounds: 0, is_structured: 0 },
  denials: { ...gone, seq: 1, tool: "x", subject: "", reason: "", allow_with: "" },
  requests: { ...gone, request_id: "gone", state: "open", seq: 1, request: "{}" },
  usage: { ...gone, ...sums },
  kept_usage: { ...gone, ...sums },
  shared_data: { ...gone, key: "k", short_description: "", value: "1" },
  objects: { ...gone, state: "idle", hash: "", loaded_seq: 1, state_seq: 1, is_pending: 0 },
  object_versions: {
    ...{ ...gone, seq: 1, version: 1, hash: "", base_hash: null, author: "", reason: "" },
    ...{ at, bytes: 0 },
  },
  connectors: {
    ...gone,
    connector_id: "gone",
    connector_type: "cli",
    client: "",
    since: at,
    seq: 1,
  },
};

/** What is no view: the journal, and what belongs to it. */
const others = ["meta", "events", "erasures", "sqlite_sequence"];

function fillViews(client: Database): void {
  const tables = client
    .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => name)
    .filter((name) => !others.includes(name) && !name.startsWith("message_text"));
  // A table that a migration adds needs a row above.
  expect(tables.filter((table) => !rows[table])).toEqual([]);
  for (const table of tables) {
    const columns = client
      .query<{ name: string }, [string]>("SELECT name FROM pragma_table_info(?)")
      .all(table);
    const known = Object.entries(rows[table] ?? {}).filter(([column]) =>
      columns.some(({ name }) => name === column),
    );
    const names = known.map(([column]) => column).join(", ");
    const marks = known.map(() => "?").join(", ");
    client.run(
      `INSERT INTO ${table} (${names}) VALUES (${marks})`,
      known.map(([, value]) => value),
    );
  }
}

function fillJournal(client: Database): void {
  const versions = new Map<string, number>();
  for (const [index, [stream, type, payload]] of history.entries()) {
    const seq = index + 1;
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const text = JSON.stringify(payload);
    const header = JSON.stringify([seq, stream, version, type, 1, at, "tester", null, 0]);
    const checksum = Bun.hash.crc32(text, Bun.hash.crc32(header));
    client.run("INSERT INTO events VALUES (?, ?, ?, ?, 1, ?, 'tester', NULL, ?, ?, 0, 0)", [
      ...[seq, stream, version, type, at, text, checksum],
    ]);
  }
}

for (let version = 1; version <= migrations.length; version += 1) {
  test(`a database of version ${version} opens: all that it held is there, and nothing else`, async () => {
    using folder = temporaryFolder();
    const client = openDatabase(join(folder.path, DATABASE_FILE), storeLimits);
    expect(migrate(client, migrations.slice(0, version))).toBe(version);
    fillJournal(client);
    fillViews(client);
    client.run("INSERT INTO meta (key, value) VALUES ('views_version', '1')");
    client.close();

    const errors: unknown[] = [];
    const store = openStore({ folder: folder.path, onError: (thrown) => void errors.push(thrown) });
    const { views, journal } = store;
    const kept: string[] = [...journal.readStream("session/a", 0)].map(({ type }) => type);
    expect(kept).toEqual(history.slice(1).map(([, type]) => type));
    expect(views.listSessions(everySession).sessions.map((one) => one.session_id)).toEqual(["a"]);
    expect(views.getSession("a")).toMatchObject({
      ...{ name: "First", title: "Old words", po_name: "ada", forked_from: null, ephemeral: false },
      conversation: [{ message_id: "m", content: "Old words" }],
    });
    expect(views.searchSessions({ ...everyHit, query: "words" }).length).toBe(1);
    expect(views.listObjects().map((one) => one.po_name)).toEqual(["ada"]);
    expect<unknown>(views.listRequests(null)).toEqual([request]);
    const used = () => views.usage({ session_id: null, by: "object", since: null });
    const one = { calls: 1, usage: { ...tokens, cost_usd: 0.5 } };
    expect(used()).toEqual({
      total: one.usage,
      models: [{ model: "x/one", ...one }],
      groups: [{ key: "ada", po_name: null, label: null, ...one }],
    });

    // It is written to as any other: what is deleted stays in the sums.
    const before = used();
    const day = { day: at.slice(0, 10), model: "x/one", ...one };
    const deletion = { session_id: "a", used: { po_name: "ada", sums: [day] } };
    await add(journal, "session/a", [{ type: "SessionDeleted", payload: deletion }]);
    await journal.erase("session/a");
    expect(used()).toEqual(before);
    await store.close();
    const { problems, stale } = examineStore(folder.path) ?? {};
    expect({ problems, stale, errors }).toEqual({ problems: [], stale: [], errors: [] });
  });
}
