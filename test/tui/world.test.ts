// The world of the interface: what events and replies make of it, those of a real daemon among them.
import { describe, expect, test } from "bun:test";
import type { FollowFrame } from "../../src/protocol/frames.ts";
import type { Effect, Input } from "../../src/tui/shapes.ts";
import {
  MAX_BUS_LINES,
  MAX_LOG_LINES,
  MAX_SESSIONS,
  MAX_TAIL,
} from "../../src/tui/world/shapes.ts";
import {
  emptyWorld,
  loadWorld,
  readSession,
  updateWorld,
  type World,
} from "../../src/tui/world.ts";
import { calling, isFor, lastIsResult, say } from "../support/delegating.ts";
import { settled, subscribe } from "../support/following.ts";
import type { TestClient } from "../support/test-client.ts";
import { testTool } from "../support/test-tools.ts";
import {
  approval,
  created,
  createFrames,
  livelyFrames,
  livelyWorld,
  message,
  timeAt,
} from "../support/tui-frames.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const told = (world: World, frames: readonly FollowFrame[], open: string | null = null): World =>
  updateWorld(world, { type: "frames", frames }, open).state;

/** The daemon's answers to what the world asks for, as the interface would bring them. */
async function loaded(world: TestWorld, client: TestClient, before = emptyWorld): Promise<World> {
  let state = before;
  for (const effect of loadWorld()) {
    if (effect.type !== "call") continue;
    const reply = await world.ask(effect.command, effect.params as never, client.connection.caller);
    const { command, purpose } = effect;
    state = updateWorld(state, { type: "replied", command, purpose, reply } as Input, null).state;
  }
  return state;
}

const critic = objectText({
  name: "critic",
  front: "description: Judges\ncapabilities: [put, ask_human]",
  body: "You judge.",
});

/** The lead calls the critic, who wants to put something: that waits for a human. */
async function delegatingWorld() {
  const world = await openTestWorld({
    objects: {
      "lead.md": objectText({ name: "lead", front: "capabilities: [critic]", body: "You lead." }),
      "critic.md": critic,
    },
    tools: [testTool("put", { risk: "write" })],
    script: (request) => {
      if (lastIsResult(request)) return "Done.";
      return isFor("judge", request)
        ? { calls: [{ name: "put", args: { what: "it" } }] }
        : calling("critic", "Judge it.");
    },
  });
  const client = world.connect({ client: "tui" });
  await subscribe(world, client);
  return { world, client };
}

