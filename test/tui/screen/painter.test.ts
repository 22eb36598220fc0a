// Frames on a terminal: what is drawn, how little is written, and letters that terminals count differently.
import { describe, expect, test } from "bun:test";
import { createPainter } from "../../../src/tui/screen/painter.ts";
import type { Line, Style } from "../../../src/tui/shapes.ts";
import { widthOf } from "../../../src/tui/text.ts";
import { createScreenModel } from "../../support/screen-model.ts";

function openPainter(
  columns = 20,
  rows = 3,
  variables: Record<string, string> = {},
  { isOld = false } = {},
) {
  const screen = createScreenModel(columns, rows, { isOld });
  const written: string[] = [];
  const stdout = {
    columns,
    rows,
    write(text: string) {
      written.push(text);
      screen.write(text);
    },
    on: () => undefined,
    removeListener: () => undefined,
  };
  const painter = createPainter({ stdout, variables, theme: "auto", hasColour: true }, () => ({
    columns,
    rows,
  }));
  painter.reset({ columns, rows });
  return { painter, screen, written };
}

const line = (text: string, style: Style = "plain"): Line => [{ text, style }];

describe("a frame", () => {
  test("is drawn whole, then only where it differs, then not at all", () => {
    const { painter, screen, written } = openPainter();
    painter.draw({ lines: [line("one"), line("two", "bold")], cursor: { column: 3, row: 0 } });
    expect(screen.lines()).toEqual(["one", "two", ""]);
    expect(screen.cursor()).toEqual({ column: 3, row: 0, isVisible: true });
    painter.draw({ lines: [line("one"), line("tWo", "bold")], cursor: { column: 3, row: 0 } });
    expect(screen.lines()).toEqual(["one", "tWo", ""]);
    expect(written[1]).not.toContain("one");
    painter.draw({ lines: [line("one"), line("tWo", "bold")], cursor: { column: 3, row: 0 } });
    expect(written).toHaveLength(2);
  });

  test("is drawn where only its styles differ, and where letters move from one span to the next", () => {
    const { painter, screen } = openPainter();
    const styleAt = (column: number) => screen.cells()[0]?.[column]?.style;
    painter.draw({ lines: [line("ab")], cursor: null });
    const plain = styleAt(1);
    painter.draw({ lines: [line("ab", "bold")], cursor: null });
    const bold = styleAt(1);
    painter.draw({ lines: [[...line("a", "bold"), ...line("b")]], cursor: null });
    expect([bold !== plain, styleAt(0), styleAt(1)]).toEqual([true, bold, plain]);
    expect(screen.lines()[0]).toBe("ab");
  });

  test("is drawn whole in other colours once the theme is another", () => {
    const { painter, written } = openPainter();
    const frame = { lines: [line("one", "keyword")], cursor: null };
    painter.draw(frame);
    painter.setTheme("vivid");
    painter.draw(frame);
    expect([written.length, written[1]?.includes("one"), written[0] === written[1]]).toEqual([
      2,
      true,
      false,
    ]);
  });

  test("without a cursor hides it", () => {
    const { painter, screen } = openPainter();
    painter.draw({ lines: [line("one")], cursor: null });
    expect(screen.cursor().isVisible).toBe(false);
  });

  test("is wrapped for terminals that show it at once, where they were asked to", () => {
    const { painter, written } = openPainter(20, 3, { JAMEY_SYNC: "1" });
    painter.draw({ lines: [line("one")], cursor: null });
    expect(written.join("")).toStartWith("\u001b[?2026h");
    expect(written.join("")).toEndWith("\u001b[?2026l");
  });

  test("of dim, italic and coloured letters says so, and moves nothing", () => {
    const { painter, screen } = openPainter(20, 9);
    const lines = Array.from({ length: 9 }, (_, row) =>
      line(`row ${row}`, row === 5 ? "dim" : "plain"),
    );
    painter.draw({ lines: [...lines.slice(0, 8), line("warm", "accent")], cursor: null });
    expect(screen.lines().slice(0, 8)).toEqual(
      lines.slice(0, 8).map(([piece]) => piece?.text ?? ""),
    );
    const styles = [4, 5, 8].map((row) => screen.cells()[row]?.[0]?.style);
    expect(styles).toEqual(["", "2", "1;33"]);
  });
});

