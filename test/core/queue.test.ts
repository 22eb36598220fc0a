// Messages that arrive while a session works: they queue, steer, are parked, cancelled, refused.
import { describe, expect, test } from "bun:test";
import {
  type PermissionRule,
  replay,
  sessionMachine,
  type TurnSettings,
} from "../../src/core/index.ts";
import { MAX_QUEUED_MESSAGES, refusal } from "../../src/core/session/machine.ts";
import { activityOf, currentTurnId } from "../../src/core/session/state.ts";
import { MAX_TURN_RULES } from "../../src/core/session/steering.ts";
import { callOf, newSession, plainSettings, sendOf, timeAt } from "./support/builders.ts";
import { createScene, payloadOf, spoken, typesOf } from "./support/scene.ts";

describe("a session", () => {
  test("is created together with its first message, and only once", () => {
    const send = sendOf(1, timeAt(0), { create: newSession({ name: "one" }) });
    const happened = sessionMachine.decide(sessionMachine.initial, send);
    expect(typesOf(happened)).toEqual(["SessionCreated", "MessageQueued"]);
    const state = replay(sessionMachine, happened);
    expect(state.session).toMatchObject({ id: "s1", name: "one", conversation: [] });
    const again = { ...send, turn_id: "t2", message_id: "u2" };
    expect(typesOf(sessionMachine.decide(state, again))).toEqual(["MessageQueued"]);
  });

  test("that does not exist takes nothing, and the refusal says so", () => {
    const send = sendOf(1, timeAt(0));
    expect(sessionMachine.decide(sessionMachine.initial, send)).toEqual([]);
    expect(refusal(sessionMachine.initial, send)?.code).toBe("session_not_found");
  });

  test("takes a name once, and another one", () => {
    const scene = createScene();
    expect(typesOf(scene.take({ type: "rename", name: "one" }))).toEqual(["SessionRenamed"]);
    expect(scene.take({ type: "rename", name: "one" })).toEqual([]);
    expect(scene.state().session?.name).toBe("one");
  });

  test("that is deleted ends every turn that it had accepted, and then does nothing more", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("put")] });
    scene.check("a.txt");
    scene.send();
    scene.send();
    const happened = scene.take({ type: "delete" });
    expect(typesOf(happened)).toEqual([
      "HumanRequestExpired",
      "ToolCallCompleted",
      "MessageAdded",
      "TurnCancelled",
      "TurnCancelled",
      "TurnCancelled",
      "SessionDeleted",
    ]);
    expect(scene.effects()).toEqual([]);
    expect(scene.send()).toEqual([]);
    expect(scene.take({ type: "create", session: newSession() })).toEqual([]);
    expect(scene.refusal({ type: "create", session: newSession() })?.code).toBe(
      "session_not_found",
    );
    expect(typesOf(scene.crash(1))).toEqual([]);
  });
});

describe("a deletion", () => {
  const tokens = { input_tokens: 1, output_tokens: 2, cached_tokens: 3, reasoning_tokens: 4 };
  const twice = { input_tokens: 2, output_tokens: 4, cached_tokens: 6, reasoning_tokens: 8 };

  /** One answer of this model, at this price. */
  function use(scene: ReturnType<typeof createScene>, model: string, cost_usd: number | null) {
    scene.begin();
    scene.answer({ text: "One.", model, usage: { ...tokens, cost_usd } });
  }

  test("says what the session used, by day and model; an unknown price makes its sum unknown", () => {
    const scene = createScene();
    use(scene, "x/one", 0.5);
    use(scene, "x/two", 1);
    use(scene, "x/one", 0.25);
    use(scene, "x/two", null);
    const first = scene.now().slice(0, 10);
    scene.pass(24 * 3_600_000);
    use(scene, "x/one", 2);
    const second = scene.now().slice(0, 10);
    const [deletion] = scene.take({ type: "delete" });
    const sums = [
      { day: first, model: "x/one", calls: 2, usage: { ...twice, cost_usd: 0.75 } },
      { day: first, model: "x/two", calls: 2, usage: { ...twice, cost_usd: null } },
      { day: second, model: "x/one", calls: 1, usage: { ...tokens, cost_usd: 2 } },
    ];
    const { session_id = "" } = deletion?.payload ?? {};
    expect<unknown>(deletion?.payload).toEqual({
      session_id,
      used: { po_name: "helper", sums },
    });
  });

  test("says all that was used also of a session that was used on more days than are kept apart", () => {
    const scene = createScene();
    for (let day = 0; day < 1_005; day += 1) {
      scene.pass(24 * 3_600_000);
      use(scene, "x/one", 1);
    }
    const [deletion] = scene.take({ type: "delete" });
    const { sums } = (deletion?.type === "SessionDeleted" && deletion.payload.used) || { sums: [] };
    const calls = sums.reduce((all, sum) => all + sum.calls, 0);
    expect([sums.length, calls, sums.at(-1)?.usage.cost_usd]).toEqual([1_000, 1_005, 6]);
  });
});

