// The mouse: the wheel scrolls what is under it, a press folds, selects or brings into focus.
import { pointAt } from "../composer/index.ts";
import { holds } from "../layout.ts";
import type { Point, Rectangle, TerminalInput } from "../shapes.ts";
import type { State } from "../state.ts";
import { conversationWindow } from "../view/conversation.ts";
import { placedAreas } from "../view/places.ts";
import { fold, scrollBy } from "./conversation.ts";
import { toPane } from "./panes.ts";
import { type Next, still } from "./updated.ts";

/** Rows that one notch of the wheel moves. */
const WHEEL_ROWS = 3;

export type Mouse = Extract<TerminalInput, { type: "mouse" }>;

export function moused(state: State, input: Mouse): Next {
  if (state.overlay) return still(state);
  const areas = placedAreas(state, state.size);
  const isPress = input.action === "press";
  if (areas.side && holds(areas.side, input.at)) {
    const focused: State = isPress ? { ...state, focus: "pane", open: null } : state;
    return toPane(focused, "agents", within(input, areas.side));
  }
  if (holds(areas.main, input.at)) {
    if (state.open !== null) return toPane(state, state.open, within(input, areas.main));
    return still(inConversation(state, input, areas.main));
  }
  const { composer } = areas;
  if (!isPress || !composer || !holds(composer, input.at)) return still(state);
  const at = { column: input.at.column - composer.column, row: input.at.row - composer.row };
  return still({ ...state, focus: "composer", composer: pointAt(state.composer, at, composer) });
}

/** In rows and columns of the pane, which begins one column further right. */
const within = (input: Mouse, area: Rectangle): Mouse => ({
  ...input,
  at: { column: input.at.column - area.column - 1, row: input.at.row - area.row },
});

function inConversation(state: State, { action, at }: Mouse, area: Rectangle): State {
  if (action === "wheel_up") return scrollBy(state, -WHEEL_ROWS);
  if (action === "wheel_down") return scrollBy(state, WHEEL_ROWS);
  return action === "press" ? pressed(state, at, area) : state;
}

function pressed(state: State, at: Point, area: Rectangle): State {
  const row = conversationWindow(state, area)?.rows[at.row - area.row];
  return row?.fold ? fold(state, row.fold) : state;
}
