// Text of any length in a pane: cut into pieces once, wrapped only where it is seen. Nothing of it is left out.
import {
  beginsChange,
  type Change,
  type Comparing,
  lineChanges,
  replacedLines,
} from "../../../terminal/line-changes.ts";
import { showCode, showHidden } from "../../../terminal/strip.ts";
import { looks } from "../../conversation/diff.ts";
import { nextChange, type Side } from "../../conversation/next-change.ts";
import type { Line, Span, Style } from "../../shapes.ts";
import {
  graphemes,
  hang,
  isSimple,
  plainText,
  span,
  widthOf,
  widthOfLine,
  wrap,
} from "../../text.ts";

/** A page may begin at any piece, so that on the smallest screen too each letter can be reached. UTF-16 units. */
const MAX_PIECE_LENGTH = 40;
/** Pieces that one key scrolls: fewer than a page shows, so that nothing is skipped. */
export const SCROLLED_PIECES = 3;

/** With less room what is wrapped begins at the left edge: nothing may stand beyond the right one. Columns. */
const MIN_BEHIND_COLUMNS = 12;

export interface Piece {
  line: Line;
  /** It goes on in the same line as the piece before it. */
  isRest: boolean;
  /** Before the first row of its line; the others begin behind it. */
  margin?: Span;
  /** A change begins with it. */
  isChange?: true;
}

export const piece = (line: Line): Piece => ({ line, isRest: false });

/** What would hide is shown. */
export function textPieces(
  text: string,
  { style = "plain", margin = "" }: { style?: Style; margin?: string } = {},
): Piece[] {
  return readable(text)
    .split("\n")
    .flatMap((line) =>
      behind(margin === "" ? undefined : span(margin, "dim"), parts([span(line, style)])),
    );
}

const behind = (margin: Span | undefined, pieces: readonly Piece[]): Piece[] =>
  pieces.map((one) => (margin ? { ...one, margin } : one));

/** Marks upon marks: a screen draws so many, and leaves out the others. */
const FLOOD = /(?<=\p{M}{12})\p{M}/gu;
/** What a screen draws alike: colours of a picture. */
const DRAWN_ALIKE = /[\u{1f3fb}-\u{1f3ff}]/gu;

export const readable = (text: string): string =>
  showHidden(text).replaceAll("\t", "    ").replace(FLOOD, showCode);

/** Where two lines differ they are never drawn alike. */
const exactly = (text: string): string => readable(text).replace(DRAWN_ALIKE, showCode);

/** A line of spans in pieces; those of an empty one is an empty piece. */
function parts(line: readonly Span[]): Piece[] {
  const whole = plainText(line);
  const found: { line: Span[]; isRest: boolean }[] = [];
  /** Where the last piece ends, and where the span begins, in the whole line. */
  let [end, start] = [0, 0];
  for (const { text, style } of line) {
    for (let at = start; at < start + text.length; ) {
      if (at >= end) {
        found.push({ line: [], isRest: found.length > 0 });
        end = endOfPiece(whole, at);
      }
      const to = Math.min(end, start + text.length);
      found.at(-1)?.line.push(span(whole.slice(at, to), style));
      at = to;
    }
    start += text.length;
  }
  return found.length === 0 ? [piece([])] : found;
}

/** Behind a blank where there is one: a page that begins there begins with a word. */
function endOfPiece(text: string, from: number): number {
  const most = Math.min(text.length, from + MAX_PIECE_LENGTH);
  if (most === text.length) return most;
  const blank = text.lastIndexOf(" ", most);
  return blank > from ? Math.min(blank + 1, most) : endOfLetter(text, most);
}

/** What a terminal draws as one letter is this long at most: a flood of marks is. UTF-16 units. */
const MAX_LETTER_LENGTH = 64;

/** The same place, or the end of the letter that it would tear. */
function endOfLetter(text: string, at: number): number {
  const from = Math.max(0, at - MAX_LETTER_LENGTH);
  const around = text.slice(from, at + MAX_LETTER_LENGTH);
  if (at === text.length || isSimple(around)) return at;
  let end = from;
  for (const letter of graphemes(around)) {
    if (end >= at) return end;
    end += letter.length;
  }
  return /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end + 1 : end;
}

/** As the conversation draws them; but what is the same is no less to be read than what is not. */
const marks: Record<Change["type"], { mark: string; style: Style; marked: Style }> = {
  ...looks,
  same: { ...looks.same, style: "plain" },
  skipped: { ...looks.skipped, style: "dim" },
};

