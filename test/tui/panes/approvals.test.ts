// What an approval shows on a terminal: no two lines alike that differ, and files that are written as they are.
import { describe, expect, test } from "bun:test";
import { inboxPane } from "../../../src/tui/panes/inbox.ts";
import { differencePieces } from "../../../src/tui/panes/parts/long-text.ts";
import { plainText } from "../../../src/tui/text.ts";
import { drawn } from "../../support/drawn.ts";
import { approval, livelyWorld, now, sharedOf } from "../../support/tui-frames.ts";
import { playPane } from "../../support/tui-pane.ts";

const size = { columns: 400, rows: 40 };

function rowsOf(name: string, args: Record<string, string | boolean>): string[] {
  const request = { ...approval, tool_call: { id: "c1", name, args } };
  const pane = playPane(inboxPane, sharedOf({ ...livelyWorld(), requests: [request] }, { size }));
  pane.give({ type: "tick", now });
  const { screen } = drawn({ lines: pane.lines(size), cursor: null }, size, true);
  // A letter of two columns is written over two blanks.
  return screen.lines().map((row) => row.trim().replace(/ +/g, " "));
}

describe("an edit that asks for approval", () => {
  const linesOf = (before: string, after: string): string[] => {
    const args = { path: "a.ts", old_text: `${before} is open`, new_text: `${after} is open` };
    return rowsOf("file_edit", args).filter((row) => /^[-+] /.test(row));
  };

  test.each([
    ["cafe\u0301", "cafe\u0300"],
    ["resume", "resume\u0301"],
    ["นี่", "นี้"],
    ["कि", "की"],
  ])("is shown with the marks of its letters: %s, %s", (before, after) => {
    expect(linesOf(before, after)).toEqual([`- ${before} is open`, `+ ${after} is open`]);
  });

  test("names the code where a screen draws two letters alike", () => {
    expect(linesOf("👍🏻", "👍🏽")).toEqual(["- 👍<U+1F3FB> is open", "+ 👍<U+1F3FD> is open"]);
    const [one = "", other = ""] = [40, 39].map((count) => `e${"\u0301".repeat(count)}`);
    const [removed, added] = linesOf(one, other);
    expect(removed).toBe(`- e${"\u0301".repeat(12)}${"<U+0301>".repeat(28)} is open`);
    expect(added).toBe(`+ e${"\u0301".repeat(12)}${"<U+0301>".repeat(27)} is open`);
  });
});

test("an edit that cannot be compared is shown all the same: all that goes, then all that comes", () => {
  const lines = (word: string) =>
    Array.from({ length: 600 }, (_, index) => `${word} ${index}`).join("\n");
  const pieces = differencePieces(lines("old"), lines("new"));
  const shown = pieces.map(({ line }) => plainText(line));
  expect(shown.filter((text) => /(?:old|new) \d/.test(text))).toHaveLength(1_200);
  expect(shown.findIndex((text) => text.includes("too different"))).toBe(0);
  expect(pieces.filter(({ isChange }) => isChange)).toHaveLength(1);
});

describe("a file that is written whole", () => {
  test("is shown as it is written, not as a difference to something unknown", () => {
    const rows = rowsOf("file_write", { path: "a.sh", content: "set -e\nmake\n" });
    const from = rows.findIndex((row) => row.startsWith("a.sh is written whole"));
    expect(rows.slice(from, from + 7)).toEqual([
      "a.sh is written whole; what it holds now, if anything, is not shown:",
      "",
      "exactly: file_write",
      'path: "a.sh"',
      "content: (the last line has an end, too)",
      "│ set -e",
      "│ make",
    ]);
  });

  test("is no edit because another tool names its arguments alike", () => {
    const rows = rowsOf("rename_all", { old_text: "one", new_text: "two" });
    expect(rows.filter((row) => /^[-+] /.test(row))).toEqual([]);
    expect(rows).toContain('"old_text": "one",');
  });

  test("or edited everywhere says so", () => {
    const args = { path: "a.sh", old_text: "one", new_text: "two", replace_all: true };
    const rows = rowsOf("file_edit", args);
    const from = rows.indexOf("wherever it stands in the file:");
    expect(rows.slice(from + 1, from + 3)).toEqual(["- one", "+ two"]);
  });
});