describe("a real daemon", () => {
  test("each thing that is said stands on the bus once, by whom, and a fork says nothing again", async () => {
    await using world = await openTestWorld({
      objects: {
        "lead.md": objectText({ name: "lead", front: "capabilities: [critic]", body: "You lead." }),
        "critic.md": critic,
      },
      script: (request) => {
        if (lastIsResult(request)) return "Done.";
        return isFor("judge", request) ? "It is good." : calling("critic", "Judge it.");
      },
    });
    const client = world.connect({ client: "tui" });
    await subscribe(world, client);
    const before = await loaded(world, client);
    const { session_id } = await say(world, { message: "Go." });
    await client.event("TurnCompleted", (ended) => ended.session_id === session_id);
    const forked = await world.ask("ForkSession", { session_id });
    // After everything that the fork repeats.
    await world.ask("RenameSession", { session_id: forked.session.session_id, name: "again" });
    await client.event("SessionRenamed");
    const after = told(before, client.frames);
    const fork = [...after.sessions.values()].find(({ isCopied }) => isCopied);
    const unread = fork?.unread;
    expect([after.bus.map(({ from, to, text }) => `${from}→${to} ${text}`), unread]).toEqual([
      ["api→lead Go.", "lead→critic Judge it.", "critic→lead It is good.", "lead→api Done."],
      0,
    ]);
  });

  test("who calls whom, who waits and what for is known from its events, and at once from its lists", async () => {
    const { world, client } = await delegatingWorld();
    await using _ = world;
    const before = await loaded(world, client);
    const { session_id } = await say(world, { message: "Go." });
    const request = await client.event("HumanRequestQueued");
    const { call_id } = await client.event("DelegationPaused");
    await client.event("POStateChanged", ({ po_name, new_state }) => {
      return po_name === "lead" && new_state === "waiting";
    });
    const live = told(before, client.frames);
    const joined = await loaded(world, client);
    const summary = (it: World): unknown => ({
      requests: it.requests.map(({ request_id, from_po, kind }) => [request_id, from_po, kind]),
      objects: [...it.objects.values()].map(({ name, state }) => [name, state]),
      lead: it.sessions.get(session_id)?.state,
    });
    const both = {
      requests: [[request.request_id, "critic", "approval"]],
      objects: [
        ["critic", "waiting"],
        ["lead", "waiting"],
      ],
      lead: "waiting",
    };
    expect(summary(live)).toEqual(both);
    expect(summary(joined)).toEqual(both);
    expect(live.delegations).toMatchObject([
      { call_id, from: "lead", to: "critic", session_id, isPaused: true },
    ]);
    expect(live.sessions.get(request.session_id)).toMatchObject({
      state: "waiting",
      parent_id: session_id,
      action: "approve put it",
    });
  });

  test("an answer from another client closes the question, and the turns' ends empty the bus of calls", async () => {
    const { world, client } = await delegatingWorld();
    await using _ = world;
    const before = await loaded(world, client);
    const { session_id, run } = await say(world, { message: "Go." });
    const { request_id, hash } = await client.event("HumanRequestQueued");
    const response = { type: "decision", decision: "approve", hash: hash ?? "" } as const;
    await world.ask("RespondToRequest", { request_id, response });
    await run();
    await client.event("TurnCompleted", (payload) => payload.session_id === session_id);
    const state = told(before, client.frames);
    const { outcome, action, unread, tail } = state.sessions.get(session_id) ?? {};
    expect([state.requests, state.delegations, outcome, action, unread]).toEqual([
      [],
      [],
      "done",
      "Done.",
      1,
    ]);
    expect(tail).toEqual([
      { who: "you", text: "Go." },
      { who: "critic", text: "Done." },
      { who: "lead", text: "Done." },
    ]);
    expect(state.bus.map(({ from, to }) => `${from}→${to}`)).toContain("lead→critic");
  });

  test("an object that is made, edited and deleted comes, changes and goes", async () => {
    const { world, client } = await delegatingWorld();
    await using _ = world;
    const before = await loaded(world, client);
    const text = objectText({ name: "poet" });
    await world.ask("CreatePO", { text });
    await client.event("POLoaded", ({ po_name }) => po_name === "poet");
    const made = told(before, client.frames);
    await world.ask("DeletePO", { po_name: "poet" });
    await client.event("POUnloaded");
    const gone = told(before, client.frames);
    expect([made.objects.has("poet"), gone.objects.has("poet")]).toEqual([true, false]);
  });

  test("any batching of its frames gives the same world", async () => {
    const { world, client } = await delegatingWorld();
    await using _ = world;
    const before = await loaded(world, client);
    const { run } = await say(world, { message: "Go." });
    const { request_id, hash } = await client.event("HumanRequestQueued");
    const response = { type: "decision", decision: "deny", hash: hash ?? "" } as const;
    await world.ask("RespondToRequest", { request_id, response });
    await run();
    await settled(world, client).catch(() => undefined);
    const { usageAsked: _asked, ...whole } = told(before, client.frames);
    for (const size of [1, 2, 3, 7]) {
      let state = before;
      for (let at = 0; at < client.frames.length; at += size) {
        state = told(state, client.frames.slice(at, at + size));
      }
      const { usageAsked: __, ...parts } = state;
      expect(parts).toEqual(whole);
    }
  });
});

