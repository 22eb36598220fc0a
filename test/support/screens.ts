// Screens as text files under test/snapshots/tui: compared whole; JAMEY_UPDATE_SCREENS=1 writes them anew.
import { expect } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Line, Size } from "../../src/tui/shapes.ts";
import { plainText, widthOfLine } from "../../src/tui/text.ts";

const folder = join(import.meta.dir, "..", "snapshots", "tui");

export const screenSizes: readonly Size[] = [
  { columns: 60, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

/** Letters only, as they stand there. */
export const letters = (lines: readonly Line[]): string =>
  `${lines.map((line) => plainText(line).trimEnd()).join("\n")}\n`;

/** The same with styles as marks: `{accent|text}`. */
export const styled = (lines: readonly Line[]): string =>
  `${lines
    .map((line) =>
      line.map(({ text, style }) => (style === "plain" ? text : `{${style}|${text}}`)).join(""),
    )
    .join("\n")}\n`;

export function expectScreen(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env.JAMEY_UPDATE_SCREENS === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

/** The area of a pane is filled exactly, and nothing stands beyond its right edge. */
export function expectFits(lines: readonly Line[], { columns, rows }: Size): void {
  expect(lines.length).toBe(rows);
  expect(lines.filter((line) => widthOfLine(line) > columns)).toEqual([]);
}
