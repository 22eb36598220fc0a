// The views of requests, usage, objects and connectors, and the full-text search.
import { describe, expect, test } from "bun:test";
import type { StoredEvent } from "../../../src/protocol/events/index.ts";
import type { UsageBy } from "../../../src/protocol/messages.ts";
import { quoteQuery } from "../../../src/runtime/store/views/messages.ts";
import { createRandom } from "../../core/support/random.ts";
import { add, at, attached, created, detached, everyHit, said } from "./samples.ts";
import { asked, ids, tokens, used } from "./views-events.ts";
import { openMemory } from "./views-support.ts";

const usedBy = (session_id: string): StoredEvent => {
  const event = used("x/one", 0.5);
  return { ...event, payload: { ...event.payload, session_id } } as StoredEvent;
};

describe("the rest of what is there", () => {
  test("open requests are one inbox, oldest first, and the first answer settles one", async () => {
    await using store = openMemory();
    await add(store.journal, "session/a", [created("a"), asked("r2"), asked("r1")]);
    const { views } = store;
    expect(views.listRequests(null)).toEqual([asked("r2").payload, asked("r1").payload]);
    expect(views.listRequests("b")).toEqual([]);
    expect(views.counts().pending_requests).toBe(2);
    const response = { type: "answer" as const, text: "this" };
    const answer: StoredEvent = {
      type: "HumanRequestResponded",
      payload: { ...ids, request_id: "r2", response },
    };
    const late: StoredEvent = {
      type: "HumanRequestExpired",
      payload: { ...ids, request_id: "r2", reason: "deadline" },
    };
    await add(store.journal, "session/a", [answer, answer, late]);
    expect(views.listRequests("a")).toEqual([asked("r1").payload]);
    expect(views.findRequest("r2")).toEqual({ request: asked("r2").payload, state: "answered" });
    expect(views.findRequest("r9")).toBeUndefined();
  });

  test("usage adds up per model, per session and over all; one unknown price makes a sum unknown", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    await add(journal, "session/a", [created("a"), used("x/one", 0.5), used("x/one", 0.25)]);
    await add(journal, "session/b", [
      created("b"),
      {
        type: "UsageRecorded",
        payload: {
          session_id: "b",
          turn_id: "t2",
          call_id: "c1",
          model: "y/two",
          usage: { ...tokens, cost_usd: null },
        },
      },
    ]);
    const twice = { input_tokens: 20, output_tokens: 10, cached_tokens: 4, reasoning_tokens: 2 };
    const one = { model: "x/one", calls: 2, usage: { ...twice, cost_usd: 0.75 } };
    const two = { model: "y/two", calls: 1, usage: { ...tokens, cost_usd: null } };
    const sum = { input_tokens: 30, output_tokens: 15, cached_tokens: 6, reasoning_tokens: 3 };
    const of = (session_id: string | null) => views.usage({ session_id, by: null, since: null });
    expect(of("a")).toEqual({ total: one.usage, models: [one], groups: [] });
    const total = { ...sum, cost_usd: null };
    expect(of(null)).toEqual({ total, models: [one, two], groups: [] });
    expect(of("c").models).toEqual([]);
  });

  test("usage of a deleted session stays in the sums, once, whatever is deleted again or folded again", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const stream = "session/a";
    await add(journal, stream, [created("a"), used("x/one", 0.5), used("x/two", 0.25)]);
    await add(journal, "session/b", [created("b"), usedBy("b")]);
    const sums = () => [
      views.usage({ session_id: null, by: "object", since: null }),
      views.usage({ session_id: null, by: "day", since: null }).groups,
      views.usage({ session_id: null, by: "model", since: "2026-01-01T00:00:00.000Z" }).groups,
    ];
    const before = sums();
    const sum = { day: at.slice(0, 10), calls: 1 };
    const kept = [
      { ...sum, model: "x/one", usage: { ...tokens, cost_usd: 0.5 } },
      { ...sum, model: "x/two", usage: { ...tokens, cost_usd: 0.25 } },
    ];
    const deletion = { session_id: "a", used: { po_name: "assistant", sums: kept } };
    await add(journal, stream, [{ type: "SessionDeleted", payload: deletion }]);
    expect(sums()).toEqual(before);
    // Its rows are not blanked yet, as after a crash.
    views.rebuild();
    expect(sums()).toEqual(before);
    await journal.erase(stream);
    await journal.erase(stream);
    views.rebuild();
    expect(sums()).toEqual(before);
    expect(views.usage({ session_id: "a", by: null, since: null }).models).toEqual([]);
    const { groups } = views.usage({ session_id: null, by: "session", since: null });
    expect(groups.map((row) => [row.key, row.po_name, row.label, row.calls])).toEqual([
      ["(deleted)", "", "sessions that were deleted", 2],
      ["b", "assistant", "", 1],
    ]);
  });

  test("usage is grouped by session, object, model, day and tree, from a day on", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const parent = {
      ...{ session_id: "a", turn_id: "t1", call_id: "k1", root_session_id: "a", chain: [] },
      reason: null,
    };
    await add(journal, "session/a", [created("a", { name: "top" }), usedBy("a")]);
    await add(journal, "session/b", [created("b", { po_name: "critic", parent }), usedBy("b")]);
    await journal.append({
      ...{ stream: "session/c", expected_version: 0, caller: "test", causation_id: null },
      at: "2026-01-09T23:59:59.999Z",
      events: [created("c", { po_name: "critic" }), usedBy("c")],
    });
    const grouped = (by: UsageBy, since: string | null = null) =>
      views
        .usage({ session_id: null, by, since })
        .groups.map((row) => [row.key, row.po_name, row.label, row.calls, row.usage.cost_usd]);
    expect({
      session: grouped("session"),
      object: grouped("object"),
      model: grouped("model"),
      day: grouped("day"),
      tree: grouped("tree"),
      since: grouped("object", "2026-01-09T12:00:00.000Z"),
    }).toEqual({
      session: [
        ["a", "assistant", "top", 1, 0.5],
        ["b", "critic", "", 1, 0.5],
        ["c", "critic", "", 1, 0.5],
      ],
      object: [
        ["critic", null, null, 2, 1],
        ["assistant", null, null, 1, 0.5],
      ],
      model: [["x/one", null, null, 3, 1.5]],
      day: [
        [at.slice(0, 10), null, null, 2, 1],
        ["2026-01-09", null, null, 1, 0.5],
      ],
      tree: [
        ["a", "assistant", "top", 2, 1],
        ["c", "critic", "", 1, 0.5],
      ],
      since: [["critic", null, null, 1, 0.5]],
    });
  });

  test("objects are live from load to unload, with their state and newest text", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const po_name = "critic";
    const load = (hash: string): StoredEvent => ({
      type: "POLoaded",
      payload: { po_name, hash, file: "critic.md" },
    });
    await add(journal, "object/critic", [load("h1")]);
    await add(journal, "object/critic", [
      { type: "POStateChanged", payload: { po_name, old_state: "idle", new_state: "working" } },
      {
        type: "POModified",
        payload: { po_name, text: "x", hash: "h2", base_hash: "h1", author: "ada", reason: "" },
      },
    ]);
    expect(views.listObjects()).toEqual([
      { po_name, state: "working", hash: "h2", file: "critic.md" },
    ]);
    expect(views.pendingObjects()).toEqual([po_name]);
    await add(journal, "object/critic", [load("h3")]);
    expect(views.listObjects()).toEqual([
      { po_name, state: "working", hash: "h3", file: "critic.md" },
    ]);
    expect(views.pendingObjects()).toEqual([]);
    expect(views.counts().objects).toBe(1);
    const gone = { po_name, author: "ada", reason: "", kept_as: null };
    await add(journal, "object/critic", [{ type: "POUnloaded", payload: gone }]);
    expect(views.listObjects()).toEqual([]);
    const version = {
      po_name,
      version: 3,
      base_hash: "h1",
      author: "ada",
      reason: "",
      at,
      bytes: 1,
    };
    expect(views.listVersions(po_name, { hash: "h", limit: 9 })).toEqual([
      { ...version, seq: expect.any(Number), hash: "h2" },
    ]);
    expect(views.listVersions(po_name, { hash: "h1", limit: 9 })).toEqual([]);
  });

  test("connectors are listed from attach to detach", async () => {
    await using store = openMemory();
    await add(store.journal, "environment", [attached("x1"), attached("x2"), detached("x1")]);
    expect(store.views.listConnectors()).toEqual([
      { connector_id: "x2", connector_type: "cli", client: "cli", since: at },
    ]);
  });
});

