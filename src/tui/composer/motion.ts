// Where the cursor goes. Up and down move by rows of the screen and keep the column.
import { moved } from "./edit.ts";
import { letterAfter, letterBefore, lineEnd, lineStart, wordAfter, wordBefore } from "./letters.ts";
import { columnAt, offsetAt, rowAt, rowsOf } from "./rows.ts";
import type { ComposerState } from "./state.ts";

export const motions = {
  left: ({ text, cursor }) => letterBefore(text, cursor),
  right: ({ text, cursor }) => letterAfter(text, cursor),
  word_left: ({ text, cursor }) => wordBefore(text, cursor),
  word_right: ({ text, cursor }) => wordAfter(text, cursor),
  home: ({ text, cursor }) => lineStart(text, cursor),
  end: ({ text, cursor }) => lineEnd(text, cursor),
  text_start: () => 0,
  text_end: ({ text }) => text.length,
} satisfies Record<string, (state: ComposerState) => number>;

/** null where there is no such row. */
export function moveByRow(
  state: ComposerState,
  step: -1 | 1,
  columns: number,
): ComposerState | null {
  const rows = rowsOf(state, columns);
  const index = rowAt(rows, state.cursor);
  const row = rows[index];
  if (!row || !rows[index + step]) return null;
  const goal = state.goal ?? columnAt(state, row, state.cursor, columns);
  const cursor = offsetAt(state, rows, index + step, { column: goal, columns });
  return { ...moved(state, cursor), goal };
}
