// Long histories: summarised for the model, kept whole for humans, never split inside a round.
import { describe, expect, test } from "bun:test";
import { DEFAULT_CONTEXT_TOKENS } from "../../src/core/session/compaction.ts";
import { estimatedTokens, repaired, shownHistory } from "../../src/core/session/history.ts";
import { askedModel } from "../../src/core/session/request.ts";
import { callOf } from "./support/builders.ts";
import { historyProblem } from "./support/history.ts";
import { createScene, payloadOf, type Scene, spoken, typesOf } from "./support/scene.ts";

const LIMIT = 800;
const config = { compact_above_tokens: LIMIT };
const paragraph = "All work and no play. ".repeat(40);

/** Three turns of talk: a little below the limit. */
function talk(scene: Scene): void {
  for (let turn = 0; turn < 3; turn += 1) {
    scene.begin({ config }, { content: `${turn} ${paragraph}` });
    scene.answer({ text: "Noted." });
  }
}

const longTalk = (): Scene => {
  const scene = createScene();
  talk(scene);
  scene.begin({ config }, { content: `4 ${paragraph}` });
  return scene;
};

const purposes = (scene: Scene) => scene.owed("call_model").map((effect) => effect.purpose);
const asked = (scene: Scene) => {
  const [effect] = scene.owed("call_model");
  if (!effect) throw new Error("the model is not asked");
  return askedModel(scene.state(), effect);
};

