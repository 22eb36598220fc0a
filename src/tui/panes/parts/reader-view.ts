// How a pane looks in which something long is read: what it is, where one is in it, its lines, its keys.
import { withFound } from "../../conversation/found.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { line, shorten, span, spread, widthOfLine } from "../../text.ts";
import { keyFooter } from "./bound.ts";
import { fieldLine } from "./field.ts";
import type { PaneAction } from "./keys.ts";
import { fill } from "./list.ts";
import { searchText } from "./reader-search.ts";
import {
  clamped,
  MARGIN,
  type Paper,
  type Reader,
  type ReaderState,
  roomOf,
} from "./reader-shapes.ts";
import { emptyText } from "./words.ts";

export function viewReader<S extends ReaderState>(
  reader: Reader<S>,
  state: S,
  { shared, size }: { shared: Shared; size: Size },
): readonly Line[] {
  const { columns } = size;
  const paper = reader.paper(state, shared, columns - MARGIN);
  if (!paper) {
    return fill(
      emptyText(reader.empty, columns),
      [keyFooter(shared, "reader", ["close"], columns)],
      size,
    );
  }
  const room = roomOf(size);
  const query = state.search?.query ?? "";
  const scroll = clamped(state.scroll, paper, room);
  const marked = state.change === null ? undefined : paper.changes[state.change];
  const shown = paper.lines.slice(scroll, scroll + room).map((each, index): Line => {
    const margin = scroll + index === marked ? span("› ", "bold") : span("  ");
    return [margin, ...withFound(each, query)];
  });
  const where = line(whereOf(state, paper, { from: scroll, to: scroll + shown.length }), "dim");
  const title = span(shorten(paper.title, Math.max(0, columns - widthOfLine(where) - 2)));
  const field = state.search?.field;
  const foot = field
    ? fieldLine(field, columns)
    : keyFooter(shared, "reader", keysFor(reader, state, paper), columns);
  return fill([spread([title], where, columns), ...shown], [foot], size);
}

/** Those between changes only where there may be some; those of a search while there is one. */
function keysFor<S extends ReaderState>(
  { keys }: Reader<S>,
  { search }: ReaderState,
  { isDifference }: Paper,
): readonly PaneAction<"reader">[] {
  const fitting = isDifference
    ? keys
    : keys.filter((key) => key !== "next_change" && key !== "whitespace");
  return search ? ["next_match", ...fitting] : fitting;
}

function whereOf(
  { change, search }: ReaderState,
  { lines, changes, place }: Paper,
  { from, to }: { from: number; to: number },
): string {
  const isAll = to - from >= lines.length;
  const rows = isAll ? "" : `${from + 1}–${to} of ${lines.length}`;
  const changed = changeText(change, changes.length);
  return [place, searchText(search), changed, rows].filter(Boolean).join(" · ");
}

function changeText(change: number | null, count: number): string {
  if (count === 0) return "";
  if (change !== null && change < count) return `change ${change + 1} of ${count}`;
  return count === 1 ? "1 change" : `${count} changes`;
}
