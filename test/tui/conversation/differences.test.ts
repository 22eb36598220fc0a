// Two texts set beside each other: lines, words in them, with and without white space, and what a style looks like.
import { describe, expect, test } from "bun:test";
import {
  beginsChange,
  type Change,
  type Comparing,
  lineChanges,
} from "../../../src/terminal/line-changes.ts";
import { differenceLines, differenceOf } from "../../../src/tui/conversation/diff.ts";
import { withFound } from "../../../src/tui/conversation/found.ts";
import { attributesOf } from "../../../src/tui/screen/theme.ts";
import { plainText, widthOfLine } from "../../../src/tui/text.ts";
import { styled } from "../../support/screens.ts";

const marks = { same: " ", added: "+", removed: "-", skipped: "@" } as const;

/** `+ one «two»`: a line with its marked words. */
const told = ({ type, parts }: Change): string =>
  `${marks[type]} ${parts.map(({ text, isMarked }) => (isMarked ? `«${text}»` : text)).join("")}`;

const changes = (before: string, after: string, comparing?: Comparing): string[] | null =>
  lineChanges(before, after, comparing)?.map(told) ?? null;

const withoutSpace = { ignoresSpace: true };

describe("words that changed", () => {
  test("are marked in the lines that stand for each other", () => {
    const [before, after] = [
      "a\nconst region = 'eu';\nb\n",
      "a\nconst region = 'us'; // moved\nb\n",
    ];
    expect(changes(before, after)).toEqual([
      "  a",
      "- const region = '«eu»';",
      "+ const region = '«us»';« // moved»",
      "  b",
    ]);
  });

  test("are not marked where the lines have little in common, or are not equally many", () => {
    expect(changes("the quick brown fox\n", "import { close } from net\n")).toEqual([
      "- the quick brown fox",
      "+ import { close } from net",
    ]);
    expect(changes("one = 1;\n", "one = 2;\ntwo = 2;\n")).toEqual([
      "- one = 1;",
      "+ one = 2;",
      "+ two = 2;",
    ]);
  });

  test.each([
    ["cafe\u0301 is open", "cafe\u0300 is open", "«cafe\u0301» is open", "«cafe\u0300» is open"],
    ["\u0301 is open", "\u0300 is open", "«\u0301» is open", "«\u0300» is open"],
    ["นี่ is open", "นี้ is open", "«นี่» is open", "«นี้» is open"],
    ["कि is open", "की is open", "«कि» is open", "«की» is open"],
    ["👍🏻 is open", "👍🏽 is open", "«👍🏻» is open", "«👍🏽» is open"],
    ["日本語のテスト", "日本人のテスト", "日本«語»のテスト", "日本«人»のテスト"],
  ])("are cut between letters: %s, %s", (before, after, removed, added) => {
    expect(changes(before, after)).toEqual([`- ${removed}`, `+ ${added}`]);
  });

  test("put together again are the lines, whatever they are", () => {
    const texts = ["", "a", "a\n", "a  b\n\tc\n", "日本 😀 e\u0301\n", " x\n y\n z\n", "\n\n\n"];
    for (const before of texts) {
      for (const after of texts) {
        for (const ignoresSpace of [false, true]) {
          const lines = lineChanges(before, after, { ignoresSpace }) ?? [];
          const side = (other: Change["type"]) =>
            lines
              .filter(({ type }) => type !== other && type !== "skipped")
              .map(({ parts }) => parts.map(({ text }) => text).join(""));
          if (lines.length === 0) continue;
          const whole = (text: string) => text.replace(/\n$/, "").split("\n");
          if (after !== "") expect(side("removed")).toEqual(whole(after));
          if (before !== "" && !ignoresSpace) expect(side("added")).toEqual(whole(before));
        }
      }
    }
  });

  test("are not looked for in lines of any length, nor among any number of changes", () => {
    const long = (word: string) => `${"a b ".repeat(10_000)}${word}\n`;
    const [removed, added] = lineChanges(long("one"), long("two")) ?? [];
    expect([removed?.parts.length, added?.parts.length]).toEqual([1, 1]);
    const all = lineChanges("", "a line\n".repeat(10_000)) ?? [];
    expect([all.length, new Set(all.map(({ type }) => type)).size]).toEqual([10_000, 1]);
    const many = (word: string) => `${word}\n`.repeat(3_000);
    expect(lineChanges(many("one"), many("two"))).toBeNull();
    expect([
      lineChanges("", "\n".repeat(20_000))?.length,
      lineChanges("", "\n".repeat(20_001)),
    ]).toEqual([20_000, null]);
    // The last lines of a long text are whole.
    const rows = (word: string) => `${"the same again ".repeat(20)}${word}\n`.repeat(400);
    const parts = (lineChanges(rows("one"), rows("two")) ?? []).map((line) => line.parts.length);
    expect([parts[0], parts.filter((count) => count > 1).length < 200, parts.at(-1)]).toEqual([
      2,
      true,
      1,
    ]);
  });
});

