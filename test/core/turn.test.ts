// A turn from message to answer: rounds, limits, failures, retries, cancel and recovery.
import { describe, expect, test } from "bun:test";
import type { AgentConfig } from "../../src/core/index.ts";
import { MAX_RESTARTS } from "../../src/core/session/decide/model.ts";
import { askedModel } from "../../src/core/session/request.ts";
import { activityOf } from "../../src/core/session/state.ts";
import { callOf } from "./support/builders.ts";
import { createScene, payloadOf, type Scene, spoken, typesOf } from "./support/scene.ts";

/** Plays a model that always wants one tool more, until the turn ends. */
function insist(scene: Scene): void {
  for (let round = 0; round < 50 && scene.state().turn; round += 1) {
    scene.answer({ tool_calls: [callOf("look")] });
    if (!scene.state().turn) return;
    scene.check("a.txt");
    scene.finish("text");
  }
}

const errorAfterInsisting = (config: Partial<AgentConfig>) => {
  const scene = createScene();
  scene.begin({ config });
  insist(scene);
  const modelCalls = scene.events().filter((event) => event.type === "ModelCallStarted").length;
  const tools = scene.events().filter((event) => event.type === "ToolCallStarted").length;
  return { modelCalls, tools, error: payloadOf(scene.events(), "TurnFailed").error };
};