export function differencePieces(before: string, after: string, comparing?: Comparing): Piece[] {
  const compared = lineChanges(before, after, comparing);
  const note = "(too different to be set beside each other: all that goes, then all that comes)";
  const above = compared ? [] : textPieces(note, { style: "dim" });
  const changes = compared ?? replacedLines(before, after);
  if (changes.length === 0 && before !== after) {
    return textPieces("(nothing but white space differs)", { style: "dim" });
  }
  const below = changes.flatMap((change, index): Piece[] => {
    const { mark, style, marked } = marks[change.type];
    const said = change.parts.map(({ text, isMarked }) =>
      isMarked ? span(exactly(text), marked) : span(readable(text), style),
    );
    const [first = piece([]), ...rest] = behind(span(mark, style), parts(said));
    const begun: Piece = beginsChange(changes, index) ? { ...first, isChange: true } : first;
    return [begun, ...rest];
  });
  return [...above, ...below];
}

/** The change after, or before, the piece at the top of the page; undefined where there is none. */
export function nextChangedPiece(
  pieces: readonly Piece[],
  from: number,
  step: -1 | 1,
): number | undefined {
  const places = pieces.flatMap(({ isChange }, at) => (isChange ? [at] : []));
  // The page begins with the change that was gone to: the others on it are still to come.
  const sideOf = (at: number): Side => (at < from ? "above" : at === from ? "shown" : "below");
  const marked = pieces[from]?.isChange ? from : undefined;
  const compare = (left: number, right: number) => left - right;
  return nextChange(step === 1 ? places : places.toReversed(), step, { sideOf, marked, compare });
}

/** What fits from piece `from` on, wrapped; the first piece that is not whole in it, and how many are left then. */
export function pageOf(
  pieces: readonly Piece[],
  from: number,
  { columns, rows }: { columns: number; rows: number },
): { lines: readonly Line[]; end: number; left: number } {
  const shown: Line[] = [];
  let at = Math.min(from, Math.max(0, pieces.length - 1));
  while (at < pieces.length && shown.length < rows) {
    const room = rows - shown.length;
    const { line, end } = joined(pieces, at, columns * room);
    const margin = marginOf(pieces[at]);
    const isBehind = columns >= MIN_BEHIND_COLUMNS;
    const width = isBehind ? columns - widthOfLine(margin) : columns;
    const wrapped = wrap(isBehind ? line : [...margin, ...line], width);
    const fitting = wrapped.slice(0, room);
    shown.push(...(isBehind ? hang(fitting, margin) : fitting).map(merged));
    if (wrapped.length > room) {
      const letters = lettersIn(fitting) - (isBehind ? 0 : lettersIn([margin]));
      at = wholeUntil(pieces, at, letters);
      break;
    }
    at = end;
  }
  return { lines: shown, end: at, left: pieces.length - at };
}

/** A mark and a text of its style are one. */
function merged(of: Line): Line {
  const [mark, first, ...rest] = of;
  if (!mark || mark.style !== first?.style) return of;
  return [span(mark.text + first.text, mark.style), ...rest];
}

/** The mark of a line stands before its beginning, and nowhere else. */
function marginOf(of: Piece | undefined): Line {
  if (!of?.margin) return [];
  return [of.isRest ? span(" ".repeat(widthOf(of.margin.text))) : of.margin];
}

/** Wrapping leaves out blanks only: what else was shown tells how far the pieces went. */
function wholeUntil(pieces: readonly Piece[], from: number, letters: number): number {
  let at = from;
  for (let left = letters; at < pieces.length; at += 1) {
    left -= lettersIn([pieces[at]?.line ?? []]);
    if (left < 0) break;
  }
  return at;
}

const lettersIn = (lines: readonly Line[]): number =>
  lines.reduce((sum, line) => sum + plainText(line).replace(/\s+/g, "").length, 0);

/** One line of the text again, as far as there is room for it. */
function joined(pieces: readonly Piece[], from: number, room: number): { line: Line; end: number } {
  const spans = [...(pieces[from]?.line ?? [])];
  let end = from + 1;
  let length = lengthOf(spans);
  for (; pieces[end]?.isRest && length <= room; end += 1) {
    for (const { text, style } of pieces[end]?.line ?? []) {
      const last = spans.at(-1);
      // One span again: a word that the cut went through is whole.
      if (last?.style === style) spans[spans.length - 1] = { text: last.text + text, style };
      else spans.push({ text, style });
    }
    length += lengthOf(pieces[end]?.line ?? []);
  }
  return { line: spans, end };
}

const lengthOf = (line: Line): number => line.reduce((sum, { text }) => sum + text.length, 0);

/** The last piece from which a page may begin. */
export const lastPiece = (pieces: readonly Piece[]): number => Math.max(0, pieces.length - 1);