describe("what is searched for", () => {
  const found = (text: string, query: string): string =>
    styled([withFound([{ text, style: "dim" }], query)]).trim();

  test("is marked with the marks of its letters", () => {
    expect(found("cafe\u0301 now", "cafe")).toBe("{selected|cafe\u0301}{dim| now}");
    expect(found("ก่ก", "ก")).toBe("{selected|ก่ก}");
    expect(found("👍🏻 x", "👍")).toBe("{selected|👍🏻}{dim| x}");
    expect(found("one two one", "one")).toBe("{selected|one}{dim| two }{selected|one}");
  });
});

describe("white space", () => {
  const before = "if (a) {\n  b();\n}\r\nend\n";
  const after = "if (a) {\n\tb( );\n}\nend.\n";

  test("is compared, or not", () => {
    expect(changes(before, after)?.filter((line) => !line.startsWith(" "))).toHaveLength(6);
    expect(changes(before, after, withoutSpace)).toEqual([
      "  if (a) {",
      "  \tb( );",
      "  }",
      "- end",
      "+ end«.»",
    ]);
    expect(changes(" a\n", "a\n", withoutSpace)).toEqual([]);
    expect(changes("  const a = 1;\n", "const a  = 2;\n", withoutSpace)).toEqual([
      "-   const a = «1»;",
      "+ const a  = «2»;",
    ]);
  });

  test("alone is said to be all that differs", () => {
    const difference = differenceOf(" a\n", "a\n", withoutSpace);
    expect(difference).toEqual({ changes: [], added: 0, removed: 0 });
    const lines = difference ? differenceLines(difference, 80) : [];
    expect(lines.map(({ line }) => plainText(line))).toEqual(["nothing but white space"]);
  });
});

describe("lines of a difference", () => {
  const before = `one\ntwo\nthree\n${"same\n".repeat(9)}four\n`;
  const after = `one\n2\nthree\n${"same\n".repeat(9)}4\n`;
  const difference = differenceOf(before, after);

  test("say where changes begin, one below the other and side by side", () => {
    for (const columns of [60, 130]) {
      const lines = difference ? differenceLines(difference, columns) : [];
      const starts = lines.filter(({ isStart }) => isStart).map(({ line }) => plainText(line));
      expect(starts.map((text) => text.slice(0, 6).trim())).toEqual(["- two", "- four"]);
      expect(lines.filter(({ line }) => widthOfLine(line) > columns)).toEqual([]);
    }
    const all = difference?.changes ?? [];
    expect(all.filter((_, index) => beginsChange(all, index))).toHaveLength(2);
  });

  test("name the style of what is marked", () => {
    const one = differenceOf("const a = 1;\n", "const a = 2;\n");
    const lines = one ? differenceLines(one, 40).map(({ line }) => line) : [];
    expect(styled(lines)).toBe(
      "{removed|- const a = }{removed_word|1}{removed|;}\n{added|+ const a = }{added_word|2}{added|;}\n",
    );
  });

  test("mark words by more than a colour, in every theme and without colours", () => {
    const INVERSE = 8;
    const flags = (attribute: number): number => attribute >> 18;
    for (const theme of ["auto", "dark", "light", "vivid", "mono"] as const) {
      for (const hasColour of [true, false]) {
        const look = attributesOf({ theme, hasColour, isDark: undefined });
        for (const kind of ["added", "removed"] as const) {
          expect(flags(look[kind]) & INVERSE).toBe(0);
          expect(flags(look[`${kind}_word`]) & INVERSE).toBe(INVERSE);
        }
      }
    }
  });
});
