// What the calls of a conversation changed, put together by file: only what is certain.
import { describe, expect, test } from "bun:test";
import { createChanges } from "../../../src/tui/conversation/file-changes.ts";
import {
  changesOf,
  type Done,
  editCalls,
  editedTranscript,
  transcriptOfEdits,
} from "../../support/tui-edited.ts";

const PROJECT = "/home/ada/project";

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
  changesOf(transcriptOfEdits(...done), PROJECT).files.flatMap((file) => file.fragments);

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

  test("is two where a part may have gone meanwhile", () => {
    // The second edit may have taken the first one away: the third is then in another place.
    expect(
      fragments(edit("old", "hello"), edit("say hello world", "goodbye"), edit("hello", "HI")),
    ).toEqual([part("old", "hello"), part("say hello world", "goodbye"), part("hello", "HI")]);
    // So may one that begins where the first ends, or ends where it begins.
    for (const across of ["two\nmore", "before\none"]) {
      expect(
        fragments(edit("old", "one\ntwo"), edit(across, "x y z"), edit("one\ntwo", "HI")),
      ).toEqual([part("old", "one\ntwo"), part(across, "x y z"), part("one\ntwo", "HI")]);
    }
    const long = Array.from({ length: 60 }, (_, index) => `line ${index}\n`).join("");
    const tail = `${long.slice(100)}and on`;
    expect(fragments(edit("old", long), edit(tail, "x"), edit("line 1\n", "y"))).toEqual([
      part("old", long),
      part(tail, "x"),
      part("line 1\n", "y"),
    ]);
    // What is elsewhere leaves it as it is.
    expect(
      fragments(edit("old", "one two"), edit("far away", "near"), edit("one two", "HI")),
    ).toEqual([part("old", "HI"), part("far away", "near")]);
    // In two parts at once it cannot be: one of them is not what it was.
    expect(fragments(edit("a", "same x"), edit("b", "same y"), edit("same", "z"))).toEqual([
      part("a", "same x"),
      part("b", "same y"),
      part("same", "z"),
    ]);
  });

  test("around several earlier ones is one change of what stood there first", () => {
    const [one, two] = ["const first = 'one';", "const second = 'two';"];
    expect(fragments(edit("1", one), edit("2", two), edit(`{\n${two}\n${one}\n}`, "{}"))).toEqual([
      part("{\n2\n1\n}", "{}"),
    ]);
  });

  test("of a file that was written goes on from what was written", () => {
    expect(fragments(write("a\nb\n", "Created a.ts."), edit("b", "c"))).toEqual([
      part("", "a\nc\n", true),
    ]);
    expect(fragments(write("a\n"), write("b\n"))).toEqual([part(null, "b\n", true)]);
    expect(fragments(edit("x", "y"), write("whole\n"))).toEqual([part(null, "whole\n", true)]);
    // Made empty it is no change yet.
    expect(fragments(write("", "Created a.ts."))).toEqual([]);
    expect(fragments(write("a", "Created a.ts."), edit("a", ""), edit("x", "y"))).toEqual([
      part("x", "y"),
    ]);
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
    const paths = ["a.ts", "./a.ts", `${PROJECT}/a.ts`, "b/../a.ts", `${PROJECT}/../project/a.ts`];
    const done = paths.map(
      (path, index): Done => ["file_edit", { path, old_text: `o${index}`, new_text: `n${index}` }],
    );
    const { files } = changesOf(transcriptOfEdits(...done), PROJECT);
    expect(files.map(({ path, calls }) => [path, calls])).toEqual([["a.ts", 5]]);
    const failed: Done = ["file_edit", { path: "a.ts", old_text: "o", new_text: "n" }, "not found"];
    expect(changesOf(transcriptOfEdits(failed), PROJECT).files).toEqual([]);
  });

  test("stands last where it was changed last", () => {
    const [first, last] = [edit("x", "y"), edit("y", "z")];
    const other: Done = ["file_edit", { path: "b.ts", old_text: "o", new_text: "n" }];
    const { files } = changesOf(transcriptOfEdits(first, other, last), PROJECT);
    expect(files.map(({ path }) => path)).toEqual(["b.ts", "a.ts"]);
  });

  test("tells the newest edits, and how many are left out", () => {
    const edits = Array.from({ length: 2_001 }, (_, index) => edit(`(${index})`, `<${index}>`));
    const { files, left } = changesOf(transcriptOfEdits(...edits), PROJECT);
    expect([files[0]?.calls, files[0]?.fragments[0], left]).toEqual([
      1_501,
      part("(500)", "<500>"),
      500,
    ]);
  });

  test("goes on from what was told: parts that nothing touched are the same, whatever came", () => {
    const tell = createChanges();
    const edits = Array.from({ length: 20 }, (_, index) => edit(`(${index})`, `<${index}>`));
    const whole = transcriptOfEdits(...edits, edit("<3>", "three"));
    const shorter = { ...whole, messages: whole.messages.slice(0, 40) };
    const before = tell(shorter, PROJECT);
    expect(tell({ ...shorter, messages: [...shorter.messages] }, PROJECT)).toBe(before);
    const after = tell(whole, PROJECT);
    expect(after).toEqual(changesOf(whole, PROJECT));
    const [old, now] = [before.files[0]?.fragments ?? [], after.files[0]?.fragments ?? []];
    expect(now.flatMap((one, index) => (one === old[index] ? [] : [index]))).toEqual([3]);
    // Another place, or another conversation: from the beginning.
    expect(tell(whole, "/home/ada")).toEqual(changesOf(whole, "/home/ada"));
    expect(tell(transcriptOfEdits(edit("x", "y")), PROJECT).files).toHaveLength(1);
  });

  test("looks for an edit in the newest parts alone, and tells it by itself else", () => {
    const edits = Array.from({ length: 60 }, (_, index) => edit(`(${index})`, `<${index}>`));
    const all = fragments(...edits, edit("<55>", "new"), edit("<2>", "old"));
    expect([all[55], all.at(-1), all.length]).toEqual([
      part("(55)", "new"),
      part("<2>", "old"),
      61,
    ]);
  });

  test("holds signs of replacement as they stand", () => {
    expect(fragments(edit("a$&b", "$1"), edit("$1", "$&$$"))).toEqual([part("a$&b", "$&$$")]);
  });
});
