// Limits that are asked about: a turn that reaches one waits for a human, who may give it as much again.
import { describe, expect, test } from "bun:test";
import { MAX_LIMIT_EXTENSIONS } from "../../src/core/agent/limits.ts";
import { askedModel } from "../../src/core/session/request.ts";
import { activityOf } from "../../src/core/session/state.ts";
import { agentWith, callOf, objectToolOf } from "./support/builders.ts";
import { createScene, payloadOf, type Scene, typesOf } from "./support/scene.ts";

const look = callOf("look", { path: "a.txt" });
const allowed = [{ tool: "*", match: null, action: "allow" as const }];

/** Calls a tool and gives it its result, so that the model is to be asked again. */
function round(scene: Scene): ReturnType<Scene["finish"]> {
  scene.answer({ tool_calls: [look] });
  scene.check("a.txt");
  return scene.finish("ok");
}

/** A turn that has used its one call of the model. */
function waiting(config = {}, fields = {}): Scene {
  const scene = createScene();
  const asks = { max_iterations: 1, on_limit: "ask" as const, ...config };
  scene.begin({ config: asks, rules: allowed, ...fields });
  round(scene);
  return scene;
}

describe("a turn that reaches a limit, and asks", () => {
  test("says whose limit it is, what is used and what a yes gives, and owes nothing meanwhile", () => {
    const scene = waiting();
    expect(scene.state().requests).toEqual([
      {
        request_id: "t1_limit1",
        session_id: "s1",
        turn_id: "t1",
        from_po: "helper",
        kind: "approval",
        question:
          "May helper go on? The turn reached its limit of 1 model call (max_iterations). It has used 1 model call; a yes gives 1 model call more, a no ends the turn.",
        options: ["approve", "deny"],
        tool_call: null,
        hash: "t1_limit1:model_calls:1+1",
        created_at: "2030-01-01T00:00:00.000Z",
        deadline_at: null,
        scopes: ["once"],
        limit: { name: "model_calls", value: 1, by: 1, call_id: expect.any(String) },
      },
    ]);
    expect([scene.effects(), activityOf(scene.state())]).toEqual([[], "waiting"]);
  });

  test("goes on with as much again after a restart and a yes, and asks anew when that is used", () => {
    const scene = waiting();
    scene.crash(86_400_000);
    const happened = scene.decide("approve");
    expect(typesOf(happened)).toEqual([
      "HumanRequestResponded",
      "LimitExtended",
      "ModelCallStarted",
    ]);
    expect(payloadOf(happened, "LimitExtended")).toEqual({
      session_id: "s1",
      turn_id: "t1",
      limit: "model_calls",
      by: 1,
    });
    round(scene);
    expect(scene.state().requests.map((one) => [one.request_id, one.limit?.value])).toEqual([
      ["t1_limit2", 2],
    ]);
  });

  test("ends with the limit named after a no", () => {
    const happened = waiting().decide("deny");
    expect(typesOf(happened)).toEqual(["HumanRequestResponded", "TurnFailed"]);
    expect(payloadOf(happened, "TurnFailed").error).toEqual({
      code: "limit_reached",
      message: "The turn reached its limit of 1 model call (max_iterations).",
      details: { limit: "model_calls", value: 1 },
    });
  });

  test("ends with the limit named once its question is too old", () => {
    const scene = waiting({ request_deadline_ms: 1_000 });
    scene.pass(1_000);
    const happened = scene.take({ type: "woke" });
    expect(typesOf(happened)).toEqual(["HumanRequestExpired", "TurnFailed"]);
    expect(payloadOf(happened, "TurnFailed").error.code).toBe("limit_reached");
  });

  test("is cancelled like any other", () => {
    const happened = waiting().take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(typesOf(happened)).toEqual(["HumanRequestExpired", "TurnCancelled"]);
  });

  test("takes no decision for longer than once, and none about another amount", () => {
    const scene = waiting();
    const tried = [
      scene.decide("approve", { scope: "session" }),
      scene.decide("approve", { scope: "rule" }),
      scene.decide("deny", { scope: "session" }),
      scene.decide("approve", { hash: "t1_limit1:model_calls:1+9" }),
    ];
    expect(tried).toEqual([[], [], [], []]);
    expect(scene.state().requests).toHaveLength(1);
  });

  test(`is given more ${MAX_LIMIT_EXTENSIONS} times at most; then the limit ends it`, () => {
    const scene = waiting();
    for (let given = 0; given < MAX_LIMIT_EXTENSIONS; given += 1) {
      scene.decide("approve");
      if (given < MAX_LIMIT_EXTENSIONS - 1) round(scene);
    }
    expect(payloadOf(round(scene), "TurnFailed").error.details).toEqual({
      limit: "model_calls",
      value: 1 + MAX_LIMIT_EXTENSIONS,
    });
  });

  test("does not count the time of the wait, and is given as much time again", () => {
    const scene = createScene();
    scene.begin({ config: { max_wall_ms: 60_000, on_limit: "ask" }, rules: allowed });
    scene.pass(61_000);
    expect(scene.effects().filter((effect) => effect.type === "wake_at")).toEqual([]);
    expect(typesOf(round(scene)).at(-1)).toBe("HumanRequestQueued");
    expect(scene.state().requests[0]?.question).toContain(
      "It has used 61 s of work; a yes gives 60 s of work more",
    );
    scene.pass(86_400_000);
    scene.decide("approve");
    scene.pass(58_000);
    expect(typesOf(round(scene)).at(-1)).toBe("ModelCallStarted");
    scene.pass(2_000);
    expect(typesOf(round(scene)).at(-1)).toBe("HumanRequestQueued");
  });

  test("lets the model finish the answer that passes the tokens", () => {
    const scene = createScene();
    scene.begin({ config: { max_tokens: 10, on_limit: "ask" } });
    const [effect] = scene.owed("call_model");
    expect(effect && askedModel(scene.state(), effect)?.max_output_tokens).toBeUndefined();
    expect(typesOf(scene.answer({ text: "Long." })).at(-1)).toBe("TurnCompleted");
  });

  test("checks no call while it waits, and the one that waited once there is more", () => {
    const scene = createScene();
    const tools = [...agentWith().tools, objectToolOf("other")];
    const config = { max_tokens: 1, on_limit: "ask" as const };
    scene.begin({ config, rules: allowed, tools });
    scene.answer({ tool_calls: [callOf("other", { message: "Go." }), look] });
    const call_id = scene.owed("check_tool")[0]?.call_id ?? "";
    expect(typesOf(scene.check("other"))).toEqual(["HumanRequestQueued"]);
    expect(scene.effects()).toEqual([]);
    expect(typesOf(scene.decide("approve"))).toEqual(["HumanRequestResponded", "LimitExtended"]);
    expect(scene.owed("check_tool").map((effect) => effect.call_id)).toContain(call_id);
  });
});