describe("a message", () => {
  test("waits until the turn before it has ended, and is then answered by the agent as it is then", () => {
    const scene = createScene();
    scene.begin();
    expect(typesOf(scene.send())).toEqual(["MessageQueued"]);
    expect(scene.owed("prepare_turn")).toEqual([]);
    scene.answer({ text: "One." });
    expect(scene.owed("prepare_turn")).toEqual([
      { type: "prepare_turn", id: "prepare:t2", turn_id: "t2" },
    ]);
    const started = payloadOf(scene.prepare({ object_version: "v2" }), "TurnStarted");
    expect(started.agent.object_version).toBe("v2");
    scene.answer({ text: "Two." });
    expect(spoken(scene)).toEqual([
      "user: message 1",
      "assistant: One.",
      "user: message 2",
      "assistant: Two.",
    ]);
  });

  test("is still there after a restart", () => {
    const scene = createScene();
    scene.send();
    scene.send();
    expect(scene.crash(1_000)).toEqual([]);
    expect(scene.state().queue.map((one) => one.turn_id)).toEqual(["t1", "t2"]);
    expect(scene.owed("prepare_turn")).toHaveLength(1);
  });

  test("is refused while too many wait, also one that would create the session", () => {
    const scene = createScene();
    for (let count = 0; count < MAX_QUEUED_MESSAGES; count += 1) scene.send();
    expect(scene.send({ create: newSession() })).toEqual([]);
    expect(scene.state().queue).toHaveLength(MAX_QUEUED_MESSAGES);
  });

  test("that was queued can be taken back, and the others stay", () => {
    const scene = createScene();
    scene.begin();
    scene.send();
    scene.send();
    expect(typesOf(scene.take({ type: "cancel", turn_id: "t2", reason: "no" }))).toEqual([
      "TurnCancelled",
    ]);
    scene.answer({ text: "One." });
    expect(currentTurnId(scene.state())).toBe("t3");
  });
});

describe("the queue", () => {
  test("is parked by a cancel until the next message, and then goes on from its head", () => {
    const scene = createScene();
    scene.begin();
    scene.send();
    scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect({ owed: scene.effects(), activity: activityOf(scene.state()) }).toEqual({
      owed: [],
      activity: "idle",
    });
    scene.crash(1_000);
    expect(scene.effects()).toEqual([]);
    scene.send();
    expect(scene.owed("prepare_turn").map((effect) => effect.turn_id)).toEqual(["t2"]);
    scene.prepare();
    scene.answer({ text: "Two." });
    expect(scene.owed("prepare_turn").map((effect) => effect.turn_id)).toEqual(["t3"]);
  });

  test("is parked when the turn that was about to begin is cancelled, and not for a later one", () => {
    const scene = createScene();
    scene.send();
    scene.send();
    scene.send();
    scene.take({ type: "cancel", turn_id: "t2", reason: "no" });
    expect(scene.owed("prepare_turn").map((effect) => effect.turn_id)).toEqual(["t1"]);
    scene.take({ type: "cancel", turn_id: "t1", reason: "no" });
    expect({ owed: scene.effects(), isParked: scene.state().isParked }).toEqual({
      owed: [],
      isParked: true,
    });
  });

  test("goes on from its head when somebody lets it, also after a restart", () => {
    const scene = createScene();
    scene.begin();
    scene.send();
    expect(scene.refusal({ type: "resume_queue" })?.code).toBe("not_found");
    scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(typesOf(scene.take({ type: "resume_queue" }))).toEqual(["QueueResumed"]);
    scene.crash(1_000);
    expect(scene.owed("prepare_turn").map((effect) => effect.turn_id)).toEqual(["t2"]);
    expect(scene.take({ type: "resume_queue" })).toEqual([]);
  });

  test("loses a message that is taken back before it was heard, and what follows is not parked", () => {
    const scene = createScene();
    scene.begin();
    scene.send();
    scene.send();
    scene.send({ delivery: "steer" });
    expect(typesOf(scene.take({ type: "withdraw", message_id: "u4" }))).toEqual([
      "MessageWithdrawn",
    ]);
    expect(typesOf(scene.take({ type: "withdraw", message_id: "u2" }))).toEqual([
      "MessageWithdrawn",
      "TurnCancelled",
    ]);
    expect(scene.refusal({ type: "withdraw", message_id: "u1" })?.code).toBe("not_found");
    scene.answer({ text: "One." });
    expect(scene.owed("prepare_turn").map((effect) => effect.turn_id)).toEqual(["t3"]);
    // Also the one that is about to begin can still be taken back.
    scene.take({ type: "withdraw", message_id: "u3" });
    expect({ owed: scene.effects(), spoken: spoken(scene) }).toEqual({
      owed: [],
      spoken: ["user: message 1", "assistant: One."],
    });
  });

  test("is not parked when nothing waits", () => {
    const scene = createScene();
    scene.begin();
    scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(scene.state().isParked).toBe(false);
  });

  test("goes on after a turn that failed", () => {
    const scene = createScene();
    scene.begin();
    scene.send();
    scene.failModel({ isRetryable: false });
    expect(scene.owed("prepare_turn")).toHaveLength(1);
  });
});

