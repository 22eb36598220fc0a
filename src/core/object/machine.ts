// The machine of a prompt object: whether it is live, in which version, and what it does. Stream:
// `object/<name>`. A change is an event first and a file after that; `isPending` says that the file may
// not hold it yet.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { ObjectEvent } from "../../protocol/events/index.ts";
import type { PoState } from "../../protocol/messages.ts";
import { type Machine, match } from "../machine.ts";

export interface ObjectState {
  isLoaded: boolean;
  /** The newest version of its text; null before the first. */
  hash: string | null;
  /** The version that the newest was made from. */
  base_hash: string | null;
  /** The newest version was accepted, and nobody has seen it in the file yet. */
  isPending: boolean;
  /** Its file in the folder of objects; null where that is not known. */
  file: string | null;
  /** Its file in the trash, where it was removed by command. */
  kept_as: string | null;
  state: PoState;
}

export type ObjectInput =
  /** What its file holds now. `is_new`: this daemon sees it for the first time. */
  | { type: "found"; po_name: string; text: string; hash: string; file: string; is_new: boolean }
  /** Somebody wants another text; the file is written after this is committed. */
  | {
      type: "changed";
      po_name: string;
      text: string;
      hash: string;
      /** The live version that it replaces; null where the object is not live. */
      base_hash: string | null;
      author: string;
      reason: string;
      former_name?: string | undefined;
    }
  | {
      type: "unloaded";
      po_name: string;
      author: string;
      reason: string;
      kept_as: string | null;
    }
  | { type: "state"; po_name: string; state: PoState };

/** Who writes a file without asking jamey. */
export const DISK = "disk";

export const objectMachine: Machine<ObjectState, ObjectInput, ObjectEvent, never> = {
  initial: {
    isLoaded: false,
    hash: null,
    base_hash: null,
    isPending: false,
    file: null,
    kept_as: null,
    state: "idle",
  },
  decide: match<ObjectInput, ObjectState, ObjectEvent[]>({
    found: decideFound,
    changed: (_, { type, ...payload }) => [{ type: "POModified", payload }],
    unloaded: (state, { type, ...payload }) =>
      state.isLoaded || state.isPending ? [{ type: "POUnloaded", payload }] : [],
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
    POLoaded: (state, { payload }) => ({
      ...state,
      isLoaded: true,
      isPending: false,
      file: payload.file,
      kept_as: null,
    }),
    POUnloaded: (state, { payload }) => ({
      ...state,
      isLoaded: false,
      isPending: false,
      kept_as: payload.kept_as,
    }),
    POStateChanged: (state, { payload }) => ({ ...state, state: payload.new_state }),
    POModified: (state, { payload }) => ({
      ...state,
      hash: payload.hash,
      base_hash: payload.base_hash,
      isPending: true,
    }),
  }),
  outstanding: () => [],
};

/** The file is the present: what it holds is live, and where that is news it is a version by `disk`. */
function decideFound(
  state: ObjectState,
  { po_name, text, hash, file, is_new }: Extract<ObjectInput, { type: "found" }>,
): ObjectEvent[] {
  const isOther = state.hash !== hash;
  const isKnown = state.isLoaded && !isOther && !state.isPending && state.file === file;
  if (isKnown && !is_new) return [];
  const loaded: ObjectEvent = { type: "POLoaded", payload: { po_name, hash, file } };
  if (!isOther) return [loaded];
  const payload = { po_name, text, hash, base_hash: state.hash, author: DISK, reason: "" };
  return [{ type: "POModified", payload }, loaded];
}

/** A text that was made from another version than the live one would undo somebody's change. */
export function refuseObjectInput(state: ObjectState, input: ObjectInput): ErrorBody | undefined {
  if (input.type !== "changed") return undefined;
  const live_hash = state.isLoaded ? state.hash : null;
  if (input.base_hash === live_hash) return undefined;
  return {
    code: "stale_hash",
    message: `'${input.po_name}' was changed meanwhile: read it again, and make your change in that.`,
    details: { po_name: input.po_name, base_hash: input.base_hash, live_hash },
  };
}

/** Waiting if any of its sessions waits, else working if any works, else idle. */
export function stateOfObject(activities: Iterable<PoState>): PoState {
  let state: PoState = "idle";
  for (const activity of activities) {
    if (activity === "waiting") return "waiting";
    if (activity === "working") state = "working";
  }
  return state;
}
