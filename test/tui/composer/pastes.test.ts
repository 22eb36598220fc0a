// Pastes in the composer: clean, folded where they are long, whole when they are sent, fast when they are huge.
import { describe, expect, test } from "bun:test";
import { draftOf, emptyComposer, restoreText } from "../../../src/tui/composer/index.ts";
import { MAX_PASTES } from "../../../src/tui/composer/state.ts";
import { viewComposer } from "../../../src/tui/composer/view.ts";
import { plainText } from "../../../src/tui/text.ts";
import { pasted, play, shown } from "../../support/composing.ts";

const many = Array.from({ length: 214 }, (_, index) => `line ${index}`).join("\n");
const rows = (state: Parameters<typeof viewComposer>[0]) =>
  viewComposer(state, { columns: 60, rows: 10 }).lines.map(plainText);

describe("a paste", () => {
  test("of a few lines is text, with tabs, without control characters", () => {
    const state = pasted(emptyComposer(), "one\r\n\ttwo\rthree\u001b[31m\u0007\u0085");
    expect(shown(state)).toBe("one\n\ttwo\nthree|");
  });

  test("of many lines is folded, is one letter, and is sent whole", () => {
    const state = pasted(play("see ").state, many);
    expect(rows(state)).toEqual(["› see [pasted 214 lines]"]);
    expect(rows(play("<backspace>", { from: state }).state)).toEqual(["› see "]);
    expect(play("<enter>", { from: state }).submitted?.text).toBe(`see ${many}`);
    expect(draftOf(state)).toBe(`see ${many}`);
  });

  test("that is long in one line is folded too", () => {
    expect(rows(pasted(emptyComposer(), "x".repeat(1001)))).toEqual(["› [pasted 1001 characters]"]);
  });

  test("that is folded can be unfolded, and folded again by undo", () => {
    const state = pasted(emptyComposer(), many);
    const unfolded = play("<alt+x>", { from: state }).state;
    expect(unfolded.text).toBe(many);
    expect(play("<ctrl+_>", { from: unfolded }).state.text).toBe(state.text);
  });

  test("is no command and no line for the shell when it is sent folded", () => {
    const state = pasted(emptyComposer(), `/quit\n${many}`);
    expect(play("<enter>", { from: state }).submitted?.isLiteral).toBe(true);
  });

  test("that is folded stays a letter of its own before a combining mark", () => {
    const state = play("<left>\u0301", { from: pasted(emptyComposer(), many) }).state;
    expect(draftOf(play("<end><backspace>", { from: state }).state)).toBe("\u0301");
  });

  test("of ten megabytes is there at once and in the message whole", () => {
    const huge = "x"
      .repeat(1023)
      .concat("\n")
      .repeat(10 * 1023);
    const state = play(" end", { from: pasted(emptyComposer(), huge) }).state;
    expect(state.text.length).toBe(5);
    expect(play("<enter>", { from: state }).submitted?.text.length).toBe(huge.length + 4);
  });

  test("beyond what a message holds is refused with what to do instead", () => {
    const state = pasted(emptyComposer(), "x".repeat(11 * 1024 * 1024));
    expect(rows(state).at(-1)).toBe("  A message holds at most 10 MiB: save it as a file and nam…");
    expect(state.text).toBe("");
  });

  test("too many of them are refused, and those that were sent or undone make room", () => {
    let state = emptyComposer();
    for (let index = 0; index < MAX_PASTES; index += 1) state = pasted(state, many);
    expect(pasted(state, many)).toEqual({
      ...state,
      notice: "A text holds at most 32 folded pastes: send it first.",
    });
    const emptied = play("<ctrl+u>", { from: state }).state;
    expect(draftOf(pasted(emptied, many))).toBe(many);
  });
});

test("a text that comes back from elsewhere replaces what is there, and undo brings that back", () => {
  const state = restoreText(play("before").state, { text: "after\r\nedit\n", images: [] });
  expect(shown(state)).toBe("after\nedit\n|");
  expect(shown(play("<ctrl+_>", { from: state }).state)).toBe("before|");
});

test("a huge draft comes back folded, and a common one as text", () => {
  expect(emptyComposer("a\nb").text).toBe("a\nb");
  expect(draftOf(emptyComposer("long ".repeat(20_000)))).toBe("long ".repeat(20_000));
});
