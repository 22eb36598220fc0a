// The log: levels, one line per entry whatever is in it, rotation, and nothing of messages or keys.
import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type LogLevel, logLevels, openLogFile } from "../../src/runtime/log.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld } from "../support/world.ts";

const linesAt = (level: LogLevel): string[] => {
  const lines: string[] = [];
  const log = createLog({ level, now: () => "now", write: (line) => void lines.push(line) });
  for (const name of logLevels) log[name](`${name} it`, { a: 1, b: true, c: null, d: "x" });
  return lines;
};

const written = (message: string, fields: Record<string, string> = {}): string => {
  let text = "";
  const write = (line: string) => {
    text += line;
  };
  createLog({ level: "info", now: () => "now", write }).info(message, fields);
  return text;
};

describe("the log", () => {
  test("writes what is as weighty as its level, or more", () => {
    expect(linesAt("warn")).toEqual([
      "now warn  warn it a=1 b=true c=null d=x\n",
      "now error error it a=1 b=true c=null d=x\n",
    ]);
    expect(logLevels.map((level) => linesAt(level).length)).toEqual([4, 3, 2, 1]);
  });

  test("escapes whatever could forge a line or reach a terminal", () => {
    const hostile = "a\nb\r\u001b[31m\u0007\u009b\u202e\u2066\u200b\u{e0041}\u2028\0";
    expect(written(`m ${hostile}`, { field: hostile })).toBe(
      "now info  m a\\u{a}b\\u{d}\\u{1b}[31m\\u{7}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{e0041}\\u{2028}\\u{0} " +
        'field="a\\u{a}b\\u{d}\\u{1b}[31m\\u{7}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{e0041}\\u{2028}\\u{0}"\n',
    );
    expect(written("m", { field: 'x\\" level=error' })).toBe(
      'now info  m field="x\\\\\\" level=error"\n',
    );
  });

  test("cuts a long field", () => {
    expect(written("m", { field: "x".repeat(10_000) }).length).toBeLessThan(2_100);
  });

  test("holds no text of a message, an answer, a tool's arguments or a key", async () => {
    await using world = await openTestWorld({
      log_level: "debug",
      tools: [testTool("put")],
      script: ({ messages }) =>
        messages.length > 1
          ? "canary answer"
          : { text: "canary says", calls: [{ name: "put", args: { secret: "canary" } }] },
    });
    const client = world.connect({ variables: { OPENAI_API_KEY: "sk-canary" } });
    const params = { po_name: "helper", message: "the canary", session_id: null };
    const { turn_id } = await world.ask("SendMessage", params, client.connection.caller);
    await world.ask("WaitForTurn", { turn_id });
    await world.ask("RunTool", { session_id: null, name: "put", args: { a: "canary" } });
    await world.call("SendMessage", { po_name: "helper", message: ["canary"] });
    expect(world.log.length).toBeGreaterThan(1);
    expect(world.log.join("")).not.toContain("canary");
  });
});

describe("a log file", () => {
  test("is its owner's alone, grows to its limit, and keeps the last three", () => {
    const folder = mkdtempSync(join(tmpdir(), "jamey-log-"));
    const file = join(folder, "daemon.log");
    const write = openLogFile(file, 100);
    for (let count = 0; count < 60; count += 1) write(`line ${count}`.padEnd(19, ".").concat("\n"));
    expect(readdirSync(folder).toSorted()).toEqual(["daemon.log", "daemon.log.1", "daemon.log.2"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const kept = ["daemon.log.2", "daemon.log.1", "daemon.log"]
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
    const numbers = [...kept.matchAll(/line (\d+)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 18 }, (_, index) => 42 + index));
    rmSync(folder, { recursive: true });
  });

  test("that cannot be written ends nothing, and counts what is lost", () => {
    const folder = mkdtempSync(join(tmpdir(), "jamey-log-"));
    const file = join(folder, "later", "daemon.log");
    const write = openLogFile(file);
    write("one\n");
    write("two\n");
    expect(existsSync(file)).toBe(false);
    const moved = join(folder, "later");
    mkdirSync(moved);
    write("three\n");
    expect(readFileSync(file, "utf8")).toBe("(2 lines could not be written)\nthree\n");
    rmSync(folder, { recursive: true });
  });
});
