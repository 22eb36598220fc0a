// The event stream as the document describes it; its three tests stand here under their names.

import { describe, expect, test } from "bun:test";
import { eventName } from "../../src/protocol/events/index.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import {
  names,
  newSession,
  rename,
  renameMany,
  settled,
  subscribe,
  told,
} from "../support/following.ts";
import { openTestWorld } from "../support/world.ts";

describe("the document's event stream", () => {
  test("test_subscribe_all_events: no types gets every event", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    await world.happened("ConnectorAttached");
    const { event_types } = await subscribe(world, client);
    expect(event_types).toEqual(eventName.options);
    const session_id = await newSession(world);
    await rename(world, session_id, "a");
    await client.event("SessionRenamed");
    expect(told(client.frames)).toEqual(["caught_up", "SessionCreated", "SessionRenamed"]);
  });

  test("test_subscribe_specific_event: types get only those", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    const reply = await subscribe(world, client, { event_types: ["SessionRenamed"] });
    expect(reply.event_types).toEqual(["SessionRenamed"]);
    const session_id = await newSession(world);
    await rename(world, session_id, "a");
    await client.event("SessionRenamed");
    expect(told(client.frames)).toEqual(["caught_up", "SessionRenamed"]);
  });

  test("test_unsubscribe: one received, then no more", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    const all = await subscribe(world, client, { event_types: ["SessionCreated"] });
    const { subscription_id } = await subscribe(world, client, { event_types: ["SessionRenamed"] });
    const session_id = await newSession(world);
    await rename(world, session_id, "a");
    await client.event("SessionRenamed");
    await world.ask("Unsubscribe", { subscription_id }, client.connection.caller);
    await rename(world, session_id, "b");
    await settled(world, client);
    expect(names(client)).toEqual(["a"]);
    expect(all.subscription_id).not.toBe(subscription_id);
  });

  test("unsubscribing twice, or what another client has, is refused and harms nobody", async () => {
    await using world = await openTestWorld();
    const [client, other] = [world.connect(), world.connect()];
    const { subscription_id } = await subscribe(world, client);
    const { caller } = client.connection;
    const refused = {
      ok: false,
      type: "Error",
      payload: {
        code: "subscription_not_found",
        message: `This connection has no subscription ${subscription_id}.`,
        details: {},
      },
    };
    const unsubscribe = (who: typeof caller) =>
      world.call("Unsubscribe", { subscription_id }, who) as Promise<unknown>;
    expect(await unsubscribe(other.connection.caller)).toEqual(refused);
    expect(await unsubscribe(caller)).toEqual({ ok: true, type: "Ok", payload: {} });
    expect(await unsubscribe(caller)).toEqual(refused);
  });

  test("a client that subscribes both ways gets an event once for each subscription", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    const ids = [
      (await subscribe(world, client)).subscription_id,
      (await subscribe(world, client, { event_types: ["SessionRenamed"] })).subscription_id,
    ];
    await rename(world, await newSession(world), "a");
    await client.until((frame) => frame.type === "event" && frame.subscription_id === ids[1]);
    await settled(world, client);
    const got = client.events("SessionRenamed").map((frame) => frame.subscription_id);
    expect(got.toSorted()).toEqual(ids.toSorted());
  });

  test("many that subscribe, cancel and publish at once lose nothing, and nothing comes twice", async () => {
    await using world = await openTestWorld();
    const session_id = await newSession(world);
    const clients = Array.from({ length: 20 }, () => world.connect());
    const after = world.store.journal.head();
    const wanted = Array.from({ length: 200 }, (_, index) => `n${index}`);
    await Promise.all([
      rename(world, session_id, ...wanted),
      ...clients.map(async (client, index) => {
        for (let round = 0; round < index; round += 1) {
          const { subscription_id } = await subscribe(world, client);
          await world.ask("Unsubscribe", { subscription_id }, client.connection.caller);
        }
        client.frames.length = 0;
        await subscribe(world, client, { event_types: ["SessionRenamed"], after });
      }),
    ]);
    for (const client of clients) {
      await client.event("SessionRenamed", (payload) => payload.name === "n199");
      expect(names(client)).toEqual(wanted);
    }
  });

  test("1,000 events arrive in the order in which they happened, with ascending seq", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    await subscribe(world, client, { event_types: ["SessionRenamed"] });
    const session_id = await newSession(world);
    const wanted = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    await renameMany(world, session_id, wanted);
    await client.event("SessionRenamed", (payload) => payload.name === "n999");
    expect(names(client)).toEqual(wanted);
    const seqs = client.events().map((frame) => frame.seq);
    expect(seqs).toEqual(seqs.toSorted((one, other) => one - other));
  });

  test("a client whose ring throws harms neither the publisher nor the others", async () => {
    await using world = await openTestWorld();
    const before = world.connect();
    world.runtime().connections.open(
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
        ring: {
          events() {
            throw new Error("a broken connector");
          },
          signals: () => undefined,
        },
      },
    );
    const behind = world.connect();
    for (const client of [before, behind]) await subscribe(world, client);
    await rename(world, await newSession(world), "a");
    for (const client of [before, behind]) await client.event("SessionRenamed");
    expect(world.log.some((line) => line.includes("a broken connector"))).toBe(true);
  });

  test("a reader that hears of an event finds its row", async () => {
    await using world = await openTestWorld({ script: () => "hello" });
    const client = world.connect();
    await subscribe(world, client);
    const { session_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: null,
    });
    const { message_id } = await client.event("MessageAdded");
    const { session } = await world.ask("GetSession", { session_id });
    expect(session.conversation.map((message) => message.message_id)).toContain(message_id);
  });
});
