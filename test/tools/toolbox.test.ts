// The table of built-in tools, and what holds for every row of it.
import { describe, expect, test } from "bun:test";
import { UNIVERSAL } from "../../src/core/agent/universal.ts";
import { toolSpec } from "../../src/protocol/messages.ts";
import { builtInTools, createToolbox } from "../../src/tools/index.ts";
import { openToolWorld } from "../support/tool-world.ts";

const ONLY_IN_A_TURN = "This tool works only within a turn of an agent.";
const names = [
  "shell",
  "file_read",
  "file_write",
  "file_edit",
  "file_list",
  "file_search",
  "http_request",
  "ask_human",
  "think",
  "list_capabilities",
  "list_prompt_objects",
  "query_sessions",
  "create_object",
  "modify_prompt",
  "add_capability",
  "remove_capability",
  "store_data",
  "get_data",
  "spawn_http_server",
  "spawn_connector",
  "stop_connector",
];

describe("every built-in tool", () => {
  test("J142: has a name, a description, a spec of the same name, a check and a call", () => {
    const tools = builtInTools();
    expect(tools.map(({ name }) => name)).toEqual(names);
    for (const tool of tools) {
      expect(tool.spec.name).toBe(tool.name);
      expect(tool.spec.description).toBe(tool.description);
      expect(tool.description.length).toBeGreaterThan(20);
      expect(toolSpec.parse(tool.spec)).toEqual(tool.spec);
      expect(tool.spec.parameters).toMatchObject({ type: "object", additionalProperties: false });
      expect([typeof tool.check, typeof tool.call]).toEqual(["function", "function"]);
    }
  });

  test("declares its risk and whether it may run again", () => {
    const declared = builtInTools().map(({ name, risk, replay }) => [name, risk, replay]);
    expect(declared).toEqual([
      ["shell", "execute", "never"],
      ["file_read", "read", "safe"],
      ["file_write", "write", "never"],
      ["file_edit", "write", "never"],
      ["file_list", "read", "safe"],
      ["file_search", "read", "safe"],
      ["http_request", "network", "never"],
      ["ask_human", "none", "safe"],
      ["think", "none", "safe"],
      ["list_capabilities", "none", "safe"],
      ["list_prompt_objects", "none", "safe"],
      ["query_sessions", "read", "safe"],
      ["create_object", "write", "never"],
      ["modify_prompt", "write", "never"],
      ["add_capability", "write", "never"],
      ["remove_capability", "write", "never"],
      ["store_data", "none", "never"],
      ["get_data", "none", "safe"],
      ["spawn_http_server", "none", "safe"],
      ["spawn_connector", "none", "safe"],
      ["stop_connector", "none", "safe"],
    ]);
  });

  test("refuses arguments it does not know and says which", async () => {
    await using rig = await openToolWorld();
    for (const tool of builtInTools()) {
      for (const args of [{ surprise: 1 }, null, "text", [1], 7]) {
        const checked = await tool.check(args, rig.context());
        expect(checked.valid).toBe(false);
        const called = await rig.call(tool, args);
        expect([called.success, called.outcome]).toEqual([false, "invalid"]);
        expect(called.output).toStartWith("Invalid arguments. ");
        if (args !== null && typeof args === "object" && "surprise" in args) {
          expect(called.output).toContain("surprise");
        }
      }
    }
  });

  test("names the field that is wrong", async () => {
    await using rig = await openToolWorld();
    const [shell] = builtInTools();
    const called = await rig.call(shell ?? expect.unreachable(), {
      command: "true",
      timeout_ms: 0,
    });
    expect(called.output).toContain("timeout_ms: ");
  });

  test("does nothing once its call is cancelled", async () => {
    await using rig = await openToolWorld();
    const args: Record<string, unknown> = {
      shell: { command: "touch made" },
      file_read: { path: "a" },
      file_write: { path: "made", content: "" },
      file_edit: { path: "a", old_text: "a", new_text: "b" },
      file_list: {},
      file_search: { pattern: "a" },
      http_request: { url: "http://127.0.0.1:9/" },
      ask_human: { question: "Why?" },
      think: { thought: "Hm." },
      list_capabilities: {},
      list_prompt_objects: {},
      query_sessions: {},
      create_object: { name: "a", description: "a", prompt: "a", reason: "a" },
      modify_prompt: { operation: "append", content: "a", reason: "a" },
      add_capability: { capability: "shell", reason: "a" },
      remove_capability: { capability: "shell", reason: "a" },
      store_data: { key: "a", value: 1 },
      get_data: {},
      spawn_http_server: { port: 65_000 },
      spawn_connector: { type: "http", port: 65_000 },
      stop_connector: {},
    };
    for (const tool of builtInTools()) {
      const signal = AbortSignal.abort();
      const given = JSON.parse(JSON.stringify(args[tool.name]));
      expect(await rig.call(tool, given, { signal })).toEqual({
        output: "[cancelled]",
        success: false,
        outcome: "cancelled",
        output_bytes: 0,
        spilled_to: null,
      });
    }
    const listed = await rig.world.files.resolve({ root: rig.workspace, path: "made" }, "read");
    expect(listed).toEqual({ ok: true, value: { path: "made", kind: "missing" } });
  });
});

