// The agent engine: a message or a result in, messages and calls out; no provider and no tool in scope.
import { describe, expect, test } from "bun:test";
import { limitReached } from "../../src/core/agent/limits.ts";
import {
  type AgentConfig,
  type AgentResponse,
  type CallResult,
  createAgentEngine,
  createSession,
  createSingleAgentMode,
  defaultAgentConfig,
  type Message,
  type Orchestrator,
  type Session,
} from "../../src/core/index.ts";
import { MODEL, withMessage, withModelCall, withTurn } from "../../src/core/session/session.ts";
import { timeAt } from "./support/builders.ts";

const user = (content: string, id = "u1"): Message => ({
  message_id: id,
  turn_id: "t1",
  role: "user",
  content,
  name: null,
  tool_call_id: null,
  tool_calls: [],
  attachments: [],
  reasoning: null,
  source: "cli",
  created_at: timeAt(0),
});

const engineWith = (config: Partial<AgentConfig> = {}, orchestrator?: Orchestrator) => {
  const whole = { ...defaultAgentConfig, ...config };
  const mode = createSingleAgentMode({ max_tool_iterations: whole.max_tool_iterations });
  return createAgentEngine(orchestrator ?? mode, whole);
};

const begun = (id = "s1"): Session =>
  withTurn(createSession({ id, at: timeAt(0) }), { id: "t1", source: "cli" }, timeAt(0));

/** What the session is after the response: what a runtime does with it. */
function follow(session: Session, { messages, tool_calls }: AgentResponse): Session {
  const spoken = messages.reduce(withMessage, session);
  const model = tool_calls.find((call) => call.name === MODEL);
  return model ? withModelCall(spoken, model, timeAt(0)) : spoken;
}

const unwrap = <Value>(result: { ok: true; value: Value } | { ok: false }): Value => {
  if (!result.ok) throw new Error("the step failed");
  return result.value;
};

const modelSays = (
  id: string,
  content: string,
  tool_calls: NonNullable<CallResult["answer"]>["tool_calls"] = [],
): CallResult => ({
  id,
  name: MODEL,
  output: content,
  success: true,
  at: timeAt(0),
  answer: { content, tool_calls, reasoning: null },
});

const toolSays = (id: string, output: string, success = true): CallResult => ({
  id,
  name: "look",
  output,
  success,
  at: timeAt(0),
});

const look = (id: string) => ({ id, name: "look", args: { path: "a.txt" } });

describe("an agent", () => {
  test("is driven through a whole turn by plain values", () => {
    const engine = engineWith();
    let session = begun();
    const steps: AgentResponse[] = [unwrap(engine.processMessage(session, user("hi")))];
    for (const result of [
      modelSays("t1_m1", "I look.", [look("c1")]),
      toolSays("c1", "text"),
      modelSays("t1_m2", "It says text."),
    ]) {
      const last = steps.at(-1);
      if (last) session = follow(session, last);
      steps.push(unwrap(engine.processToolResult(session, result)));
    }
    expect(steps.map((step) => step.tool_calls.map((call) => call.id))).toEqual([
      ["t1_m1"],
      ["c1"],
      ["t1_m2"],
      [],
    ]);
    expect(steps.flatMap((step) => step.messages.map((one) => [one.role, one.content]))).toEqual([
      ["user", "hi"],
      ["assistant", "I look."],
      ["tool", "text"],
      ["assistant", "It says text."],
    ]);
  });

  test("changes nothing in the session that it is given", () => {
    const session = begun();
    const before = structuredClone(session);
    const response = unwrap(engineWith().processMessage(session, user("hi")));
    const asking = follow(session, response);
    const askingBefore = structuredClone(asking);
    engineWith().processToolResult(asking, modelSays("t1_m1", "", [look("c1")]));
    expect([session, asking]).toEqual([before, askingBefore]);
  });

  test("refuses a result that nobody waits for, and one that was already given", () => {
    const engine = engineWith();
    const asking = follow(begun(), unwrap(engine.processMessage(begun(), user("hi"))));
    const unknown = engine.processToolResult(asking, toolSays("c9", "text"));
    expect(unknown).toEqual({
      ok: false,
      error: {
        code: "call_not_found",
        message: "No call c9 waits for a result.",
        details: { call_id: "c9" },
      },
    });
    const answer = modelSays("t1_m1", "Done.");
    const answered = follow(asking, unwrap(engine.processToolResult(asking, answer)));
    expect(engine.processToolResult(answered, answer)).toMatchObject({
      ok: false,
      error: { code: "call_not_found" },
    });
  });

  test("answers many sessions at once as it answers them one after another", () => {
    const engine = engineWith();
    const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const say = (session: Session, round: number) => {
      const response = engine.processMessage(session, user(`${round}`, `u${round}`));
      return follow(session, unwrap(response));
    };
    const rounds = Array.from({ length: 10 }, (_, index) => index);
    const alone = ids.map((id) => rounds.reduce(say, begun(id)));
    let together = ids.map(begun);
    for (const round of rounds) together = together.map((session) => say(session, round));
    expect(together).toEqual(alone);
  });
});

