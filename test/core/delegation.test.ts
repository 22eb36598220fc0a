// Calls of other objects, on plain values: what is counted, what is told again, what is refused.
import { describe, expect, test } from "bun:test";
import {
  delegationOf,
  readDelegation,
  refusedDelegation,
} from "../../src/core/session/delegation.ts";
import { activityOf } from "../../src/core/session/state.ts";
import { MAX_TURN_RULES } from "../../src/core/session/steering.ts";
import { sessionEvents } from "../../src/protocol/events/session.ts";
import { MAX_TURN_RULES as protocolLimit } from "../../src/protocol/limits.ts";
import { upgradeEvent } from "../../src/protocol/upgrade.ts";
import { answerWith, callOf, newSession, objectToolOf } from "./support/builders.ts";
import { createScene, payloadOf, typesOf } from "./support/scene.ts";

const child = { session_id: "d_1", turn_id: "dt_1" };
const usage = answerWith().usage;

const settingsOf = ({ state }: ReturnType<typeof createScene>) => {
  const settings = state().turn?.settings;
  if (!settings) throw new Error("no turn runs");
  return settings;
};

/** A turn that waits for the object `other`. */
function calling(config = {}) {
  const scene = createScene();
  scene.begin({ tools: [objectToolOf("other")], config });
  scene.answer({ tool_calls: [callOf("other", { message: "What?" })] });
  scene.check("What?");
  const [effect] = scene.owed("delegate");
  if (!effect) throw new Error("nobody is called");
  const { call_id } = effect;
  return {
    scene,
    call_id,
    begin: () => scene.take({ type: "delegation_started", call_id, child }),
    use: (after_seq: number, through_seq: number, fields = {}) =>
      scene.take({
        type: "child_used",
        call_id,
        after_seq,
        through_seq,
        model_calls: 1,
        usage,
        isLast: false,
        ...fields,
      }),
    pause: (isPaused: boolean) => scene.take({ type: "child_paused", call_id, isPaused }),
    answer: (output = "blue") =>
      scene.take({ type: "delegated", call_id, output, error: null, denial: null, duration_ms: 5 }),
  };
}

