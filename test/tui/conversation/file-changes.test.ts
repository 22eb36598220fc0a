// What the calls of a conversation changed, put together by file: only what is certain.
import { describe, expect, test } from "bun:test";
import { type Transcript, transcriptOf } from "../../../src/client/transcript.ts";
import type { ToolCall } from "../../../src/protocol/messages.ts";
import { changesOf } from "../../../src/tui/conversation/file-changes.ts";
import { editCalls, editedTranscript } from "../../support/tui-edited.ts";
import { message } from "../../support/tui-frames.ts";
import { answered, sessionOf } from "../../support/tui-whole.ts";

const PROJECT = "/home/ada/project";

type Done = readonly [
  name: "file_edit" | "file_write",
  args: Record<string, string | boolean>,
  said?: string,
];

/** A conversation in which these calls were made, one after the other, as it is fetched: no outcome is kept. */
function transcript(...done: Done[]): Transcript {
  const messages = done.flatMap(([name, args, said], index) => {
    const call: ToolCall = { id: `c${index}`, name, args };
    const content = said ?? (name === "file_edit" ? "Edited it." : "Replaced it.");
    return [
      answered(`m${index}`, "", { tool_calls: [call] }),
      message({ message_id: `r${index}`, role: "tool", tool_call_id: call.id, content }),
    ];
  });
  return transcriptOf(sessionOf(messages));
}

const edit = (old_text: string, new_text: string, fields: Record<string, boolean> = {}): Done => [
  "file_edit",
  { path: "a.ts", old_text, new_text, ...fields },
];
const write = (content: string, said = "Replaced a.ts."): Done => [
  "file_write",
  { path: "a.ts", content },
  said,
];

const fragments = (...done: Done[]) =>
  changesOf(transcript(...done), PROJECT).files.flatMap((file) => file.fragments);

const part = (before: string | null, after: string, isWhole = false) => ({
  before,
  after,
  isWhole,
});

describe("what calls changed", () => {
  test("stands by file, the newest last, without what failed", () => {
    const { files, commands, delegations } = changesOf(editedTranscript(), PROJECT);
    expect(files.map(({ path, calls }) => [path, calls])).toEqual([
      ["src/server.ts", 2],
      ["src/space.ts", 1],
      ["NOTES.md", 1],
    ]);
    expect([commands, delegations]).toEqual([1, 0]);
    const { old_text, new_text } = editCalls.server.args as { old_text: string; new_text: string };
    expect(files[0]?.fragments).toEqual([
      part(old_text, new_text.replace('region = "eu"', 'region = "us"')),
    ]);
    expect(files[2]?.fragments).toEqual([part("", "# Notes\n\nThe region is us now.\n", true)]);
  });

  test("is one change where a later edit is inside an earlier one, and none where it takes it back", () => {
    expect(fragments(edit("one", "two three"), edit("three", "four"))).toEqual([
      part("one", "two four"),
    ]);
    expect(fragments(edit("one", "two"), edit("two", "one"))).toEqual([]);
  });

  test("is one change where a later edit surely holds an earlier one, else two", () => {
    const inner = "const region = 'us';";
    expect(
      fragments(edit("const region;", inner), edit(`a\n${inner}\nb`, `a\n${inner}\nc`)),
    ).toEqual([part("a\nconst region;\nb", `a\n${inner}\nc`)]);
    // A brace stands in many places: which one it was nobody knows.
    expect(fragments(edit("x", "}"), edit("if {\n}", "if {\n\n}"))).toEqual([
      part("x", "}"),
      part("if {\n}", "if {\n\n}"),
    ]);
    const twice = `${inner}\n${inner}`;
    expect(fragments(edit("y", inner), edit(twice, "z"))).toEqual([
      part("y", inner),
      part(twice, "z"),
    ]);
  });

  test("of a file that was written goes on from what was written", () => {
    expect(fragments(write("a\nb\n", "Created a.ts."), edit("b", "c"))).toEqual([
      part("", "a\nc\n", true),
    ]);
    expect(fragments(write("a\n"), write("b\n"))).toEqual([part(null, "b\n", true)]);
    expect(fragments(edit("x", "y"), write("whole\n"))).toEqual([part(null, "whole\n", true)]);
    // Somebody else changed it in between: what was replaced is not in what was written.
    expect(fragments(write("a\n"), edit("theirs", "mine"))).toEqual([
      part(null, "a\n", true),
      part("theirs", "mine"),
    ]);
  });

  test("everywhere in a file may be in other places too", () => {
    const all = { replace_all: true };
    expect(fragments(edit("x", "old old"), edit("old", "new", all))).toEqual([
      part("x", "new new"),
      part("old", "new"),
    ]);
    expect(fragments(write("old old\n"), edit("old", "new", all))).toEqual([
      part(null, "new new\n", true),
    ]);
  });

  test("takes a path for the same however it is written, and no failure for a change", () => {
    const paths = ["a.ts", "./a.ts", `${PROJECT}/a.ts`];
    const done = paths.map(
      (path, index): Done => ["file_edit", { path, old_text: `o${index}`, new_text: `n${index}` }],
    );
    const { files } = changesOf(transcript(...done), PROJECT);
    expect(files.map(({ path, calls }) => [path, calls])).toEqual([["a.ts", 3]]);
    const failed: Done = ["file_edit", { path: "a.ts", old_text: "o", new_text: "n" }, "not found"];
    expect(changesOf(transcript(failed), PROJECT).files).toEqual([]);
  });

  test("stands last where it was changed last", () => {
    const [first, last] = [edit("x", "y"), edit("y", "z")];
    const other: Done = ["file_edit", { path: "b.ts", old_text: "o", new_text: "n" }];
    const { files } = changesOf(transcript(first, other, last), PROJECT);
    expect(files.map(({ path }) => path)).toEqual(["b.ts", "a.ts"]);
  });

  test("holds signs of replacement as they stand", () => {
    expect(fragments(edit("a$&b", "$1"), edit("$1", "$&$$"))).toEqual([part("a$&b", "$&$$")]);
  });
});
