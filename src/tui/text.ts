// Pure helpers over lines of spans: width by grapheme, cut, pad, join, wrap with a hanging indent.
import type { Line, Span, Style } from "./shapes.ts";

const ASCII = /^[\x20-\x7e]*$/;
/** Latin, Greek, Cyrillic, dashes, arrows and frames: each unit is a letter of one column. No emoji, no marks. */
const SIMPLE =
  /^[\x20-\x7e\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203b\u203d-\u2048\u204a-\u205e\u2190-\u2193\u21c4\u23ce\u2500-\u25a9\u25ac-\u25b5\u25b7-\u25bf\u25c1-\u25fa\u2713\u2717\u276f]*$/;

/** Marks that stand beside their letter: some terminals give them a column of their own, others do not. */
const SPACING = /\p{Mc}|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/gu;

const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
/** A tab, wherever it stands. */
const TAB = "    ";

/** What no terminal may be given takes one column, and stays empty. */
export const withoutControl = (text: string): string => text.replace(CONTROL, " ");

/** Columns that a text takes on the screen: as the terminal counts that counts most. */
export const widthOf = (text: string): number =>
  isSimple(text) ? text.length : widthOfShown(withoutControl(text));

const widthOfShown = (text: string): number => Bun.stringWidth(text) + uncounted(text);

/** Every unit of it is a letter, and takes one column. */
export const isSimple = (text: string): boolean => ASCII.test(text) || SIMPLE.test(text);

function uncounted(text: string): number {
  let columns = 0;
  for (const [mark] of text.matchAll(SPACING)) if (Bun.stringWidth(mark) === 0) columns += 1;
  return columns;
}

/** What a reader takes for one letter. */
export const graphemes = (text: string): readonly string[] =>
  isSimple(text) ? text.split("") : Array.from(letters(text));

/** One after the other: who needs only the first few pays for no more. */
function* letters(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** All text on the screen is made here, so that a tab is drawn everywhere as it is measured. */
export const span = (text: string, style: Style = "plain"): Span => ({
  text: text.includes("\t") ? text.replaceAll("\t", TAB) : text,
  style,
});
/** A line of one style; empty for an empty text. */
export const line = (text: string, style: Style = "plain"): Line =>
  text === "" ? [] : [span(text, style)];

export const widthOfLine = (of: Line): number =>
  of.reduce((columns, { text }) => columns + widthOf(text), 0);

/** The letters without their styles. */
export const plainText = (of: Line): string => of.map(({ text }) => text).join("");

/** At most so many columns, from the left. */
export function cutText(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (widthOf(text) <= columns) return text;
  if (isSimple(text)) return text.slice(0, columns);
  let kept = 0;
  let used = 0;
  for (const letter of letters(text)) {
    used += widthOf(letter);
    if (used > columns) break;
    kept += letter.length;
  }
  return text.slice(0, kept);
}

/** Cut with a mark that says so. */
export function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  return columns <= 0 ? "" : `${cutText(text, columns - 1)}…`;
}

/** At most so many columns; `mark` stands in the last ones where something was cut. */
export function cut(of: Line, columns: number, mark: Span = span("…", "dim")): Line {
  if (widthOfLine(of) <= columns) return of;
  if (columns <= 0) return [];
  const room = Math.max(0, columns - widthOf(mark.text));
  const kept: Span[] = [];
  let used = 0;
  for (const piece of of) {
    const text = cutText(piece.text, room - used);
    if (text !== "") kept.push({ ...piece, text });
    used += widthOf(text);
    if (text.length < piece.text.length) break;
  }
  return [...kept, { ...mark, text: cutText(mark.text, columns) }];
}

/** Exactly so many columns: cut or filled with blanks. */
export function pad(of: Line, columns: number, style: Style = "plain"): Line {
  const short = cut(of, columns);
  const missing = columns - widthOfLine(short);
  return missing > 0 ? [...short, span(" ".repeat(missing), style)] : short;
}

export function padText(text: string, columns: number): string {
  const short = shorten(text, columns);
  return short + " ".repeat(Math.max(0, columns - widthOf(short)));
}

/** Left and right ends of one row; the right one stays whole, the left one is cut. */
export function spread(left: Line, right: Line, columns: number): Line {
  const end = cut(right, columns);
  const room = columns - widthOfLine(end);
  if (end.length === 0) return cut(left, columns);
  return [...pad(cut(left, Math.max(0, room - 1)), room), ...end];
}

/** The same letters in another style, such as that of what is selected. */
export const restyle = (of: Line, style: Style): Line => of.map((piece) => ({ ...piece, style }));

/** Put before the first line, and blanks of its width before the others. */
export function hang(lines: readonly Line[], first: Line): readonly Line[] {
  const blank = span(" ".repeat(widthOfLine(first)));
  return lines.map((each, index) => {
    if (index === 0) return [...first, ...each];
    return each.length === 0 ? each : [blank, ...each];
  });
}

/** By words, between letters only where a word is wider than a row. `\n` begins a row. */
export function wrap(of: Line, columns: number): readonly Line[] {
  const width = Math.max(1, columns);
  const rows = createRows(width);
  for (const { text, style } of of) {
    for (const [index, part] of text.split("\n").entries()) {
      if (index > 0) rows.end();
      for (const word of part.match(/\s+|\S+/g) ?? []) rows.add(word, style);
    }
  }
  return rows.finish();
}

export const wrapText = (text: string, columns: number, style: Style = "plain"): readonly Line[] =>
  wrap([span(text, style)], columns);

function createRows(width: number) {
  const rows: Line[] = [];
  let row: Span[] = [];
  let used = 0;
  /** A blank did not fit: what comes next begins a row. */
  let isFull = false;

  function put(text: string, style: Style): void {
    if (isFull) end();
    const last = row.at(-1);
    if (last?.style === style) row[row.length - 1] = { text: last.text + text, style };
    else row.push({ text, style });
    used += widthOf(text);
  }

  function end(): void {
    rows.push(row);
    row = [];
    used = 0;
    isFull = false;
  }

  /** A word that is wider than a row, in pieces. Once through its letters: its length costs no more than that. */
  function putLong(word: string, style: Style): void {
    if (isFull || used >= width) end();
    let piece = { from: 0, to: 0, columns: 0 };
    const take = (): void => {
      if (piece.to > piece.from) put(word.slice(piece.from, piece.to), style);
      piece = { from: piece.to, to: piece.to, columns: 0 };
    };
    for (const letter of isSimple(word) ? word : letters(word)) {
      const columns = widthOf(letter);
      // A letter wider than a whole row stands there all the same: nothing may be lost.
      const isEmpty = used + piece.columns === 0;
      if (!isEmpty && used + piece.columns + columns > width) {
        take();
        end();
      }
      piece.to += letter.length;
      piece.columns += columns;
    }
    take();
  }

  return {
    end,
    add(word: string, style: Style): void {
      const columns = widthOf(word);
      const isBlank = word.trim() === "";
      // Blanks at the end of a row are not carried to the next one.
      if (isBlank && (isFull || used + columns > width)) isFull = true;
      else if (used + columns <= width) put(word, style);
      else if (columns > width) putLong(word, style);
      else {
        if (used > 0) end();
        put(word, style);
      }
    },
    finish(): readonly Line[] {
      rows.push(row);
      return rows;
    },
  };
}
