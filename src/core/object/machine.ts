// The machine of a prompt object: whether it is live, and what it does. Stream: `object/<name>`.
import type { ObjectEvent } from "../../protocol/events/index.ts";
import type { PoState } from "../../protocol/messages.ts";
import { type Machine, match } from "../machine.ts";

export interface ObjectState {
  isLoaded: boolean;
  hash: string | null;
  state: PoState;
}

export type ObjectInput =
  | { type: "loaded"; po_name: string; hash: string }
  | { type: "unloaded"; po_name: string }
  | { type: "state"; po_name: string; state: PoState };

export const objectMachine: Machine<ObjectState, ObjectInput, ObjectEvent, never> = {
  initial: { isLoaded: false, hash: null, state: "idle" },
  decide: match<ObjectInput, ObjectState, ObjectEvent[]>({
    loaded: (_, { po_name, hash }) => [{ type: "POLoaded", payload: { po_name, hash } }],
    unloaded: (state, { po_name }) =>
      state.isLoaded ? [{ type: "POUnloaded", payload: { po_name } }] : [],
    state: (current, { po_name, state }) =>
      current.state === state
        ? []
        : [
            {
              type: "POStateChanged",
              payload: { po_name, old_state: current.state, new_state: state },
            },
          ],
  }),
  apply: match<ObjectEvent, ObjectState, ObjectState>({
    POLoaded: (state, { payload }) => ({ ...state, isLoaded: true, hash: payload.hash }),
    POUnloaded: (state) => ({ ...state, isLoaded: false }),
    POStateChanged: (state, { payload }) => ({ ...state, state: payload.new_state }),
    POModified: (state, { payload }) => ({ ...state, hash: payload.hash }),
  }),
  outstanding: () => [],
};

/** Waiting if any of its sessions waits, else working if any works, else idle. */
export function stateOfObject(activities: Iterable<PoState>): PoState {
  let state: PoState = "idle";
  for (const activity of activities) {
    if (activity === "waiting") return "waiting";
    if (activity === "working") state = "working";
  }
  return state;
}
