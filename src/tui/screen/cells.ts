// A line → cells: one per column, a wide letter followed by an empty one. What terminals disagree about is
// taken out, or followed by the place where the next letter stands.
// Rule: a mark is never lost, wherever a span begins: it stands on the letter before it, or on a circle.
import type { Line, Style } from "../shapes.ts";
import { isSimple, widthOf, withoutControl } from "../text.ts";
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
const MARK = /\p{M}/u;
/** What a mark stands on that has no letter. */
const CIRCLE = "\u25cc";
/** In the place of a flood: that something is left out is seen. */
const LEFT_OUT = "\ufffd";

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
  /** What the last letter is, and where. */
  let last: Letter | undefined;
  let isFull = false;
  for (const { text, style } of line) {
    const attribute = attributes[style];
    if (isPlain(text, options.isAscii)) {
      const from = cells.length;
      for (let at = 0; at < text.length && cells.length < columns; at += 1) {
        cells.push([attribute, text.charAt(at)]);
      }
      const shown = cells.length - from;
      isFull = shown < text.length;
      if (shown > 0) last = { text: text.charAt(shown - 1), at: cells.length - 1 };
    } else {
      const added = addLetters(cells, { text, attribute, last, options });
      last = added.last;
      isFull = added.isFull;
    }
    if (isFull) break;
  }
  while (cells.length < columns) cells.push([attributes.plain, " "]);
  return cells;
}

interface Letter {
  text: string;
  /** Its first cell. */
  at: number;
}

interface Letters {
  text: string;
  attribute: number;
  /** The one before them. */
  last: Letter | undefined;
  options: CellOptions;
}

function addLetters(cells: Cell[], { text, attribute, last, options }: Letters) {
  let before = last;
  const clean = withoutControl(text);
  for (const { segment } of options.segmenter().segment(clean)) {
    let letter = segment;
    if (widthOf(segment) === 0) {
      // Invisible by itself: there is no cell for it.
      if (!MARK.test(segment.replace(JOINERS, ""))) continue;
      letter = (before?.text ?? CIRCLE) + segment;
      if (before) cells.length = before.at;
    }
    const at = cells.length;
    if (!addLetter(cells, { letter, attribute, options })) return { last: before, isFull: true };
    before = { text: letter, at };
  }
  return { last: before, isFull: false };
}

/** False: it has no room. */
function addLetter(
  cells: Cell[],
  { letter, attribute, options }: { letter: string; attribute: number; options: CellOptions },
): boolean {
  const { columns, row } = options;
  const width = widthOf(letter);
  if (cells.length + width > columns) return false;
  const drawn = letter.length > MAX_CLUSTER_LENGTH ? LEFT_OUT : reduce(letter);
  const reduced = options.isAscii ? asciiOf(letter) : drawn;
  const shown = widthOf(reduced) > width ? "?" : reduced;
  const taken = Bun.stringWidth(shown);
  if (taken < widthOf(shown)) {
    cells.push([attribute, inRoom(shown, { row, column: cells.length, width })]);
    for (let at = 1; at < width; at += 1) cells.push([attribute, ""]);
    return true;
  }
  // However wide the terminal thinks it is, what follows stands where it belongs.
  const next = cells.length + taken;
  const isAlone = next >= columns || [...shown].length === 1;
  cells.push([attribute, isAlone ? shown : `${shown}\u001b[${row + 1};${next + 1}H`]);
  // Under a letter of two cells blessed wants a blank, which it does not write.
  for (let at = 1; at < width; at += 1) {
    cells.push([attribute, at < taken && taken > 2 ? "" : " "]);
  }
  return true;
}

/** On blanks of all its columns: whether the terminal takes one or all of them, nothing else stands there. */
function inRoom(
  shown: string,
  { row, column, width }: { row: number; column: number; width: number },
): string {
  const place = (at: number) => `\u001b[${row + 1};${at + 1}H`;
  return `${" ".repeat(width)}${place(column)}${shown}${place(column + width)}`;
}

/** Of a picture made of many the first one, with its marks; letters with all their marks; flags whole. */
function reduce(cluster: string): string {
  if (FLAG.test(cluster)) return cluster;
  const letters = cluster.replace(JOINERS, "");
  if (!EMOJI.test(cluster)) return letters;
  const [first = " ", ...others] = letters;
  return first + others.filter((one) => MARK.test(one)).join("");
}
