// Tool calls of a turn: checked, started when they may, completed once, in parallel as far as allowed.
import { describe, expect, test } from "bun:test";
import { shownHistory } from "../../src/core/session/history.ts";
import type { PartialAnswer } from "../../src/core/session/inputs.ts";
import { callOf } from "./support/builders.ts";
import { historyProblem } from "./support/history.ts";
import { createScene, payloadOf, spoken, typesOf } from "./support/scene.ts";

const allowAll = [{ tool: "*", match: null, action: "allow" as const }];

describe("tool calls", () => {
  test("run at most max_parallel_tools at a time, in their order", () => {
    const scene = createScene();
    scene.begin({ config: { max_parallel_tools: 2 } });
    scene.answer({ tool_calls: [callOf("look"), callOf("look"), callOf("look")] });
    expect(scene.owed("check_tool").map((effect) => effect.call_id)).toEqual([
      "t1_m1_0",
      "t1_m1_1",
    ]);
    scene.check("a.txt");
    scene.check("a.txt");
    expect(scene.effects().map((effect) => effect.id)).toEqual(["tool:t1_m1_0", "tool:t1_m1_1"]);
    scene.finish("one");
    expect(scene.effects().map((effect) => effect.id)).toEqual(["tool:t1_m1_1", "check:t1_m1_2"]);
  });

  test("wait when the places were taken while they were checked", () => {
    const scene = createScene();
    scene.begin({ config: { max_parallel_tools: 1 } });
    scene.answer({ tool_calls: [callOf("put"), callOf("look")] });
    scene.check("a.txt");
    scene.decide("approve");
    expect(scene.check("b.txt", "t1_m1_1")).toEqual([]);
    scene.finish("put");
    expect(typesOf(scene.check("b.txt"))).toEqual(["ToolCallStarted"]);
  });

  test("are shown to the model in the order of the calls, however they finished", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    scene.finish("second", {}, "t1_m1_1");
    scene.finish("first", {}, "t1_m1_0");
    expect(spoken(scene).slice(2)).toEqual(["tool: second", "tool: first"]);
    const shown = shownHistory(scene.state());
    expect(shown.slice(2).map((message) => message.content)).toEqual(["first", "second"]);
  });

  test("keep their arguments exactly, and get ids of our own", () => {
    const args = { big: 9007199254740991, deep: [[{ ключ: "é\u0000\ud83e\udd16" }]], none: null };
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look", args), callOf("look", args)] });
    expect(payloadOf(scene.check("a.txt"), "ToolCallStarted").tool_call).toEqual({
      id: "t1_m1_0",
      name: "look",
      args,
    });
    expect(scene.state().session?.pending.map((call) => call.id)).toEqual(["t1_m1_0", "t1_m1_1"]);
  });

  test("that fail go back to the model, which may try again", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    expect(typesOf(scene.finish("no such file", { success: false, outcome: "failed" }))).toEqual([
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
  });

  test("with invalid arguments go back to the model and never start", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look", "{", "not JSON"), callOf("look")] });
    const happened = scene.refuse("path is missing");
    expect(payloadOf(happened, "ToolCallCompleted").outcome).toBe("invalid");
    expect(spoken(scene).slice(2)).toEqual(["tool: not JSON", "tool: path is missing"]);
    expect(typesOf(scene.events())).not.toContain("ToolCallStarted");
    expect(scene.owed("call_model")).toHaveLength(1);
  });

  test("that fail end the turn when self-correction is off", () => {
    const scene = createScene();
    scene.begin({ config: { enable_self_correction: false } });
    scene.answer({ tool_calls: [callOf("look"), callOf("look")] });
    scene.check("a.txt");
    const happened = scene.finish("no such file", { success: false, outcome: "failed" });
    expect(payloadOf(happened, "TurnFailed").error).toEqual({
      code: "tool_failed",
      message: "The tool look failed and self-correction is off: no such file",
      details: { tool: "look", call_id: "t1_m1_0" },
    });
    expect(historyProblem(shownHistory(scene.state()))).toBeUndefined();
  });

  test("of no tool that the agent has are refused at once and never checked", () => {
    const scene = createScene();
    scene.begin({ rules: allowAll });
    const known = "You have: look, put, shell, ask_human.";
    scene.answer({ tool_calls: [callOf("nowhere"), callOf("model"), callOf("a b\n"), callOf("")] });
    expect(spoken(scene).slice(2)).toEqual([
      `tool: There is no tool 'nowhere'. ${known}`,
      `tool: There is no tool 'model_'. ${known}`,
      `tool: There is no tool 'a_b_'. ${known}`,
      `tool: There is no tool 'unnamed'. ${known}`,
    ]);
    expect(scene.effects().map((effect) => effect.type)).toEqual(["call_model"]);
  });

  test("beyond 64 of one answer are left out, and the model is told", () => {
    const scene = createScene();
    scene.begin({ config: { max_parallel_tools: 64 } });
    scene.answer({ tool_calls: Array.from({ length: 1_000 }, () => callOf("look")) });
    expect(scene.owed("check_tool")).toHaveLength(64);
    expect(spoken(scene).slice(2)).toEqual([
      "tool: Not run: at most 64 calls in one answer, and 936 more were asked for.",
    ]);
  });

  test("take no result that comes late, twice, or before the start", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look"), callOf("look")] });
    expect(scene.finish("early", {}, "t1_m1_0")).toEqual([]);
    scene.check("a.txt", "t1_m1_0");
    expect(scene.check("b.txt", "t1_m1_0")).toEqual([]);
    scene.finish("one", {}, "t1_m1_0");
    expect(scene.finish("again", {}, "t1_m1_0")).toEqual([]);
    scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(scene.check("a.txt", "t1_m1_1")).toEqual([]);
  });

  test("keep the size and the file of an output that was cut", () => {
    const scene = createScene();
    scene.begin();
    scene.answer({ tool_calls: [callOf("look")] });
    scene.check("a.txt");
    const fields = { output_bytes: 5_000_000, spilled_to: "/spilled/1" };
    expect(payloadOf(scene.finish("the end of it", fields), "ToolCallCompleted")).toEqual({
      session_id: "s1",
      turn_id: "t1",
      call_id: "t1_m1_0",
      name: "look",
      success: true,
      outcome: "completed",
      duration_ms: 7,
      ...fields,
      denial: null,
    });
  });
});

