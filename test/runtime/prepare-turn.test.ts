// What a turn is pinned to: model, prompt, tools, rules and limits, each from whoever comes first.
import { describe, expect, test } from "bun:test";
import type { TurnAgent } from "../../src/protocol/agents.ts";
import type { Params } from "../../src/protocol/commands/index.ts";
import type { Attach } from "../../src/protocol/frames.ts";
import { testTool } from "../support/test-tools.ts";
import {
  objectText,
  openTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "../support/world.ts";

type Settings = Params<"SendMessage">["settings"];

/** The agent that one message's turn is pinned to. */
async function agentOf(
  world: TestWorld,
  settings: Settings = {},
  attach: Partial<Attach> = {},
): Promise<TurnAgent> {
  const client = world.connect(attach);
  const params = { po_name: "helper", message: "hi", session_id: null, settings };
  const { turn_id } = await world.ask("SendMessage", params, client.connection.caller);
  const row = await world.happened(
    "TurnStarted",
    ({ payload }) => "turn_id" in payload && payload.turn_id === turn_id,
  );
  if (row.type !== "TurnStarted") throw new Error("no turn started");
  return row.payload.agent;
}

/** How the turn of one message failed; null where it did not. */
async function errorOf(world: TestWorld, settings: Settings) {
  const params = { po_name: "helper", message: "hi", session_id: null, settings };
  const { caller } = world.connect().connection;
  const { turn_id } = await world.ask("SendMessage", params, caller);
  return (await world.ask("WaitForTurn", { turn_id })).error;
}

const helper = (front: string, body?: string) => ({
  "helper.md": objectText({ name: "helper", front, ...(body === undefined ? {} : { body }) }),
});

const tools = () => [
  testTool("look", { risk: "read", replay: "safe" }),
  testTool("put", { risk: "write" }),
];

const open = (options: TestWorldOptions = {}) =>
  openTestWorld({ script: () => "ok", tools: tools(), ...options });

describe("the model of a turn", () => {
  const object = helper("model: from/object");
  const config = { model: "from/config" };
  const variables = { JAMEY_MODEL: "from/variable" };

  test.each([
    ["the message's", { model: "from/message" }, variables, object, config, "from/message"],
    ["the caller's JAMEY_MODEL", {}, variables, object, config, "from/variable"],
    ["the object's", {}, {}, object, config, "from/object"],
    ["the settings'", {}, {}, helper(""), config, "from/config"],
    ["the first that has a key", {}, {}, helper(""), {}, "test/one"],
  ])("is %s", async (_, settings, callers, objects, settingsOfDaemon, wanted) => {
    await using world = await open({ objects, config: settingsOfDaemon });
    expect((await agentOf(world, settings, { variables: callers })).model).toBe(wanted);
  });

  test("where nobody names one is chosen with the caller's own keys, and once", async () => {
    const seen: (string | undefined)[] = [];
    await using world = await open({
      objects: helper(""),
      models: {
        choose: async (variable) => {
          seen.push(variable("OPENAI_API_KEY"));
          return { name: "test/chosen", from: "" };
        },
      },
    });
    const variables = { OPENAI_API_KEY: "sk-mine" };
    expect((await agentOf(world, {}, { variables })).model).toBe("test/chosen");
    expect(seen).toEqual(["sk-mine"]);
  });
});

describe("a limit on costs", () => {
  const limits = { max_cost_usd: 1 };

  test("fails the turn of a model whose price is not known, before it is asked", async () => {
    await using world = await open({ models: { costOf: () => null } });
    const error = await errorOf(world, { limits });
    expect(error?.code).toBe("config_invalid");
    expect(error?.message).toContain("the price of test/one is not known");
    expect(world.rows({ types: ["ModelCallStarted"] })).toEqual([]);
    expect(await errorOf(world, {})).toBeNull();
  });

  test("holds nobody up whose model costs nothing", async () => {
    await using world = await open({ models: { costOf: () => 0 } });
    expect(await errorOf(world, { limits })).toBeNull();
  });
});

describe("an object that is a template", () => {
  const objects = helper("template: true", "You help with {{project}}, not \\{{that}}.");
  const run = async (world: TestWorld, context: Record<string, string>) => {
    const { session } = await world.ask("CreateSession", { po_name: "helper", context });
    const params = { po_name: "helper", message: "hi", session_id: session.session_id };
    const { turn_id } = await world.ask("SendMessage", params);
    return await world.ask("WaitForTurn", { turn_id });
  };

  test("is filled in with the context of its session", async () => {
    await using world = await open({ objects });
    expect((await run(world, { project: "jamey" })).status).toBe("completed");
    const [started] = world.rows({ types: ["TurnStarted"] });
    expect(started?.payload).toMatchObject({
      agent: { system_prompt: "You help with jamey, not {{that}}." },
    });
  });

  test("fails a turn whose session lacks a value, and says which", async () => {
    await using world = await open({ objects });
    const { status, error } = await run(world, { other: "x" });
    expect([status, error?.code]).toEqual(["failed", "bad_data"]);
    expect(error?.message).toStartWith("helper.md: The template needs a value for project.");
  });

  test("is taken as it stands where the object does not say that it is one", async () => {
    await using world = await open({ objects: helper("", "You help with {{project}}.") });
    expect((await agentOf(world)).system_prompt).toBe("You help with {{project}}.");
  });
});

describe("the tools of a turn", () => {
  test("never include one with the reserved name", async () => {
    await using world = await open({
      objects: helper("capabilities: [model, look]"),
      tools: [testTool("model"), ...tools()],
    });
    expect((await agentOf(world)).tools.map((tool) => tool.name)).toEqual(["look"]);
  });

  test("are the object's capabilities that are tools; the log names the others", async () => {
    await using world = await open({ objects: helper("capabilities: [put, fly, look, put]") });
    expect((await agentOf(world)).tools).toEqual([
      { name: "put", kind: "tool", po_name: null, risk: "write", replay: "never" },
      { name: "look", kind: "tool", po_name: null, risk: "read", replay: "safe" },
    ]);
    expect(world.log.filter((line) => line.includes("capability is no tool"))).toEqual([
      expect.stringContaining("po=helper capability=fly"),
    ]);
  });

  test("may be narrowed by the message, never widened", async () => {
    await using world = await open({ objects: helper("capabilities: [look]") });
    const names = async (given: string[]) =>
      (await agentOf(world, { tools: given })).tools.map((tool) => tool.name);
    expect(await names(["look", "put"])).toEqual(["look"]);
    expect(await names(["put"])).toEqual([]);
  });
});

describe("the rules of a turn", () => {
  const rule = (tool: string, action: "allow" | "ask" | "deny", match: string | null = null) => ({
    tool,
    match,
    action,
  });

  test("are the caller's, then the object's, which may only narrow, then the environment's", async () => {
    await using world = await open({
      objects: helper("permissions: { put: allow, look: ask, 'put(x *)': deny }"),
      config: { permissions: { put: "allow", look: "allow" } },
    });
    const rules = [rule("put", "allow", "a *")];
    expect((await agentOf(world, { rules })).rules).toEqual([
      rule("put", "allow", "a *"),
      rule("look", "ask"),
      rule("put", "deny", "x *"),
      rule("put", "allow"),
      rule("look", "allow"),
    ]);
  });

  test("of a process that a tool started allow nothing", async () => {
    await using world = await open();
    const rules = [rule("*", "allow"), rule("put", "deny")];
    expect((await agentOf(world, { rules }, { call_id: "c" })).rules).toEqual([
      rule("put", "deny"),
    ]);
  });

  test("have an object that asks for itself ask, although the environment allows", async () => {
    const put = testTool("put", { risk: "write" });
    await using world = await openTestWorld({
      objects: helper("capabilities: [put]\npermissions: { put: ask }"),
      config: { permissions: { put: "allow" } },
      tools: [put],
      script: () => ({ calls: [{ name: "put", args: {} }] }),
    });
    await agentOf(world);
    await world.happened("HumanRequestQueued");
    expect(put.ledger).toEqual([]);
  });
});

describe("a rule that denies", () => {
  test("wins over what the message, the environment and a human for the session allow", async () => {
    const put = testTool("put", { risk: "write" });
    const objects = helper("capabilities: [put]\npermissions: { 'put(*secret*)': deny }");
    await using world = await openTestWorld({
      objects,
      config: { permissions: { put: "ask" } },
      tools: [put],
      script: ({ messages }) => {
        const last = messages[messages.length - 1];
        if (last?.role === "tool") return last.content;
        return { calls: [{ name: "put", args: { path: last?.content ?? "" } }] };
      },
    });
    const ask = async (message: string, session_id: string | null, isAllowed: boolean) => {
      const rules = isAllowed
        ? [{ tool: "*", match: null, action: "allow" as const }]
        : [{ tool: "loo*", match: null, action: "ask" as const }];
      const params = { po_name: "helper", message, session_id, settings: { rules } };
      const caller = world.connect().connection.caller;
      return await world.ask("SendMessage", params, caller);
    };
    const first = await ask("open", null, false);
    await world.happened("HumanRequestQueued");
    const { requests } = await world.ask("ListPendingRequests", {});
    const [request] = requests;
    await world.ask(
      "RespondToRequest",
      {
        request_id: request?.request_id ?? "",
        response: {
          type: "decision",
          decision: "approve",
          scope: "session",
          hash: request?.hash ?? "",
        },
      },
      world.connect().connection.caller,
    );
    expect((await world.ask("WaitForTurn", { turn_id: first.turn_id })).response).toBe("put done");
    const denied = await ask("secret", first.session_id, true);
    expect((await world.ask("WaitForTurn", { turn_id: denied.turn_id })).response).toBe(
      "Denied by the rule put(*secret*).",
    );
    expect(put.ledger).toHaveLength(1);
  });
});

describe("a call that needs a human when none is there", () => {
  const options: TestWorldOptions = {
    objects: helper("capabilities: [put]"),
    script: ({ messages }) => {
      const last = messages[messages.length - 1];
      return last?.role === "tool" ? last.content : { calls: [{ name: "put", args: {} }] };
    },
  };
  const run = async (world: TestWorld, on_ask: "queue" | "deny" | "fail") => {
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "go",
      session_id: null,
      settings: { on_ask },
    });
    return await world.ask("WaitForTurn", { turn_id });
  };

  test("is denied by `deny`, and the turn goes on", async () => {
    await using world = await open(options);
    const { status, response, denials } = await run(world, "deny");
    expect([status, response, denials.length]).toEqual([
      "completed",
      "Denied: it needs a human's approval and nobody is there to give it.",
      1,
    ]);
  });

  test("ends the turn by `fail`", async () => {
    await using world = await open(options);
    const { status, error } = await run(world, "fail");
    expect([status, error?.code]).toEqual(["failed", "blocked"]);
  });
});