describe("full-text search", () => {
  const search = (store: ReturnType<typeof openMemory>, query: string, po_name?: string) =>
    store.views
      .searchSessions({ ...everyHit, query, po_name: po_name ?? null })
      .map((hit) => [hit.message_id, hit.snippet]);

  test("finds words and the beginning of the last one, marks them, and filters by object", async () => {
    await using store = openMemory();
    await add(store.journal, "session/a", [
      created("a"),
      said("a", "m1", "The quick brown fox"),
      said("a", "m2", "Ein brauner Füchslein-Köter", { role: "tool" }),
    ]);
    await add(store.journal, "session/b", [
      created("b", { po_name: "critic" }),
      said("b", "m3", "quick wit"),
    ]);
    expect(search(store, "quick fo")).toEqual([["m1", "The [quick] brown [fox]"]]);
    expect(search(store, "quick", "critic")).toEqual([["m3", "[quick] wit"]]);
    expect(search(store, "fuchs")).toEqual([["m2", "Ein brauner [Füchslein]-Köter"]]);
    expect(search(store, "quic fox")).toEqual([]);
    expect(store.views.searchSessions({ ...everyHit, query: "quick", limit: 1 }).length).toBe(1);
  });

  test("takes no query as syntax", async () => {
    await using store = openMemory();
    await add(store.journal, "session/a", [created("a"), said("a", "m1", "fox AND NOT hound")]);
    expect(search(store, "NOT hound")).toEqual([["m1", "fox AND [NOT] [hound]"]]);
    expect(search(store, "content:fox")).toEqual([]);
    expect(search(store, '" * ^ ( ) - + : {}')).toEqual([]);
    const random = createRandom(7);
    const pieces = [
      "fox",
      '"',
      "*",
      "^",
      "(",
      ")",
      "NEAR(",
      "-",
      ":",
      "\0",
      "{",
      "\ud800",
      "🦊",
      "'",
    ];
    for (let round = 0; round < 500; round += 1) {
      const parts = Array.from({ length: random.between(1, 6) }, () => random.pick(pieces));
      expect(search(store, parts.join(random.pick(["", " "]))).length).toBeLessThan(2);
    }
  });

  test("quotes every word", () => {
    expect(quoteQuery('say "hi" OR x*')).toBe('"say" """hi""" "OR" "x*"*');
    expect(quoteQuery(" * \0 ")).toBeUndefined();
  });
});