describe("a steering message", () => {
  test("joins after the round that runs, and the model sees it with the results", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    expect(payloadOf(scene.send({ delivery: "steer" }), "MessageQueued").turn_id).toBe("t1");
    scene.send({ delivery: "steer" });
    expect(typesOf(scene.finish("text"))).toEqual([
      "ToolCallCompleted",
      "MessageAdded",
      "MessageAdded",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(spoken(scene).slice(2)).toEqual(["tool: text", "user: message 2", "user: message 3"]);
  });

  test("makes the model answer once more when it had already finished", () => {
    const scene = createScene();
    scene.begin();
    scene.send({ delivery: "steer" });
    scene.send({ delivery: "steer" });
    expect(typesOf(scene.answer({ text: "One." }))).toEqual([
      "UsageRecorded",
      "MessageAdded",
      "MessageAdded",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(typesOf(scene.answer({ text: "Two." }))).toContain("TurnCompleted");
    expect(spoken(scene)).toEqual([
      "user: message 1",
      "assistant: One.",
      "user: message 2",
      "user: message 3",
      "assistant: Two.",
    ]);
  });

  test("queues when no turn runs", () => {
    const scene = createScene();
    expect(payloadOf(scene.send({ delivery: "steer" }), "MessageQueued")).toMatchObject({
      delivery: "queue",
      turn_id: "t1",
    });
  });

  test("is kept in the conversation when its turn is cancelled or fails before it joined", () => {
    const cancelled = createScene();
    cancelled.begin();
    cancelled.send({ delivery: "steer" });
    cancelled.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(spoken(cancelled)).toEqual(["user: message 1", "user: message 2"]);
    const failed = createScene();
    failed.begin();
    failed.send({ delivery: "steer" });
    failed.failModel({ isRetryable: false });
    expect(spoken(failed)).toEqual(["user: message 1", "user: message 2"]);
  });

  test("brings its rules into the running turn", () => {
    const scene = createScene();
    const steer = (rules: PermissionRule[], on_ask: "queue" | "deny" = "queue") =>
      scene.send({ delivery: "steer", settings: { ...plainSettings, rules, on_ask } });
    scene.begin({ rules: [{ tool: "put", match: "b*", action: "deny" }] });
    steer([{ tool: "put", match: null, action: "allow" }]);
    scene.answer({ tool_calls: [callOf("put"), callOf("put")] });
    expect(typesOf(scene.check("a.txt"))).toEqual(["ToolCallStarted"]);
    expect(typesOf(scene.check("b.txt"))).not.toContain("ToolCallStarted");
    steer([], "deny");
    steer([]);
    expect(scene.state().turn?.agent.on_ask).toBe("deny");
  });

  test("that asks for what a running turn cannot change is refused, and the refusal names it", () => {
    const scene = createScene();
    scene.begin();
    const send = (settings: Partial<TurnSettings>, delivery: "queue" | "steer" = "steer") =>
      sendOf(2, "", { delivery, settings: { ...plainSettings, ...settings } });
    const changes: [string, Partial<TurnSettings>][] = [
      ["model", { model: "test/two" }],
      ["system", { system: "You count." }],
      ["tools", { tools: ["look"] }],
      ["limits.max_tokens", { limits: { max_tokens: 9 } }],
    ];
    for (const [name, settings] of changes) {
      expect(scene.refusal(send(settings))).toMatchObject({
        code: "invalid_request",
        details: { settings: [name] },
      });
      expect(scene.take(send(settings))).toEqual([]);
      expect(scene.refusal(send(settings, "queue"))).toBeUndefined();
    }
    const same = { model: "test/one", limits: { max_iterations: 5 } };
    expect(scene.refusal(send(same))).toBeUndefined();
  });

  test("keeps to the turn's model, and takes the one that stands in where it must wait", () => {
    const scene = createScene();
    scene.begin();
    const fields = { delivery: "steer" as const, default_model: "test/two" };
    expect(payloadOf(scene.send(fields), "MessageQueued").settings.model).toBeNull();
    scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(payloadOf(scene.send(fields), "MessageQueued").settings.model).toBe("test/two");
  });

  test("is refused when the turn has all the rules that it can hold", () => {
    const scene = createScene();
    scene.begin();
    const rules = Array.from({ length: 256 }, () => ({
      tool: "put",
      match: null,
      action: "ask" as const,
    }));
    const settings = { ...plainSettings, rules };
    while (scene.send({ delivery: "steer", settings }).length > 0);
    expect(scene.state().turn?.agent.rules).toHaveLength(MAX_TURN_RULES);
    const { steers } = scene.state();
    expect(steers.length).toBeLessThan(MAX_QUEUED_MESSAGES);
  });
});