describe("a turn that reaches a limit, and does not ask", () => {
  test("ends: nobody is there to ask, or its caller is the one who does", () => {
    const unattended = waiting({}, { on_ask: "deny" });
    const parent = {
      session_id: "p",
      turn_id: "pt",
      call_id: "pc",
      root_session_id: "p",
      chain: ["caller"],
      reason: null,
    };
    const called = createScene({ parent });
    called.begin({ config: { max_iterations: 1, on_limit: "ask" }, rules: allowed });
    const last = [unattended.events().at(-1)?.type, round(called).at(-1)?.type];
    expect(last).toEqual(["TurnFailed", "TurnFailed"]);
  });
});

describe("what is called below", () => {
  test("ends with what all share, and its caller asks before the next step", () => {
    const scene = createScene();
    const config = { max_tokens: 40, on_limit: "ask" as const };
    scene.begin({ config, rules: allowed, tools: [objectToolOf("other")] });
    scene.answer({ tool_calls: [callOf("other", { message: "Go." })] });
    scene.check("other");
    const call_id = scene.owed("delegate")[0]?.call_id ?? "";
    const child = { session_id: "d", turn_id: "dt" };
    scene.take({ type: "delegation_started", call_id, child });
    const used = { input_tokens: 40, output_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 };
    const usage = { ...used, cost_usd: 0 };
    const at = { after_seq: 0, through_seq: 2, model_calls: 1, isLast: false };
    const happened = scene.take({ type: "child_used", call_id, usage, ...at });
    expect(typesOf(happened)).toEqual([
      "ChildUsageRecorded",
      "DelegationCompleted",
      "ToolCallCompleted",
      "MessageAdded",
      "HumanRequestQueued",
    ]);
    expect(scene.effects()).toEqual([]);
    expect(typesOf(scene.decide("approve")).at(-1)).toBe("ModelCallStarted");
  });
});
