// State and size → one frame. Puts the parts where the layout says.
import type { ComposerView } from "../composer/index.ts";
import { keysOf } from "../keys.ts";
import { type Areas, isTooSmall, MIN_SIZE } from "../layout.ts";
import { viewPalette } from "../palette/index.ts";
import { viewKeyHelp } from "../palette/key-help.ts";
import type { Frame, Line, Point, Rectangle, Size } from "../shapes.ts";
import type { State } from "../state.ts";
import { paletteContextOf, sharedOf } from "../state-questions.ts";
import { cut, line, pad, span, widthOfLine, wrapText } from "../text.ts";
import { bannerLine, queueLines, titleLine } from "./around.ts";
import { conversationLines } from "./conversation.ts";
import { overlaySize, paneSize, placed } from "./places.ts";
import { statusLine } from "./status.ts";

export function view(state: State, size: Size): Frame {
  if (isTooSmall(size)) return tooSmall(size);
  const { areas, composer } = placed(state, size);
  const canvas = createCanvas(size);
  if (areas.banner) canvas.put(areas.banner, [bannerLine(state, size.columns)]);
  if (areas.title) canvas.put(areas.title, [titleLine(state, size.columns)]);
  canvas.put(areas.main, mainLines(state, areas.main));
  canvas.put(areas.queue, queueLines(state, size.columns));
  canvas.put(areas.status, [statusLine(state, size.columns)]);
  let cursor: Point | null = searchCursor(state, areas.queue);
  if (areas.composer) {
    canvas.put({ ...areas.composer, row: areas.queue.row - 1, rows: 1 }, [ruleLine(size.columns)]);
    const at = putComposer(state, { areas, composer }, canvas);
    if (state.focus === "composer") cursor = at;
  }
  if (state.overlay) cursor = putOverlay(state, areas.main, canvas);
  // Last: what lies over the conversation leaves the agents in sight.
  if (areas.side) putSide(state, areas.side, canvas);
  if (state.focus === "pane" && state.overlay === null) cursor ??= caretIn(canvas.lines);
  return { lines: canvas.lines, cursor: cursor && within(cursor, size) };
}

/** Where a pane takes a text; null where it takes none just now. */
function caretIn(lines: readonly Line[]): Point | null {
  for (const [row, spans] of lines.entries()) {
    const at = spans.findIndex(({ style }) => style === "caret");
    if (at >= 0) return { row, column: widthOfLine(spans.slice(0, at)) };
  }
  return null;
}

/** A line that is typed into may be longer than the screen is wide. */
const within = ({ column, row }: Point, { columns, rows }: Size): Point => ({
  column: Math.min(column, columns - 1),
  row: Math.min(row, rows - 1),
});

type Canvas = ReturnType<typeof createCanvas>;

/** Rows that are filled area by area; beside each other only where an area does not begin at the left edge. */
function createCanvas(size: Size) {
  const lines: Line[] = Array.from({ length: size.rows }, () => []);
  return {
    lines,
    put(area: Rectangle, content: readonly Line[]): void {
      for (const [index, each] of content.slice(0, area.rows).entries()) {
        const row = area.row + index;
        if (row < 0 || row >= size.rows) continue;
        const before = lines[row] ?? [];
        const placed = cut(each, area.columns);
        lines[row] = area.column === 0 ? placed : [...pad(before, area.column), ...placed];
      }
    },
  };
}

const ruleLine = (columns: number): Line => line("─".repeat(columns), "rule");

function mainLines(state: State, area: Rectangle): readonly Line[] {
  const pane = state.panes.find(({ name }) => name === state.open);
  if (!pane) return conversationLines(state, area);
  const isFocused = state.focus === "pane";
  const inner = paneSize(area);
  return pane
    .view(sharedOf(state, { isFocused, size: inner }), inner)
    .map((each): Line => [span(" "), ...cut(each, inner.columns)]);
}

/** The agents, beside the conversation. */
function putSide(state: State, side: Rectangle, canvas: Canvas): void {
  const pane = state.panes.find(({ name }) => name === "agents");
  const isFocused = state.focus === "pane" && state.open === null;
  const inner = { columns: side.columns - 2, rows: side.rows };
  const shown = pane?.view(sharedOf(state, { isFocused, size: inner }), inner) ?? [];
  const rule = { ...side, column: side.column - 1, columns: side.columns + 1 };
  // Its keys are for who is in it; else one says how to get there.
  const [key] = keysOf(state.keymap, "everywhere", "agents");
  const hint = line(key === undefined ? "" : `${key} keys`, "dim");
  const lines = Array.from({ length: side.rows }, (_, row): Line => {
    const isHint = !isFocused && row === side.rows - 1;
    const here = isHint ? hint : (shown[row] ?? []);
    return [span("│", "rule"), span(" "), ...cut(here, inner.columns)];
  });
  canvas.put(rule, lines);
}

function putComposer(
  state: State,
  { areas, composer }: { areas: Areas; composer: ComposerView },
  canvas: Canvas,
): Point {
  const { queue } = areas;
  const area = areas.composer ?? queue;
  const { lines, cursor, list } = composer;
  canvas.put(area, lines);
  if (list.length > 0 && state.focus === "composer") {
    // Over the conversation, as far as there is room above the rule.
    const rows = Math.min(list.length, queue.row - 1);
    canvas.put({ ...area, row: queue.row - 1 - rows, rows }, list.slice(-rows));
  }
  return { row: area.row + cursor.row, column: area.column + cursor.column };
}

const searchCursor = ({ conversation }: State, queue: Rectangle): Point | null => {
  const { search } = conversation;
  if (!search?.isTyping) return null;
  return { row: queue.row + queue.rows - 1, column: 2 + Bun.stringWidth(search.query) };
};

/** Over the conversation: a list of what can be done, or the keys. */
function putOverlay(state: State, main: Rectangle, canvas: Canvas): Point | null {
  const inner = overlaySize(main);
  const place = (lines: readonly Line[], title: string, below: string): void => {
    const more = below === "" ? "" : ` ↓ ${below} `;
    const rest = Math.max(0, main.columns - title.length - more.length - 4);
    // Where the conversation ends there is a rule already.
    const isWhole = inner.rows + 1 >= main.rows;
    const framed = [
      line(` ${title} ${"─".repeat(rest)}${more}──`, "rule"),
      ...Array.from({ length: inner.rows }, (_, row): Line => [span("  "), ...(lines[row] ?? [])]),
      ...(isWhole ? [] : [ruleLine(main.columns)]),
    ];
    canvas.put(
      main,
      framed.map((each) => pad(each, main.columns)),
    );
  };
  if (state.overlay === "help") {
    const { lines, count } = viewKeyHelp(
      state.keymap,
      inner,
      state.helpScroll,
      state.bindingProblems,
    );
    const hasMore = count - state.helpScroll > inner.rows;
    place(lines, "Keys · ↑ ↓ · escape", hasMore ? "more" : "");
    return null;
  }
  const { lines, cursor, below } = viewPalette(state.palette, paletteContextOf(state), inner);
  place(lines, "Everything by name · enter · escape", below > 0 ? `${below} more` : "");
  return { row: main.row + 1 + cursor.row, column: main.column + 2 + cursor.column };
}

function tooSmall({ columns, rows }: Size): Frame {
  const text = `Too small: ${columns}×${rows}. jamey needs ${MIN_SIZE.columns}×${MIN_SIZE.rows}.`;
  return { lines: wrapText(text, columns).slice(0, rows), cursor: null };
}