describe("the engine", () => {
  test("hands each step to its orchestrator once, with the same arguments", () => {
    const seen: unknown[][] = [];
    const nothing = { messages: [], tool_calls: [], session_updates: {}, end: null };
    const engine = engineWith(
      {},
      {
        process: (...step) => {
          seen.push(["process", ...step]);
          return nothing;
        },
        handle_tool_result: (...step) => {
          seen.push(["handle_tool_result", ...step]);
          return nothing;
        },
      },
    );
    const session = { ...begun(), pending: [look("c1")] };
    const message = user("hi");
    const result = toolSays("c1", "text");
    engine.processMessage(session, message);
    engine.processToolResult(session, result);
    expect(seen).toEqual([
      ["process", session, message],
      ["handle_tool_result", session, result],
    ]);
  });

  test("turns what an orchestrator throws into an error", () => {
    const broken = (): never => {
      throw new Error("out of ideas");
    };
    const engine = engineWith({}, { process: broken, handle_tool_result: broken });
    const error = {
      code: "internal" as const,
      message: "The orchestrator failed: out of ideas",
      details: {},
    };
    expect(engine.processMessage(begun(), user("hi"))).toEqual({ ok: false, error });
    const session = { ...begun(), pending: [look("c1")] };
    expect(engine.processToolResult(session, toolSays("c1", ""))).toEqual({ ok: false, error });
  });

  test("ends the turn at max_iterations model calls, whatever the orchestrator wants", () => {
    const engine = engineWith({ max_iterations: 2 });
    const session = { ...begun(), state: { ...begun().state, iteration_count: 2 } };
    const response = unwrap(engine.processMessage(session, user("hi")));
    expect(response).toMatchObject({
      messages: [{ content: "hi" }],
      tool_calls: [],
      end: { code: "limit_reached", details: { limit: "model_calls", value: 2 } },
    });
  });

  test("ends the turn at a failed tool only when self-correction is off", () => {
    const session = { ...begun(), pending: [look("c1")] };
    const failed = toolSays("c1", "no such file", false);
    const on = unwrap(engineWith().processToolResult(session, failed));
    expect({ end: on.end, calls: on.tool_calls.length }).toEqual({ end: null, calls: 1 });
    const off = engineWith({ enable_self_correction: false });
    const response = unwrap(off.processToolResult(session, failed));
    expect(response).toMatchObject({
      messages: [{ role: "tool", content: "no such file", tool_call_id: "c1" }],
      tool_calls: [],
      end: { code: "tool_failed" },
    });
  });
});

describe("single mode", () => {
  test("waits for the last result of a round before it asks the model", () => {
    const engine = engineWith();
    const session = { ...begun(), pending: [look("c1"), look("c2")] };
    const first = unwrap(engine.processToolResult(session, toolSays("c1", "one")));
    expect(first.tool_calls).toEqual([]);
    const second = engine.processToolResult(follow(session, first), toolSays("c2", "two"));
    expect(unwrap(second).tool_calls).toEqual([{ id: "t1_m1", name: MODEL, args: {} }]);
  });

  test("asks for a tool, answers, or stops at its limit, as the model's answer has it", () => {
    const asking = withModelCall(begun(), { id: "t1_m1", name: MODEL, args: {} }, timeAt(0));
    const wants = modelSays("t1_m1", "", [look("c1")]);
    expect(unwrap(engineWith().processToolResult(asking, wants)).tool_calls).toEqual([look("c1")]);
    const done = unwrap(engineWith().processToolResult(asking, modelSays("t1_m1", "Done.")));
    expect({ calls: done.tool_calls, end: done.end }).toEqual({ calls: [], end: null });
    const none = engineWith({ max_tool_iterations: 0 });
    expect(unwrap(none.processToolResult(asking, wants))).toMatchObject({
      tool_calls: [],
      end: { details: { limit: "tool_rounds", value: 0 } },
    });
  });
});

test("the defaults are the documents' own", () => {
  expect(defaultAgentConfig).toMatchObject({
    max_iterations: 5,
    max_tool_iterations: 10,
    enable_self_correction: true,
    reasoning_depth: 2,
  });
});

test("the error of a limit says what was reached and the setting that sets it", () => {
  const limits = [
    limitReached("tokens", 1),
    limitReached("cost_usd", 0.0001),
    limitReached("wall_ms", 90_000),
    limitReached("output_tokens", 5),
  ];
  expect(limits.map(({ message }) => message)).toEqual([
    "The turn reached its limit of 1 token (max_tokens).",
    "The turn reached its limit of $0.0001 (max_cost_usd).",
    "The turn reached its limit of 90 s of work (max_wall_ms).",
    "The answer was cut off at the model's own limit, after 5 output tokens.",
  ]);
});
