// Questions of programs that run for a call: put to the human of the turn, and closed with what asked them.
import { expect, test } from "bun:test";
import { activityOf, type Happened } from "../../src/core/session/state.ts";
import { callOf, testTools } from "./support/builders.ts";
import { createScene, payloadOf, spoken, typesOf } from "./support/scene.ts";

const asked = { request_id: "ask_1", program: "calc", question: "How many?", options: ["one"] };

function running(fields: Parameters<ReturnType<typeof createScene>["begin"]>[0] = {}) {
  const scene = createScene();
  scene.begin({ rules: [{ tool: "put", match: null, action: "allow" }], ...fields });
  scene.answer({ tool_calls: [callOf("put", { path: "a.txt" })] });
  scene.check("a.txt");
  const call_id = "t1_m1_0";
  const ask = (request_id = "ask_1", of = call_id) =>
    scene.take({ type: "tool_asked", call_id: of, ...asked, request_id });
  const respond = (request_id = "ask_1") =>
    scene.take({ type: "respond", request_id, response: { type: "answer", text: "two" } });
  return { scene, ask, respond, call_id };
}

test("a running call asks, goes on running, and its turn's time stands still", () => {
  const { scene, ask, respond } = running({ config: { max_wall_ms: 1_000 } });
  const happened = ask();
  expect(payloadOf(happened, "HumanRequestQueued")).toEqual({
    request_id: "ask_1",
    session_id: "s1",
    turn_id: "t1",
    from_po: "helper",
    kind: "question",
    question: "How many?",
    options: ["one"],
    tool_call: null,
    hash: null,
    created_at: "2030-01-01T00:00:00.000Z",
    deadline_at: null,
    asked_by: { call_id: "t1_m1_0", program: "calc" },
  });
  expect(scene.effects().map(({ type }) => type)).toEqual(["run_tool"]);
  expect(activityOf(scene.state())).toBe("waiting");
  scene.pass(86_400_000);
  expect(typesOf(respond())).toEqual(["HumanRequestResponded"]);
  expect(activityOf(scene.state())).toBe("working");
  expect(scene.take({ type: "woke" })).toEqual([]);
  scene.finish("three");
  expect(spoken(scene).at(-1)).toBe("tool: three");
});

test("only who runs may ask, and only where somebody is there", () => {
  const { scene, ask, call_id } = running({ on_ask: "deny" });
  expect(ask()).toEqual([]);
  expect(ask("ask_2", "t1_m9_0")).toEqual([]);
  const other = running();
  other.scene.finish("done");
  expect(other.ask()).toEqual([]);
  expect(scene.effects()).toMatchObject([{ type: "run_tool", call_id }]);
});

test("where a question ends the turn, it ends it, and the call with it", () => {
  const { scene, ask } = running({ on_ask: "fail" });
  const happened = ask();
  expect(typesOf(happened)).toEqual(["ToolCallCompleted", "MessageAdded", "TurnFailed"]);
  expect(payloadOf(happened, "TurnFailed").error.code).toBe("blocked");
  expect(scene.effects()).toEqual([]);
});

test("a question is closed with its call, by a restart, by who asked, or at its deadline; its call goes on", () => {
  const unasked = { type: "tool_unasked" as const, request_id: "ask_1" };
  const ends: ["withdrawn" | "deadline", (one: ReturnType<typeof running>) => Happened[]][] = [
    ["withdrawn", ({ scene }) => scene.finish("done")],
    ["withdrawn", ({ scene }) => scene.crash(1)],
    ["withdrawn", ({ scene }) => scene.take(unasked)],
    [
      "deadline",
      ({ scene }) => {
        scene.pass(1_000);
        return scene.take({ type: "woke" });
      },
    ],
  ];
  for (const [reason, end] of ends) {
    const one = running({ config: { request_deadline_ms: 1_000 } });
    one.ask();
    const expired = payloadOf(end(one), "HumanRequestExpired");
    expect(expired).toEqual({ request_id: "ask_1", session_id: "s1", turn_id: "t1", reason });
    expect(one.scene.state().requests).toEqual([]);
    const late = { type: "answer" as const, text: "two" };
    const refusal = one.scene.refusal({ type: "respond", request_id: "ask_1", response: late });
    expect(refusal?.code).toBe("already_answered");
  }
});

test("a call that runs again after a restart asks again: its old question is gone", () => {
  const { scene, ask } = running({
    tools: testTools.map((tool) => ({ ...tool, replay: "safe" as const })),
  });
  ask();
  expect(typesOf(scene.crash(1))).toContain("HumanRequestExpired");
  expect(scene.effects()).toMatchObject([{ type: "run_tool", call_id: "t1_m1_0" }]);
  expect(typesOf(ask("ask_2"))).toEqual(["HumanRequestQueued"]);
});
