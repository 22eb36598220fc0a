// The composer as lines: the text in at most ten rows, the list of completions above it, the search below.
import type { Line, Point, Size, Span } from "../shapes.ts";
import { cut, line, padText, shorten, span, widthOf } from "../text.ts";
import { moved } from "./edit.ts";
import { shownBySearch } from "./history.ts";
import { lettersOf, pasteAt, shownLetter } from "./letters.ts";
import { columnAt, MARGIN, offsetAt, type Row, roomIn, rowAt, rowsOf } from "./rows.ts";
import {
  blank,
  type Candidate,
  type ComposerState,
  MAX_ROWS,
  type Paste,
  type SearchScope,
} from "./state.ts";

/** Rows of the list of completions. */
const MAX_LISTED = 8;
const HINT = "Say something. / for commands, @ for objects and files, ? for keys.";

export interface ComposerView {
  /** At least one, at most as many as there are rows. */
  lines: readonly Line[];
  /** In these lines. */
  cursor: Point;
  /** What belongs directly above them, over whatever is there. */
  list: readonly Line[];
}

export function viewComposer(
  state: ComposerState,
  size: Size,
  scopeKey = "",
  hint = HINT,
): ComposerView {
  const columns = Math.max(1, size.columns);
  const foot = footOf(state, columns, scopeKey);
  const found = shownBySearch(state);
  // What a search has found stands there as if it was typed.
  const shown = found === null ? state : { ...blank, text: found, cursor: 0 };
  const { rows, current, count, top } = windowOf(shown, size, foot.length);
  const lines = rows
    .slice(top, top + count)
    .map((row, index) => rowLine(shown, row, { columns, isFirst: top + index === 0, hint }));
  const row = rows[current] ?? { from: 0, to: 0 };
  const column = MARGIN + columnAt(shown, row, shown.cursor, columns);
  const place = { row: current - top, column: Math.min(column, columns - 1) };
  return {
    lines: (size.rows < 2 ? lines : [...lines, ...foot]).slice(0, Math.max(1, size.rows)),
    cursor:
      state.search && foot.length > 0 && size.rows > 1
        ? searchCursor(state, count, columns)
        : place,
    list: listOf(state, size),
  };
}

/** The rows that are shown: around the one with the cursor. */
function windowOf(state: ComposerState, size: Size, footRows: number) {
  const most = Math.max(1, Math.min(MAX_ROWS, size.rows) - footRows);
  const rows = rowsOf(state, Math.max(1, size.columns));
  const current = rowAt(rows, state.cursor);
  const count = Math.min(most, rows.length);
  const top = Math.max(0, Math.min(current - Math.floor(count / 2), rows.length - count));
  return { rows, current, count, top };
}

/** The cursor where the mouse was pressed, in rows and columns of the composer. */
export function pointAt(state: ComposerState, at: Point, size: Size): ComposerState {
  const columns = Math.max(1, size.columns);
  const { rows, count, top } = windowOf(state, size, footOf(state, columns).length);
  if (state.search || at.row < 0 || at.row >= count) return state;
  const column = Math.max(0, at.column - MARGIN);
  const cursor = offsetAt(state, rows, top + at.row, { column, columns });
  return { ...moved(state, cursor), completion: null };
}

function rowLine(
  state: ComposerState,
  row: Row,
  { columns, isFirst, hint }: { columns: number; isFirst: boolean; hint: string },
): Line {
  const mark = span(isFirst ? "› " : "  ", "bold");
  if (state.text === "") return cut([mark, span(hint, "dim")], columns);
  return cut(
    [mark, ...spansOf(state.text.slice(row.from, row.to), state.pastes, roomIn(columns))],
    columns,
  );
}

function spansOf(text: string, pastes: readonly (Paste | null)[], room: number): readonly Span[] {
  if (![...text].some((letter) => letter === "\t" || pasteAt(letter, 0) !== null))
    return line(text);
  const spans: Span[] = [];
  for (const letter of lettersOf(text)) {
    const isPaste = pasteAt(letter.text, 0) !== null;
    const shown = shorten(shownLetter(letter.text, pastes), room);
    const last = spans.at(-1);
    if (last?.style === "plain" && !isPaste) last.text += shown;
    else spans.push(span(shown, isPaste ? "code" : "plain"));
  }
  return spans;
}

/** Before what is looked for in what was sent. */
const SEARCHED: Record<SearchScope, string> = {
  all: "  sent before: ",
  object: "  sent before to this object: ",
  session: "  sent before in this session: ",
};

function footOf(
  { search, notice }: ComposerState,
  columns: number,
  scopeKey = "",
): readonly Line[] {
  const said = notice === null ? [] : [span(notice, "dim")];
  if (search) {
    const hint = notice === null && scopeKey !== "" ? [span(`${scopeKey} elsewhere`, "dim")] : said;
    const typed = [span(SEARCHED[search.scope], "dim"), span(search.query), span("  ")];
    return [cut([...typed, ...hint], columns)];
  }
  return notice === null ? [] : [cut([span("  "), ...said], columns)];
}

const searchCursor = ({ search }: ComposerState, row: number, columns: number): Point => ({
  row,
  column: Math.min(
    columns - 1,
    widthOf(`${SEARCHED[search?.scope ?? "all"]}${search?.query ?? ""}`),
  ),
});

function listOf({ completion }: ComposerState, size: Size): readonly Line[] {
  if (!completion || completion.offered.length === 0) return [];
  const { offered, selected, kind } = completion;
  const count = Math.min(MAX_LISTED, offered.length);
  const top = Math.max(0, Math.min(selected - Math.floor(count / 2), offered.length - count));
  const sign = { command: "/", argument: "", mention: "@" }[kind];
  const widest = Math.max(...offered.map(({ name }) => widthOf(name) + sign.length));
  const nameColumns = Math.min(widest, Math.max(12, Math.floor(size.columns / 2)));
  const rows = offered.slice(top, top + count).map((candidate, index) =>
    listLine(candidate, {
      sign,
      nameColumns,
      columns: size.columns,
      isSelected: top + index === selected,
    }),
  );
  const below = offered.length - top - count;
  const more = [top > 0 ? `↑ ${top}` : "", below > 0 ? `↓ ${below}` : ""].filter(Boolean);
  return more.length === 0 ? rows : [...rows, line(`  ${more.join(" · ")} more`, "dim")];
}

function listLine(
  { name, help }: Candidate,
  look: { sign: string; nameColumns: number; columns: number; isSelected: boolean },
): Line {
  const shown = padText(look.sign + name, look.nameColumns);
  const mark = look.isSelected ? "▸ " : "  ";
  return cut(
    [
      span(mark, "bold"),
      span(shown, look.isSelected ? "selected" : "plain"),
      span(`  ${help}`, "dim"),
    ],
    look.columns,
  );
}
