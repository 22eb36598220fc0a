// What single words take and refuse.
import { describe, expect, test } from "bun:test";
import { defaultAgentConfig } from "../../src/core/index.ts";
import { agentConfig, turnSettings } from "../../src/protocol/agents.ts";
import { commands } from "../../src/protocol/commands/index.ts";
import { MAX_ATTACHMENTS, MAX_NAME_LENGTH } from "../../src/protocol/limits.ts";
import {
  answer,
  message,
  name,
  role,
  toolCall,
  toolResult,
  toolSpec,
} from "../../src/protocol/messages.ts";

const { SendMessage, CreateSession, Subscribe, RenameSession } = commands;

describe("a role", () => {
  test("is one of four and nothing else", () => {
    const others = ["User", "function", "", null, 1];
    expect(others.filter((other) => role.safeParse(other).success)).toEqual([]);
  });
});

describe("a name", () => {
  test("is letters and digits of any script, with marks inside", () => {
    const good = ["a", "reviewer", "日本", "a_b-c.d", "9lives", "x".repeat(MAX_NAME_LENGTH)];
    expect(good.filter((one) => !name.safeParse(one).success)).toEqual([]);
  });

  test("never leads out of a folder, hides a file or looks like an option", () => {
    const bad = ["", ".", "..", ".git", "-rf", "_x", "a/b", "a\\b", "a b", "a\n", "a\u0000", "é̲"];
    const long = "x".repeat(MAX_NAME_LENGTH + 1);
    expect([...bad, long].filter((one) => name.safeParse(one).success)).toEqual([]);
  });
});

describe("SendMessage", () => {
  const base = { po_name: "helper", message: "hi" };
  const whole = {
    ...base,
    session_id: null,
    message_key: null,
    delivery: "queue" as const,
    attachments: [],
    settings: {
      model: null,
      system: null,
      mode: null,
      tools: null,
      rules: [],
      on_ask: "queue" as const,
      limits: {},
      output: null,
    },
  };

  test("needs an object and a text, and fills in the rest", () => {
    expect(SendMessage.params.parse(base)).toEqual(whole);
  });

  test("treats what is absent and what is null alike", () => {
    const nulls = { ...base, session_id: null, message_key: null };
    expect(SendMessage.params.parse(nulls)).toEqual(SendMessage.params.parse(base));
  });

  test("refuses an empty text, too many attachments and an unknown delivery", () => {
    const image = { media_type: "image/png", data: "" };
    const bad = [
      { ...base, message: "" },
      { ...base, attachments: Array.from({ length: MAX_ATTACHMENTS + 1 }, () => image) },
      { ...base, delivery: "later" },
    ];
    expect(bad.filter((params) => SendMessage.params.safeParse(params).success)).toEqual([]);
  });
});

test("a session is created with or without context and mode, and in the mode of its object by default", () => {
  const context = { project: "jamey" };
  const read = [{}, { context }, { agent_mode: "single" }, { context, agent_mode: "single" }].map(
    (fields) => CreateSession.params.parse({ po_name: "helper", ...fields }),
  );
  expect(read.map((params) => [params.context, params.agent_mode])).toEqual([
    [{}, null],
    [context, null],
    [{}, "single"],
    [context, "single"],
  ]);
  const other = { po_name: "helper", agent_mode: "committee" };
  const { error } = CreateSession.params.safeParse(other);
  const values = ["single", "sequential", "parallel", "debate", "review", "workflow"];
  expect(error?.issues).toMatchObject([{ path: ["agent_mode"], values }]);
});

test("a subscription without types is to all events, and one to an unknown type is refused", () => {
  expect(Subscribe.params.parse(undefined)).toEqual({
    event_types: [],
    signal_types: [],
    session_id: null,
    after: null,
    journal_id: null,
  });
  expect(Subscribe.params.safeParse({ event_types: ["MessageEdited"] }).success).toBe(false);
});

test("a title is taken away with null and never with nothing", () => {
  const params = RenameSession.params;
  expect(params.safeParse({ session_id: "s1", name: null }).success).toBe(true);
  expect(params.safeParse({ session_id: "s1" }).success).toBe(false);
});

describe("an answer to a human request", () => {
  test("is one of three kinds, and a decision names what it saw", () => {
    expect(answer.parse({ type: "decision", decision: "approve", hash: "h" })).toEqual({
      type: "decision",
      decision: "approve",
      hash: "h",
      scope: "once",
      match: null,
      reason: null,
    });
    const bad = [
      "yes",
      { type: "approve" },
      { type: "decision", decision: "approve" },
      { type: "decision", decision: "maybe", hash: "h" },
    ];
    expect(bad.filter((one) => answer.safeParse(one).success)).toEqual([]);
  });
});

describe("limits of a turn", () => {
  test("take the documents' defaults and refuse what cannot be", () => {
    expect(agentConfig.parse(defaultAgentConfig)).toEqual(defaultAgentConfig);
    const bad = [
      { reasoning_depth: 256 },
      { reasoning_depth: -1 },
      { max_iterations: 0 },
      { max_parallel_tools: 0 },
      { max_tokens: 0 },
      { max_cost_usd: -1 },
      { max_iterations: 1.5 },
      { max_wall_ms: Number.POSITIVE_INFINITY },
    ];
    expect(bad.filter((limits) => turnSettings.safeParse({ limits }).success)).toEqual([]);
  });
});

describe("tool words", () => {
  test("keep arguments exactly, whatever JSON they are", () => {
    const args = [Number.MAX_SAFE_INTEGER, -0.1, { "": [[], {}, null, "\u0000🤖"] }, true];
    const call = { id: "c1", name: "look", args };
    expect(toolCall.parse(JSON.parse(JSON.stringify(call)))).toEqual(call);
  });

  test("refuse what is no JSON", () => {
    const bad = [undefined, Number.NaN, () => 1, new Date(0), 1n];
    const taken = bad.filter(
      (args) => toolCall.safeParse({ id: "c1", name: "look", args }).success,
    );
    expect(taken).toEqual([]);
  });

  test("say in a result whose it is and whether it worked", () => {
    const result = { id: "c1", name: "look", output: "", success: false };
    expect(toolResult.parse(result)).toEqual(result);
    const { success: _, ...rest } = result;
    expect(toolResult.safeParse(rest).success).toBe(false);
  });

  test("describe a tool's parameters as a JSON Schema", () => {
    const parameters = {
      type: "object",
      properties: { paths: { type: "array", items: { type: "string" } } },
    };
    const spec = { name: "look", description: "Looks.", parameters };
    expect(toolSpec.parse(spec)).toEqual(spec);
    expect(toolSpec.safeParse({ ...spec, parameters: "object" }).success).toBe(false);
  });
});

test("a message of the assistant carries its calls", () => {
  const call = { id: "c1", name: "look", args: {} };
  const said = {
    message_id: "m1",
    turn_id: "t1",
    role: "assistant",
    content: "",
    name: null,
    tool_call_id: null,
    tool_calls: [call],
    attachments: [],
    reasoning: { text: "", opaque: { vendor: "test", items: [{ signature: "x" }] } },
    source: "cli",
    created_at: "2030-01-01T00:00:00.000Z",
  };
  expect(message.parse(JSON.parse(JSON.stringify(said)))).toEqual(message.parse(said));
  expect(message.parse(said).tool_calls).toEqual([call]);
});
