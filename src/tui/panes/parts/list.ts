// A list of which one thing is selected: moving in it, and the part of it that is shown.
import type { Line, Size } from "../../shapes.ts";
import { cut } from "../../text.ts";

/** Rows that a page key moves. */
const PAGE_ROWS = 10;

const steps: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  page_up: -PAGE_ROWS,
  page_down: PAGE_ROWS,
  first: Number.NEGATIVE_INFINITY,
  last: Number.POSITIVE_INFINITY,
};

/** Rows to move by; undefined for what is no moving. */
export const stepOf = (action: string | undefined): number | undefined =>
  action !== undefined && Object.hasOwn(steps, action) ? steps[action] : undefined;

/** The selected one; the first where it is gone or nothing was selected. */
export const current = (keys: readonly string[], selected: string | null): string | null =>
  selected !== null && keys.includes(selected) ? selected : (keys[0] ?? null);

export function moveBy(
  keys: readonly string[],
  selected: string | null,
  step: number,
): string | null {
  const at = current(keys, selected);
  if (at === null) return null;
  const to = Math.min(Math.max(0, keys.indexOf(at) + step), keys.length - 1);
  return keys[to] ?? null;
}

/** So many of the rows that the selected one is among them. */
export function windowOf(
  rows: readonly Line[],
  selectedRow: number,
  height: number,
): readonly Line[] {
  if (rows.length <= height) return rows;
  const start = Math.min(
    Math.max(0, selectedRow - Math.floor(height / 2)),
    Math.max(0, rows.length - height),
  );
  return rows.slice(start, start + Math.max(0, height));
}

/** A body above its last rows, filling the size exactly. */
export function fill(body: readonly Line[], last: readonly Line[], size: Size): readonly Line[] {
  const foot = last.slice(-size.rows);
  const room = Math.max(0, size.rows - foot.length);
  const missing = Math.max(0, room - body.length);
  const blank: Line[] = Array.from({ length: missing }, () => []);
  return [...body.slice(0, room), ...blank, ...foot].map((one) => cut(one, size.columns));
}
