// How a page of plain text is fitted to a width: what stands right of a column goes on under it.
import { paint } from "../../terminal/colour.ts";

/** Beyond this, lines are harder to read than to scroll. Columns. */
export const MAX_WIDTH = 100;
/** Narrower than this nothing can be aligned: long lines are left to the terminal. Columns. */
const MIN_TEXT_WIDTH = 20;
/** A label longer than this stands on a line of its own. Columns. */
const MAX_LABEL_WIDTH = 34;

export type Entry = readonly [label: string, text: string];

export interface Style {
  width: number;
  hasColour: boolean;
}

export const heading = (title: string, { hasColour }: Style): string =>
  `${paint(hasColour, "bold", headingText(title))}\n`;

/** In capitals, but for paths and flags: there they would mean another one. */
const headingText = (title: string): string =>
  title.replace(/[^\s:]+/g, (word) => (/^-|\//.test(word) ? word : word.toUpperCase()));

/** Labels in a column, and what they mean beside them. */
export function entryLines(
  entries: readonly Entry[],
  style: Style,
  maxLabelWidth: number = MAX_LABEL_WIDTH,
): string {
  const widths = entries.map(([label]) => Bun.stringWidth(label));
  const column = Math.max(...widths.filter((width) => width <= maxLabelWidth), 0);
  return entries.map((entry) => entryText(entry, column, style)).join("");
}

function entryText([label, text]: Entry, column: number, style: Style): string {
  const indent = " ".repeat(column + 4);
  const width = Bun.stringWidth(label);
  const shown = `  ${paint(style.hasColour, "cyan", label)}`;
  if (text === "") return `${shown}\n`;
  const lines = wrap(text, style.width - indent.length);
  const isApart = width > column;
  const first = isApart ? `${shown}\n${indent}` : `${shown}${" ".repeat(column - width + 2)}`;
  return `${first}${lines.join(`\n${indent}`)}\n`;
}

/** A paragraph, two columns in. */
export const paragraph = (text: string, { width }: Style): string =>
  wrap(text, width - 2)
    .map((line) => `  ${line}\n`)
    .join("");

export function wrap(text: string, width: number): string[] {
  if (width < MIN_TEXT_WIDTH) return [text];
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.split(" ")) {
    const length = Bun.stringWidth(word);
    if (line !== "" && used + 1 + length > width) {
      lines.push(line.trimEnd());
      line = word;
      used = length;
    } else {
      line = line === "" ? word : `${line} ${word}`;
      used += length + (used === 0 ? 0 : 1);
    }
  }
  return [...lines, line];
}