describe("a call of an object", () => {
  test("is held to every rule of the turn, also to those that joined it, in their order", () => {
    const { scene, call_id } = calling();
    const rules = Array.from({ length: 250 }, (_, at) => ({
      ...{ tool: "put", match: `${at}` },
      action: at % 2 === 0 ? ("ask" as const) : ("deny" as const),
    }));
    for (let times = 0; times < 4; times += 1) {
      scene.send({ delivery: "steer", settings: { ...settingsOf(scene), rules } });
    }
    const told = delegationOf(scene.state(), call_id)?.rules;
    expect(told).toEqual(Array.from({ length: 4 }, () => rules).flat());
    const { rules: kept } = sessionEvents.MessageQueued.payload.shape.settings.shape;
    expect(kept.safeParse(told).success).toBe(true);
    expect([
      kept.safeParse(Array(MAX_TURN_RULES + 1).fill(rules[0])).success,
      MAX_TURN_RULES,
    ]).toEqual([false, protocolLimit]);
  });

  test("is asked for again after a crash, and begins once", () => {
    const { scene, call_id, begin } = calling();
    expect(typesOf(begin())).toEqual(["DelegationStarted"]);
    expect(begin()).toEqual([]);
    scene.crash(1_000);
    expect(scene.owed("delegate").map((effect) => effect.call_id)).toEqual([call_id]);
    expect(begin()).toEqual([]);
  });

  test("brings its answer to the model once", () => {
    const { scene, begin, answer } = calling();
    begin();
    expect(typesOf(answer())).toEqual([
      "DelegationCompleted",
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(answer("green")).toEqual([]);
    expect(scene.state().session?.conversation.at(-1)?.content).toBe("blue");
  });

  test("counts what is used below it once, and against the limits of the turn", () => {
    const { scene, begin, use } = calling({ max_tokens: 50 });
    begin();
    expect(typesOf(use(0, 10))).toEqual(["ChildUsageRecorded"]);
    expect(use(0, 10)).toEqual([]);
    expect(scene.state().turn).toMatchObject({ tokens: 30, child_model_calls: 1 });
    use(10, 20);
    expect(typesOf(use(20, 30)).at(-1)).toBe("TurnFailed");
    expect(scene.owed("delegate")).toEqual([]);
  });

  test("is not thrown away where its last use reaches the limit", () => {
    const { begin, use, answer } = calling({ max_tokens: 25 });
    begin();
    expect(typesOf(use(0, 10, { isLast: true }))).toEqual(["ChildUsageRecorded"]);
    const happened = answer();
    expect(payloadOf(happened, "DelegationCompleted").success).toBe(true);
    // But the model that would go on from it is not asked any more.
    expect(typesOf(happened).at(-1)).toBe("TurnFailed");
  });

  test("stops the clock of its caller while only a human is awaited", () => {
    const { scene, begin, pause } = calling({ max_wall_ms: 60_000 });
    begin();
    pause(true);
    expect(activityOf(scene.state())).toBe("waiting");
    expect(pause(true)).toEqual([]);
    scene.pass(3_600_000);
    scene.take({ type: "woke" });
    pause(false);
    expect(activityOf(scene.state())).toBe("working");
    expect(scene.state().turn?.paused_ms).toBeGreaterThanOrEqual(3_600_000);
  });

  test("ends with its caller, and says so", () => {
    const { scene, begin, pause } = calling();
    begin();
    pause(true);
    const happened = scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(typesOf(happened)).toEqual([
      "DelegationResumed",
      "DelegationCompleted",
      "ToolCallCompleted",
      "MessageAdded",
      "TurnCancelled",
    ]);
    expect(payloadOf(happened, "DelegationCompleted")).toMatchObject({
      success: false,
      error: { code: "cancelled" },
    });
  });
});

describe("what is refused", () => {
  const turn = (config = {}, delegations = 0) => {
    const scene = createScene();
    scene.begin({ config });
    const { turn: running } = scene.state();
    if (!running) throw new Error("no turn");
    return { ...running, delegations };
  };
  const parent = {
    session_id: "s0",
    turn_id: "t0",
    call_id: "c0",
    root_session_id: "s0",
    chain: ["lead"],
    reason: null,
  };
  const session = { ...newSession(), parent };

  test("is an object of the chain, itself included", () => {
    const circle = refusedDelegation(session, turn(), "lead");
    expect(circle).toContain("lead → helper → lead");
    expect(refusedDelegation(session, turn(), "helper")).toContain("helper → helper");
    expect(refusedDelegation(session, turn(), "other")).toBeUndefined();
  });

  test("is one too deep and one too many", () => {
    expect(refusedDelegation(session, turn({ max_delegation_depth: 0 }), "other")).toContain(
      "max_delegation_depth",
    );
    expect(refusedDelegation(session, turn({ max_delegations: 2 }, 2), "other")).toContain(
      "max_delegations",
    );
  });

  test.each([
    [null],
    ["text"],
    [{}],
    [{ message: "" }],
    [{ message: 7 }],
    [{ message: "m", reason: 1 }],
    [{ message: "m", output: { schema: {}, retries: 1 } }],
  ])("is a call with the arguments %j", (args) => {
    expect(readDelegation(args, "object")).toHaveProperty("problem");
  });
});

test("a turn of the time before groups is one of an agent alone that calls nobody", () => {
  const payload = { session_id: "s", agent: { tools: [{ name: "look" }], config: { a: 1 } } };
  const kept = { type: "TurnStarted", type_version: 1, payload };
  expect(upgradeEvent(kept).payload as object).toMatchObject({
    agent: {
      mode: "single",
      group: { members: [] },
      tools: [{ name: "look", kind: "tool", po_name: null }],
      config: { a: 1, max_delegation_depth: 0, max_delegations: 0 },
    },
  });
});
