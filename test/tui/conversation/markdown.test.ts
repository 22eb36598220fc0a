// Markdown as lines of spans, whole and as it grows.
import { describe, expect, test } from "bun:test";
import { createHighlighter } from "../../../src/tui/conversation/highlight.ts";
import { createGrowingMarkdown, markdownLines } from "../../../src/tui/conversation/markdown.ts";
import { plainText, widthOfLine } from "../../../src/tui/text.ts";
import { expectScreen, styled } from "../../support/screens.ts";

const SAMPLE =
  "# Hi *there*\n\nSome **bold text that wraps** and `code`, see [x](http://a.b).\n\n- one\n- two\n  - three\n\n" +
  '```ts\nconst a = 1; // hi\n/* x\n y */ let b = "q";\n```\n\n> quote\n\n1. first\n2. second\n\n| a | b |\n|--|--|\n| 1 | 2 |\n';

describe("markdown", () => {
  test("becomes spans that say what a text is", () => {
    expectScreen("whole/markdown", styled(markdownLines(SAMPLE, 30)));
  });

  test("is the same line by line, however it grew", () => {
    const whole = markdownLines(SAMPLE, 30);
    for (const step of [1, 3, 7, 50]) {
      const growing = createGrowingMarkdown(30);
      for (let end = 0; end < SAMPLE.length; end += step) growing.lines(SAMPLE.slice(0, end));
      expect(growing.lines(SAMPLE)).toEqual(whole);
    }
  });

  test("shows nothing of a table until its head is whole, and a line that becomes none as it is", () => {
    const shown = (text: string) => {
      const growing = createGrowingMarkdown(40);
      return Array.from({ length: text.length }, (_, end) =>
        growing.lines(text.slice(0, end + 1)).map((each) => plainText(each)),
      );
    };
    const frames = shown("Here:\n| file | lines |\n|---|--:|\n| a.ts | 12 |\n");
    expect(frames.flat().filter((each) => each.includes("|"))).toEqual([]);
    expect([frames[12], frames.at(-1)]).toEqual([
      ["Here:"],
      ["Here:", "", "file  lines", "────  ─────", "a.ts     12"],
    ]);
    expect(shown("| no table\n|-- at all").at(-1)).toEqual(["| no table", "|-- at all"]);
    expect(shown("`| no table").at(-1)).toEqual(["`| no table"]);
  });

  test("begins anew where the text is another one", () => {
    const growing = createGrowingMarkdown(30);
    growing.lines("One paragraph.\n\nAnother, longer than the next text.");
    expect(growing.lines("Fresh.")).toEqual(markdownLines("Fresh.", 30));
    const longer = `Fresh, and this time longer than what was there before. ${"x ".repeat(40)}`;
    expect(growing.lines(longer)).toEqual(markdownLines(longer, 30));
  });

  test("cuts code at the edge with a mark, and never wraps it", () => {
    const lines = markdownLines(`\`\`\`\n${"x".repeat(50)}\n\`\`\``, 20);
    expect(plainText(lines[1] ?? [])).toBe(`${"x".repeat(19)}›`);
    expect(lines.length).toBe(3);
  });

  test("stays in its width", () => {
    for (const columns of [10, 17, 33, 80]) {
      const wide = markdownLines(SAMPLE, columns).filter((each) => widthOfLine(each) > columns);
      expect(wide).toEqual([]);
    }
  });
});

describe("the highlighter", () => {
  const styles = (language: string, ...lines: string[]): string => {
    const code = createHighlighter(language);
    return styled(lines.map((each) => code.line(each)));
  };

  test("knows keywords, strings, numbers and comments", () => {
    expect(styles("python", "def f(x): return 'a#b' + 12 # why")).toBe(
      "{keyword|def}{code| f(x): }{keyword|return}{code| }{string|'a#b'}{code| + }{number|12}{code| }{comment|# why}\n",
    );
  });

  test("carries a comment over lines, and takes no address for one", () => {
    expect(styles("ts", "/* a", "b */ x", "go('http://x')")).toBe(
      "{comment|/* a}\n{comment|b */}{code| x}\n{code|go(}{string|'http://x'}{code|)}\n",
    );
  });

  test("tells added from removed lines", () => {
    expect(styles("diff", "+new", "-old", " same")).toBe(
      "{added|+new}\n{removed|-old}\n{code| same}\n",
    );
  });

  test("leaves a language alone that it does not know, and a line that is too long", () => {
    expect(styles("brainfuck", "if 1")).toBe("{code|if 1}\n");
    expect(createHighlighter("ts").line("1".repeat(3000))).toEqual([
      { text: "1".repeat(3000), style: "code" },
    ]);
  });
});
