// Markdown on a terminal, as it comes: each part is written once it is complete, and never rewritten.
// What is pushed has had its control characters stripped before.
import { createBlockSplitter, type Part } from "./blocks.ts";
import { settledWords } from "./early.ts";
import { frameLine, layout } from "./layout.ts";
import { parseMarkdown } from "./tree.ts";
import type { Page } from "./wrap.ts";

export interface MarkdownWriter {
  /** What can be written now: whole lines, or nothing. */
  push(text: string): string;
  /** The rest. */
  end(): string;
}

/** Longer paragraphs are drawn when they have ended: each piece of one is drawn anew. UTF-16 units. */
const MAX_EARLY_LENGTH = 8 * 1024;

/** A paragraph that is being written, and what of it is. Its page stays what it was, whatever is resized. */
interface Begun {
  page: Page;
  lines: readonly string[];
}

/** The page is asked for at each part: a terminal may be resized in between. */
export function createMarkdownWriter(page: () => Page): MarkdownWriter {
  const splitter = createBlockSplitter();
  let isFirst = true;
  let begun: Begun | undefined;

  function show(part: Part): string[] {
    switch (part.type) {
      case "code_line":
        return [part.text];
      case "code_end":
        return [frameLine("", page())];
      case "code_start":
        return [...gap(false), frameLine(part.language, page())];
      case "block":
        return take(part.text, part.isTight);
    }
  }

  function take(text: string, isTight: boolean): string[] {
    const early = begun;
    begun = undefined;
    if (!early) return [...gap(isTight), ...blockLines(text, page())];
    const lines = blockLines(text, early.page);
    const isSame = early.lines.every((line, index) => line === lines[index]);
    // It turned out to be something else, such as the head of a table: shown twice, but whole.
    return isSame ? lines.slice(early.lines.length) : ["", ...lines];
  }

  /** All but its last line: that one may still grow. */
  function begin(text: string): string[] {
    const early = begun ?? { page: page(), lines: [] };
    const { width } = early.page;
    if (text === "") return [];
    if (text.split(" ").some((word) => Bun.stringWidth(word) > width)) return [];
    const lines = blockLines(text, early.page).slice(early.lines.length, -1);
    if (lines.length === 0) return [];
    const before = begun ? [] : gap(false);
    begun = { page: early.page, lines: [...early.lines, ...lines] };
    return [...before, ...lines];
  }

  function gap(isTight: boolean): string[] {
    const lines = isFirst || isTight ? [] : [""];
    isFirst = false;
    return lines;
  }

  const ended = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

  return {
    push(text) {
      const complete = splitter.push(text).flatMap(show);
      return ended([...complete, ...begin(settledWords(splitter.begun(MAX_EARLY_LENGTH)))]);
    },
    end: () => ended(splitter.end().flatMap(show)),
  };
}

/** What the parser takes for no text at all, such as the target of a link, is shown as it was written. */
function blockLines(text: string, page: Page): string[] {
  const lines = layout(parseMarkdown(text, page.hasColour), page);
  return lines.length === 0 ? text.split("\n") : lines;
}

export function renderMarkdown(text: string, page: Page): string {
  const writer = createMarkdownWriter(() => page);
  return writer.push(text) + writer.end();
}
