// The composer's keys: what a script of them leaves as text, and where the cursor stands.
import { describe, expect, test } from "bun:test";
import { emptyComposer, withHistory } from "../../../src/tui/composer/index.ts";
import { composing, play, sentBefore, shown } from "../../support/composing.ts";

/** Keys → the text with a bar for the cursor. */
function expectEach(scripts: Record<string, string>, context = composing()): void {
  const left = Object.keys(scripts).map((script) => [
    script,
    shown(play(script, { context }).state),
  ]);
  expect(Object.fromEntries(left)).toEqual(scripts);
}

describe("keys", () => {
  test("move by letters as a reader counts them, and erase them whole", () => {
    expectEach({
      "hello<left><left>X": "helX|lo",
      "a👨‍👩‍👧‍👦b<left><left>X": "aX|👨‍👩‍👧‍👦b",
      "a👨‍👩‍👧‍👦<backspace>": "a|",
      "e\u0301x<left><backspace>": "|x",
      "🇩🇪🇫🇷<left><delete>": "🇩🇪|",
      "ab<home><delete>": "|b",
      "one<ctrl+j>two<left><left><left><left>": "one|\ntwo",
    });
  });

  test("move and cut by words", () => {
    expectEach({
      "one two-three<alt+b>": "one two-|three",
      "one two-three<alt+b><alt+b><alt+b>": "|one two-three",
      "one two<home><alt+f>": "one| two",
      "one two-three<ctrl+w>": "one |",
      "one two-three<alt+backspace>": "one two-|",
      "one two<home><alt+d>": "| two",
      "one two<alt+b><ctrl+u>": "|two",
      "one two<alt+b><ctrl+k>": "one |",
      "one<ctrl+j>two<home><ctrl+u>": "one|two",
      "one<ctrl+j>two<up><end><ctrl+k>": "one|two",
      "日本 語<ctrl+w>": "日本 |",
    });
  });

  test("put back what was cut: cuts in a row as one, and before that the earlier ones", () => {
    expectEach({
      "one two<ctrl+w><ctrl+w><ctrl+y>": "one two|",
      "one two<ctrl+w><home><ctrl+y>": "two|one ",
      "one<ctrl+u>two<ctrl+u><ctrl+y><alt+y>": "one|",
      "one<ctrl+u>two<ctrl+u><ctrl+y><alt+y><alt+y>": "two|",
      "one two<home><alt+d><alt+d><ctrl+y>": "one two|",
    });
  });

  test("undo by words, and do again", () => {
    expectEach({
      "one two three<ctrl+_>": "one two |",
      "one two three<ctrl+_><ctrl+_>": "one |",
      "one two three<ctrl+_><ctrl+_><alt+e>": "one two |",
      "one two<ctrl+_>2<alt+e>": "one 2|",
      "word<backspace><backspace><ctrl+_>": "word|",
      "one two<ctrl+u><ctrl+_>": "one two|",
    });
  });

  test("move by rows of the screen and keep the column", () => {
    // Seven columns for letters.
    const context = composing({ columns: 10 });
    expectEach(
      {
        "one two three<up>": "one t|wo three",
        "one two <left><up>": "one two| ",
        "one two <up>": "|one two ",
        "longest<ctrl+j>ab<ctrl+j>longest<up><up>": "longest|\nab\nlongest",
        "longest<ctrl+j>ab<ctrl+j>longest<up>": "longest\nab|\nlongest",
        "日本語日本<home><down>": "日本語|日本",
        "abc<up>": "abc|",
      },
      context,
    );
  });

  test("make a new line by Ctrl+J, Shift+Enter and a backslash before Enter", () => {
    expectEach({
      "a<ctrl+j>b": "a\nb|",
      "a<shift+enter>b": "a\nb|",
      "a\\<enter>b": "a\nb|",
      "a<alt+enter>b": "a\nb|",
    });
  });

  test("that mean nothing here are left to others", () => {
    const untaken = [
      "<pageup>",
      "<enter>",
      "<ctrl+d>",
      "<ctrl+y>",
      "?",
      "<escape>",
      "<down>",
      "<tab>",
    ];
    expect(untaken.filter((script) => play(script).isTaken)).toEqual([]);
    const taken = ["a?", "a<ctrl+d>", "a<ctrl+w><ctrl+y>"];
    expect(taken.filter((script) => !play(script).isTaken)).toEqual([]);
  });
});

