// Pinned conversations that are older than what the world knows: fetched each once, let go where they are deleted.
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { pass, stay } from "../parts/words.ts";
import type { SessionsState } from "./update.ts";

/** How the purpose begins of one that is fetched. */
const PINNED = "sessions:pinned:";

type Result = PaneResult<SessionsState>;

export const isOfPinned = (purpose: string): boolean => purpose.startsWith(PINNED);

export function withPinned(state: SessionsState, { pinned, world }: Shared): Result {
  const unknown = pinned.filter((one) => !world.sessions.has(one) && !state.asked.includes(one));
  if (unknown.length === 0 || !world.isLoaded) return pass(state);
  const effects = unknown.map(
    (session_id): Effect => ({
      type: "call",
      command: "GetSession",
      params: { session_id, messages: "none" },
      purpose: `${PINNED}${session_id}`,
    }),
  );
  return { ...pass({ ...state, asked: [...state.asked, ...unknown] }), effects };
}

/** One that is gone is pinned no more; any other is asked for again. */
export function unpinned(
  state: SessionsState,
  { purpose, error }: Extract<Input, { type: "call_failed" }>,
): Result {
  const session_id = purpose.slice(PINNED.length);
  if (error.code !== "session_not_found") {
    return stay({ ...state, asked: state.asked.filter((one) => one !== session_id) });
  }
  return { ...stay(state), request: { pin: session_id, isPinned: false } };
}
