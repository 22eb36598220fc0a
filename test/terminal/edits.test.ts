// Which call is an edit, of what: the same for the conversation, approvals and editors.
import { describe, expect, test } from "bun:test";
import { shownCall } from "../../src/cli/acp/tool-calls.ts";
import type { ToolCall } from "../../src/protocol/messages.ts";
import { editOf, fileName } from "../../src/terminal/edits.ts";

const call = (name: string, args: ToolCall["args"]): ToolCall => ({ id: "c1", name, args });

describe("an edit", () => {
  const path = "src/a.ts";
  const edit = call("file_edit", { path, old_text: "one", new_text: "two" });
  const write = call("file_write", { path, content: "whole\n" });

  test("says what it puts in place of what", () => {
    const found = { path, before: "one", after: "two", isEverywhere: false };
    expect(editOf(edit)).toEqual(found);
    const args = { path, old_text: "one", new_text: "two", replace_all: true };
    expect(editOf(call("file_edit", args))).toEqual({ ...found, isEverywhere: true });
    expect(editOf(write)).toEqual({ path, before: null, after: "whole\n", isEverywhere: false });
  });

  test("is no other call, and none without its texts", () => {
    const others = [
      call("rename_all", { path, old_text: "one", new_text: "two" }),
      call("file_edit", { path, new_text: "two" }),
      call("file_edit", { path, old_text: 1, new_text: "two" }),
      call("file_write", { path }),
      call("file_write", null),
    ];
    expect(others.map(editOf)).toEqual(others.map(() => null));
  });

  test("is what an editor is shown as a change", () => {
    const shown = (one: ToolCall) => shownCall(one, "/home").content;
    const file = "/home/src/a.ts";
    expect(shown(edit)).toEqual([{ type: "diff", path: file, oldText: "one", newText: "two" }]);
    expect(shown(write)).toEqual([{ type: "diff", path: file, oldText: null, newText: "whole\n" }]);
    expect(shown(call("file_edit", { path, new_text: "two" }))).toEqual([]);
  });
});

test("a file has one name, however it is written", () => {
  const named = (path: string, workspace = "/home/ada") => fileName(path, workspace);
  expect(
    ["a.ts", "./a.ts", "b/../a.ts", "/home/ada/a.ts", "../ada/a.ts"].map((one) => named(one)),
  ).toEqual(Array.from({ length: 5 }, () => "a.ts"));
  expect([named("../a.ts"), named("/etc/a.ts"), named("..a.ts")]).toEqual([
    "/home/a.ts",
    "/etc/a.ts",
    "..a.ts",
  ]);
  expect([named("b/../a.ts", ""), named("/x/../a.ts", "")]).toEqual(["a.ts", "/a.ts"]);
});
