// Saying something, following what comes of it, and losing nothing on the way.

import { describe, expect, test } from "bun:test";
import { PROTOCOL_VERSION } from "../../../src/protocol/version.ts";
import type { Effect } from "../../../src/tui/shapes.ts";
import { agentOf, createFrames } from "../../support/tui-frames.ts";
import {
  answered,
  ids,
  type PlayedInterface,
  playInterface,
  playSession,
  said,
  sessionOf,
  signal,
} from "../../support/tui-whole.ts";

const settings = {
  model: null,
  system: null,
  mode: null,
  tools: null,
  rules: [],
  on_ask: "queue",
  limits: {},
  output: null,
} as const;

const queued = (message_key: string, message_id: string, content: string) => ({
  ...ids,
  message_id,
  message_key,
  content,
  attachments: [],
  delivery: "queue" as const,
  source: "tui" as const,
  settings: { ...settings, rules: [] },
});

const commandsOf = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.type === "call" ? [effect.command] : []));

const startTurn = (played: PlayedInterface): void => {
  const { frames, add } = createFrames();
  add("TurnStarted", { ...ids, agent: agentOf("assistant") });
  played.frames(...frames);
};

const send = (played: PlayedInterface, text: string): void => {
  played.type(text);
  played.press("enter");
};

describe("a message", () => {
  test("begins a session, stands on the screen at once, and once", () => {
    const played = playInterface();
    played.effects();
    send(played, "hello there");
    expect(played.screen()).toContain("❯ hello there");
    expect(played.screen()).toContain("sending");
    expect(played.calls("SendMessage").map(({ params }) => params)).toEqual([
      {
        po_name: "assistant",
        message: "hello there",
        session_id: null,
        message_key: "seed-1",
        delivery: "queue",
        settings: { model: null, mode: null, rules: [] },
      },
    ]);
    const { frames, add } = createFrames();
    add("MessageQueued", queued("seed-1", "m1", "hello there"));
    played.frames(...frames.splice(0));
    expect(played.state.session_id).toBe("s1");
    expect(commandsOf(played.effects())).toContain("GetSession");
    add("TurnStarted", { ...ids, agent: agentOf("assistant") });
    add("MessageAdded", { ...said("m1", "hello there", { turn_id: "t1" }), session_id: "s1" });
    played.frames(...frames);
    expect(played.state.pending).toEqual([]);
    expect(played.screen().split("hello there")).toHaveLength(3);
    expect(played.screen()).not.toContain("sending");
  });

  test("that follows the first one waits for its session, and begins no second one", () => {
    const played = playInterface();
    played.effects();
    send(played, "one");
    send(played, "two");
    expect(played.calls("SendMessage")).toHaveLength(1);
    const reply = { session_id: "s1", turn_id: "t1", message_id: "m1", seq: 1, warnings: [] };
    played.replied("SendMessage", "root:send:seed-1", reply);
    const later = played.calls("SendMessage").map(({ params }) => params);
    expect(later.map(({ message, session_id }) => ({ message, session_id }))).toEqual([
      { message: "two", session_id: "s1" },
    ]);
  });

  test("steers while the agent works, and queues behind it with the other key", () => {
    const played = playSession([said("m1", "begin")]);
    startTurn(played);
    played.effects();
    played.type("also this");
    expect(played.screen()).toContain("enter steer · alt+enter queue");
    played.press("enter");
    played.type("and then that");
    played.press("alt+enter");
    const sent = played.calls("SendMessage").map(({ params }) => [params.message, params.delivery]);
    expect(sent).toEqual([
      ["also this", "steer"],
      ["and then that", "queue"],
    ]);
    const { frames, add } = createFrames();
    add("MessageQueued", queued("seed-2", "m9", "and then that"));
    played.frames(...frames);
    expect(played.screen()).toContain("queued: and then that");
  });

  test("that wants what the running turn cannot change any more is queued behind it, and said to be", () => {
    const played = playSession([said("m1", "begin")], { size: { columns: 120, rows: 24 } });
    startTurn(played);
    played.effects();
    played.type("as another");
    played.press("enter");
    const error = {
      code: "invalid_request",
      message: "A message that joins a running turn cannot change model.",
      details: { settings: ["model"] },
    } as const;
    const purpose = "root:send:seed-1";
    played.give({ type: "call_failed", command: "SendMessage", purpose, error });
    const sent = played.calls("SendMessage").map(({ params }) => params);
    expect(sent.map(({ message_key, delivery }) => [message_key, delivery])).toEqual([
      ["seed-1", "steer"],
      ["seed-1", "queue"],
    ]);
    expect(played.screen()).toContain(
      "The turn that runs keeps its model: this is queued behind it.",
    );
    played.give({ type: "call_failed", command: "SendMessage", purpose, error });
    expect([played.calls("SendMessage").length, played.screen().includes("not sent")]).toEqual([
      0,
      true,
    ]);
  });

  test("that could not be sent is sent again with the same key when the daemon is back", () => {
    const played = playSession([said("m1", "begin")]);
    send(played, "lost on the way");
    played.effects();
    const error = { code: "unavailable", message: "The daemon is away.", details: {} } as const;
    const purpose = "root:send:seed-1";
    played.give({ type: "link", state: { type: "lost", reason: "it went" } });
    played.give({ type: "call_failed", command: "SendMessage", purpose, error });
    expect(played.screen()).toContain("✗ The daemon is away.");
    expect(played.screen()).toContain("⇄ Reconnecting...");
    const hello = {
      type: "hello",
      protocol_version: PROTOCOL_VERSION,
      version: "1",
      environment: "default",
      journal_id: "j",
      caller: "ada",
      seq: 1,
    } as const;
    played.give({ type: "link", state: { type: "restored", hello } });
    const keys = played.calls("SendMessage").map(({ params }) => params.message_key);
    expect(keys).toEqual(["seed-1"]);
    expect(played.screen()).not.toContain("⇄ Reconnecting...");
  });

  test("the banner counts down to the next attempt, and says what tries at once", () => {
    const played = playSession([said("m1", "begin")]);
    const now = played.state.now;
    played.give({ type: "link", state: { type: "lost", reason: "it went" } });
    played.give({ type: "link", state: { type: "waiting", wait_ms: 8_000 } });
    played.give({ type: "tick", now });
    const banner = (after: number) => {
      played.give({ type: "tick", now: now + after });
      return played.screen().includes("8s") ? "8s" : played.screen().includes("5s") ? "5s" : "none";
    };
    expect([banner(0), banner(3_500), banner(9_000)]).toEqual(["8s", "5s", "none"]);
    expect(played.screen()).toContain("The daemon is away for 9s: trying again · /reconnect");
  });

  test("that was never sent comes back into the composer by Escape", () => {
    const played = playSession([said("m1", "begin")]);
    send(played, "not yet");
    const error = { code: "invalid_request", message: "No.", details: {} } as const;
    const purpose = "root:send:seed-1";
    played.give({ type: "call_failed", command: "SendMessage", purpose, error });
    played.press("escape");
    expect(played.state.pending).toEqual([]);
    expect(played.screen()).toContain("› not yet");
  });
});

