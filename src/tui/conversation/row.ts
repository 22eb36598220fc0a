// One row of the conversation, and what it belongs to.
import type { Line } from "../shapes.ts";
import { span } from "../text.ts";

export interface Row {
  line: Line;
  /** What a click on it folds or unfolds. */
  fold: string | null;
  /** What it folds is open. */
  isOpen: boolean;
  /** A change of a file begins here. */
  isChange?: true;
}

/** The column of marks and the blanks around it. */
export const MARGIN = 3;

export const rowsOf = (lines: readonly Line[], fold: string | null = null, isOpen = false): Row[] =>
  lines.map((line) => ({ line, fold, isOpen }));

/** Behind the column of marks; the first line gets the mark. */
export const withMark = (lines: readonly Line[], mark: Line): Line[] =>
  lines.map((line, index) => {
    if (index === 0) return [span(" "), ...mark, span(" "), ...line];
    return line.length === 0 ? line : [span(" ".repeat(MARGIN)), ...line];
  });
