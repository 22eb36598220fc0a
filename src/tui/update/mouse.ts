// The mouse: the wheel scrolls what is under it, a press folds, selects or brings into focus.
import { pointAt } from "../composer/index.ts";
import { holds, isTooSmall, WHEEL_ROWS } from "../layout.ts";
import type { Point, Rectangle, TerminalInput } from "../shapes.ts";
import type { State } from "../state.ts";
import { conversationWindow } from "../view/conversation.ts";
import { paneSize, placedAreas } from "../view/places.ts";
import { clicked } from "./click.ts";
import { foldRow, scrollBy } from "./conversation.ts";
import { focusedPane, toPane } from "./panes.ts";
import { type Next, still, then } from "./updated.ts";

export type Mouse = Extract<TerminalInput, { type: "mouse" }>;

export function moused(state: State, input: Mouse): Next {
  if (state.overlay || isTooSmall(state.size)) return still(state);
  const areas = placedAreas(state, state.size);
  const isPress = input.action === "press";
  const before = focusedPane(state);
  if (areas.side && holds(areas.side, input.at)) {
    const focused: State = isPress ? { ...state, focus: "pane", open: null } : state;
    return inPane(focused, { name: "agents", area: areas.side, input, before });
  }
  if (holds(areas.main, input.at)) {
    if (state.open !== null) {
      return inPane(state, { name: state.open, area: areas.main, input, before });
    }
    return still(inConversation(state, input, areas.main));
  }
  const { composer } = areas;
  if (!isPress || !composer || !holds(composer, input.at)) return still(state);
  const at = { column: input.at.column - composer.column, row: input.at.row - composer.row };
  return still({ ...state, focus: "composer", composer: pointAt(state.composer, at, composer) });
}

function inPane(
  state: State,
  {
    name,
    area,
    input,
    before,
  }: { name: string; area: Rectangle; input: Mouse; before: string | null },
): Next {
  const inside = within(input, area);
  const told = toPane(state, name, inside);
  if (input.action !== "press" || told.isTaken) return told;
  const click = { name, row: inside.at.row, size: paneSize(area), wasFocused: before === name };
  return then(told, (after) => clicked(after, click));
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
  return row ? foldRow(state, row) : state;
}
