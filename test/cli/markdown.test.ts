// Markdown in a terminal: what is drawn, that it is the same however it comes, and that nothing escapes.
import { describe, expect, test } from "bun:test";
import { codeBlocks } from "../../src/cli/one-shot/code-blocks.ts";
import { createMarkdownWriter, renderMarkdown } from "../../src/terminal/markdown/render.ts";
import { createStripper, showHidden } from "../../src/terminal/strip.ts";

const ESC = "\u001b";
const plain = { width: 30, hasColour: false };
const coloured = { width: 30, hasColour: true };

const SAMPLE = `# Title **b**

Some *words* and \`code\`, a [link](https://x.y/z) and <https://a.b>.
A line of its own

> quoted text that is longer than the line
> > within

- one
- two with words that have to go on below
  - inner
- [x] done

1. first
1. second

3) third

\`\`\`ts
const wide = "a line of code is never wrapped, whatever its length";

end
\`\`\`
| a | wide |
|---|---:|
| 猫 | 1 |

---
Under
---
[1]: http://hidden.example
`;

describe("a page", () => {
  test("is laid out in words, lists, quotes, tables and code that can be copied", () => {
    expect(renderMarkdown(SAMPLE, plain)).toBe(`# Title **b**

Some *words* and \`code\`, a
link (https://x.y/z) and
https://a.b.
A line of its own

│ quoted text that is longer
│ than the line
│${" "}
│ │ within

• one
• two with words that have to
  go on below
  • inner
☑ done

1. first
2. second

3. third

── ts ────────────────────────
const wide = "a line of code is never wrapped, whatever its length";

end
──────────────────────────────

a   wide
──  ────
猫     1

──────────────────────────────

## Under

[1]: http://hidden.example
`);
  });

  test("is the same however it is cut, with colours and without", () => {
    for (const page of [plain, coloured]) {
      const whole = renderMarkdown(SAMPLE, page);
      for (let cut = 0; cut <= SAMPLE.length; cut += 1) {
        const writer = createMarkdownWriter(() => page);
        const drawn =
          writer.push(SAMPLE.slice(0, cut)) + writer.push(SAMPLE.slice(cut)) + writer.end();
        expect(drawn).toBe(whole);
      }
    }
  });

  test("is written in whole lines, each as soon as it cannot change any more", () => {
    const writer = createMarkdownWriter(() => plain);
    const pieces = ["# A\nwor", "ds\n", "\n- x\n", "- y\n", "```\nco", "de\n", "```"];
    expect([...pieces.map((piece) => writer.push(piece)), writer.end()]).toEqual([
      "# A\n",
      "",
      "\nwords\n",
      "\n• x\n",
      "• y\n\n──────────────────────────────\n",
      "code\n",
      "",
      "──────────────────────────────\n",
    ]);
  });

  const PARAGRAPH =
    "Words come one after another with **bold ones** and `code` in snake_case (and [a link](https://a.b)) now! Then *some* more, 3 < 4 & so on; it ends.\n\nNext";

  test("shows the lines of a long paragraph before it has ended", () => {
    const writer = createMarkdownWriter(() => plain);
    const words = PARAGRAPH.slice(0, 120).split(/(?<= )/);
    expect(words.map((word) => writer.push(word)).join("")).toBe(
      "Words come one after another\nwith **bold ones** and `code`\nin snake_case (and a link\n",
    );
    expect(writer.push(PARAGRAPH.slice(120))).toBe(
      "(https://a.b)) now! Then\n*some* more, 3 < 4 & so on; it\nends.\n",
    );
  });

  test("of one paragraph is the same letter by letter as at once", () => {
    for (const page of [plain, coloured, { width: 13, hasColour: true }]) {
      const writer = createMarkdownWriter(() => page);
      const drawn = [...PARAGRAPH].map((letter) => writer.push(letter)).join("") + writer.end();
      expect(drawn).toBe(renderMarkdown(PARAGRAPH, page));
    }
  });

  test("loses nothing of a paragraph that turns out to be a table, or is resized in its middle", () => {
    const head = "Name of the thing that is looked at | what it is";
    const pages = [coloured, coloured, { width: 80, hasColour: true }];
    const writer = createMarkdownWriter(() => pages.shift() ?? { width: 80, hasColour: true });
    const drawn = [`${head.slice(0, 45)}`, `${head.slice(45)}\n--|--\n`, "a | b\n"].map((piece) =>
      writer.push(piece),
    );
    expect([...drawn, writer.end()]).toEqual([
      "Name of the thing that is\n",
      "",
      "",
      `\n${[
        `${ESC}[1mName of the thing${ESC}[22m   ${ESC}[1mwhat it is${ESC}[22m`,
        `${ESC}[1mthat is looked at${ESC}[22m`,
        `${ESC}[2m──────────────────  ──────────${ESC}[22m`,
        "a                   b",
      ].join("\n")}\n`,
    ]);
  });

  test("styles with colours, and says where a link leads even where its text lies", () => {
    expect(renderMarkdown("**b** *i* ~~s~~ `c` [http://good](http://bad)", coloured)).toBe(
      `${ESC}[1mb${ESC}[22m ${ESC}[3mi${ESC}[23m ${ESC}[9ms${ESC}[29m ${ESC}[36mc${ESC}[39m http://good\n(${ESC}[4mhttp://bad${ESC}[24m)\n`,
    );
  });

  test("wraps the cells of a table that is too wide, and shows names and values where they would be too narrow", () => {
    const table = "| name | what it does |\n|---|---|\n| a | one two three four five |\n| b | |\n";
    expect(renderMarkdown(table, { width: 20, hasColour: false })).toBe(
      "name  what it does\n────  ──────────────\na     one two three\n      four five\nb\n",
    );
    expect(renderMarkdown(table, { width: 15, hasColour: false })).toBe(
      "name: a\nwhat it does:\none two three\nfour five\n\nname: b\n",
    );
    const address = "| what | where |\n|---|---|\n| it | https://example.com/a/long/path |\n";
    expect(renderMarkdown(address, { width: 20, hasColour: false })).toBe(
      "what: it\nwhere:\nhttps://example.com/a/long/path\n",
    );
  });

  test("keeps an address whole, so that it can be opened", () => {
    const address = "https://example.com/a/very/long/path/that/is/longer";
    expect(renderMarkdown(`see ${address} now`, plain)).toBe(`see\n${address}\nnow\n`);
  });

  test("never is wider than the terminal, whatever its letters are", () => {
    for (const letter of ["猫", "👩‍👩‍👧", "🇩🇪", "é", "a\u0301", "한", "ก็"]) {
      const text = `- ${`${letter.repeat(7)} `.repeat(12)}${letter.repeat(60)}`;
      const widths = renderMarkdown(text, plain)
        .split("\n")
        .map((line) => Bun.stringWidth(line));
      expect(Math.max(...widths)).toBeLessThanOrEqual(30);
    }
  });
});

describe("a hostile answer", () => {
  /** Everything that jamey itself draws with. */
  const OWN = new RegExp(`${ESC}\\[(?:[1234]|9|22|23|24|29|36|39)m`, "g");
  const PIECES = [
    ESC,
    "[31m",
    "]52;c;AA==\u0007",
    "]0;title",
    "\u009b2J",
    "\u0001heading {}\u0002x\u0003",
    "&#27;[2J",
    "&#x1b;]0;t&#7;",
    "&#155;H",
    "# ",
    "```",
    "\n",
    "\n\n",
    "- ",
    "| a |\n|--|\n",
    "[a](\u001b[2J)",
    "[b](&#27;)",
    "`",
    "**",
    "<b>",
    "\u0000",
    "\r",
    "\b",
    "text ",
    "> ",
    "\ud800",
  ];

  test("brings nothing to the terminal but text and jamey's own styles", () => {
    let seed = 20260101;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 4000; round += 1) {
      const stripper = createStripper();
      const writer = createMarkdownWriter(() => coloured);
      let drawn = "";
      for (let piece = 0; piece < 12; piece += 1) {
        drawn += writer.push(stripper.push(PIECES[random(PIECES.length)] ?? ""));
      }
      drawn += writer.end();
      expect(drawn.replace(OWN, "").match(/[^\P{Cc}\n\t]/gu)).toBeNull();
    }
  });

  test("that never ends a line is drawn in bounded pieces", () => {
    const writer = createMarkdownWriter(() => plain);
    expect(writer.push("x ".repeat(40_000)).length).toBe(0);
    expect(writer.push("\n\n").length).toBeGreaterThan(79_000);
  });
});

describe("code", () => {
  const answer =
    "```py\na = 1\n```\n\n- x\n  ```Bash title=x\n  ls\n  ```\n\n    indented\n\n~~~\nplain\n~~~";

  test("is found by its language and by the other names of that, wherever it stands", () => {
    expect(["", "python", "sh", "rust"].map((language) => codeBlocks(answer, language))).toEqual([
      ["a = 1\n", "ls\n", "plain\n"],
      ["a = 1\n"],
      ["ls\n"],
      [],
    ]);
  });
});

test("what would hide in something to decide about is shown", () => {
  expect(showHidden("rm\u202e -rf\u200b \u001b[2K\u{e0041}\ta\n\ud800")).toBe(
    "rm<U+202E> -rf<U+200B> <U+001B>[2K<U+E0041>\ta\n\ufffd",
  );
});
