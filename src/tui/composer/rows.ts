// The text in rows of the screen: wrapped behind blanks, between letters where a word is too wide.
import { widthOf } from "../text.ts";
import { lettersOf, shownLetter } from "./letters.ts";
import type { ComposerState, Paste } from "./state.ts";

/** Columns of the mark before the first row. */
export const MARGIN = 2;

export interface Row {
  from: number;
  /** Behind its last letter; a line break belongs to no row. */
  to: number;
}

/** Columns for letters: the cursor needs one behind the last. */
export const roomIn = (columns: number): number => Math.max(1, columns - MARGIN - 1);

export function rowsOf(
  { text, pastes }: Pick<ComposerState, "text" | "pastes">,
  columns: number,
): readonly Row[] {
  const room = roomIn(columns);
  const rows: Row[] = [];
  let from = 0;
  for (const line of text.split("\n")) {
    wrapLine(line, from, room, pastes, rows);
    from += line.length + 1;
  }
  return rows;
}

function wrapLine(
  line: string,
  start: number,
  room: number,
  pastes: readonly (Paste | null)[],
  rows: Row[],
): void {
  let from = 0;
  let used = 0;
  /** Behind the last blank of this row, and the columns up to there. */
  let breakAt = 0;
  let usedAtBreak = 0;
  for (const { offset, text } of lettersOf(line)) {
    const width = columnsOf(text, pastes, room);
    // A blank behind a full row stands where the cursor has its column.
    const isHanging = text === " " && used === room;
    while (used + width > room && offset > from && !isHanging) {
      const end = breakAt > from ? breakAt : offset;
      rows.push({ from: start + from, to: start + end });
      used -= breakAt > from ? usedAtBreak : used;
      from = end;
    }
    used += width;
    if (text === " " || text === "\t") {
      breakAt = offset + text.length;
      usedAtBreak = used;
    }
  }
  rows.push({ from: start + from, to: start + line.length });
  if (used > room && line.endsWith(" ")) {
    rows.push({ from: start + line.length, to: start + line.length });
  }
}

/** A letter is never wider than a row: a folded paste is cut there. */
const columnsOf = (letter: string, pastes: readonly (Paste | null)[], room: number): number =>
  Math.min(room, widthOf(shownLetter(letter, pastes)));

/** The row an offset stands in: where one row ends and the next begins, it is the next. */
export function rowAt(rows: readonly Row[], offset: number): number {
  const next = rows.findIndex(({ from }) => from > offset);
  return next < 0 ? rows.length - 1 : Math.max(0, next - 1);
}

type Text = Pick<ComposerState, "text" | "pastes">;

/** Columns of the row before the offset. */
export function columnAt(
  { text, pastes }: Text,
  row: Row,
  offset: number,
  columns: number,
): number {
  let column = 0;
  for (const letter of lettersOf(text.slice(row.from, offset))) {
    column += columnsOf(letter.text, pastes, roomIn(columns));
  }
  return column;
}

/** The border in a row that is nearest to a column, from the left. */
export function offsetAt(
  { text, pastes }: Text,
  rows: readonly Row[],
  index: number,
  { column, columns }: { column: number; columns: number },
): number {
  const row = rows[index];
  if (!row) return 0;
  let used = 0;
  for (const letter of lettersOf(text.slice(row.from, row.to))) {
    const width = columnsOf(letter.text, pastes, roomIn(columns));
    if (used + width > column) return row.from + letter.offset;
    used += width;
  }
  // The end of a wrapped row is the beginning of the next: the last letter is as far as it goes.
  return rows[index + 1]?.from === row.to ? lastLetter(text, row) : row.to;
}

function lastLetter(text: string, row: Row): number {
  let last = 0;
  for (const { offset } of lettersOf(text.slice(row.from, row.to))) last = offset;
  return row.from + last;
}