describe("the fold", () => {
  test("an event that nobody here knows changes nothing, and nothing makes it throw", () => {
    const unknown = ["FromTheFuture", "constructor", "__proto__", "toString"].map(
      (event_type, at) => ({
        ...{ type: "event", subscription_id: "s", seq: 900 + at, at: timeAt(1) },
        ...{ event_type, payload: { session_id: "s-lead", anything: [1] } },
      }),
    );
    const before = livelyWorld();
    expect(told(before, unknown as never)).toEqual(before);
  });

  test("events of sessions that are not known change no session", () => {
    const state = told(
      emptyWorld,
      livelyFrames().filter(
        ({ event_type }) => event_type !== "SessionCreated" && event_type !== "TurnStarted",
      ),
    );
    expect([...state.sessions.keys()]).toEqual([]);
  });

  test("a call that was answered is on no bus any more, while its caller goes on", () => {
    const { frames, add } = createFrames();
    const lead = { session_id: "s-lead", turn_id: "t-lead" };
    const answer = { child_session_id: "s-critic", success: true, error: null };
    add("DelegationCompleted", { ...lead, call_id: "d1", po_name: "critic", ...answer });
    const state = told(livelyWorld(), frames);
    const { action, state: doing } = state.sessions.get("s-lead") ?? {};
    expect([state.delegations, action, doing]).toEqual([[], "was answered by critic", "working"]);
  });

  test("events in any order never throw, and keep to their bounds", () => {
    const frames = livelyFrames();
    // A generator with a fixed seed: the same orders each time.
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    let state = emptyWorld;
    for (let round = 0; round < 2_000; round += 1) {
      const frame = frames[next(frames.length)];
      if (frame) state = told(state, [frame]);
    }
    expect([state.log.length, state.bus.length]).toEqual([MAX_LOG_LINES, MAX_BUS_LINES]);
  });

  test("of many sessions those that rest go first, the oldest before the others", () => {
    const { frames, add } = createFrames();
    for (let index = 0; index < MAX_SESSIONS + 2; index += 1)
      add("SessionCreated", created(`s${index}`, "lead"));
    const state = told(emptyWorld, frames);
    expect([state.sessions.size, state.sessions.has("s1"), state.sessions.has("s2")]).toEqual([
      MAX_SESSIONS,
      false,
      true,
    ]);
  });

  test("what is said in the session that is open is read, elsewhere it is not", () => {
    const { frames, add } = createFrames();
    add("SessionCreated", created("s1", "lead"));
    for (let index = 0; index < MAX_TAIL + 2; index += 1) {
      add("MessageAdded", { ...message({ content: `answer ${index}` }), session_id: "s1" });
    }
    const unread = (state: World) => state.sessions.get("s1")?.unread;
    const elsewhere = told(emptyWorld, frames);
    expect([
      unread(told(emptyWorld, frames, "s1")),
      unread(elsewhere),
      unread(readSession(elsewhere, "s1")),
      elsewhere.sessions.get("s1")?.tail.length,
    ]).toEqual([0, MAX_TAIL + 2, 0, MAX_TAIL]);
  });

  test("text is clean and short, whatever was said", () => {
    const { frames, add } = createFrames();
    const content = `\u001b]0;evil\u0007red\u001b[31m ${"x".repeat(2_000_000)}`;
    add("SessionCreated", created("s1", "lead"));
    add("MessageAdded", { ...message({ content }), session_id: "s1" });
    const text = told(emptyWorld, frames).sessions.get("s1")?.tail[0]?.text ?? "";
    expect([text.startsWith("red xxx"), text.length]).toEqual([true, 300]);
  });
});

describe("what is asked for", () => {
  test("a list that is older than an answer does not open the question again", () => {
    const { frames, add } = createFrames();
    const { request_id, session_id, turn_id } = approval;
    add("HumanRequestExpired", { request_id, session_id, turn_id, reason: "turn_ended" });
    const closed = told(livelyWorld(), frames);
    const listed = updateWorld(
      closed,
      {
        type: "replied",
        command: "ListPendingRequests",
        purpose: "world:load",
        reply: { requests: [approval] },
      },
      null,
    ).state;
    expect(listed.requests.map((one) => one.request_id)).toEqual(["c2_q"]);
  });

  test("after a gap nothing old is believed, and everything is asked again", () => {
    const gap = { type: "gap", subscription_id: "s", from: 1, to: 9, reason: "not_kept" } as const;
    const before = livelyWorld();
    const { state, effects } = updateWorld(before, { type: "frames", frames: [gap] }, null);
    expect([state, effects]).toEqual([
      { ...emptyWorld, log: before.log, bus: before.bus, usageAsked: "asked" },
      loadWorld(),
    ]);
  });

  test("usage is fetched when turns end, once at a time, and again where one ended meanwhile", () => {
    const { frames, add } = createFrames();
    add("TurnCompleted", { session_id: "s", turn_id: "t", message_id: null, stop_reason: "stop" });
    const input = { type: "frames", frames } as const;
    const first = updateWorld(emptyWorld, input, null);
    const second = updateWorld(first.state, input, null);
    const reply = {
      total: {
        input_tokens: 1,
        output_tokens: 1,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: 0,
      },
      models: [],
      groups: [],
    };
    const replied = { type: "replied", command: "GetUsage", purpose: "world:load", reply } as const;
    const third = updateWorld(second.state, replied, null);
    const fourth = updateWorld(third.state, replied, null);
    const names = (effects: readonly Effect[]) =>
      effects.map((one) => one.type === "call" && one.command);
    expect([first, second, third, fourth].map(({ effects }) => names(effects))).toEqual([
      ["GetUsage"],
      [],
      ["GetUsage"],
      [],
    ]);
  });

  test("after a connection came back everything is asked again, and nothing is forgotten", () => {
    const before = livelyWorld();
    const restored = { type: "link", state: { type: "restored", hello: {} } } as never;
    expect(updateWorld(before, restored, null)).toEqual({ state: before, effects: loadWorld() });
  });
});
