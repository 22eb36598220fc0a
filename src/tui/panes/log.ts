// Events as they happen, with a filter. Follows the newest until one is selected.
import type { Pane, PaneResult, Shared } from "../pane.ts";
import type { Input, Line, Size } from "../shapes.ts";
import { padText, span } from "../text.ts";
import type { LogLine, World } from "../world.ts";
import { keyFooter, paneAction } from "./parts/bound.ts";
import { emptyField, type Field, fieldLine, fieldText, typeInto } from "./parts/field.ts";
import { fill, stepOf } from "./parts/list.ts";
import { clock, emptyText, pass, row, stay } from "./parts/words.ts";

export interface LogState {
  filter: Field;
  isTyping: boolean;
  /** The event that is selected; null follows the newest. */
  selected: number | null;
}

const NAME_COLUMNS = 20;

export const logPane: Pane<LogState> = {
  name: "log",
  title: "Events",
  initial: { filter: emptyField("filter"), isTyping: false, selected: null },
  update: updateLog,
  view: viewLog,
};

/** Every word that was typed stands in it, whatever the case. */
function shownLines({ log }: World, filter: string): readonly LogLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return log;
  return log.filter(({ event_type, session_id, text }) => {
    const whole = `${event_type} ${session_id ?? ""} ${text}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

function updateLog(state: LogState, input: Input, shared: Shared): PaneResult<LogState> {
  if (input.type === "mouse") {
    const step = { wheel_up: -3, wheel_down: 3, press: 0, release: 0, drag: 0 }[input.action];
    return step === 0 ? pass(state) : moved(state, step, shared);
  }
  if (state.isTyping && (input.type === "key" || input.type === "paste"))
    return typed(state, input, shared);
  if (input.type !== "key") return pass(state);
  const action = paneAction(shared, "log", input.key.name);
  const step = stepOf(action);
  if (step !== undefined) return moved(state, step, shared);
  switch (action) {
    case "close":
      return fieldText(state.filter) === ""
        ? { ...stay(state), request: "close" }
        : stay({ ...state, filter: emptyField("filter") });
    case "filter":
      return stay({ ...state, isTyping: true });
    case "open": {
      const lines = shownLines(shared.world, fieldText(state.filter));
      const id = lines[atOf(lines, state.selected)]?.session_id ?? null;
      return id === null ? stay(state) : { ...stay(state), request: { open_session: id } };
    }
    default:
      return pass(state);
  }
}

function typed(state: LogState, input: Input, shared: Shared): PaneResult<LogState> {
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  if (action === "submit") return stay({ ...state, isTyping: false });
  if (action === "leave") {
    return stay({ ...state, isTyping: false, filter: emptyField("filter") });
  }
  return stay({ ...state, selected: null, filter: typeInto(state.filter, input) ?? state.filter });
}

/** The selected one, or the nearest after it where it is no longer kept. */
function atOf(lines: readonly LogLine[], selected: number | null): number {
  if (selected === null) return lines.length - 1;
  const at = lines.findIndex(({ seq }) => seq >= selected);
  return at < 0 ? lines.length - 1 : at;
}

function moved(state: LogState, step: number, { world }: Shared): PaneResult<LogState> {
  const lines = shownLines(world, fieldText(state.filter));
  const to = Math.min(Math.max(0, atOf(lines, state.selected) + step), lines.length - 1);
  // At the end it follows again.
  const selected = to >= lines.length - 1 ? null : (lines[to]?.seq ?? null);
  return stay({ ...state, selected });
}

function viewLog(state: LogState, shared: Shared, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const keys = state.isTyping
    ? keyFooter(shared, "field", ["submit", "leave"], columns)
    : keyFooter(shared, "log", ["filter", "down", "last", "open", "close"], columns);
  const isFiltered = state.isTyping || fieldText(state.filter) !== "";
  const foot = isFiltered
    ? [fieldLine(state.filter, columns, { isTyped: state.isTyping }), keys]
    : [keys];
  const lines = shownLines(shared.world, fieldText(state.filter));
  if (lines.length === 0) {
    const text = isFiltered
      ? "No event fits."
      : "Nothing happened yet since this interface opened.";
    return fill(emptyText(text, columns), foot, size);
  }
  const room = Math.max(0, rows - foot.length);
  const at = atOf(lines, state.selected);
  const start = Math.min(Math.max(0, at - Math.floor(room / 2)), Math.max(0, lines.length - room));
  const shown = lines.slice(start, start + room);
  const drawn = shown.map((one, index) =>
    logRow(one, columns, state.selected !== null && start + index === at),
  );
  return fill(drawn, foot, size);
}

function logRow(
  { at, event_type, text, seq }: LogLine,
  columns: number,
  isSelected: boolean,
): Line {
  const left = [
    span(`${clock(at)} `, "dim"),
    span(padText(event_type, NAME_COLUMNS), "bold"),
    span(` ${text}`),
  ];
  return row(left, String(seq), { columns, isSelected });
}
