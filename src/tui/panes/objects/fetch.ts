// What has to be asked of the daemon to show the object that is selected, and what its answers say.

import type { Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { current } from "../parts/list.ts";
import { differencePieces, textPieces } from "../parts/long-text.ts";
import { MAX_TEXTS, type ObjectsState } from "./state.ts";

export const objectNames = ({ world }: Shared): readonly string[] =>
  [...world.objects.keys()].sort((left, right) => left.localeCompare(right));

export const chosenObject = (state: ObjectsState, shared: Shared): string | null =>
  current(objectNames(shared), state.selected);

/** The state with what it asks for, each thing once for each version of the object. */
export function fetching(
  state: ObjectsState,
  shared: Shared,
): { state: ObjectsState; effects: readonly Effect[] } {
  const po_name = chosenObject(state, shared);
  if (po_name === null || !shared.isFocused) return { state, effects: [] };
  const changes = shared.world.objects.get(po_name)?.changes ?? 0;
  const pair = versionPair(state, po_name);
  const asked = [po_name, changes, state.tab, ...pair].join(" ");
  if (asked === state.asked) return { state, effects: [] };
  return { state: { ...state, asked }, effects: calls(state, po_name, pair) };
}

function calls(state: ObjectsState, po_name: string, pair: readonly string[]): readonly Effect[] {
  if (state.tab !== "history") {
    return [{ type: "call", command: "InspectPO", params: { po_name }, purpose: "objects:info" }];
  }
  const list: Effect = {
    type: "call",
    command: "ListPOHistory",
    params: { po_name },
    purpose: "objects:history",
  };
  const texts = pair
    .filter((hash) => !state.texts.has(hash))
    .map(
      (hash): Effect => ({
        type: "call",
        command: "GetPOVersion",
        params: { po_name, hash },
        purpose: "objects:text",
      }),
    );
  return [list, ...texts];
}

/** The version that is looked at, and the one before it. */
function versionPair({ history, version, tab }: ObjectsState, po_name: string): readonly string[] {
  if (tab !== "history" || history?.po_name !== po_name) return [];
  const [now, before] = history.versions.slice(version, version + 2);
  return [now, before].flatMap((one) => (one ? [one.hash] : []));
}

type Replied = Extract<Input, { type: "replied" }>;

export function fetched(state: ObjectsState, input: Replied): ObjectsState {
  switch (input.command) {
    case "InspectPO": {
      const { reply } = input;
      return { ...state, info: { po_name: reply.name, reply, prompt: textPieces(reply.prompt) } };
    }
    case "ListPOHistory": {
      const { versions } = input.reply;
      const po_name = versions[0]?.po_name ?? "";
      return withDifference({ ...state, history: { po_name, versions } });
    }
    case "GetPOVersion": {
      const { hash, text } = input.reply;
      const texts = new Map([...state.texts, [hash, text] as const].slice(-MAX_TEXTS));
      return withDifference({ ...state, texts });
    }
    default:
      return state;
  }
}

/** Once both texts are there. The first version is all new. */
export function withDifference(state: ObjectsState): ObjectsState {
  const [now, before] = versionPair(state, state.history?.po_name ?? "");
  if (now === undefined) return { ...state, difference: null };
  if (state.difference?.hash === now) return state;
  const text = state.texts.get(now);
  const earlier = before === undefined ? "" : state.texts.get(before);
  if (text === undefined || earlier === undefined) return { ...state, difference: null };
  return { ...state, difference: { hash: now, pieces: differencePieces(earlier, text, state) } };
}
