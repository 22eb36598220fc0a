// Pinned conversations that are older than what the world knows: fetched each once, let go where they are deleted.
import { typedEvent } from "../../../client/events.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { pass, stay } from "../parts/words.ts";
import type { Summary } from "./rows.ts";
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

/** Only what is still pinned is held. */
export function withFetched(
  state: SessionsState,
  session: Summary,
  { pinned }: Shared,
): SessionsState {
  const others = state.older.filter((one) => one.session_id !== session.session_id);
  const older = [...others, session].filter((one) => pinned.includes(one.session_id));
  return { ...state, older };
}

/** What was renamed or deleted is asked for again; after a gap in what was told that may be each of them. */
export function withoutStale(
  state: SessionsState,
  input: Extract<Input, { type: "frames" | "link" }>,
): SessionsState {
  if (state.asked.length === 0) return state;
  const isHoled =
    input.type === "link"
      ? input.state.type === "restored"
      : input.frames.some(({ type }) => type === "gap");
  if (isHoled) return { ...state, asked: [] };
  const frames = input.type === "frames" ? input.frames : [];
  const gone = frames.flatMap((frame) => idsOf(frame, "SessionDeleted"));
  const changed = [...gone, ...frames.flatMap((frame) => idsOf(frame, "SessionRenamed"))];
  const asked = state.asked.filter((one) => !changed.includes(one));
  if (asked.length === state.asked.length) return state;
  return { ...state, asked, older: state.older.filter((one) => !gone.includes(one.session_id)) };
}

function idsOf(frame: FollowFrame, type: "SessionRenamed" | "SessionDeleted"): readonly string[] {
  const event = frame.type === "event" ? typedEvent(frame) : null;
  return event?.event_type === type ? [event.payload.session_id] : [];
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
  const older = state.older.filter((one) => one.session_id !== session_id);
  return { ...stay({ ...state, older }), request: { pin: session_id, isPinned: false } };
}
