// Text of any length in a pane: cut into pieces once, wrapped only where it is seen. Nothing of it is left out.
import {
  beginsChange,
  type Change,
  type Comparing,
  lineChanges,
} from "../../../terminal/line-changes.ts";
import { showHidden } from "../../../terminal/strip.ts";
import { looks } from "../../conversation/diff.ts";
import type { Line, Span, Style } from "../../shapes.ts";
import { plainText, span, wrap } from "../../text.ts";

/** A page may begin at any piece, so that on the smallest screen too each letter can be reached. UTF-16 units. */
const MAX_PIECE_LENGTH = 40;
/** Pieces that one key scrolls: fewer than a page shows, so that nothing is skipped. */
export const SCROLLED_PIECES = 3;

export interface Piece {
  line: Line;
  /** It goes on in the same line as the piece before it. */
  isRest: boolean;
  /** A change begins with it. */
  isChange?: true;
}

export const piece = (line: Line): Piece => ({ line, isRest: false });

/** What would hide is shown. */
export function textPieces(text: string, style: Style = "plain"): Piece[] {
  return readable(text)
    .split("\n")
    .flatMap((line) => parts([span(line, style)]));
}

const readable = (text: string): string => showHidden(text).replaceAll("\t", "    ");

/** A line of spans in pieces; those of an empty one is an empty piece. */
function parts(line: readonly Span[]): Piece[] {
  const found: { line: Span[]; isRest: boolean }[] = [];
  let used = MAX_PIECE_LENGTH;
  for (const { text, style } of line) {
    for (let at = 0; at < text.length; ) {
      if (used >= MAX_PIECE_LENGTH) {
        found.push({ line: [], isRest: found.length > 0 });
        used = 0;
      }
      let end = Math.min(text.length, at + MAX_PIECE_LENGTH - used);
      // A letter of two units is not torn.
      if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end += 1;
      found.at(-1)?.line.push(span(text.slice(at, end), style));
      used += end - at;
      at = end;
    }
  }
  return found.length === 0 ? [piece([])] : found;
}

/** As the conversation draws them; but what is the same is no less to be read than what is not. */
const marks: Record<Change["type"], { mark: string; style: Style; marked: Style }> = {
  ...looks,
  same: { ...looks.same, style: "plain" },
  skipped: { ...looks.skipped, style: "dim" },
};

export function differencePieces(before: string, after: string, comparing?: Comparing): Piece[] {
  const changes = lineChanges(before, after, comparing);
  if (!changes) return textPieces("(too different to be set beside each other)", "dim");
  if (changes.length === 0 && before !== after) {
    return textPieces("(nothing but white space differs)", "dim");
  }
  return changes.flatMap((change, index) => {
    const { mark, style, marked } = marks[change.type];
    const said = change.parts.map(({ text, isMarked }) =>
      span(readable(text), isMarked ? marked : style),
    );
    const [first = piece([]), ...rest] = parts([span(mark, style), ...said]);
    return beginsChange(changes, index)
      ? [{ ...first, isChange: true }, ...rest]
      : [first, ...rest];
  });
}

/** The change after, or before, the piece at the top of the page; undefined where there is none. */
export function nextChange(
  pieces: readonly Piece[],
  from: number,
  step: -1 | 1,
): number | undefined {
  for (let at = from + step; at >= 0 && at < pieces.length; at += step) {
    if (pieces[at]?.isChange) return at;
  }
  return undefined;
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
    const wrapped = wrap(line, columns);
    shown.push(...wrapped.slice(0, room));
    if (wrapped.length > room) {
      at = wholeUntil(pieces, at, lettersIn(wrapped.slice(0, room)));
      break;
    }
    at = end;
  }
  return { lines: shown, end: at, left: pieces.length - at };
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
  for (let length = MAX_PIECE_LENGTH; pieces[end]?.isRest && length <= room; end += 1) {
    for (const { text, style } of pieces[end]?.line ?? []) {
      const last = spans.at(-1);
      // One span again: a word that the cut went through is whole.
      if (last?.style === style) spans[spans.length - 1] = { text: last.text + text, style };
      else spans.push({ text, style });
    }
    length += MAX_PIECE_LENGTH;
  }
  return { line: spans, end };
}

/** The last piece from which a page may begin. */
export const lastPiece = (pieces: readonly Piece[]): number => Math.max(0, pieces.length - 1);