describe("letters of more than one cell or code point", () => {
  const mixed = [
    "日本語",
    "😀",
    "❤️",
    "👨‍👩‍👧",
    "🇩🇪",
    "1️⃣",
    "👍🏽",
    "é",
    "क्षि",
    "e\u0301",
    "हिंदी",
    "\u0600\u0661",
    "কো",
  ];

  const terminals = mixed.flatMap((letters) => [
    { letters, isOld: false },
    { letters, isOld: true },
  ]);

  test.each(terminals)(
    "$letters leaves what follows in its column (old terminal: $isOld)",
    (one) => {
      const { painter, screen } = openPainter(20, 3, {}, one);
      const width = widthOf(one.letters);
      painter.draw({ lines: [line(`${one.letters}|`)], cursor: null });
      expect(screen.cells()[0]?.[width]?.text).toBe("|");
    },
  );

  test.each(terminals)("$letters leaves nothing behind (old terminal: $isOld)", (one) => {
    const { painter, screen } = openPainter(20, 3, {}, one);
    painter.draw({ lines: [line(`${one.letters}${one.letters} and more`)], cursor: null });
    painter.draw({ lines: [line("plain")], cursor: null });
    expect(screen.lines()).toEqual(["plain", "", ""]);
  });

  test.each(["हिंदी", "क्षि", "\u0600\u0661", "কো"])(
    "%s keeps its marks where the terminal gives each a column",
    (letters) => {
      const { painter, screen } = openPainter(20, 1, {}, { isOld: true });
      painter.draw({ lines: [line("x".repeat(20))], cursor: null });
      painter.draw({ lines: [line(`${letters}|`)], cursor: null });
      const counted = [...letters].filter((one) => !/\p{Mn}/u.test(one));
      expect(screen.lines()[0]).toBe(`${counted.join("")}|`);
    },
  );

  test.each([
    [["cafe", "\u0301", " is"], "cafe\u0301 is"],
    [["日", "\u0301", "|"], "日\u0301|"],
    [["\u0e01", "\u0e48\u0e01"], "\u0e01\u0e48\u0e01"],
    [["\u0301x"], "\u25cc\u0301x"],
    [["©\u0301|"], "©\u0301|"],
    [["abcdefghijklmnopqrst", "\u0301"], "abcdefghijklmnopqrst\u0301"],
  ])("keep their marks, wherever a span begins: %j", (texts, expected) => {
    const { painter, screen } = openPainter();
    const marked = texts.map(
      (text, index) => ({ text, style: index % 2 ? "bold" : "plain" }) as const,
    );
    painter.draw({ lines: [marked], cursor: null });
    expect(screen.lines()[0]).toBe(expected);
  });

  test("with a flood of marks are bounded, and it is seen that they are", () => {
    const { painter, screen, written } = openPainter();
    const lines = [61, 5000].map((marks) => line(`e${"\u0301".repeat(marks)}|`));
    painter.draw({ lines, cursor: null });
    expect(screen.lines()).toEqual(["\ufffd|", "\ufffd|", ""]);
    expect(written.join("").length).toBeLessThan(200);
  });

  test("that do not fit the last column are left out", () => {
    const { painter, screen } = openPainter(5, 1);
    painter.draw({ lines: [line("abcd日")], cursor: null });
    expect(screen.lines()).toEqual(["abcd"]);
  });

  test("that would control the terminal are blanks", () => {
    const { painter, screen } = openPainter();
    painter.draw({ lines: [line("a\u001b[2Jb\u009bc")], cursor: null });
    expect(screen.lines()[0]).toBe("a [2Jb c");
  });
});

describe("a terminal that is not said to understand UTF-8", () => {
  const border = "│─▸ ✓ café 日本 … ✋ 😀|";

  test.each([
    ["LANG=C", { LANG: "C" }, "|-> + cafe ??"],
    ["another character set", { LC_ALL: "de_DE.ISO-8859-1", LANG: "de_DE.UTF-8" }, "|-> + cafe ??"],
    ["a character set of UTF-8", { LANG: "C.UTF-8" }, "│─▸ ✓ café 日本"],
    ["nothing said", {}, "│─▸ ✓ café 日本"],
  ] as const)("%s decides which letters are written", (_name, variables, start) => {
    const { painter, screen, written } = openPainter(30, 1, variables);
    painter.draw({ lines: [line(border)], cursor: null });
    const isAscii = start.startsWith("|");
    expect(screen.lines()[0]?.replace(/\? \?/, "??")).toStartWith(start);
    // Borders stand where they stood.
    expect(screen.cells()[0]?.[widthOf(border) - 1]?.text).toBe("|");
    const text = written.join("");
    expect(Buffer.byteLength(text) === text.length).toBe(isAscii);
  });
});
