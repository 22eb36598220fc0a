// The lists of sessions in pages, what they are filtered by, their titles; and what a search is filtered by.
import { describe, expect, test } from "bun:test";
import type { StoredEvent } from "../../../src/protocol/events/index.ts";
import { openDatabase } from "../../../src/runtime/store/database.ts";
import { storeLimits } from "../../../src/runtime/store/limits.ts";
import { migrate, migrations } from "../../../src/runtime/store/migrate.ts";
import { assembleStore } from "../../../src/runtime/store/open.ts";
import { createRandom } from "../../core/support/random.ts";
import { add, at, created, everyHit, everySession, queued, said, started } from "./samples.ts";
import { used } from "./views-events.ts";
import { openMemory } from "./views-support.ts";

type Store = ReturnType<typeof openMemory>;

const idsOf = (page: ReturnType<Store["views"]["listSessions"]>) =>
  page.sessions.map((session) => session.session_id);

const rename = (session_id: string): StoredEvent => ({
  type: "SessionRenamed",
  payload: { session_id, name: `${session_id} again` },
});

/** The one event that moves no session. */
const usedIn = (session_id: string): StoredEvent => {
  const event = used("x/y", 0);
  if (event.type !== "UsageRecorded") throw new Error("usage");
  return { ...event, payload: { ...event.payload, session_id } };
};

describe("pages of sessions", () => {
  test("have every session once, whatever happens in them meanwhile", async () => {
    for (const seed of [1, 2, 3]) {
      await using store = openMemory();
      const { journal, views } = store;
      const random = createRandom(seed);
      const ids = Array.from({ length: 30 }, (_, index) => `session-${index}`);
      for (const id of ids) await add(journal, `session/${id}`, [created(id)]);
      for (let round = 0; round < 30; round += 1) {
        const id = random.pick(ids);
        await add(journal, `session/${id}`, [random.oneIn(2) ? rename(id) : usedIn(id)]);
      }
      const whole = idsOf(views.listSessions({ ...everySession, limit: 100 }));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = views.listSessions({ ...everySession, cursor, limit: random.between(1, 7) });
        seen.push(...idsOf(page));
        cursor = page.next_cursor;
        for (let round = 0; round < 5; round += 1) {
          const id = random.pick(ids);
          await add(
            journal,
            `session/${id}`,
            random.pick([[rename(id)], [usedIn(id)], [rename(id), usedIn(id)]]),
          );
        }
        const late = `late-${seen.length}-${random.between(0, 1e9)}`;
        await add(journal, `session/${late}`, [created(late)]);
      } while (cursor !== null);
      expect(seen).toEqual(whole);
    }
  });

  test("end where there are no more, and refuse a cursor that is none", async () => {
    await using store = openMemory();
    const { views } = store;
    for (const id of ["a", "b"]) await add(store.journal, `session/${id}`, [created(id)]);
    expect(views.listSessions({ ...everySession, limit: 2 }).next_cursor).toBeNull();
    const first = views.listSessions({ ...everySession, limit: 1 });
    expect([idsOf(first), first.next_cursor]).toEqual([["b"], "2-2"]);
    const second = views.listSessions({ ...everySession, limit: 1, cursor: first.next_cursor });
    expect([idsOf(second), second.next_cursor]).toEqual([["a"], null]);
    expect(() => views.listSessions({ ...everySession, cursor: "2-x" })).toThrow(
      "'2-x' is no cursor: give the next_cursor of a SessionList, or null.",
    );
  });

  test("are filtered by the beginning of an id, by a name or a part of it, and by age", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    await add(journal, "session/abc-1", [created("abc-1", { name: "ab" })], at);
    await add(journal, "session/abd-2", [created("abd-2")], "2026-02-02T00:00:00.000Z");
    await add(journal, "session/x%_3", [created("x%_3", { name: "abc" })], at);
    const list = (filter: object) => idsOf(views.listSessions({ ...everySession, ...filter }));
    expect(list({ match: "abc" })).toEqual(["x%_3", "abc-1"]);
    expect(list({ match: "ab" })).toEqual(["abd-2", "abc-1"]);
    expect(list({ match: "x%" })).toEqual(["x%_3"]);
    expect(list({ match: "a%" })).toEqual([]);
    expect(list({ match: "AB" })).toEqual([]);
    expect(list({ named: "ABC" })).toEqual(["x%_3"]);
    expect(list({ named: "B" })).toEqual(["x%_3", "abc-1"]);
    expect(list({ named: "%" })).toEqual([]);
    expect(list({ updated_before: "2026-02-02T00:00:00.000Z" })).toEqual(["x%_3", "abc-1"]);
    expect(list({ updated_before: at })).toEqual([]);
  });
});

