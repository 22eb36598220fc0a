// How the composer looks: its rows, its mark, what stands below them, and where the cursor is.
import { describe, expect, test } from "bun:test";
import {
  type ComposerState,
  emptyComposer,
  pointAt,
  viewComposer,
  withHistory,
} from "../../../src/tui/composer/index.ts";
import { plainText } from "../../../src/tui/text.ts";
import { composing, pasted, play, sentBefore } from "../../support/composing.ts";

/** The rows with a bar at the cursor. */
function look(state: ComposerState, columns = 30, rows = 10): readonly string[] {
  const { lines, cursor } = viewComposer(state, { columns, rows });
  return lines.map((each, index) => {
    const text = plainText(each);
    if (index !== cursor.row) return text.trimEnd();
    return `${text.slice(0, cursor.column)}|${text.slice(cursor.column)}`.trimEnd();
  });
}

test("a press of the mouse puts the cursor where it points, and beyond the text at its end", () => {
  const size = { columns: 20, rows: 10 };
  const state = play("the quick brown fox jumps over").state;
  const pointed = (column: number, row: number) => look(pointAt(state, { column, row }, size), 20);
  expect(pointed(6, 0)).toEqual(["› the |quick brown", "  fox jumps over"]);
  expect(pointed(0, 1)).toEqual(["› the quick brown", "  |fox jumps over"]);
  expect(pointed(19, 1)).toEqual(["› the quick brown", "  fox jumps over|"]);
  expect(pointed(3, 5)).toEqual(look(state, 20));
});

describe("the composer", () => {
  test("says what to do where nothing is typed", () => {
    expect(look(emptyComposer(), 80)).toEqual([
      "› |Say something. / for commands, @ for objects and files, ? for keys.",
    ]);
  });

  test("says how many commands its list does not show, above and below", () => {
    const commands = Array.from({ length: 12 }, (_, index) => ({ name: `c${index}`, help: "" }));
    const ends = (keys: string) => {
      const { state } = play(`/${keys}`, { context: composing({ commands }) });
      const { list } = viewComposer(state, { columns: 30, rows: 10 });
      return [list.length, plainText(list.at(-1) ?? [])];
    };
    expect([ends(""), ends("<up><up><up>"), ends("<up>"), ends("c11")]).toEqual([
      [9, "  ↓ 4 more"],
      [9, "  ↑ 4 more"],
      [9, "  ↑ 4 more"],
      [1, "▸ /c11  "],
    ]);
  });

  test("wraps behind blanks and keeps the cursor where it is edited", () => {
    const state = play("the quick brown fox jumps over").state;
    expect(look(state, 20)).toEqual(["› the quick brown", "  fox jumps over|"]);
    expect(
      look(play("<up>", { from: state, context: composing({ columns: 20 }) }).state, 20),
    ).toEqual(["› the quick brow|n", "  fox jumps over"]);
  });

  test("shows at most so many rows as it is given, around the cursor", () => {
    const state = play("1<ctrl+j>2<ctrl+j>3<ctrl+j>4<ctrl+j>5").state;
    expect(look(state, 20, 3)).toEqual(["  3", "  4", "  5|"]);
    expect(look(play("<up><up>", { from: state }).state, 20, 3)).toEqual(["  2", "  3|", "  4"]);
    expect(look(play("<ctrl+home>", { from: state }).state, 20, 3)).toEqual(["› |1", "  2", "  3"]);
  });

  test("shows a folded paste by its name, cut where there is no room, and tabs as blanks", () => {
    const state = pasted(play("<ctrl+j>").state, "line\n".repeat(20));
    expect(look(state, 30)).toEqual(["›", "  [pasted 20 lines]|"]);
    expect(look(state, 12)).toEqual(["›", "  [pasted …|"]);
    expect(look(pasted(emptyComposer(), "\ta"))).toEqual(["›     a|"]);
  });

  test("shows a line for the shell as it was typed, with its one sign", () => {
    expect(look(play("! ls").state)).toEqual(["› ! ls|"]);
  });

  test("shows what a search has found, and puts the cursor where it is typed", () => {
    const from = withHistory(emptyComposer("draft"), sentBefore("make it so"));
    expect(look(play("<ctrl+r>it", { from }).state)).toEqual([
      "› make it so",
      "  sent before: it|",
    ]);
    expect(look(play("<ctrl+r>xy", { from }).state, 60)).toEqual([
      "› draft",
      "  sent before: xy|  Nothing that was sent holds this.",
    ]);
  });

  test("says why a key did nothing, until the next one", () => {
    const state = play("<ctrl+_>").state;
    expect(look(state)).toEqual([look(emptyComposer())[0] ?? "", "  Nothing to undo."]);
    expect(look(play("a", { from: state }).state)).toEqual(["› a|"]);
  });
});