describe("a history that is too long", () => {
  test("is summarised before the model is asked, and then it is asked", () => {
    const scene = longTalk();
    expect(purposes(scene)).toEqual(["compact"]);
    expect(asked(scene)).toMatchObject({ tools: [], messages: [{ role: "user" }] });
    expect(typesOf(scene.answer({ text: "They talked." }))).toEqual([
      "UsageRecorded",
      "HistoryCompacted",
      "ModelCallStarted",
    ]);
    expect(scene.owed("call_model")).toMatchObject([{ purpose: "answer", call_id: "t4_m1" }]);
    const shown = asked(scene)?.messages ?? [];
    expect(shown.map((message) => message.content)).toEqual([
      "<summary of the conversation so far>\nThey talked.\n</summary>",
      `4 ${paragraph}`,
    ]);
    expect(estimatedTokens(shown)).toBeLessThan(LIMIT);
  });

  test("stays whole in the conversation, and its summary survives a restart", () => {
    const scene = longTalk();
    const before = spoken(scene);
    scene.answer({ text: "They talked." });
    const shown = asked(scene)?.messages;
    scene.crash(1_000);
    expect(spoken(scene)).toEqual(before);
    expect(asked(scene)?.messages).toEqual(shown);
  });

  test("gets a plain summary when the model fails, refuses or says nothing", () => {
    const failed = longTalk();
    expect(typesOf(failed.failModel({ isRetryable: false }))).toEqual([
      "ModelCallFailed",
      "HistoryCompacted",
      "ModelCallStarted",
    ]);
    const refused = longTalk();
    refused.answer({ text: "I cannot do that.", reason: "refusal" });
    const empty = longTalk();
    empty.answer({ text: " " });
    for (const scene of [failed, refused, empty]) {
      const { summary } = payloadOf(scene.events(), "HistoryCompacted");
      expect(summary).toStartWith(
        "6 earlier messages are left out. The human asked:\n- 0 All work",
      );
      expect(purposes(scene)).toEqual(["answer"]);
    }
  });

  test("is tried again like any model call when that may help", () => {
    const scene = longTalk();
    scene.failModel();
    scene.pass(500);
    scene.take({ type: "woke" });
    expect(scene.owed("call_model")).toMatchObject([{ purpose: "compact", attempt: 2 }]);
  });

  test("does not count as a model call of the turn", () => {
    const scene = longTalk();
    scene.answer({ text: "They talked." });
    expect(scene.state().session?.state.iteration_count).toBe(1);
  });

  test("is never cut inside a round", () => {
    const scene = createScene();
    talk(scene);
    scene.begin({ config });
    scene.answer({ tool_calls: [callOf("look"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    scene.finish(paragraph, {}, "t4_m1_1");
    scene.finish(paragraph, {}, "t4_m1_0");
    expect(purposes(scene)).toEqual(["compact"]);
    scene.answer({ text: "They talked." });
    expect(historyProblem(shownHistory(scene.state()))).toBeUndefined();
  });

  test("keeps a round whole that the model has not seen yet", () => {
    const scene = createScene();
    talk(scene);
    scene.begin({ config });
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    scene.finish(paragraph.repeat(3));
    expect(purposes(scene)).toEqual(["compact"]);
    scene.answer({ text: "They talked." });
    expect(asked(scene)?.messages.map((message) => message.role)).toEqual([
      "user",
      "assistant",
      "tool",
    ]);
    expect(asked(scene)?.messages.at(-1)?.content).toBe(paragraph.repeat(3));
  });

  test("keeps nothing of an older round that does not fit whole", () => {
    const scene = createScene();
    talk(scene);
    scene.begin();
    scene.answer({ tool_calls: [callOf("look"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    scene.finish("one ".repeat(150));
    scene.finish("two ".repeat(150));
    scene.answer({ text: "Noted." });
    scene.begin({ config });
    scene.answer({ text: "They talked." });
    const shown = asked(scene)?.messages ?? [];
    expect(shown.map((message) => `${message.role}: ${message.content}`).slice(1)).toEqual([
      "assistant: Noted.",
      "user: message 5",
    ]);
  });

  test("is summarised again when long messages joined meanwhile, as a call of its own", () => {
    const scene = longTalk();
    for (let count = 0; count < 5; count += 1) {
      scene.send({ delivery: "steer", content: paragraph });
    }
    const calls = [];
    while (purposes(scene)[0] === "compact") {
      calls.push(scene.owed("call_model")[0]?.call_id);
      scene.answer({ text: "They talked." });
    }
    expect(calls).toEqual(["t4_m1_k1", "t4_m1_k2"]);
  });

  test("is summarised as often as a long turn needs it", () => {
    const scene = createScene();
    scene.begin({ config: { ...config, max_iterations: 50, max_tool_iterations: 50 } });
    for (let round = 0; round < 40; round += 1) {
      if (purposes(scene)[0] === "compact") scene.answer({ text: "They looked." });
      scene.answer({ tool_calls: [callOf("look")] });
      scene.check("a.txt");
      scene.finish(paragraph);
    }
    const summaries = scene.events().filter((event) => event.type === "HistoryCompacted");
    expect(summaries.length).toBeGreaterThan(10);
    expect(estimatedTokens(shownHistory(scene.state()))).toBeLessThan(2 * LIMIT);
  });

  test("goes to the model as it is when no summary makes it short", () => {
    const scene = createScene();
    talk(scene);
    scene.begin({ config: { compact_above_tokens: 1 } });
    let summaries = 0;
    while (purposes(scene)[0] === "compact") {
      summaries += 1;
      scene.answer({ text: paragraph });
    }
    expect({ summaries, purposes: purposes(scene) }).toEqual({
      summaries: 1,
      purposes: ["answer"],
    });
  });

  test("with one giant message, wherever it stands, is short again for every later turn", () => {
    const giant = "x".repeat(20 * LIMIT);
    for (const before of [0, 1, 4]) {
      const scene = createScene();
      for (let turn = 0; turn < before; turn += 1) {
        scene.begin({ config }, { content: "short" });
        scene.answer({ text: "Noted." });
      }
      scene.begin({ config }, { content: giant });
      if (purposes(scene)[0] === "compact") scene.answer({ text: "They talked." });
      // The newest message is shown as it is, even where it is too long: its turn says so, by failing.
      expect(asked(scene)?.messages.at(-1)?.content).toBe(giant);
      scene.failModel({ isRetryable: false });
      scene.begin({ config }, { content: "short" });
      expect(purposes(scene)).toEqual(["compact"]);
      scene.answer({ text: "They talked." });
      expect(purposes(scene)).toEqual(["answer"]);
      expect(estimatedTokens(asked(scene)?.messages ?? [])).toBeLessThan(LIMIT);
    }
  });

  test("is measured against what the model takes, where no limit is set", () => {
    const scene = createScene();
    talk(scene);
    scene.begin({ context_tokens: 1_000 });
    expect(purposes(scene)).toEqual(["answer"]);
    scene.answer({ text: paragraph });
    scene.begin({ context_tokens: 1_000 });
    expect(purposes(scene)).toEqual(["compact"]);
  });
});

describe("a model whose context is not known", () => {
  test("has a stated limit", () => {
    const scene = createScene();
    scene.begin({}, { content: "x".repeat(DEFAULT_CONTEXT_TOKENS * 4) });
    scene.answer({ text: "Noted." });
    scene.begin();
    expect(purposes(scene)).toEqual(["compact"]);
  });
});

describe("a history that the vendor finds too long", () => {
  const full = {
    isRetryable: false,
    error: { code: "context_full" as const, message: "Too long.", details: {} },
  };

  test("is compacted once, and the same call is made again", () => {
    const scene = createScene();
    talk(scene);
    scene.begin({ config: { max_iterations: 1 } });
    expect(typesOf(scene.failModel(full))).toEqual(["ModelCallFailed", "ModelCallStarted"]);
    expect(scene.owed("call_model")).toMatchObject([{ purpose: "compact", call_id: "t4_m1_k1" }]);
    scene.crash(1_000);
    expect(asked(scene)?.messages).toHaveLength(1);
    expect(typesOf(scene.answer({ text: "They talked." }))).toEqual([
      "UsageRecorded",
      "HistoryCompacted",
      "ModelCallStarted",
    ]);
    expect(scene.owed("call_model")).toMatchObject([
      { purpose: "answer", call_id: "t4_m1", attempt: 2 },
    ]);
    expect(scene.state().session?.state.iteration_count).toBe(1);
    expect(asked(scene)?.messages.map((message) => message.message_id)).toEqual([
      "summary",
      "t3_m1",
      "u4",
    ]);
    expect(typesOf(scene.answer({ text: "Yes." }))).toContain("TurnCompleted");
  });

  test("ends the turn when it is still too long, or when there is nothing to leave out", () => {
    const again = createScene();
    talk(again);
    again.begin();
    again.failModel(full);
    again.answer({ text: "They talked." });
    const alone = createScene();
    alone.begin();
    for (const scene of [again, alone]) {
      const happened = scene.failModel(full);
      expect(typesOf(happened)).toEqual(["ModelCallFailed", "TurnFailed"]);
      expect(payloadOf(happened, "TurnFailed").error.code).toBe("context_full");
    }
  });

  test("is left out with a plain summary when the summary's own request is too long", () => {
    const scene = createScene();
    talk(scene);
    scene.begin();
    scene.failModel(full);
    expect(typesOf(scene.failModel(full))).toEqual([
      "ModelCallFailed",
      "HistoryCompacted",
      "ModelCallStarted",
    ]);
  });
});

describe("a history with holes", () => {
  test("is repaired: the missing result is made up, in the order of the calls", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ text: "I look.", tool_calls: [callOf("look"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    scene.finish("two", {}, "t1_m1_1");
    const shown = shownHistory(scene.state());
    expect(historyProblem(shown)).toBeUndefined();
    expect(shown.map((message) => message.content)).toEqual([
      "message 1",
      "I look.",
      "Interrupted: it is not known whether this call ran. Check before you try it again.",
      "two",
    ]);
  });

  test("is repaired: a second result and one that nobody asked for are left out", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ text: "I look.", tool_calls: [callOf("look")] });
    scene.check("a.txt");
    scene.finish("one");
    const conversation = scene.state().session?.conversation ?? [];
    const result = conversation.find((message) => message.role === "tool");
    if (!result) throw new Error("there is no result");
    const stray = { ...result, tool_call_id: "nowhere" };
    expect(repaired([stray, ...conversation, { ...result, content: "again" }])).toEqual(
      conversation,
    );
  });
});