describe("a cancelled turn", () => {
  test("closes every call and request and leaves a history that every vendor takes", () => {
    const scene = createScene();
    scene.begin({ config: { max_parallel_tools: 2 } });
    scene.answer({ tool_calls: [callOf("put"), callOf("look"), callOf("look"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    const happened = scene.take({ type: "cancel", turn_id: "t1", reason: "enough" });
    expect(typesOf(happened)).toEqual([
      "HumanRequestExpired",
      ...Array.from({ length: 4 }, () => ["ToolCallCompleted", "MessageAdded"]).flat(),
      "TurnCancelled",
    ]);
    const outcomes = happened.flatMap((event) =>
      event.type === "ToolCallCompleted" ? [event.payload.outcome] : [],
    );
    expect(outcomes).toEqual(["cancelled", "interrupted", "cancelled", "cancelled"]);
    expect(historyProblem(shownHistory(scene.state()))).toBeUndefined();
    expect(scene.effects()).toEqual([]);
  });

  test("keeps what its calls had written, and says for how long they ran", () => {
    const rules = [{ tool: "put", match: null, action: "allow" as const }];
    const stopped = (text: string) => {
      const scene = createScene();
      scene.begin({ rules });
      scene.answer({ tool_calls: [callOf("put")] });
      scene.check("a.txt");
      scene.pass(4_000);
      const [{ call_id } = { call_id: "" }] = scene.owed("run_tool");
      const written = text === "" ? {} : { [call_id]: text };
      const happened = scene.take({ type: "cancel", turn_id: "t1", reason: "enough", written });
      const { outcome, duration_ms, output_bytes } = payloadOf(happened, "ToolCallCompleted");
      return [outcome, duration_ms, output_bytes, spoken(scene).at(-1)];
    };
    const head = "tool: Stopped after 4.0 s, before it ended; what it did until then stays done.";
    expect(stopped("")).toEqual(["cancelled", 4_000, 0, head]);
    expect(stopped("one\ntwo\n")).toEqual([
      ...["cancelled", 4_000, 8],
      `${head} What it had written:\none\ntwo\n`,
    ]);
    const long = `${"a".repeat(40_000)}the end`;
    const [, , bytes, said] = stopped(long);
    expect([bytes, said]).toEqual([
      "\n[…]\n".length + 2 + 32_768,
      `${head} What was seen of what it wrote ([…] where a part is left out):\n\n[…]\n${long.slice(-32_768)}`,
    ]);
  });

  test("keeps what its model had said, and only of the attempt that runs", () => {
    const cancelled = (partial: PartialAnswer) => {
      const scene = createScene();
      scene.begin();
      scene.take({ type: "cancel", turn_id: "t1", reason: "enough", partial });
      return spoken(scene);
    };
    const partial = { call_id: "t1_m1", attempt: 1, text: "I was about" };
    expect(cancelled(partial)).toEqual(["user: message 1", "assistant: I was about"]);
    const others = [{ attempt: 2 }, { call_id: "t1_m2" }, { text: " \n" }];
    for (const other of others) {
      expect(cancelled({ ...partial, ...other })).toEqual(["user: message 1"]);
    }
  });

  test("is not known afterwards", () => {
    const scene = createScene();
    scene.begin();
    const cancel = { type: "cancel" as const, turn_id: "t1", reason: "enough" };
    scene.take(cancel);
    expect(scene.refusal(cancel)?.code).toBe("turn_not_found");
    expect(scene.take(cancel)).toEqual([]);
  });
});