describe("a session in a list", () => {
  test("is entitled by the first words of its first human message", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const titles: [string, string][] = [
      ["  Fix\n the\t \u001b[31mred\u001b[0m bug\u0007 ", "Fix the red bug"],
      [
        "\u202efoo\u2066 bar \ud83d\udc69\u200d\ud83d\udcbb",
        "foo bar \ud83d\udc69\u200d\ud83d\udcbb",
      ],
      ["word ".repeat(40), `${"word ".repeat(15).trim()}…`],
      ["x".repeat(100), `${"x".repeat(79)}…`],
      ["🦊".repeat(80), "🦊".repeat(80)],
    ];
    for (const [index, [content, title]] of titles.entries()) {
      const id = `s${index}`;
      await add(journal, `session/${id}`, [
        created(id),
        said(id, "m0", "I am ready.", { role: "assistant" }),
      ]);
      expect(views.getSession(id)?.title).toBe("");
      await add(journal, `session/${id}`, [said(id, "m1", content), said(id, "m2", "later")]);
      expect(views.getSession(id)?.title).toBe(title);
    }
  });

  test("says where it was forked from, and whether it stays", async () => {
    await using store = openMemory();
    const forked_from = { session_id: "a", message_id: "m1" };
    await add(store.journal, "session/a", [created("a")]);
    await add(store.journal, "session/b", [created("b", { forked_from, ephemeral: true })]);
    const { sessions } = store.views.listSessions(everySession);
    expect(sessions.map((one) => [one.session_id, one.forked_from, one.ephemeral])).toEqual([
      ["b", forked_from, true],
      ["a", null, false],
    ]);
    expect(store.views.ephemeralSessions()).toEqual(["b"]);
  });
});

describe("a search", () => {
  test("is filtered by tool, model, end and time, alone and together", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const ids = { session_id: "a", turn_id: "t1" };
    await add(journal, "session/a", [
      created("a", { name: "plans" }),
      queued("a", "t1"),
      started("a", "t1"),
      said("a", "m1", "the fox", { turn_id: "t1" }),
      said("a", "m2", "a result", {
        turn_id: "t1",
        role: "tool",
        name: "shell",
        tool_call_id: "c",
      }),
      { type: "TurnCompleted", payload: { ...ids, message_id: "m1", stop_reason: "stop" } },
    ]);
    await add(journal, "session/b", [
      created("b"),
      said("b", "m3", "another fox, shell", {
        role: "assistant",
        created_at: "2026-05-05T00:00:00.000Z",
      }),
    ]);
    const search = (filter: object) =>
      views.searchSessions({ ...everyHit, query: "fox", ...filter }).map((hit) => hit.message_id);
    expect(search({}).toSorted()).toEqual(["m1", "m3"]);
    expect(search({ tool: "shell" })).toEqual(["m1"]);
    expect(search({ tool: "file_read" })).toEqual([]);
    expect(search({ model: "offline/guide" })).toEqual(["m1"]);
    expect(search({ model: "offline" })).toEqual([]);
    expect(search({ status: "completed" })).toEqual(["m1"]);
    expect(search({ status: "failed" })).toEqual([]);
    expect(search({ since: "2026-05-01T00:00:00.000Z" })).toEqual(["m3"]);
    expect(search({ since: "2026-05-01T00:00:00.000Z", tool: "shell" })).toEqual([]);
    expect(views.searchSessions({ ...everyHit, query: "the fox" })).toEqual([
      {
        session_id: "a",
        message_id: "m1",
        po_name: "assistant",
        session_name: "plans",
        role: "user",
        created_at: at,
        snippet: "[the] [fox]",
      },
    ]);
  });
});

describe("a database of the first release", () => {
  test("opens, its old events read in today's words, its views folded again", async () => {
    const client = openDatabase(null, storeLimits);
    migrate(client, migrations.slice(0, 1));
    const payload = {
      session_id: "a",
      po_name: "assistant",
      source: "cli",
      name: null,
      agent_mode: "single",
      workspace: "/x",
      context: {},
      metadata: {},
    };
    const { output: _, ...settings } = { output: null, rules: [], limits: {} };
    const message = { ...payloadOf(said("a", "m1", "Old words")) };
    const rows: [string, object][] = [
      ["SessionCreated", payload],
      ["MessageQueued", { ...payloadOf(queued("a", "t1")), settings }],
      ["MessageAdded", message],
    ];
    for (const [index, [type, kept]] of rows.entries()) insertOld(client, index + 1, type, kept);
    migrate(client);
    const store = assembleStore(client, { limits: storeLimits, onError: () => undefined });
    expect(store.views.getSession("a")).toMatchObject({
      title: "Old words",
      forked_from: null,
      ephemeral: false,
    });
    const [first, second] = store.journal.readStream("session/a", 0);
    const since = { forked_from: null, ephemeral: false, parent: null, model: null };
    expect(first?.payload as object).toEqual({ ...payload, ...since });
    expect(second?.payload).toMatchObject({ settings: { ...settings, output: null } });
    expect(store.journal.check()).toEqual({ ok: true, problems: [] });
    await store.close();
  });

  const payloadOf = (event: StoredEvent): object => event.payload;

  /** As the first release wrote it. */
  function insertOld(
    client: ReturnType<typeof openDatabase>,
    seq: number,
    type: string,
    payload: object,
  ): void {
    const text = JSON.stringify(payload);
    const header = JSON.stringify([seq, "session/a", seq, type, 1, at, "tester", null, 0]);
    const checksum = Bun.hash.crc32(text, Bun.hash.crc32(header));
    client.run(
      "INSERT INTO events VALUES (?, 'session/a', ?, ?, 1, ?, 'tester', NULL, ?, ?, 0, 0)",
      [seq, seq, type, at, text, checksum],
    );
  }
});
