// An approval shows each thing once, and all of it: the question's first line, then the arguments.
import { describe, expect, test } from "bun:test";
import type { ToolCall } from "../../../src/protocol/messages.ts";
import { requestPieces } from "../../../src/tui/panes/inbox/body.ts";
import { pageOf } from "../../../src/tui/panes/parts/long-text.ts";
import { plainText } from "../../../src/tui/text.ts";
import { approval } from "../../support/tui-frames.ts";

function shown(args: Record<string, ToolCall["args"]>, name = "shell"): string[] {
  const about = name === "shell" ? `cd sub && ${args.command}` : "a.ts";
  const question = `May deploy use ${name}: ${about}`;
  const request = { ...approval, question, tool_call: { id: "c1", name, args } };
  const pieces = requestPieces(request, { ignoresSpace: false });
  return pageOf(pieces, 0, { columns: 100, rows: 100 }).lines.map(plainText);
}

describe("a call with a text of several lines", () => {
  test("shows which lines are one that is wrapped", () => {
    const command = `ls ${"a ".repeat(60)}\nls`;
    const lines = shown({ command: command.replace(" \n", "\n") });
    expect(lines.filter((line) => line.startsWith("│")).length).toBe(2);
    expect(lines.filter((line) => line.startsWith("  a")).length).toBe(1);
  });

  test("is shown once, behind the names of its arguments", () => {
    expect(shown({ command: "set -e\nfor one in *; do\n  ls $one\ndone\n", cwd: "sub" })).toEqual([
      "May deploy use shell: cd sub && set -e …",
      "",
      "exactly: shell",
      "command: (the last line has an end, too)",
      "│ set -e",
      "│ for one in *; do",
      "│   ls $one",
      "│ done",
      'cwd: "sub"',
    ]);
  });

  test("cannot pretend to be another argument", () => {
    const lines = shown({ command: 'rm -r /\ncwd: "safe"', cwd: "home" });
    expect(lines.filter((line) => line.startsWith("cwd"))).toEqual(['cwd: "home"']);
  });

  test.each([
    ["a control character", { command: "ls\na\u001b[2K" }],
    ["a tab", { command: "ls\n\ta" }],
    ["blanks at the end of a line", { command: "ls  \na" }],
    ["blanks at its end", { command: "ls\na " }],
    ["many blanks in a row", { command: "ls\na     b" }],
    ["empty lines around it", { command: "\nls\na\n\n" }],
    ["arguments within arguments", { command: "ls\na", more: { deep: true } }],
    ["a name that is none", { command: "ls\na", "command: x": 1 }],
  ])("is shown as JSON, too, where that says more: %s", (_what, args) => {
    const lines = shown(args).map((line) => line.trim());
    expect(lines.join("").replace(/\s/g, "")).toContain(
      JSON.stringify(args).slice(1, -1).replaceAll("\u001b", "").replace(/\s/g, ""),
    );
  });
});

test("a call of one line is shown as it is run", () => {
  expect(shown({ command: "ls -la" })).toEqual([
    "May deploy use shell: cd sub && ls -la",
    "",
    "exactly: shell",
    "{",
    '  "command": "ls -la"',
    "}",
  ]);
});

test("a file that is written whole is shown once", () => {
  expect(shown({ path: "a.ts", content: "one\ntwo\n" }, "file_write")).toEqual([
    "May deploy use file_write: a.ts",
    "",
    "a.ts is written whole; what it holds now, if anything, is not shown:",
    "",
    "exactly: file_write",
    'path: "a.ts"',
    "content: (the last line has an end, too)",
    "│ one",
    "│ two",
  ]);
});
