// Lines of spans, measured as a terminal does.
import { describe, expect, test } from "bun:test";
import {
  cut,
  cutText,
  graphemes,
  hang,
  isSimple,
  line,
  pad,
  plainText,
  span,
  spread,
  widthOf,
  widthOfLine,
  wrap,
  wrapText,
} from "../../src/tui/text.ts";

const shown = (text: string, columns: number): string[] =>
  wrapText(text, columns).map((each) => plainText(each));

describe("text", () => {
  test("is as wide as a terminal draws it", () => {
    expect(["abc", "日本", "😀", "é", "👩‍👩‍👧"].map(widthOf)).toEqual([3, 4, 2, 1, 2]);
  });

  test("of simple letters has a column for each unit, whatever stands beside it", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    const simple = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(
      (unit) => isSimple(unit),
    );
    const wrong = simple.filter((unit) => {
      const isEmoji = unit > "~" && /\p{Extended_Pictographic}/u.test(unit);
      return (
        isEmoji || Bun.stringWidth(unit) !== 1 || [...segmenter.segment(`a${unit}b`)].length !== 3
      );
    });
    expect([simple.length > 1_000, wrong]).toEqual([true, []]);
  });

  test("with a tab is as wide as it is drawn: as four blanks, and where one is left as one", () => {
    expect(span("a\tb")).toEqual({ text: "a    b", style: "plain" });
    expect(line("\tx")).toEqual([{ text: "    x", style: "plain" }]);
    expect(["a\tb", "\t", "\u0007", "日\u0085"].map(widthOf)).toEqual([3, 1, 1, 3]);
  });

  test("is cut between letters, never within one", () => {
    expect(cutText("日本語", 5)).toBe("日本");
    expect(cutText("a👩‍👩‍👧b", 2)).toBe("a");
    expect(graphemes("e\u0301a")).toEqual(["e\u0301", "a"]);
  });

  test("says that it was cut", () => {
    expect(plainText(cut([span("one "), span("two three", "bold")], 8))).toBe("one two…");
    expect(plainText(cut(line("short"), 8))).toBe("short");
    expect(plainText(cut(line("short"), 1))).toBe("…");
    expect(cut(line("short"), 0)).toEqual([]);
  });

  test("is filled to a width, and spread to both ends", () => {
    expect(plainText(pad(line("日"), 4))).toBe("日  ");
    expect(plainText(spread(line("left"), line("right"), 12))).toBe("left   right");
    expect(plainText(spread(line("a long left"), line("right"), 12))).toBe("a lon… right");
  });

  test("wraps by words, and between letters only where a word is wider than a row", () => {
    expect(shown("one two three", 8)).toEqual(["one two ", "three"]);
    expect(shown("abcdefgh ij", 3)).toEqual(["abc", "def", "gh ", "ij"]);
    expect(shown("日本語", 3)).toEqual(["日", "本", "語"]);
    expect(shown("日", 1)).toEqual(["日"]);
    expect(shown("a\n\nb", 5)).toEqual(["a", "", "b"]);
    expect(shown("one two ", 7)).toEqual(["one two"]);
  });

  test("keeps its styles when it wraps, and hangs under its mark", () => {
    expect(wrap([span("ab "), span("cd", "bold")], 3)).toEqual([
      [span("ab ")],
      [span("cd", "bold")],
    ]);
    expect(hang([line("a"), line("b"), []], line("- "))).toEqual([
      [span("- "), span("a")],
      [span("  "), span("b")],
      [],
    ]);
  });

  test("loses no letter and gains no column, whatever it is and however narrow the row", () => {
    const parts = ["word", " ", "日本", "😀", "\n", "longerword", "é", "  ", "-"];
    for (let seed = 1; seed < 200; seed += 1) {
      const text = Array.from(
        { length: 12 },
        (_, index) => parts[(seed * (index + 3) * 7) % 9],
      ).join("");
      const columns = 2 + (seed % 9);
      const rows = wrapText(text, columns);
      expect(rows.filter((row) => widthOfLine(row) > columns)).toEqual([]);
      const letters = rows.map(plainText).join("").replace(/\s/g, "");
      expect(letters).toBe(text.replace(/\s/g, ""));
    }
  });
});
