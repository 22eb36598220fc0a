// Panes: who gets an input, and what becomes of what they ask for.
import type { PaneRequest } from "../pane.ts";
import { isReading } from "../reading.ts";
import type { Effect, Input } from "../shapes.ts";
import type { State } from "../state.ts";
import { sharedOf } from "../state-questions.ts";
import { openPaneSize } from "../view/places.ts";
import { act } from "./acts.ts";
import { type Next, still, then, withNotice, withProblem } from "./updated.ts";

/** The pane that has the keys. */
export const focusedPane = ({ focus, open }: State): string | null =>
  focus === "pane" ? (open ?? "agents") : null;

export function toPane(state: State, name: string, input: Input): Next & { isTaken: boolean } {
  const pane = state.panes.find((one) => one.name === name);
  if (!pane) return { ...still(state), isTaken: false };
  const size = state.open === name ? openPaneSize(state) : null;
  const shared = sharedOf(state, { isFocused: focusedPane(state) === name, size });
  const result = pane.update(input, shared);
  const isSame = result.state === pane;
  const panes = isSame
    ? state.panes
    : state.panes.map((one) => (one === pane ? result.state : one));
  const shown: State = isSame ? state : { ...state, panes };
  // What was said before is settled by what is done now.
  const isSettled = input.type === "key" && state.notice !== null && result.effects.some(isDeed);
  const next: Next = {
    state: isSettled ? { ...shown, notice: null } : shown,
    effects: result.effects,
  };
  const { request, isTaken } = result;
  return { ...(request ? then(next, (after) => granted(after, request)) : next), isTaken };
}

/** A move of the selection reads, too. */
const isDeed = (effect: Effect): boolean =>
  effect.type === "edit" || (effect.type === "call" && !isReading(effect.command));

/** Whether the pane that has the keys shows something that goes away by itself. */
export function isPaneFading(state: State): boolean {
  const name = focusedPane(state);
  const pane = state.panes.find((one) => one.name === name);
  const size = state.open === name ? openPaneSize(state) : null;
  return pane?.fades(sharedOf(state, { isFocused: true, size })) ?? false;
}

export const toEveryPane = (state: State, input: Input): Next =>
  state.panes.reduce<Next>(
    (next, { name }) => then(next, (after) => toPane(after, name, input)),
    still(state),
  );

function granted(state: State, request: PaneRequest): Next {
  if (request === "close") return act(state, { type: "close_pane" });
  if ("open_session" in request) {
    const { open_session: session_id, search, notice } = request;
    const opens = {
      type: "open_session" as const,
      session_id,
      ...(search === undefined ? {} : { search }),
    };
    const next = act(state, opens);
    return notice === undefined ? next : then(next, (after) => still(withNotice(after, notice)));
  }
  if ("talk_to" in request) return act(state, { type: "new_session", po_name: request.talk_to });
  if ("open_pane" in request) return act(state, { type: "open_pane", name: request.open_pane });
  if ("pin" in request) {
    return act(state, { type: "pin", session_id: request.pin, isPinned: request.isPinned });
  }
  if ("insert" in request) return act(state, { type: "insert", text: request.insert });
  const { notice } = request;
  if ("keep" in request) return act(state, { type: "keep", text: request.keep, notice });
  // It is about what the pane shows, and is read while keys move in that.
  return still(withProblem(state, notice));
}