describe("the rest of a turn", () => {
  test("limits are the message's over the object's over the environment's", async () => {
    await using world = await open({
      objects: helper("limits: { max_iterations: 2, max_tool_iterations: 2 }"),
      config: { limits: { max_iterations: 1, max_tool_iterations: 1, max_parallel_tools: 1 } },
    });
    const { config } = await agentOf(world, { limits: { max_iterations: 3 } });
    expect([config.max_iterations, config.max_tool_iterations, config.max_parallel_tools]).toEqual([
      3, 2, 1,
    ]);
  });

  test("limits of a process that a tool started only narrow", async () => {
    await using world = await open({
      objects: helper(
        "limits: { max_iterations: 3, max_tokens: 100, enable_self_correction: false }",
      ),
      config: { limits: { max_wall_ms: null, max_model_attempts: 2 } },
    });
    const wide = {
      max_iterations: 4,
      max_tokens: null,
      enable_self_correction: true,
      max_model_attempts: 9,
      retry_base_ms: 1,
      compact_above_tokens: 1,
    };
    const own = await agentOf(world);
    expect((await agentOf(world, { limits: wide }, { call_id: "c" })).config).toEqual(own.config);
    expect((await agentOf(world, { limits: wide })).config).toEqual({ ...own.config, ...wide });
    const narrow = { max_iterations: 2, max_tokens: 7, max_wall_ms: 1_000_000, max_cost_usd: 1 };
    expect((await agentOf(world, { limits: narrow }, { call_id: "c" })).config).toEqual({
      ...own.config,
      ...narrow,
    });
  });

  test("a process that a tool started may not choose another model or prompt", async () => {
    await using world = await open({ objects: helper("model: from/object") });
    const { caller } = world.connect({
      call_id: "c",
      variables: { JAMEY_MODEL: "x/dear" },
    }).connection;
    const refused = async (settings: Settings) => {
      const params = { po_name: "helper", message: "hi", session_id: null, settings };
      const answer = await world.call("SendMessage", params, caller);
      return answer.ok ? "ok" : [answer.payload.code, answer.payload.details];
    };
    expect(await refused({ model: "x/dear", system: "You pay." })).toEqual([
      "forbidden",
      { settings: ["model", "system"] },
    ]);
    expect(await refused({ model: "from/object" })).toBe("ok");
    expect(
      (await agentOf(world, {}, { call_id: "c", variables: { JAMEY_MODEL: "x/dear" } })).model,
    ).toBe("from/object");
  });

  test("the prompt is the message's or the object's, and kept once while it stays the same", async () => {
    await using world = await open({ objects: helper("", "You help.") });
    const agent = await agentOf(world, { system: "You count." });
    expect(agent.system_prompt).toBe("You count.");
    const first = await agentOf(world);
    expect(first.system_prompt).toBe("You help.");
    const { sessions } = await world.ask("ListSessions", { limit: 1 });
    const again = await world.ask("SendMessage", {
      po_name: "helper",
      message: "again",
      session_id: sessions[0]?.session_id ?? "",
    });
    const row = await world.happened(
      "TurnStarted",
      ({ payload }) => "turn_id" in payload && payload.turn_id === again.turn_id,
    );
    expect(row.payload).toMatchObject({
      agent: { system_prompt: null, prompt_hash: first.prompt_hash },
    });
  });

  test("the model is given the specs of just these tools", async () => {
    await using world = await openTestWorld({
      objects: helper("capabilities: [look]"),
      tools: tools(),
    });
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
      session_id: null,
    });
    const call = await world.model.next();
    expect(call.request.tools).toEqual([
      { name: "look", description: "Does look.", parameters: { type: "object" } },
    ]);
    call.answer("ok");
    await world.ask("WaitForTurn", { turn_id });
  });
});
