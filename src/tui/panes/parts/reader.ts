// Panes in which something long is read: its lines, where one is in it, the way from change to change.
import { nextChange, ROWS_ABOVE, type Side } from "../../conversation/next-change.ts";
import { WHEEL_ROWS } from "../../layout.ts";
import type { Pane, PaneResult, Shared } from "../../pane.ts";
import type { Input } from "../../shapes.ts";
import { paneAction } from "./bound.ts";
import type { PaneAction } from "./keys.ts";
import { beginSearch, nextFound, typedSearch } from "./reader-search.ts";
import {
  clamped,
  MARGIN,
  type Paper,
  type Reader,
  type ReaderState,
  roomOf,
} from "./reader-shapes.ts";
import { viewReader } from "./reader-view.ts";
import { pass, stay } from "./words.ts";

/** Rows of a page that stay in sight when a key turns it. */
const KEPT_ROWS = 2;

export const readerPane = <S extends ReaderState>(reader: Reader<S>): Pane<S> => ({
  name: reader.name,
  title: reader.title,
  initial: reader.initial,
  isWhole: reader.isWhole,
  update(before, input, shared) {
    const { state, effects } = reader.told?.(before, input, shared) ?? {
      state: before,
      effects: [],
    };
    const result = updated(reader, state, { input, shared });
    return { ...result, effects: [...effects, ...result.effects] };
  },
  view: (state, shared, size) => viewReader(reader, state, { shared, size }),
});

function updated<S extends ReaderState>(
  reader: Reader<S>,
  state: S,
  { input, shared }: { input: Input; shared: Shared },
): PaneResult<S> {
  if (input.type === "call_failed") {
    return { ...stay(state), request: { notice: input.error.message } };
  }
  const isTyping = state.search !== null && state.search.field !== null;
  const isTyped = input.type === "key" || (input.type === "paste" && isTyping);
  if (!isTyped && input.type !== "mouse") return pass(state);
  const action = input.type === "key" ? paneAction(shared, "reader", input.key.name) : undefined;
  if (action === "close" && !state.search) return { ...stay(state), request: "close" };
  const size = shared.size ?? { columns: 0, rows: 0 };
  const paper = reader.paper(state, shared, size.columns - MARGIN);
  if (!paper) return pass(state);
  const looked = { paper, room: roomOf(size) };
  const searched = isTyped ? searchedBy(state, action, { input, shared, looked }) : undefined;
  if (searched) return stay(searched);
  if (action === "editor") {
    const purpose = `${reader.name}:editor`;
    return stay(state, [{ type: "edit", purpose, text: paper.text(), suffix: paper.suffix }]);
  }
  const { room } = looked;
  const at = { ...state, scroll: clamped(state.scroll, paper, room) };
  if (input.type === "mouse") {
    const notch = { wheel_up: -1, wheel_down: 1, press: 0, release: 0, drag: 0 }[input.action];
    return notch === 0 ? pass(state) : stay(scrolled(at, notch * WHEEL_ROWS, looked));
  }
  const rows = action && rowsFor(action, room);
  if (rows !== undefined) return stay(scrolled(at, rows, looked));
  const step = action && stepOf(action);
  if (step !== undefined) return stay(toChange(at, step, looked));
  const next = reader.pressed?.(state, action, shared);
  return next ? stay(next) : pass(state);
}

interface Looked {
  paper: Paper;
  room: number;
}

const scrolled = <S extends ReaderState>(state: S, by: number, { paper, room }: Looked): S => ({
  ...state,
  scroll: clamped(state.scroll + by, paper, room),
});

/** What is typed into a search, and the keys of one; undefined for all others. */
function searchedBy<S extends ReaderState>(
  state: S,
  action: PaneAction<"reader"> | undefined,
  { input, shared, looked }: { input: Input; shared: Shared; looked: Looked },
): S | undefined {
  const { search } = state;
  const place = {
    lines: looked.paper.lines,
    from: clamped(state.scroll, looked.paper, looked.room),
  };
  if (search?.field) {
    return toFound({ ...state, search: typedSearch(search, { input, shared }, place) }, looked);
  }
  if (action === "search") return { ...state, search: beginSearch() };
  if (!search) return undefined;
  if (action === "close") return { ...state, search: null };
  if (action !== "next_match" && action !== "previous_match") return undefined;
  const step = stepOf(action) ?? 1;
  return toFound({ ...state, search: nextFound(search, place, step) }, looked);
}

function toFound<S extends ReaderState>(state: S, { paper, room }: Looked): S {
  const row = state.search?.found?.row;
  const scroll = clamped(state.scroll, paper, room);
  if (row === undefined || (row >= scroll && row < scroll + room)) return state;
  return { ...state, scroll: clamped(row - ROWS_ABOVE, paper, room) };
}

function rowsFor(action: PaneAction<"reader">, room: number): number | undefined {
  const page = Math.max(1, room - KEPT_ROWS);
  switch (action) {
    case "up":
      return -1;
    case "down":
      return 1;
    case "page_up":
      return -page;
    case "page_down":
      return page;
    case "first":
      return Number.NEGATIVE_INFINITY;
    case "last":
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

/** The keys of matches go to changes where nothing is searched for. */
function stepOf(action: PaneAction<"reader">): -1 | 1 | undefined {
  if (action === "next_change" || action === "next_match") return 1;
  return action === "previous_change" || action === "previous_match" ? -1 : undefined;
}

function toChange<S extends ReaderState>(state: S, step: -1 | 1, { paper, room }: Looked): S {
  const { changes } = paper;
  const { scroll } = state;
  const sideOf = (row: number): Side =>
    row < scroll ? "above" : row < scroll + room ? "shown" : "below";
  const marked = state.change === null ? undefined : changes[state.change];
  const compare = (left: number, right: number) => left - right;
  const way = step === 1 ? changes : changes.toReversed();
  const row = nextChange(way, step, { sideOf, marked, compare });
  if (row === undefined) return state;
  const next = { ...state, change: changes.indexOf(row) };
  if (sideOf(row) === "shown") return next;
  return { ...next, scroll: clamped(row - ROWS_ABOVE, paper, room) };
}
