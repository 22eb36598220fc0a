// The part of a conversation that is on the screen. Lays out only what is shown, and what lies between two places.

import { countItems, indexOf, itemAt } from "./items.ts";
import type { Row } from "./row.ts";
import { itemRows, type Layout } from "./rows.ts";
import type { Place } from "./state.ts";

/** Items that take no row, such as results of calls, passed over on the way to one that does. */
const MAX_ITEMS_LAID = 2_000;
/** Further new rows are not counted. */
export const MAX_NEW_ROWS = 999;

export interface Window {
  rows: readonly Row[];
  /** Rows below the screen that came since the human looked away; 0 at the end. */
  newRows: number;
  /** Something lies below the screen. */
  hasBelow: boolean;
  hasAbove: boolean;
  /** How many items were laid out. */
  laid: number;
}

/** The rows of the item at this place, and where it is. */
function rowsAt(layout: Layout, index: number): readonly Row[] {
  const item = itemAt(layout.source, index);
  return item ? itemRows(item, index, layout) : [];
}

export function windowOf(layout: Layout, place: Place | null, height: number): Window {
  const top = place && topOf(layout, place);
  const shown = top && downFrom(layout, top, height);
  if (!top || !shown || shown.rows.length < height) return endOf(layout, height);
  const { rows, index, left, laid } = shown;
  return {
    rows,
    newRows: newRowsOf(layout, Math.max(place.seen, index + 1)) + (index >= place.seen ? left : 0),
    hasBelow: left > 0 || hasRowsFrom(layout, index + 1),
    hasAbove: top.index > 0 || top.offset > 0,
    laid,
  };
}

export interface Top {
  index: number;
  offset: number;
}

/** Where a place is now; undefined where its message is gone. */
export function topOf(layout: Layout, place: Place): Top | undefined {
  const index = indexOf(layout.source, place.key, place.index);
  if (index < 0) return undefined;
  // Folded, or wrapped in a wider window: the message stays, its rows are fewer.
  const offset = Math.min(place.offset, Math.max(0, rowsAt(layout, index).length - 1));
  return { index, offset };
}

function downFrom(layout: Layout, top: Top, height: number) {
  const count = countItems(layout.source);
  const rows: Row[] = [];
  let index = top.index;
  let left = 0;
  let laid = 0;
  for (; index < count && rows.length < height && laid < MAX_ITEMS_LAID; index += 1) {
    const all = rowsAt(layout, index);
    const from = index === top.index ? top.offset : 0;
    const taken = all.slice(from, from + height - rows.length);
    left = all.length - from - taken.length;
    rows.push(...taken);
    laid += 1;
  }
  return { rows, index: index - 1, left, laid };
}

function endOf(layout: Layout, height: number): Window {
  const parts: (readonly Row[])[] = [];
  let found = 0;
  let laid = 0;
  let index = countItems(layout.source) - 1;
  for (; index >= 0 && found < height && laid < MAX_ITEMS_LAID; index -= 1) {
    const all = rowsAt(layout, index);
    const taken = all.slice(Math.max(0, all.length - (height - found)));
    parts.push(taken);
    found += taken.length;
    laid += 1;
    if (taken.length < all.length) {
      return { rows: parts.reverse().flat(), newRows: 0, hasBelow: false, hasAbove: true, laid };
    }
  }
  const hasAbove = index >= 0;
  return { rows: parts.reverse().flat(), newRows: 0, hasBelow: false, hasAbove, laid };
}

const hasRowsFrom = (layout: Layout, index: number): boolean => newRowsOf(layout, index, 1) > 0;

function newRowsOf(layout: Layout, from: number, most = MAX_NEW_ROWS): number {
  const count = countItems(layout.source);
  let rows = 0;
  for (let index = from; index < count && rows < most; index += 1) {
    rows += rowsAt(layout, index).length;
  }
  return Math.min(rows, most);
}

/** So many rows up (negative) or down. null is the end: from there on what comes is followed. */
export function scrolled(
  layout: Layout,
  place: Place | null,
  by: number,
  height: number,
): Place | null {
  const from = (place && topOf(layout, place)) ?? topAtEnd(layout, height);
  const top = by < 0 ? upBy(layout, from, -by) : downBy(layout, from, by);
  const last = topAtEnd(layout, height);
  const isAtEnd = top.index > last.index || (top.index === last.index && top.offset >= last.offset);
  return isAtEnd ? null : placeOf(layout, top, place?.seen);
}

/** A message at the top of the screen, or the end, where that shows it. */
export function placeOf(
  layout: Layout,
  { index, offset }: Top,
  seen = layout.source.transcript.messages.length,
): Place | null {
  const item = itemAt(layout.source, index);
  return item ? { key: item.key, index, offset, seen } : null;
}

/** The first row of an item that says something: the empty one before it is none. */
export function beginningOf(layout: Layout, index: number): Top {
  const [first] = rowsAt(layout, index);
  return { index, offset: first?.line.length === 0 ? 1 : 0 };
}

/** The first row that is on the screen when the end is followed. */
export function topAtEnd(layout: Layout, height: number): Top {
  const count = countItems(layout.source);
  let missing = height;
  for (let index = count - 1; index >= 0; index -= 1) {
    const { length } = rowsAt(layout, index);
    if (length >= missing) return { index, offset: length - missing };
    missing -= length;
  }
  return { index: 0, offset: 0 };
}

function upBy(layout: Layout, from: Top, rows: number): Top {
  let { index, offset } = from;
  let missing = rows;
  while (missing > offset && index > 0) {
    missing -= offset;
    index -= 1;
    offset = rowsAt(layout, index).length;
  }
  return { index, offset: Math.max(0, offset - missing) };
}

function downBy(layout: Layout, from: Top, rows: number): Top {
  const last = countItems(layout.source) - 1;
  let { index } = from;
  let offset = from.offset + rows;
  for (let length = rowsAt(layout, index).length; offset >= length && index < last; ) {
    offset -= length;
    index += 1;
    length = rowsAt(layout, index).length;
  }
  return { index, offset };
}
