// Answers that must fit a JSON Schema: checked before the turn ends, sent back with what is wrong, or refused.
import { describe, expect, test } from "bun:test";
import { askedModel } from "../../src/core/session/request.ts";
import { callOf, plainSettings, sendOf } from "./support/builders.ts";
import { createScene, payloadOf, type Scene, spoken, typesOf } from "./support/scene.ts";

const schema = { type: "object", required: ["age"] };

const asking = (retries: number) => ({
  settings: { ...plainSettings, output: { schema, retries } },
});

const checked = (scene: Scene, problems: string[]) => {
  const [effect] = scene.owed("check_answer");
  return scene.take({
    type: "answer_checked",
    message_id: effect?.message_id ?? "none",
    problems,
  });
};

describe("an answer with a schema", () => {
  test("is checked before the turn ends, and completes it where it fits", () => {
    const scene = createScene();
    scene.begin({}, asking(2));
    expect(typesOf(scene.answer({ text: '{"age":1}' }))).toEqual(["UsageRecorded", "MessageAdded"]);
    expect(scene.effects()).toEqual([
      { type: "check_answer", id: "answer:t1_m1", turn_id: "t1", message_id: "t1_m1" },
    ]);
    expect(typesOf(checked(scene, []))).toEqual(["TurnCompleted"]);
  });

  test("is sent back with what does not fit, until no try is left", () => {
    const scene = createScene();
    scene.begin({}, asking(1));
    scene.answer({ text: "I am one." });
    expect(typesOf(checked(scene, ["it is no JSON"]))).toEqual([
      "MessageAdded",
      "ModelCallStarted",
    ]);
    const back = scene.state().session?.conversation.at(-1);
    expect(back).toMatchObject({ role: "user", name: "schema", message_id: "t1_m1_s" });
    expect(back?.content).toContain("- it is no JSON");
    scene.answer({ text: "{}" });
    const ended = checked(scene, ["must have 'age'", "and more"]);
    expect(payloadOf(ended, "TurnFailed")).toEqual({
      session_id: "s1",
      turn_id: "t1",
      error: {
        code: "bad_data",
        message: "The answer does not fit its JSON Schema: must have 'age' (and 1 more).",
        details: { problems: ["must have 'age'", "and more"], raw: "{}" },
      },
      message_id: "t1_m2",
    });
  });

  test("is checked only once there are no calls left in it", () => {
    const scene = createScene();
    scene.begin({}, asking(0));
    scene.answer({ text: "Looking.", tool_calls: [callOf("look")] });
    expect(scene.owed("check_answer")).toEqual([]);
    scene.refuse("There is no such path.");
    scene.answer({ text: "{}" });
    expect(scene.owed("check_answer").map(({ message_id }) => message_id)).toEqual(["t1_m2"]);
  });

  test("counts against the limit of model calls each time it is sent back", () => {
    const scene = createScene();
    scene.begin({ config: { max_iterations: 1 } }, asking(5));
    scene.answer({ text: "no" });
    const { error } = payloadOf(checked(scene, ["it is no JSON"]), "TurnFailed");
    expect(error.code).toBe("limit_reached");
  });

  test("is checked again after a crash", () => {
    const scene = createScene();
    scene.begin({}, asking(0));
    scene.answer({ text: "{}" });
    const before = scene.owed("check_answer");
    scene.crash(1_000);
    expect(scene.owed("check_answer")).toEqual(before);
    expect(typesOf(checked(scene, []))).toEqual(["TurnCompleted"]);
  });

  test("gives way to what was steered while it was checked", () => {
    const scene = createScene();
    scene.begin({}, asking(0));
    scene.answer({ text: "{}" });
    scene.send({ delivery: "steer", content: "and the name" });
    checked(scene, []);
    expect(spoken(scene).at(-1)).toBe("user: and the name");
    expect(scene.owed("call_model")).toHaveLength(1);
  });

  test("has its schema in the system prompt, which a turn without one does not", () => {
    const scene = createScene();
    scene.begin({}, asking(0));
    const prompt = () => {
      const [effect] = scene.owed("call_model");
      return effect && askedModel(scene.state(), effect)?.system;
    };
    expect(prompt()).toEndWith(JSON.stringify(schema));
    scene.answer({ text: "{}" });
    checked(scene, []);
    scene.begin();
    expect(prompt()).not.toContain("JSON Schema");
  });

  test("cannot be asked for by a message that joins a running turn", () => {
    const scene = createScene();
    scene.begin();
    const steer = sendOf(2, "", { delivery: "steer", ...asking(0) });
    expect(scene.refusal(steer)?.details).toEqual({ settings: ["output"] });
  });

  test("is not ended by the check of another answer", () => {
    const scene = createScene();
    scene.begin({}, asking(0));
    scene.answer({ text: "{}" });
    expect(scene.take({ type: "answer_checked", message_id: "t1_m0", problems: [] })).toEqual([]);
  });
});