describe("a session", () => {
  test("is fetched, and what came meanwhile is folded behind it", () => {
    const played = playInterface({ session_id: "s1" });
    expect(commandsOf(played.effects())).toEqual(expect.arrayContaining(["GetSession", "ListPOs"]));
    expect(played.screen()).toContain("Fetching the conversation");
    const { frames, add } = createFrames();
    add("MessageAdded", { ...said("m1", "first"), session_id: "s1" });
    add("MessageAdded", { ...answered("m2", "second"), session_id: "s1" });
    played.frames(...frames);
    played.replied("GetSession", "root:session", { session: sessionOf([said("m1", "first")]) });
    const shown = played.state.session?.transcript.messages.map(({ content }) => content);
    expect(shown).toEqual(["first", "second"]);
  });

  test("is joined in the middle of a turn", () => {
    const played = playSession([said("m1", "begin", { turn_id: "t1" })], { turn_id: "t1" });
    expect(played.screen()).toContain("● working");
    played.frames(signal("TextDelta", "m2", "The answer so far"));
    expect(played.screen()).toContain("● The answer so far");
  });

  test("that is opened while its answer is written shows it from its beginning, never a piece", () => {
    const played = playSession([said("m1", "begin", { turn_id: "t1" })], { turn_id: "t1" });
    played.frames(signal("TextDelta", "m2", "so far", 11));
    expect(played.screen()).not.toContain("so far");
    const {
      type: _type,
      subscription_id: _id,
      ...told
    } = signal("TextDelta", "m2", "The answer so far,");
    const reply = { session_id: "s1", events: [], signals: [told], waiting: [], is_parked: false };
    played.replied("ListOutcomes", "root:outcomes", reply);
    expect(played.screen()).toContain("● The answer so far,");
    // Told before, and told again.
    played.frames(
      signal("TextDelta", "m2", "so far", 11),
      signal("TextDelta", "m2", " and on", 18),
    );
    expect(played.screen()).toContain("● The answer so far, and on");
  });

  test("is fetched anew after a gap, and what is shown stays until then", () => {
    const played = playSession([said("m1", "begin")]);
    const gap = { type: "gap", subscription_id: "s", from: 1, to: 5, reason: "not_kept" } as const;
    const { frames, add } = createFrames();
    add("MessageAdded", { ...answered("m3", "newest"), session_id: "s1" });
    played.frames(gap, ...frames);
    expect(commandsOf(played.effects())).toContain("GetSession");
    expect(played.screen()).toContain("begin");
    const fetched = [said("m1", "begin"), answered("m2", "missed"), answered("m3", "newest")];
    played.replied("GetSession", "root:session", { session: sessionOf(fetched) });
    const shown = played.state.session?.transcript.messages.map(({ content }) => content);
    expect(shown).toEqual(["begin", "missed", "newest"]);
  });

  test("is left for another, whose reply alone counts", () => {
    const played = playSession([said("m1", "mine")]);
    const other = sessionOf([said("x", "theirs")], { session_id: "s2", po_name: "writer" });
    const replied = { session: other };
    played.replied("ForkSession", "act:open", replied);
    expect(played.state.session_id).toBe("s2");
    const [call] = played.calls("GetSession");
    expect(call?.params).toEqual({ session_id: "s2" });
    played.replied("GetSession", "root:session", { session: sessionOf([said("m1", "mine")]) });
    expect(played.state.session?.waiting).toEqual([]);
    played.replied("GetSession", "root:session", replied);
    expect([played.state.po_name, played.state.session?.transcript.messages.length]).toEqual([
      "writer",
      1,
    ]);
  });
});

