// Completions in the composer: commands, their arguments, objects and files.
import { describe, expect, test } from "bun:test";
import { emptyComposer, updateComposer } from "../../../src/tui/composer/index.ts";
import { viewComposer } from "../../../src/tui/composer/view.ts";
import { plainText } from "../../../src/tui/text.ts";
import { composing, play, sentBefore, shown } from "../../support/composing.ts";

const list = (state: Parameters<typeof viewComposer>[0]) =>
  viewComposer(state, { columns: 60, rows: 10 }).list.map((line) => plainText(line).trimEnd());

describe("behind a slash", () => {
  test("commands are offered, and Enter does the one that was begun", () => {
    const begun = play("/");
    expect(list(begun.state)).toEqual(["▸ /help   keys", "  /model  the model", "  /quit   leave"]);
    expect(play("/qu<enter>").submitted?.text).toBe("/quit");
    expect(play("/<down><down><enter>").submitted?.text).toBe("/quit");
    expect(play("/<up><tab>").submitted).toBeUndefined();
    expect(shown(play("/<up><tab>").state)).toBe("/quit |");
  });

  test("a command that wants an argument is offered what there is", () => {
    const chosen = play("/mod<enter>");
    expect(shown(chosen.state)).toBe("/model |");
    expect(list(chosen.state)).toEqual(["▸ openai/gpt-5  answered before"]);
    expect(shown(play("<tab>", { from: chosen.state }).state)).toBe("/model openai/gpt-5|");
    expect(play("gpt<enter>", { from: chosen.state }).submitted?.text).toBe("/model gpt");
    expect(play("<tab><enter>", { from: chosen.state }).submitted?.text).toBe(
      "/model openai/gpt-5",
    );
  });

  test("letters that fit a command only loosely are not taken for it", () => {
    expect(play("/qt<enter>").submitted?.text).toBe("/qt");
  });

  test("Escape closes the list until another word begins", () => {
    expect(list(play("/h<escape>").state)).toEqual([]);
    expect(list(play("/h<escape>e").state)).toEqual([]);
    expect(list(play("/h<escape><ctrl+u>@wri").state)).toEqual(["▸ @writer  writes"]);
  });
});

describe("behind an at sign", () => {
  test("objects and files are offered, and files are asked for as they are typed", () => {
    const typed = play("ask @rev");
    expect(typed.effects).toEqual(
      ["", "r", "re", "rev"].map((query) => ({ type: "find_files", query, purpose: "composer" })),
    );
    const found = { type: "files", query: "rev", paths: ["src/rev.ts", "a b/rev.md"] } as const;
    const { state } = updateComposer(typed.state, found, composing());
    expect(list(state)).toEqual([
      "▸ @reviewer    reviews",
      "  @src/rev.ts  file",
      "  @a b/rev.md  file",
    ]);
    expect(shown(play("<enter>", { from: state }).state)).toBe("ask @reviewer |");
    expect(shown(play("<down><down><tab>", { from: state }).state)).toBe('ask @"a b/rev.md" |');
  });

  test("a folder stays open for what is in it", () => {
    const typed = play("@sr");
    const files = { type: "files", query: "sr", paths: ["src/"] } as const;
    const { state } = updateComposer(typed.state, files, composing());
    const taken = play("<tab>", { from: state });
    expect(shown(taken.state)).toBe("@src/|");
    expect(taken.effects).toEqual([{ type: "find_files", query: "src/", purpose: "composer" }]);
  });

  test("a folder with a blank in its name stays open, too", () => {
    const typed = play("@my");
    const files = { type: "files", query: "my", paths: ["my notes/"] } as const;
    const { state } = updateComposer(typed.state, files, composing());
    expect(shown(play("<tab>", { from: state }).state)).toBe('@"my notes/|');
  });

  test("an address in the middle of a word is none", () => {
    expect(play("me@host").effects).toEqual([]);
    expect(play("@<enter>").submitted?.text).toBe("@");
  });

  test("what files are called is shown without control characters", () => {
    const typed = play("@x");
    const files = { type: "files", query: "x", paths: ["x\u001b[31m\u0081y"] } as const;
    expect(updateComposer(typed.state, files, composing()).state.files.paths).toEqual(["xy"]);
  });
});

test("a list does not follow what was called back from the history", () => {
  const from = { ...emptyComposer(), history: sentBefore("/first", "/second") };
  expect(shown(play("<up><up>", { from }).state)).toBe("/first|");
});
