// A click on a row of a pane: the row is selected, as its keys would do it; where it is already, it is opened.
// Rule: a click only ever presses keys that move, and Enter where Enter opens something: it answers, sends and
//       runs nothing. It means the keys as they are shipped, whatever a human bound.
import { keymapOf } from "../keys.ts";
import type { Size } from "../shapes.ts";
import type { State } from "../state.ts";
import { sharedOf } from "../state-questions.ts";
import { plainText } from "../text.ts";
import { toPane } from "./panes.ts";
import { type Next, still, then } from "./updated.ts";

/** Rows that are passed on the way to the one that was clicked. */
const MAX_STEPS = 200;
const shipped = keymapOf();

export interface Click {
  /** Of the pane. */
  name: string;
  row: number;
  size: Size;
  /** The pane had the keys before. */
  wasFocused: boolean;
}

export function clicked(state: State, click: Click): Next {
  const { name, row } = click;
  const drawn = rowsOf(state, click);
  const target = drawn.texts[row] ?? "";
  if (drawn.selected < 0 || target === "") return still(state);
  if (drawn.selected === row) {
    const isOpened = click.wasFocused && opensSomething(state, click);
    return isOpened ? pressed(state, name, "enter") : still(state);
  }
  const key = row > drawn.selected ? "down" : "up";
  let next = still(state);
  let text = drawn.texts[drawn.selected];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    next = then(next, (after) => pressed(after, name, key));
    const now = rowsOf(next.state, click);
    const reached = now.texts[now.selected];
    if (reached === target) return next;
    // The end of the list: what was clicked is no row that can be selected.
    if (reached === text) break;
    text = reached;
  }
  return still(state);
}

const keyInput = (name: string) => ({ type: "key", key: { name, text: "" } }) as const;

function pressed(state: State, name: string, key: string): Next {
  const next = toPane({ ...state, keymap: shipped }, name, keyInput(key));
  return { ...next, state: { ...next.state, keymap: state.keymap } };
}

/** What Enter would ask for, without doing it. */
function opensSomething(state: State, { name, size }: Click): boolean {
  const pane = state.panes.find((one) => one.name === name);
  const shared = { ...sharedOf(state, { isFocused: true, size }), keymap: shipped };
  const request = pane?.update(keyInput("enter"), shared).request;
  if (request === undefined || request === "close") return false;
  return "open_session" in request || "talk_to" in request || "open_pane" in request;
}

const MARK = "▸";

function rowsOf(state: State, { name, size }: Click): { texts: string[]; selected: number } {
  const pane = state.panes.find((one) => one.name === name);
  const lines = pane?.view(sharedOf(state, { isFocused: true, size }), size) ?? [];
  const isSelected = (index: number) => {
    const [first] = lines[index] ?? [];
    return first?.style === "selected" && first.text.startsWith(MARK);
  };
  return {
    texts: lines.map((line) => plainText(line).replace(MARK, " ").trim()),
    selected: lines.findIndex((_, index) => isSelected(index)),
  };
}
