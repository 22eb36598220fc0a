// However long a text is, and whatever it is made of: four times as much takes about four times as long.
import { describe, expect, test } from "bun:test";
import { emptyTranscript } from "../../../src/client/transcript.ts";
import { renderMarkdown } from "../../../src/terminal/markdown/render.ts";
import { createGrowingMarkdown, markdownLines } from "../../../src/tui/conversation/markdown.ts";
import { itemRows, type Layout } from "../../../src/tui/conversation/rows.ts";
import { emptyConversation } from "../../../src/tui/conversation/state.ts";
import { cutText, plainText, wrapText } from "../../../src/tui/text.ts";
import { growthOf, LINEAR } from "../../support/growth.ts";
import { changesOf, type Done, transcriptOfEdits } from "../../support/tui-edited.ts";
import { now } from "../../support/tui-frames.ts";

/** Texts of a length, of what a hostile or a broken model writes. */
const texts: Readonly<Record<string, (length: number) => string>> = {
  "one long word": (length) => "a".repeat(length),
  "a long word of wide letters": (length) => "猫".repeat(length),
  "one letter with many marks": (length) => `e${"\u0301".repeat(length)}`,
  "signs of addresses": (length) => ":/".repeat(length / 2),
  "a long heading": (length) => `# ${"a".repeat(length)}`,
  "opened brackets": (length) => "[".repeat(length),
  "a fence that is none": (length) => `\`\`\`${" ".repeat(length)}\``,
  quotes: (length) => ">".repeat(length),
  "quotes apart": (length) => "> ".repeat(length / 2),
  "lists in one line": (length) => `${"- ".repeat(length / 2)}x`,
  "numbers in one line": (length) => `${"1. ".repeat(length / 3)}x`,
  "a table of many columns": (length) => {
    const columns = Math.floor(length / 20);
    const row = (cell: string): string => `|${cell.repeat(columns)}\n`;
    return row("a|") + row("-|") + row("b|").repeat(5);
  },
};

describe("Markdown", () => {
  for (const [name, text] of Object.entries(texts)) {
    test(`of ${name} costs its length`, () => {
      // Below the length at which a block is cut in any case.
      const [short, long] = [text(15_000), text(60_000)];
      const growth = growthOf((size) => markdownLines(size === 15_000 ? short : long, 80), 15_000);
      expect(growth).toBeLessThan(LINEAR);
    });
  }

  test("that is nested beyond all reading is shown as it was written", () => {
    const deep = `${"> - ".repeat(20_000)}words`;
    const shown = markdownLines(deep, 80).map(plainText).join(" ");
    expect(shown.replace(/\s/g, "")).toBe(deep.replace(/\s/g, ""));
    expect(renderMarkdown(`${"> ".repeat(32)}x`, { width: 80, hasColour: false })).toBe(
      `${"│ ".repeat(32)}x\n`,
    );
    const over = `${"> ".repeat(33)}x`;
    expect(renderMarkdown(over, { width: 80, hasColour: false })).toBe(`${over}\n`);
  });

  test("of ten million letters in one line is drawn", () => {
    expect(markdownLines("a".repeat(10_000_000), 80)).toHaveLength(125_000);
  });

  test("cuts a long word, and an address never", () => {
    const page = { width: 12, hasColour: false };
    const word = "abcdefghijklmnop";
    expect(renderMarkdown(`so ${word} on`, page)).toBe("so abcdefghi\njklmnop on\n");
    expect(renderMarkdown(`so ://${word} on`, page)).toBe("so ://abcdef\nghijklmnop\non\n");
    expect(renderMarkdown(`so x://${word} on`, page)).toBe(`so\nx://${word}\non\n`);
  });
});

