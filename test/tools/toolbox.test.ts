// The table of built-in tools, and what holds for every row of it.
import { describe, expect, test } from "bun:test";
import { toolSpec } from "../../src/protocol/messages.ts";
import { builtInTools, createToolbox } from "../../src/tools/index.ts";
import { openToolWorld } from "../support/tool-world.ts";

const names = [
  "shell",
  "file_read",
  "file_write",
  "file_edit",
  "file_list",
  "file_search",
  "http_request",
  "ask_human",
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
