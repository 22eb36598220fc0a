// A line → cells: one per column, a wide letter followed by an empty one. What terminals disagree about is
// taken out, or followed by the place where the next letter stands.
import type { Line, Style } from "../shapes.ts";
import { isSimple, widthOf } from "../text.ts";
import { asciiOf } from "./ascii.ts";
import type { Cell } from "./blessed.ts";

const ASCII = /^[\x20-\x7e]*$/;
/** Letters of one unit and one column are written as they are, where the terminal knows them. */
const isPlain = (text: string, isAscii: boolean): boolean =>
  isAscii ? ASCII.test(text) : isSimple(text);
const FLAG = /^\p{Regional_Indicator}{2}$/u;
const EMOJI = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u;
/** What makes one picture out of many, or a picture out of a sign. */
const JOINERS = /[\u200d\ufe00-\ufe0f\u{e0020}-\u{e007f}]/gu;
/** Marks of one letter: more of them are a flood, not a script. UTF-16 units. */
const MAX_CLUSTER_LENGTH = 32;
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

export interface CellOptions {
  columns: number;
  /** Of the screen, for the places of what comes behind a cluster. */
  row: number;
  attributes: Readonly<Record<Style, number>>;
  /** Made for the first text that needs it: that costs as much as a frame. */
  segmenter(): Intl.Segmenter;
  /** The terminal understands nothing else. */
  isAscii: boolean;
}

/** Exactly so many cells. */
export function cellsOf(line: Line, options: CellOptions): Cell[] {
  const { columns, attributes } = options;
  const cells: Cell[] = [];
  for (const { text, style } of line) {
    const attribute = attributes[style];
    if (isPlain(text, options.isAscii)) {
      for (let at = 0; at < text.length && cells.length < columns; at += 1) {
        cells.push([attribute, text.charAt(at)]);
      }
    } else addLetters(cells, { text, attribute, options });
    if (cells.length >= columns) break;
  }
  while (cells.length < columns) cells.push([attributes.plain, " "]);
  return cells;
}

function addLetters(
  cells: Cell[],
  { text, attribute, options }: { text: string; attribute: number; options: CellOptions },
): void {
  const { columns, row } = options;
  const clean = text.replace(CONTROL, " ");
  for (const { segment } of options.segmenter().segment(clean)) {
    const width = widthOf(segment);
    // Invisible by itself: there is no cell for it.
    if (width === 0) continue;
    if (cells.length + width > columns) return;
    const reduced = options.isAscii ? asciiOf(segment) : reduce(bounded(segment));
    const shown = widthOf(reduced) > width ? "?" : reduced;
    const taken = Bun.stringWidth(shown);
    if (taken < widthOf(shown)) {
      cells.push([attribute, inRoom(shown, { row, column: cells.length, width })]);
      for (let at = 1; at < width; at += 1) cells.push([attribute, ""]);
      continue;
    }
    // However wide the terminal thinks it is, what follows stands where it belongs.
    const next = cells.length + taken;
    const isAlone = next >= columns || [...shown].length === 1;
    cells.push([attribute, isAlone ? shown : `${shown}\u001b[${row + 1};${next + 1}H`]);
    // Under a letter of two cells blessed wants a blank, which it does not write.
    for (let at = 1; at < width; at += 1) {
      cells.push([attribute, at < taken && taken > 2 ? "" : " "]);
    }
  }
}

/** On blanks of all its columns: whether the terminal takes one or all of them, nothing else stands there. */
function inRoom(
  shown: string,
  { row, column, width }: { row: number; column: number; width: number },
): string {
  const place = (at: number) => `\u001b[${row + 1};${at + 1}H`;
  return `${" ".repeat(width)}${place(column)}${shown}${place(column + width)}`;
}

/** A letter of two units is not torn. */
const bounded = (cluster: string): string =>
  cluster.length > MAX_CLUSTER_LENGTH
    ? cluster.slice(0, MAX_CLUSTER_LENGTH).replace(/[\ud800-\udbff]$/, "")
    : cluster;

/** Of a picture made of many the first one; letters with all their marks; flags whole. */
function reduce(cluster: string): string {
  if (FLAG.test(cluster)) return cluster;
  if (!EMOJI.test(cluster)) return cluster.replace(JOINERS, "");
  const [first = " "] = cluster;
  return first;
}