describe("a turn", () => {
  test("goes from the message over a tool to the answer", () => {
    const scene = createScene();
    expect(typesOf(scene.begin())).toEqual([
      "MessageQueued",
      "TurnStarted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(typesOf(scene.answer({ tool_calls: [callOf("look", { path: "a.txt" })] }))).toEqual([
      "UsageRecorded",
      "MessageAdded",
    ]);
    expect(payloadOf(scene.check("a.txt"), "ToolCallStarted")).toEqual({
      session_id: "s1",
      turn_id: "t1",
      tool_call: { id: "t1_m1_0", name: "look", args: { path: "a.txt" } },
      hash: "hash of t1_m1_0",
    });
    expect(typesOf(scene.finish("hello"))).toEqual([
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(payloadOf(scene.answer({ text: "It says hello." }), "TurnCompleted")).toEqual({
      session_id: "s1",
      turn_id: "t1",
      message_id: "t1_m2",
      stop_reason: "stop",
    });
    expect(spoken(scene)).toEqual([
      "user: message 1",
      "assistant: ",
      "tool: hello",
      "assistant: It says hello.",
    ]);
    expect({ owed: scene.effects(), activity: activityOf(scene.state()) }).toEqual({
      owed: [],
      activity: "idle",
    });
  });

  test("is counted while it runs, also after a restart, and counts from nought in the next", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    scene.finish("text");
    scene.crash(1_000);
    expect(scene.state().session?.state.iteration_count).toBe(2);
    scene.answer({ text: "Done." });
    scene.begin();
    expect(scene.state().session?.state.iteration_count).toBe(1);
  });

  test("stops after exactly max_iterations model calls, and says which limit it was", () => {
    expect(errorAfterInsisting({ max_iterations: 5, max_tool_iterations: 10 })).toEqual({
      modelCalls: 5,
      tools: 5,
      error: {
        code: "limit_reached",
        message: "The turn reached its limit of 5 model calls (max_iterations).",
        details: { limit: "model_calls", value: 5 },
      },
    });
    expect(errorAfterInsisting({ max_iterations: 7 }).modelCalls).toBe(7);
  });

  test("stops after max_tool_iterations rounds of tools, and says which limit it was", () => {
    expect(errorAfterInsisting({ max_iterations: 20, max_tool_iterations: 3 })).toEqual({
      modelCalls: 4,
      tools: 3,
      error: {
        code: "limit_reached",
        message: "The turn reached its limit of 3 tool rounds (max_tool_iterations).",
        details: { limit: "tool_rounds", value: 3 },
      },
    });
  });

  test("stops at its limits of tokens and of money before the next model call", () => {
    expect(errorAfterInsisting({ max_tokens: 30 }).error.details).toEqual({
      limit: "tokens",
      value: 30,
    });
    expect(errorAfterInsisting({ max_cost_usd: 0.03 })).toMatchObject({
      modelCalls: 3,
      error: { details: { limit: "cost_usd", value: 0.03 } },
    });
  });

  test("gives the model no more tokens than the turn has left, and names that limit where it cuts", () => {
    const askedOf = (max_tokens: number | null) => {
      const scene = createScene();
      scene.begin({ config: { max_tokens } });
      return { scene, asked: leftIn(scene) };
    };
    const leftIn = (scene: Scene) => {
      const call = scene.effects().find((effect) => effect.type === "call_model");
      return call && askedModel(scene.state(), call)?.max_output_tokens;
    };
    const later = askedOf(100).scene;
    later.answer({ tool_calls: [callOf("look")] });
    later.check("a.txt");
    later.finish("text");
    expect(leftIn(later)).toBe(100 - (later.state().turn?.tokens ?? 0));
    expect(leftIn(later)).toBeLessThan(100);
    const { scene, asked } = askedOf(10);
    expect([asked, askedOf(null).asked, askedOf(1_000_000).asked]).toEqual([
      10,
      undefined,
      undefined,
    ]);
    const failed = payloadOf(scene.answer({ text: "Once up", reason: "length" }), "TurnFailed");
    expect([failed.error.details, failed.message_id]).toEqual([
      { limit: "tokens", value: 10 },
      "t1_m1",
    ]);
  });

  test("keeps what there is of an answer that was cut, and fails with the limit", () => {
    const scene = createScene();
    scene.begin();
    const failed = payloadOf(scene.answer({ text: "Once up", reason: "length" }), "TurnFailed");
    expect(failed.error.details).toEqual({ limit: "output_tokens", value: 5 });
    expect(failed.message_id).toBe("t1_m1");
    expect(spoken(scene)).toEqual(["user: message 1", "assistant: Once up"]);
  });

  test("fails when the model refuses, or answers with nothing but space", () => {
    const refused = createScene();
    refused.begin();
    const { error } = payloadOf(refused.answer({ text: "No.", reason: "refusal" }), "TurnFailed");
    expect(error.code).toBe("model_refused");
    const empty = createScene();
    empty.begin();
    expect(payloadOf(empty.answer({ text: " \n" }), "TurnFailed").error.code).toBe("empty_answer");
    expect(spoken(empty)).toEqual(["user: message 1"]);
  });

  test("that could not be prepared fails, and keeps its message", () => {
    const scene = createScene();
    scene.send();
    const error = { code: "key_missing" as const, message: "No key.", details: {} };
    const happened = scene.take({ type: "prepare_failed", turn_id: "t1", error });
    expect(payloadOf(happened, "TurnFailed")).toMatchObject({ turn_id: "t1", error });
    expect({ spoken: spoken(scene), owed: scene.effects() }).toEqual({
      spoken: ["user: message 1"],
      owed: [],
    });
  });
});

describe("a model call that fails", () => {
  test("is tried again after doubling waits, as often as it may", () => {
    const scene = createScene();
    scene.begin({ config: { max_model_attempts: 3 } });
    expect(payloadOf(scene.failModel(), "ModelCallFailed").retry_at).toBe(
      "2030-01-01T00:00:00.500Z",
    );
    expect(scene.take({ type: "woke" })).toEqual([]);
    scene.pass(500);
    expect(payloadOf(scene.take({ type: "woke" }), "ModelCallStarted")).toMatchObject({
      call_id: "t1_m1",
      attempt: 2,
    });
    expect(payloadOf(scene.failModel(), "ModelCallFailed").retry_at).toBe(
      "2030-01-01T00:00:01.500Z",
    );
    scene.pass(1_000);
    scene.take({ type: "woke" });
    expect(typesOf(scene.failModel())).toEqual(["ModelCallFailed", "TurnFailed"]);
    expect(scene.effects()).toEqual([]);
  });

  test("waits as long as the vendor says, unless that is too long", () => {
    const patient = createScene();
    patient.begin();
    const wait = patient.failModel({ retryAfterMs: 30_000 });
    expect(payloadOf(wait, "ModelCallFailed").retry_at).toBe("2030-01-01T00:00:30.000Z");
    const hasty = createScene();
    hasty.begin();
    const tooLong = hasty.failModel({ retryAfterMs: 120_001 });
    expect(payloadOf(tooLong, "ModelCallFailed").retry_at).toBeNull();
    expect(hasty.state().turn).toBeUndefined();
  });

  test("is not tried again when that cannot help", () => {
    const scene = createScene();
    scene.begin();
    expect(typesOf(scene.failModel({ isRetryable: false }))).toEqual([
      "ModelCallFailed",
      "TurnFailed",
    ]);
  });

  test("takes no outcome of the attempt that failed or of an earlier one", () => {
    const scene = createScene();
    scene.begin();
    const [{ call_id, attempt } = { call_id: "", attempt: 0 }] = scene.owed("call_model");
    scene.failModel();
    const error = { code: "provider_error" as const, message: "Late.", details: {} };
    const late = { call_id, attempt, error, isRetryable: true, retryAfterMs: undefined };
    expect(scene.take({ type: "model_failed", ...late })).toEqual([]);
    scene.pass(500);
    scene.take({ type: "woke" });
    expect(scene.take({ type: "model_failed", ...late })).toEqual([]);
  });
});

describe("a restart", () => {
  test("that comes again and again over one model call ends the turn, and no other does", () => {
    const scene = createScene();
    scene.begin({ config: { max_iterations: 50, max_tool_iterations: 50 } });
    for (let round = 0; round < 5; round += 1) {
      for (let kill = 0; kill < MAX_RESTARTS; kill += 1) scene.crash(1_000);
      scene.failModel();
      scene.pass(60_000);
      scene.take({ type: "woke" });
      for (let kill = 0; kill < MAX_RESTARTS; kill += 1) scene.crash(1_000);
      scene.answer({ tool_calls: [callOf("look")] });
      scene.check("a.txt");
      scene.finish("text");
    }
    for (let kill = 0; kill < MAX_RESTARTS; kill += 1) scene.crash(1_000);
    const happened = scene.crash(1_000);
    expect(typesOf(happened)).toEqual(["TurnResumed", "TurnFailed"]);
    expect(payloadOf(happened, "TurnFailed").error).toEqual({
      code: "interrupted",
      message:
        "The daemon ended 21 times in a row while it waited for this answer of the model; it is not asked again.",
      details: { call_id: "t1_m6", restarts: 21 },
    });
  });

  test("asks the model again with a higher attempt, which does not count as a failure", () => {
    const scene = createScene();
    scene.begin({ config: { max_model_attempts: 1 } });
    expect(typesOf(scene.crash(1_000))).toEqual(["TurnResumed", "ModelCallStarted"]);
    expect(scene.owed("call_model")).toMatchObject([{ call_id: "t1_m1", attempt: 2 }]);
    scene.crash(1_000);
    expect(typesOf(scene.answer({ text: "Done." }))).toContain("TurnCompleted");
  });

  test("never runs a call again that had started, tells the model so, and goes on", () => {
    const scene = createScene();
    scene.begin({ rules: [{ tool: "put", match: null, action: "allow" }] });
    scene.answer({ tool_calls: [callOf("put")] });
    scene.check("a.txt");
    const happened = scene.crash(1_000);
    expect(typesOf(happened)).toEqual([
      "TurnResumed",
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(payloadOf(happened, "ToolCallCompleted").outcome).toBe("interrupted");
    expect(spoken(scene).at(-1)).toBe(
      "tool: Interrupted: it is not known whether this call ran. Check before you try it again.",
    );
  });

  test("runs a call again that its tool declares safe, without a second start", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    const before = scene.effects();
    expect(typesOf(scene.crash(1_000))).toEqual(["TurnResumed"]);
    expect(scene.effects()).toEqual(before);
  });

  test("simply starts a call that had not started", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("put")] });
    scene.crash(1_000);
    expect(scene.owed("check_tool")).toHaveLength(1);
  });

  test("goes on with a wait that is over, and with one that is not", () => {
    const over = createScene();
    over.begin();
    over.failModel();
    expect(typesOf(over.crash(1_000))).toEqual(["TurnResumed", "ModelCallStarted"]);
    const waiting = createScene();
    waiting.begin();
    waiting.failModel({ retryAfterMs: 60_000 });
    expect(typesOf(waiting.crash(1_000))).toEqual(["TurnResumed"]);
    expect(waiting.owed("wake_at")).toHaveLength(1);
  });
});

