// Markdown as lines of spans: the command line's own parser and layout, read back from what they paint.
// Rule: what is complete is laid out once; while a text grows only its open end is laid out anew.
import { type PaintStyle, readPainted } from "../../terminal/colour.ts";
import {
  type BlockSplitter,
  createBlockSplitter,
  type Part,
} from "../../terminal/markdown/blocks.ts";
import { layout } from "../../terminal/markdown/layout.ts";
import { parseMarkdown } from "../../terminal/markdown/tree.ts";
import { createStripper, type Stripper } from "../../terminal/strip.ts";
import type { Line, Style } from "../shapes.ts";
import { cut, line, plainText, restyle, span, widthOf, widthOfLine, wrap } from "../text.ts";
import { createHighlighter, type Highlighter } from "./highlight.ts";

/** The rules around code. Columns. */
const RULE_COLUMNS = 40;
/** Units at the end of what was read that must still be there when more comes. */
const PROOF_LENGTH = 64;
/** Code goes on beyond the right edge. */
const CODE_MARK = span("›", "dim");

export function markdownLines(text: string, columns: number): readonly Line[] {
  const writer = createWriter(columns);
  const splitter = createBlockSplitter();
  const parts = [...splitter.push(text), ...splitter.end()];
  return parts.flatMap((part) => writer.show(part));
}

export interface GrowingMarkdown {
  /**
   * The lines of the text so far, without its control characters: they are looked for in what came since. It is
   * meant to begin with the text of the call before.
   */
  lines(text: string): readonly Line[];
}

export function createGrowingMarkdown(columns: number): GrowingMarkdown {
  let reading = beginReading(columns);
  return {
    lines(text) {
      // A frame that somebody typed for comes between two pieces of the text.
      if (reading.shown && text === reading.text) return reading.shown;
      const { length } = reading.text;
      const isLonger =
        text.length >= length &&
        text.startsWith(reading.text.slice(-PROOF_LENGTH), Math.max(0, length - PROOF_LENGTH));
      if (!isLonger) reading = beginReading(columns);
      const fresh = reading.stripper.push(text.slice(reading.text.length));
      for (const part of reading.splitter.push(fresh)) {
        for (const each of reading.writer.show(part)) reading.lines.push(each);
      }
      reading.text = text;
      const open = reading.splitter.open();
      reading.shown = open ? [...reading.lines, ...reading.writer.peek(open)] : [...reading.lines];
      return reading.shown;
    },
  };
}

interface Reading {
  text: string;
  stripper: Stripper;
  splitter: BlockSplitter;
  writer: Writer;
  lines: Line[];
  /** All lines of just this text. */
  shown: readonly Line[] | null;
}

const beginReading = (columns: number): Reading => ({
  text: "",
  stripper: createStripper(),
  splitter: createBlockSplitter(),
  writer: createWriter(columns),
  lines: [],
  shown: null,
});

interface Writer {
  show(part: Part): readonly Line[];
  /** The same without remembering that it was shown. */
  peek(part: Part): readonly Line[];
}

function createWriter(columns: number): Writer {
  let isFirst = true;
  let code: Highlighter = createHighlighter("");

  const gap = (isTight: boolean): readonly Line[] => (isFirst || isTight ? [] : [[]]);
  const block = (text: string, isTight: boolean) => [...gap(isTight), ...blockLines(text, columns)];

  return {
    show(part) {
      switch (part.type) {
        case "code_start": {
          code = createHighlighter(part.language);
          const lines = [...gap(false), ruleLine(part.language, columns)];
          isFirst = false;
          return lines;
        }
        case "code_line":
          return [cut(code.line(part.text.replaceAll("\t", "    ")), columns, CODE_MARK)];
        case "code_end":
          return [ruleLine("", columns)];
        case "block": {
          const lines = block(part.text, part.isTight);
          isFirst = false;
          return lines;
        }
      }
    },
    peek(part) {
      if (part.type === "block") {
        const text = withoutTableHead(part.text);
        return text === "" ? [] : block(text, part.isTight);
      }
      return part.type === "code_line" ? [cut(line(part.text, "code"), columns, CODE_MARK)] : [];
    },
  };
}

/** The last lines of a text, which may become the head of a table and are no table yet. */
const TABLE_HEAD = /(?:^|\n) {0,3}\|[^\n]*(?:\n[ \t|:-]*)?$/;

/** Signs between names would stand there for a moment, and a table in their place. */
function withoutTableHead(text: string): string {
  const head = TABLE_HEAD.exec(text);
  // A line further up begins with the sign as well: the table has begun, or never will.
  if (!head || /(?:^|\n) {0,3}\|[^\n]*$/.test(text.slice(0, head.index))) return text;
  const [, rule] = head[0].trim().split("\n");
  return rule !== undefined && isTable(head[0].trim()) ? text : text.slice(0, head.index);
}

const isTable = (text: string): boolean =>
  parseMarkdown(text, false).some((node) => node.type === "block" && node.name === "table");

function ruleLine(language: string, columns: number): Line {
  const label = language === "" ? "" : `── ${language} `;
  const width = Math.min(columns, RULE_COLUMNS);
  return cut(line(label + "─".repeat(Math.max(0, width - widthOf(label))), "rule"), columns);
}

function blockLines(text: string, columns: number): readonly Line[] {
  const laid = layout(parseMarkdown(text, true), { width: columns, hasColour: true });
  // What the parser takes for no text at all, such as the target of a link, is shown as it was written.
  const painted = laid.length === 0 ? text.split("\n") : laid;
  const lines = painted.flatMap((each) => fitted(lineOf(each.replaceAll("\t", "    ")), columns));
  return /^ {0,3}#{1,6}\s/.test(text) ? lines.map((each) => restyle(each, "heading")) : lines;
}

/** What fits as the layout counts, and not as a terminal may, goes on in the next row. */
function fitted(of: Line, columns: number): readonly Line[] {
  if (widthOfLine(of) <= columns) return [of];
  const isLaidOut = Bun.stringWidth(plainText(of)) <= columns;
  return isLaidOut ? wrap(of, columns) : [cut(of, columns, CODE_MARK)];
}

/** The first of the styles that are on decides. */
const STYLES: readonly [PaintStyle, Style][] = [
  ["cyan", "code"],
  ["underline", "link"],
  ["bold", "bold"],
  ["italic", "italic"],
  ["dim", "rule"],
  ["strike", "dim"],
];

const lineOf = (painted: string): Line =>
  readPainted(painted).map(({ text, styles }) => {
    const found = STYLES.find(([style]) => styles.includes(style));
    return { text, style: found?.[1] ?? "plain" };
  });