describe("universal capabilities", () => {
  test("U04: are built-in tools, at most twelve", () => {
    expect(UNIVERSAL.length).toBeLessThanOrEqual(12);
    expect(UNIVERSAL.filter((name) => !names.includes(name))).toEqual([]);
  });

  test("over the environment say, outside a turn, that they work only within one", async () => {
    await using rig = await openToolWorld();
    const toolbox = createToolbox(builtInTools());
    for (const name of ["list_capabilities", "list_prompt_objects", "get_data"]) {
      const called = await rig.call(toolbox.find(name) ?? expect.unreachable(), {});
      expect(called).toMatchObject({ outcome: "failed", output: ONLY_IN_A_TURN });
    }
    const change = toolbox.find("add_capability") ?? expect.unreachable();
    const args = { capability: "shell", reason: "why not" };
    expect(await change.check(args, rig.context())).toEqual({
      valid: false,
      problem: ONLY_IN_A_TURN,
    });
    expect((await rig.call(change, args)).output).toBe(ONLY_IN_A_TURN);
  });

  test("have schemas without references, which some vendors refuse", () => {
    for (const tool of builtInTools()) expect(JSON.stringify(tool.spec)).not.toContain("$ref");
  });
});

describe("a toolbox", () => {
  test("J143: registers, lists, looks up and unregisters tools, and refuses a name that is taken", () => {
    const [shell, fileRead] = builtInTools();
    if (shell === undefined || fileRead === undefined) throw new Error("no tools");
    const toolbox = createToolbox([shell]);
    expect(toolbox.register(fileRead)).toEqual({ ok: true, value: fileRead });
    expect(toolbox.list()).toEqual([shell, fileRead]);
    expect(toolbox.find("file_read")).toBe(fileRead);
    expect(toolbox.find("toString")).toBeUndefined();
    expect(toolbox.register({ ...fileRead, description: "another" })).toEqual({
      ok: false,
      problem: "There is already a tool named file_read.",
    });
    expect(toolbox.find("file_read")).toBe(fileRead);
    expect([toolbox.unregister("shell"), toolbox.unregister("shell")]).toEqual([true, false]);
    expect(toolbox.list()).toEqual([fileRead]);
  });

  test("is a value of its own: two know nothing of each other", () => {
    const [shell] = builtInTools();
    const [one, other] = [createToolbox([]), createToolbox([])];
    one.register(shell ?? expect.unreachable());
    expect([one.list().length, other.list().length]).toEqual([1, 0]);
  });
});

describe("ask_human", () => {
  test("accepts a question, and outside a turn says that nobody is there", async () => {
    await using rig = await openToolWorld();
    const ask = createToolbox(builtInTools()).find("ask_human") ?? expect.unreachable();
    const args = { question: "Which colour?", options: ["red", "blue"], kind: "question" };
    expect(await ask.check(args, rig.context())).toEqual({ valid: true, subject: "Which colour?" });
    expect((await ask.check({ question: " " }, rig.context())).valid).toBe(false);
    expect((await ask.check({ question: "x", kind: "approval" }, rig.context())).valid).toBe(false);
    const called = await rig.call(ask, args);
    expect([called.success, called.outcome]).toEqual([false, "failed"]);
    expect(called.output).toContain("only within a turn");
  });
});