describe("the wall limit", () => {
  test("ends the turn whatever runs", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    expect(scene.owed("wake_at").map((effect) => effect.at)).toEqual(["2030-01-01T00:00:10.000Z"]);
    scene.pass(9_999);
    expect(scene.take({ type: "woke" })).toEqual([]);
    scene.pass(1);
    expect(payloadOf(scene.take({ type: "woke" }), "TurnFailed").error.details).toEqual({
      limit: "wall_ms",
      value: 10_000,
    });
  });

  test("keeps what the model had said by then as the answer of the turn", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    scene.pass(10_000);
    const partial = { call_id: "t1_m1", attempt: 1, text: "I was about" };
    const happened = scene.take({ type: "woke", partial });
    const { content, message_id } = payloadOf(happened, "MessageAdded");
    expect(content).toBe("I was about");
    expect(payloadOf(happened, "TurnFailed").message_id).toBe(message_id);
  });

  test("stands still while only a human is awaited", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    scene.pass(1_000);
    scene.answer({ tool_calls: [callOf("put")] });
    scene.check("a.txt");
    expect(scene.owed("wake_at")).toEqual([]);
    scene.pass(86_400_000);
    expect(scene.take({ type: "woke" })).toEqual([]);
    scene.decide("approve");
    expect(scene.owed("wake_at").map((effect) => effect.at)).toEqual(["2030-01-02T00:00:10.000Z"]);
    expect(typesOf(scene.finish("written"))).toContain("ModelCallStarted");
  });

  test("goes on while a human is awaited and another tool runs", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    scene.answer({ tool_calls: [callOf("put"), callOf("look")] });
    scene.check("a.txt");
    scene.check("a.txt");
    scene.pass(10_000);
    expect(typesOf(scene.take({ type: "woke" }))).toContain("TurnFailed");
  });

  test("does not count the time that the daemon was away", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    const resumed = payloadOf(scene.crash(3_600_000), "TurnResumed");
    expect(resumed.downtime_ms).toBe(3_600_000);
    expect(scene.owed("wake_at").map((effect) => effect.at)).toEqual(["2030-01-01T01:00:10.000Z"]);
  });

  test("does not count the time away twice when a human was awaited over it", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 10_000 } });
    scene.answer({ tool_calls: [callOf("put")] });
    scene.check("a.txt");
    scene.crash(3_600_000);
    scene.decide("approve");
    expect(scene.state().turn?.paused_ms).toBe(3_600_000);
  });

  test("may be longer than any calendar", () => {
    const scene = createScene();
    const config = {
      max_wall_ms: Number.MAX_SAFE_INTEGER,
      request_deadline_ms: Number.MAX_SAFE_INTEGER,
      max_retry_after_ms: Number.MAX_SAFE_INTEGER,
    };
    scene.begin({ config });
    scene.failModel({ retryAfterMs: Number.MAX_SAFE_INTEGER });
    expect(scene.owed("wake_at").map((effect) => effect.at)).toEqual(["9999-12-31T23:59:59.999Z"]);
  });
});
