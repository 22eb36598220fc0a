// Text of any length in a pane: cut into pieces once, wrapped only where it is seen. Nothing of it is left out.
import { type Change, lineChanges } from "../../../terminal/line-changes.ts";
import { showHidden } from "../../../terminal/strip.ts";
import type { Line, Style } from "../../shapes.ts";
import { plainText, span, wrap } from "../../text.ts";

/** A page may begin at any piece, so that on the smallest screen too each letter can be reached. UTF-16 units. */
const MAX_PIECE_LENGTH = 40;
/** Pieces that one key scrolls: fewer than a page shows, so that nothing is skipped. */
export const SCROLLED_PIECES = 3;

export interface Piece {
  line: Line;
  /** It goes on in the same line as the piece before it. */
  isRest: boolean;
}

export const piece = (line: Line): Piece => ({ line, isRest: false });

/** What would hide is shown. */
export function textPieces(text: string, style: Style = "plain"): Piece[] {
  const lines = showHidden(text).replaceAll("\t", "    ").split("\n");
  return lines.flatMap((line) => parts(line, style));
}

function parts(line: string, style: Style): Piece[] {
  if (line === "") return [piece([])];
  const found: Piece[] = [];
  for (let at = 0; at < line.length; ) {
    let end = Math.min(line.length, at + MAX_PIECE_LENGTH);
    // A letter of two units is not torn.
    if (end < line.length && /[\ud800-\udbff]/.test(line.charAt(end - 1))) end += 1;
    found.push({ line: [span(line.slice(at, end), style)], isRest: at > 0 });
    at = end;
  }
  return found;
}

const marks: Record<Change["type"], { mark: string; style: Style }> = {
  same: { mark: "  ", style: "plain" },
  added: { mark: "+ ", style: "added" },
  removed: { mark: "- ", style: "removed" },
  skipped: { mark: "⋯ ", style: "dim" },
};

export function differencePieces(before: string, after: string): Piece[] {
  const changes = lineChanges(before, after);
  if (!changes) return textPieces("(too different to be set beside each other)", "dim");
  return changes.flatMap(({ type, text }) => {
    const { mark, style } = marks[type];
    return textPieces(mark + text, style);
  });
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