describe("what was sent", () => {
  const from = withHistory(emptyComposer(), sentBefore("first", "two\nlines", "third"));

  test("comes back from the first row, and what stood here behind the newest", () => {
    const scripts = {
      "draft<up>": "third|",
      "draft<up><up>": "two\nlines|",
      "draft<up><up><up><up>": "first|",
      "draft<up><down>": "draft|",
      "dr<left><up><down>": "d|r",
      "draft<up>!<ctrl+_><ctrl+_>": "draft|",
    };
    const left = Object.keys(scripts).map((keys) => [keys, shown(play(keys, { from }).state)]);
    expect(Object.fromEntries(left)).toEqual(scripts);
  });

  test("is searched: further back with each Ctrl+R, taken by Enter, left by Escape", () => {
    const scripts = {
      "draft<ctrl+r>ir<enter>": "third|",
      "draft<ctrl+r>ir<ctrl+r><enter>": "first|",
      "draft<ctrl+r>ir<escape>": "draft|",
      "draft<ctrl+r>lin<end>!": "two\nlines!|",
      "draft<ctrl+r>nowhere<enter>": "draft|",
      "draft<ctrl+r>irx<backspace><enter>": "third|",
    };
    const left = Object.keys(scripts).map((keys) => [keys, shown(play(keys, { from }).state)]);
    expect(Object.fromEntries(left)).toEqual(scripts);
  });

  test("is remembered once, as it was sent", () => {
    const sent = play("same<enter>same<enter>other<enter>");
    const here = (text: string) => ({ text, session_id: "s1", po_name: "assistant" });
    expect(sent.state.history).toEqual(["same", "other"].map(here));
    expect(sent.effects).toEqual(
      ["same", "same", "other"].map((text) => ({ type: "remember", entry: here(text) })),
    );
  });

  test("is searched in all of it, then in what this object was told, then in this session", () => {
    const said = (text: string, session_id: string, po_name: string) => {
      return { text, session_id, po_name };
    };
    const mixed = withHistory(emptyComposer(), [
      said("make it here", "s1", "assistant"),
      said("make it elsewhere", "s2", "assistant"),
      said("make it of the first words", "s3", "assistant"),
      said("make it other", "s4", "reviewer"),
    ]);
    const saidHere = () => new Set(["make it of the first words"]);
    const at = (script: string) =>
      shown(play(script, { from: mixed, context: composing({ saidHere }) }).state);
    expect(
      [
        "<ctrl+r>make<enter>",
        "<ctrl+r>make<alt+r><ctrl+r><enter>",
        "<ctrl+r>make<alt+r><alt+r><enter>",
        "<ctrl+r>make<alt+r><alt+r><ctrl+r><enter>",
        "<ctrl+r>make<alt+r><alt+r><alt+r><enter>",
        "<alt+r>make<enter>",
      ].map(at),
    ).toEqual([
      "make it other|",
      "make it elsewhere|",
      "make it of the first words|",
      "make it here|",
      "make it other|",
      "make it other|",
    ]);
  });
});

describe("Enter", () => {
  test("sends the text without blank rows around it, and leaves nothing", () => {
    const { state, submitted } = play("<ctrl+j>  a<ctrl+j>b <enter>");
    const entered = { text: "  a\nb", written: "  a\nb", how: "send" } as const;
    expect(submitted).toEqual({ ...entered, isLiteral: false, images: [] });
    expect(shown(state)).toBe("|");
  });

  test("with Alt queues while a turn runs", () => {
    const command = play("/file_list path=.<alt+enter>");
    expect(command.submitted).toMatchObject({ text: "/file_list path=.", how: "send" });
    expect(play("//said<alt+enter>").submitted).toBeUndefined();
    const { submitted } = play("later<alt+enter>", { context: composing({ isBusy: true }) });
    const entered = { text: "later", written: "later", how: "queue" } as const;
    expect(submitted).toEqual({ ...entered, isLiteral: false, images: [] });
  });

  test("on blanks alone sends nothing", () => {
    const { submitted, isTaken } = play("  <ctrl+j> <enter>");
    expect({ submitted, isTaken }).toEqual({ submitted: undefined, isTaken: false });
  });

  test("of Ctrl+G gives the text to an editor", () => {
    expect(play("text<ctrl+g>").effects).toEqual([
      { type: "edit", purpose: "composer", text: "text", suffix: ".md" },
    ]);
  });
});
