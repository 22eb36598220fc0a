// Following: everything after a cursor, one caught_up, then live. Late, never lossy.

import { describe, expect, test } from "bun:test";
import { MAX_BATCH_BYTES, MAX_SUBSCRIPTIONS } from "../../src/protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { names, newSession, rename, renameMany, subscribe, told } from "../support/following.ts";
import { openTestWorld } from "../support/world.ts";

describe("a subscription", () => {
  test("begins after its cursor, and says exactly once that it has caught up", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    await rename(world, session_id, "a", "b");
    const after = world.store.journal.head();
    await rename(world, session_id, "c");
    const client = world.connect();
    await world.happened("ConnectorAttached");
    const head = world.store.journal.head();
    await subscribe(world, client, { event_types: ["SessionRenamed"], after });
    await client.until((frame) => frame.type === "caught_up");
    await rename(world, session_id, "d");
    await client.event("SessionRenamed", (payload) => payload.name === "d");
    expect(told(client.frames)).toEqual(["SessionRenamed", "caught_up", "SessionRenamed"]);
    expect(names(client)).toEqual(["c", "d"]);
    expect(client.frames[1]).toEqual({
      type: "caught_up",
      subscription_id: client.events()[0]?.subscription_id ?? "",
      seq: head,
    });
  });

  test("with no cursor begins now", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    await rename(world, session_id, "before");
    const client = world.connect();
    await subscribe(world, client, { event_types: ["SessionRenamed"] });
    await rename(world, session_id, "after");
    await client.event("SessionRenamed");
    expect(names(client)).toEqual(["after"]);
  });

  test("is told of a gap where its cursor belongs to another journal, then goes on live", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    const client = world.connect();
    await world.happened("ConnectorAttached");
    const head = world.store.journal.head();
    const params = { event_types: ["SessionRenamed" as const], after: 2, journal_id: "another" };
    const { subscription_id } = await subscribe(world, client, params);
    await rename(world, session_id, "live");
    await client.event("SessionRenamed");
    expect(client.frames.slice(0, 2)).toEqual([
      { type: "gap", subscription_id, from: 2, to: head, reason: "other_journal" },
      { type: "caught_up", subscription_id, seq: head },
    ]);
    expect(names(client)).toEqual(["live"]);
  });

  test("is told of a gap where its cursor lies in the future", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    await world.happened("ConnectorAttached");
    const head = world.store.journal.head();
    const { subscription_id } = await subscribe(world, client, { after: head + 1_000 });
    expect(await client.until((frame) => frame.type === "gap")).toEqual({
      type: "gap",
      subscription_id,
      from: head + 1_000,
      to: head,
      reason: "beyond_end",
    });
  });

  test("is told of a gap only where pruned events were asked for", async () => {
    await using world = await openTestWorld({
      prunes: { housekeepingEvents: 10, pruneEvents: 5 },
    });
    const session_id = await newSession(world);
    await rename(world, session_id, "kept");
    for (let round = 0; round < 20; round += 1) world.connect().close();
    await world.runtime().connections.flush();
    const pruned = world.store.journal.prunedThrough();
    expect(pruned).toBeGreaterThan(1);
    const gapOf = async (params: Parameters<typeof subscribe>[2]) => {
      const client = world.connect();
      await subscribe(world, client, { after: 0, ...params });
      await client.until((frame) => frame.type === "caught_up");
      const { frames } = client;
      client.close();
      return frames.filter((frame) => frame.type === "gap").map(({ from, to }) => ({ from, to }));
    };
    expect(await gapOf({})).toEqual([{ from: 0, to: pruned }]);
    expect(await gapOf({ event_types: ["ConnectorAttached"] })).toEqual([{ from: 0, to: pruned }]);
    expect(await gapOf({ event_types: ["SessionRenamed"] })).toEqual([]);
    expect(await gapOf({ session_id })).toEqual([]);
    expect(await gapOf({ after: world.store.journal.prunedThrough() })).toEqual([]);
  });

  test("that is too slow for what is pruned meanwhile is told of the gap, once, then goes on", async () => {
    await using world = await openTestWorld({
      prunes: { housekeepingEvents: 10, pruneEvents: 5 },
    });
    const session_id = await newSession(world);
    const client = world.connect();
    await world.happened("ConnectorAttached");
    const { pull } = client.connection;
    // It hears the bell, and reads nothing yet.
    client.connection.pull = () => ({ frames: [], hasMore: false });
    const types = ["ConnectorAttached", "SessionRenamed"] as const;
    const from = world.store.journal.head();
    const { subscription_id } = await subscribe(world, client, { event_types: [...types] });
    await rename(world, session_id, "kept");
    for (let round = 0; round < 20; round += 1) world.connect().close();
    await world.runtime().connections.flush();
    const to = world.store.journal.prunedThrough();
    expect(to).toBeGreaterThan(from);
    const left = world.rows({ types: [...types] }).filter((row) => row.seq > from);
    const first = pull();
    expect(first.frames[0]).toEqual({ type: "gap", subscription_id, from, to, reason: "not_kept" });
    expect(first.frames.flatMap((frame) => (frame.type === "event" ? [frame.seq] : []))).toEqual(
      left.map((row) => row.seq),
    );
    await rename(world, session_id, "live");
    expect(told(pull().frames)).toEqual(["SessionRenamed"]);
  });

  test("of one session sees that session alone", async () => {
    await using world = await openTestWorld();
    const [one, other] = [await newSession(world), await newSession(world)];
    const client = world.connect();
    await subscribe(world, client, { session_id: one });
    await rename(world, other, "theirs");
    await rename(world, one, "mine");
    await client.event("SessionRenamed");
    expect(names(client)).toEqual(["mine"]);
  });

  test("reads more than one batch holds in as many as it takes, each bounded", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    const wanted = Array.from({ length: 2_600 }, (_, index) => `${index}`.padStart(200, "x"));
    await renameMany(world, session_id, wanted);
    const client = world.connect();
    const { pull } = client.connection;
    const sizes: number[] = [];
    client.connection.pull = () => {
      const batch = pull();
      if (batch.frames.length > 1) sizes.push(JSON.stringify(batch.frames).length);
      return batch;
    };
    await subscribe(world, client, { event_types: ["SessionRenamed"], after: 0 });
    await client.until((frame) => frame.type === "caught_up");
    expect(names(client)).toEqual(wanted);
    expect(sizes.length).toBeGreaterThan(4);
    expect(Math.max(...sizes)).toBeLessThan(2 * MAX_BATCH_BYTES);
  });

  test("that nobody reads costs nothing and holds up nobody", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    const idle = world.runtime().connections.open(
      {
        type: "attach",
        client: "api",
        version: "",
        protocol_version: PROTOCOL_VERSION,
        workspace: null,
        variables: {},
        call_id: null,
      },
      {
        identity: world.runtime().access.socket,
        ring: { events: () => undefined, signals: () => undefined },
      },
    );
    await world.ask("Subscribe", { after: 0 }, idle.caller);
    const client = world.connect();
    await subscribe(world, client, { event_types: ["SessionRenamed"] });
    const wanted = Array.from({ length: 500 }, (_, index) => `n${index}`);
    await renameMany(world, session_id, wanted);
    await client.event("SessionRenamed", (payload) => payload.name === "n499");
    expect(names(client)).toEqual(wanted);
    // Nothing was queued for it: what it reads now comes from the journal, from its cursor on.
    const first = idle.pull();
    expect(first.hasMore).toBe(true);
    expect(first.frames[0]).toMatchObject({ type: "event", seq: 1 });
  });

  test(`is one of at most ${MAX_SUBSCRIPTIONS} of a connection`, async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    const ids = new Set<string>();
    for (let count = 0; count < MAX_SUBSCRIPTIONS; count += 1) {
      ids.add((await subscribe(world, client)).subscription_id);
    }
    expect(ids.size).toBe(MAX_SUBSCRIPTIONS);
    const answer = await world.call("Subscribe", {}, client.connection.caller);
    expect(answer).toMatchObject({ ok: false, payload: { code: "overloaded" } });
  });

  test("that carries much leaves room for the others of its connection", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    const many = Array.from({ length: 2_000 }, (_, index) => `n${index}`);
    await renameMany(world, session_id, many);
    const client = world.connect();
    const order: string[] = [];
    const { pull } = client.connection;
    client.connection.pull = () => {
      const batch = pull();
      const [first] = batch.frames;
      if (first && "subscription_id" in first) order.push(first.subscription_id);
      return batch;
    };
    const { caller } = client.connection;
    const [one, other] = await Promise.all([
      world.ask("Subscribe", { after: 0, event_types: ["SessionRenamed"] }, caller),
      world.ask("Subscribe", { after: 0, event_types: ["SessionCreated"] }, caller),
    ]);
    await client.until(
      (frame) => frame.type === "caught_up" && frame.subscription_id === one.subscription_id,
    );
    expect(order.slice(0, 2).toSorted()).toEqual(
      [one.subscription_id, other.subscription_id].toSorted(),
    );
  });
});