describe("stopping", () => {
  test("asks for the turn that runs, by Escape from anywhere", () => {
    for (const before of [[], ["shift+tab"]]) {
      const played = playSession([said("m1", "begin")]);
      startTurn(played);
      played.press(...before);
      played.effects();
      played.press("escape");
      const [call] = played.calls("CancelTurn");
      expect(call?.params).toEqual({ turn_id: "t1", reason: null });
    }
  });

  test("is remembered until there is a turn to stop", () => {
    const played = playSession([]);
    send(played, "go");
    played.press("escape");
    expect(played.calls("CancelTurn")).toEqual([]);
    startTurn(played);
    expect(played.calls("CancelTurn")).toHaveLength(1);
    expect(played.state.wantsInterrupt).toBe(false);
  });

  test("parks what is queued, in sight, until Enter lets it go on", () => {
    const played = playSession([said("m1", "begin")]);
    startTurn(played);
    const { frames, add } = createFrames();
    add("MessageQueued", { ...queued("other", "m9", "run the tests"), turn_id: "t9" });
    add("TurnCancelled", { ...ids, reason: "" });
    played.frames(...frames.splice(0));
    expect(played.screen()).toContain("parked: run the tests");
    played.effects();
    played.press("enter");
    expect(played.calls("ResumeQueue").map(({ params }) => params)).toEqual([{ session_id: "s1" }]);
    add("QueueResumed", { session_id: "s1" });
    played.frames(...frames.splice(0));
    expect(played.screen()).toContain("queued: run the tests");
    expect(played.screen()).not.toContain("parked");
  });
});

