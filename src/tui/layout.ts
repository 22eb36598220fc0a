// Where everything stands, for each size of the terminal.
// Rules: 1. From WIDE_COLUMNS on the agents stand beside the conversation; below, a pane takes its whole place.
//        2. Below MIN_SIZE nothing is drawn but a line that says so.
import type { Rectangle, Size } from "./shapes.ts";

export const MIN_SIZE: Size = { columns: 40, rows: 10 };
const WIDE_COLUMNS = 100;
/** Below this only what is said and one line of status are left. Columns. */
const NARROW_COLUMNS = 60;
const MIN_SIDE_COLUMNS = 34;
const MAX_SIDE_COLUMNS = 56;
/** Share of a wide screen that the agents take. */
const SIDE_SHARE = 0.3;
/** Below it the title is left out. Rows. */
const TITLE_FROM_ROWS = 16;
/** From here on the conversation does not stand right below its title. Rows. */
const GAP_FROM_ROWS = 25;

/** Rows that one notch of the wheel moves. */
export const WHEEL_ROWS = 3;

export interface Areas {
  /** null: there is no room for it. */
  title: Rectangle | null;
  banner: Rectangle | null;
  /** The conversation, or the pane over it. */
  main: Rectangle;
  side: Rectangle | null;
  /** Queued messages and a notice: above the composer. */
  queue: Rectangle;
  /** null under a pane. */
  composer: Rectangle | null;
  status: Rectangle;
}

export interface Wanted {
  hasBanner: boolean;
  queueRows: number;
  composerRows: number;
  /** A pane covers the conversation: nothing is typed below it. */
  isCovered: boolean;
  /** It covers the agents beside it as well. */
  isWhole: boolean;
}

export const isTooSmall = ({ columns, rows }: Size): boolean =>
  columns < MIN_SIZE.columns || rows < MIN_SIZE.rows;

export const isWide = ({ columns }: Size): boolean => columns >= WIDE_COLUMNS;
export const isNarrow = ({ columns }: Size): boolean => columns < NARROW_COLUMNS;

/** At most a third of the screen is for what is typed. */
export const maxComposerRows = ({ rows }: Size): number =>
  Math.max(1, Math.min(10, Math.floor(rows / 3)));

export function areasOf(size: Size, wanted: Wanted): Areas {
  const { columns, rows } = size;
  const gap = rows >= GAP_FROM_ROWS && !wanted.isCovered ? 1 : 0;
  const top = (wanted.hasBanner ? 1 : 0) + (rows >= TITLE_FROM_ROWS ? 1 : 0) + gap;
  const composerRows = wanted.isCovered ? 0 : wanted.composerRows;
  // One row is the rule above what is typed.
  const bottom = 1 + composerRows + wanted.queueRows + (wanted.isCovered ? 0 : 1);
  const height = Math.max(1, rows - top - bottom);
  const side = isWide(size) && !wanted.isWhole ? sideColumns(columns) : 0;
  const whole = (row: number, height: number): Rectangle => ({
    column: 0,
    row,
    columns,
    rows: height,
  });
  const queueRow = top + height + (wanted.isCovered ? 0 : 1);
  return {
    title: rows >= TITLE_FROM_ROWS ? whole(wanted.hasBanner ? 1 : 0, 1) : null,
    banner: wanted.hasBanner ? whole(0, 1) : null,
    main: { column: 0, row: top, columns: side > 0 ? columns - side - 1 : columns, rows: height },
    side: side > 0 ? { column: columns - side, row: top, columns: side, rows: height } : null,
    queue: whole(queueRow, wanted.queueRows),
    composer: wanted.isCovered ? null : whole(queueRow + wanted.queueRows, composerRows),
    status: whole(rows - 1, 1),
  };
}

const sideColumns = (columns: number): number =>
  Math.min(MAX_SIDE_COLUMNS, Math.max(MIN_SIDE_COLUMNS, Math.floor(columns * SIDE_SHARE)));

export const holds = (area: Rectangle | null, at: { column: number; row: number }): boolean =>
  area !== null &&
  at.column >= area.column &&
  at.column < area.column + area.columns &&
  at.row >= area.row &&
  at.row < area.row + area.rows;