describe("wrapping and cutting", () => {
  const letters = {
    narrow: "a",
    wide: "猫",
    pictures: "👩‍👩‍👧",
    marked: "e\u0301",
    invisible: "\u200b",
  } as const;

  for (const [name, letter] of Object.entries(letters)) {
    test(`a word of ${name} letters costs its length`, () => {
      const words = new Map([5_000, 20_000].map((size) => [size, letter.repeat(size)]));
      const of = (size: number): string => words.get(size) ?? "";
      const growth = growthOf((size) => wrapText(of(size), 20), 5_000);
      expect(growth).toBeLessThan(LINEAR);
    });
  }

  test("a long text at the edge of the screen costs what is seen, apart from its measuring", () => {
    const [short, long] = ["猫".repeat(20_000), "猫".repeat(80_000)];
    const growth = growthOf((size) => cutText(size === 1 ? short : long, 80), 1);
    expect(growth).toBeLessThan(LINEAR);
    expect(cutText(long, 81)).toBe("猫".repeat(40));
  });

  /** Letter by letter, as the words say it: what does not fit begins the next row. */
  function plainRows(word: string, columns: number): string[] {
    const rows = [""];
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    for (const { segment } of segmenter.segment(word)) {
      const row = rows.at(-1) ?? "";
      const isFull = Bun.stringWidth(row + segment) > columns && row !== "";
      if (isFull) rows.push(segment);
      else rows[rows.length - 1] = row + segment;
    }
    return rows;
  }

  test("a word wider than a row stands in pieces, letter by letter", () => {
    const all = Object.values(letters);
    for (let seed = 1; seed < 300; seed += 1) {
      const picked = Array.from({ length: 40 }, (_, at) => all[(seed * (at + 3) * 7 + at) % 5]);
      const word = picked.join("");
      const columns = 2 + (seed % 11);
      expect(wrapText(word, columns).map(plainText)).toEqual(plainRows(word, columns));
    }
  });

  test("a long word after blanks that did not fit begins the next row and fills it", () => {
    expect(wrapText("one two  abcdefghijkl", 8).map(plainText)).toEqual([
      "one two",
      "abcdefgh",
      "ijkl",
    ]);
  });
});

describe("what is being written", () => {
  function layoutOf(text: string, reasoning: string): Layout {
    const streaming = { turn_id: "t", message_id: "m", attempt: 1, text, reasoning };
    const transcript = { ...emptyTranscript("s"), streaming };
    return {
      source: { transcript, pending: [], lines: [], po_name: "assistant" },
      conversation: emptyConversation(),
      columns: 60,
      now,
      requests: [],
      actionOf: () => undefined,
    };
  }

  const rowsOf = (layout: Layout): string[] =>
    itemRows({ type: "streaming", key: "m" }, 0, layout).map(({ line }) => plainText(line));

  /** Lines of many lengths, some empty, with numbers that tell them apart. */
  const thoughts = Array.from({ length: 3_000 }, (_, at) =>
    at % 7 === 0 ? "" : `${at} ${"words that are thought ".repeat((at * 13) % 9)}`,
  ).join("\n");

  test("shows the last rows of what is thought, whatever its length", () => {
    for (let length = 1; length < thoughts.length; length += 1_733) {
      const reasoning = thoughts.slice(0, length);
      const all = wrapText(reasoning.trimEnd(), 56).slice(-3);
      const wanted = all.map((each) => (each.length === 0 ? "" : `   ${plainText(each)}`));
      expect(rowsOf(layoutOf("", reasoning))).toEqual([" ● thinking …", ...wanted]);
    }
  });

  test("costs the same for a little thought as for a lot", () => {
    const sizes = new Map([1, 4].map((size) => [size, layoutOf("", thoughts.repeat(2 * size))]));
    const growth = growthOf((size) => {
      const layout = sizes.get(size);
      return layout && itemRows({ type: "streaming", key: "m" }, 0, layout);
    }, 1);
    // The same work: a little for the slack, not four times as much.
    expect(growth).toBeLessThan(LINEAR / 2.5);
  });

  test("has its control characters taken out, however it was cut", () => {
    const text =
      "one \u001b[31mred\u001b[0m two \u001b]0;a title\u0007three\n\nfo\u0000ur \u009b2Jfive";
    const whole = markdownLines("one red two three\n\nfour five", 30);
    for (const step of [1, 2, 3, 5, 50]) {
      const growing = createGrowingMarkdown(30);
      for (let end = 0; end < text.length; end += step) growing.lines(text.slice(0, end));
      expect(growing.lines(text)).toEqual(whole);
    }
  });
});

describe("what many edits of one file changed", () => {
  const text = (word: string, index: number) =>
    Array.from({ length: 10 }, (_, line) => `    const ${word}${index} = ${line};\n`).join("");
  const edits = Array.from(
    { length: 1_600 },
    (_, index): Done => [
      "file_edit",
      { path: "a.ts", old_text: text("a", index), new_text: text("b", index) },
    ],
  );

  test("costs what each of them is", () => {
    const all = new Map(
      [400, 1_600].map((count) => [count, transcriptOfEdits(...edits.slice(0, count))]),
    );
    const growth = growthOf((size) => changesOf(all.get(size) ?? emptyTranscript("s1"), ""), 400);
    expect(growth).toBeLessThan(LINEAR);
  });
});