describe("a message that waits", () => {
  const waits = (): PlayedInterface => {
    const played = playSession([said("m1", "begin")]);
    startTurn(played);
    const { frames, add } = createFrames();
    add("MessageQueued", queued("other", "m8", "first"));
    add("MessageQueued", { ...queued("other2", "m9", "run the tests"), turn_id: "t9" });
    played.frames(...frames);
    played.effects();
    return played;
  };
  const withdrawn = { session_id: "s1", message_id: "m9" };

  test("is taken back with the up key, and stands in the composer once the daemon agrees", () => {
    const played = waits();
    expect(played.screen()).toContain("up edit");
    played.press("up");
    played.press("up");
    expect(played.calls("WithdrawMessage").map(({ params }) => params)).toEqual([withdrawn]);
    const { frames, add } = createFrames();
    add("MessageWithdrawn", { ...withdrawn, turn_id: "t9" });
    add("TurnCancelled", { session_id: "s1", turn_id: "t9", reason: "taken back" });
    played.frames(...frames);
    expect(played.screen()).not.toContain("run the tests");
    played.replied("WithdrawMessage", "root:take-back", {});
    expect(played.screen()).toContain("› run the tests");
    expect(played.screen()).toContain("queued: first");
    // The turn that runs is not stopped by it.
    expect(played.state.session?.transcript.turn.type).toBe("running");
  });

  test("stays where a turn has heard it meanwhile, and the interface says so", () => {
    const played = waits();
    played.press("up");
    const error = { code: "not_found" as const, message: "A turn has heard it.", details: {} };
    const command = "WithdrawMessage" as const;
    played.give({ type: "call_failed", command, error, purpose: "root:take-back" });
    expect(played.screen()).toContain("A turn has heard it.");
    expect(played.state.takingBack).toBeNull();
    expect(played.screen()).toContain("queued: run the tests");
  });
});

describe("Ctrl+C", () => {
  test("clears the text, then stops the turn, then asks once before it leaves", () => {
    const played = playSession([said("m1", "begin")]);
    startTurn(played);
    played.type("text");
    played.effects();
    played.press("ctrl+c");
    expect(played.screen()).not.toContain("› text");
    expect(played.calls("CancelTurn")).toEqual([]);
    played.press("ctrl+c");
    expect(played.calls("CancelTurn")).toHaveLength(1);
    const { frames, add } = createFrames();
    add("TurnCancelled", { ...ids, reason: "" });
    played.frames(...frames);
    played.press("ctrl+c");
    expect(played.effects().filter(({ type }) => type === "quit")).toEqual([]);
    expect(played.screen()).toContain("again to leave");
    played.press("ctrl+c");
    expect(played.effects().at(-1)).toEqual({ type: "quit", resume: "s1" });
  });

  test("asks again after a while", () => {
    const played = playInterface();
    played.press("ctrl+c");
    played.give({ type: "tick", now: 1_000 }, { type: "tick", now: 10_000 });
    expect(played.screen()).not.toContain("again to leave");
    played.effects();
    played.press("ctrl+c");
    expect(played.effects().filter(({ type }) => type === "quit")).toEqual([]);
  });
});
