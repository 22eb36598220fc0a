// The session that is open: fetched, followed by its frames, left for another.

import { typedEvent } from "../../client/events.ts";
import { withOutcomes } from "../../client/outcomes.ts";
import {
  emptyTranscript,
  foldFrame,
  type Transcript,
  transcriptOf,
} from "../../client/transcript.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import type { FollowFrame } from "../../protocol/frames.ts";
import { type ComposerState, clearText, draftOf, withDraft } from "../composer/index.ts";
import { emptyConversation } from "../conversation/state.ts";
import type { Effect, Input } from "../shapes.ts";
import { type OpenSession, openingSession, type Pending, type State } from "../state.ts";
import { cameFromHere, turnId, unsent } from "../state-questions.ts";
import { readSession } from "../world.ts";
import { cancelCall, sendHeld, withMessages, withoutStopping } from "./messages.ts";
import { searchSaid } from "./search.ts";
import { type Next, still, then, withNotice } from "./updated.ts";

/** Frames that wait for a session to be fetched; the oldest go first, and are part of what is fetched. */
const MAX_WAITING_FRAMES = 10_000;

export const usagePurpose = (session_id: string): string => `root:usage:${session_id}`;

export const sessionCalls = (session_id: string): readonly Effect[] => [
  { type: "call", command: "GetSession", params: { session_id }, purpose: "root:session" },
  { type: "call", command: "ListOutcomes", params: { session_id }, purpose: "root:outcomes" },
  { type: "call", command: "GetUsage", params: { session_id }, purpose: usagePurpose(session_id) },
];

export function openSession(state: State, session_id: string, search?: string): Next {
  const wantsSearch = search ?? null;
  const shown: State = { ...state, open: null, overlay: null, focus: "composer", wantsSearch };
  const isHere = session_id === state.session_id;
  if (isHere) return still(state.session?.waiting ? shown : withSearch(shown));
  return {
    state: {
      ...shown,
      session_id,
      session: openingSession(session_id),
      po_name: state.world.sessions.get(session_id)?.po_name ?? state.po_name,
      conversation: emptyConversation(),
      wantsInterrupt: false,
      world: readSession(state.world, session_id),
    },
    effects: [{ type: "find_draft", session_id }, ...sessionCalls(session_id)],
  };
}

/** What is on its way is kept there, too, and stands in the conversation already. */
export function withKeptDraft(
  state: State,
  { session_id, text }: Extract<Input, { type: "draft" }>,
): State {
  const isElsewhere = session_id !== state.session_id;
  const isOnItsWay = unsent(state).some((one) => one.session_id === session_id);
  if (isElsewhere || isOnItsWay) return state;
  return { ...state, composer: withDraft(state.composer, text) };
}

/** Nothing is made before something is said. */
export function newSession(state: State, po_name: string | null): Next {
  const next: State = {
    ...state,
    po_name: po_name ?? cameFromHere(state)?.po_name ?? state.po_name,
    session_id: null,
    session: null,
    conversation: emptyConversation(),
    wantsInterrupt: false,
    open: null,
    overlay: null,
    focus: "composer",
  };
  return state.session_id === null
    ? still(next)
    : still(next, { type: "find_draft", session_id: null });
}

/** What was open is gone: what is said next begins another, and what was not sent yet is typed again. */
export function begunAnew(state: State, why: string): Next {
  const isUnsent = (one: Pending) => one.session_id === state.session_id && !one.isAccepted;
  const unsent = state.pending.filter(isUnsent);
  const { open, focus, overlay } = state;
  const next = newSession(state, null);
  const pending = state.pending.filter((one) => one.session_id !== state.session_id);
  const composer = unsent.length === 0 ? state.composer : withMessages(state.composer, unsent);
  // Whatever lies over it stays: a pane may have deleted it.
  const shown: State = { ...next.state, pending, composer, open, focus, overlay };
  return still(withNotice(shown, `${why} What you say next begins another.`));
}

/** The message that was sent made this session. */
export function adoptSession(state: State, session_id: string): Next {
  if (state.session_id !== null) return still(state);
  const session: OpenSession = {
    session_id,
    transcript: emptyTranscript(session_id),
    facts: null,
    waiting: null,
  };
  const pending = state.pending.map((one) =>
    one.session_id === null ? { ...one, session_id } : one,
  );
  const facts: Effect = {
    type: "call",
    command: "GetSession",
    params: { session_id, messages: "none" },
    purpose: "root:facts",
  };
  return then(still({ ...state, session_id, session, pending }, facts), sendHeld);
}

export function withFetched(state: State, { session }: Reply<"GetSession">): Next {
  const { conversation, ...facts } = session;
  const open = state.session;
  if (open?.session_id !== session.session_id) return still(state);
  const fetched: Transcript = {
    ...open.transcript,
    ...pick(transcriptOf({ ...facts, conversation })),
    streaming: null,
  };
  const transcript = (open.waiting ?? []).reduce(foldFrame, fetched);
  const next: State = {
    ...state,
    po_name: session.po_name,
    composer: withoutArrived(state.composer, transcript),
    session: { ...open, transcript, facts, waiting: null },
    // What was accepted is part of what was fetched.
    pending: state.pending.filter(
      (one) => one.session_id !== session.session_id || !one.isAccepted,
    ),
  };
  return still(withSearch(settled(next)));
}

function withSearch(state: State): State {
  const { wantsSearch } = state;
  return wantsSearch === null ? state : searchSaid({ ...state, wantsSearch: null }, wantsSearch);
}

/** A draft that nobody has touched, kept of a message that arrived after all, is not said twice. */
function withoutArrived(composer: ComposerState, { messages }: Transcript): ComposerState {
  const isUntouched = composer.undo.length === 0 && composer.text !== "";
  const last = messages.findLast(({ role }) => role === "user")?.content;
  return isUntouched && last === draftOf(composer) ? clearText(composer) : composer;
}

export function withFacts(state: State, { session }: Reply<"GetSession">): Next {
  const { conversation: _, ...facts } = session;
  if (state.session?.session_id !== facts.session_id) return still(state);
  return still({ ...state, session: { ...state.session, facts } });
}

/** How its calls ended before this interface looked. */
export function withTold(state: State, reply: Reply<"ListOutcomes">): Next {
  const { session } = state;
  if (session?.session_id !== reply.session_id) return still(state);
  const transcript = withOutcomes(session.transcript, reply);
  return still({ ...state, session: { ...session, transcript } });
}

/** What a fetched session says; the rest of a transcript is learned from events alone. */
const pick = ({ name, messages, turn }: Transcript) => ({ name, messages, turn });

export function withFrames(state: State, frames: readonly FollowFrame[]): Next {
  const begun = state.session_id === null ? begunBy(state, frames) : null;
  if (begun !== null) return then(adoptSession(state, begun), (next) => withFrames(next, frames));
  const { session } = state;
  if (!session) return still(state);
  if (frames.some(({ type }) => type === "gap")) return refetch(state, session, frames);
  if (session.waiting) return still(withWaiting(state, session, frames));
  const transcript = frames.reduce(foldFrame, session.transcript);
  if (transcript === session.transcript) return still(state);
  if (transcript.isDeleted) return begunAnew(state, "This conversation was deleted.");
  const confirmed = confirm(state, frames);
  const next = settled({ ...confirmed, session: { ...session, transcript } });
  return interrupted(withoutStopping(next));
}

/** The session that a message of ours began. */
function begunBy(state: State, frames: readonly FollowFrame[]): string | null {
  for (const frame of frames) {
    if (frame.type !== "event") continue;
    const event = typedEvent(frame);
    if (event.event_type !== "MessageQueued") continue;
    const { message_key, session_id } = event.payload;
    const isOurs = state.pending.some(
      (one) => one.session_id === null && one.message_key === message_key,
    );
    if (isOurs) return session_id;
  }
  return null;
}

/** Something is missing: what is shown stays, until the whole is fetched anew. */
function refetch(state: State, session: OpenSession, frames: readonly FollowFrame[]): Next {
  const waiting = frames.slice(frames.findLastIndex(({ type }) => type === "gap") + 1);
  const effects = sessionCalls(session.session_id);
  // What waits now is told with how its calls ended.
  const transcript = { ...session.transcript, queued: [] };
  return { state: { ...state, session: { ...session, transcript, waiting } }, effects };
}

function withWaiting(state: State, session: OpenSession, frames: readonly FollowFrame[]): State {
  const waiting = [...(session.waiting ?? []), ...frames].slice(-MAX_WAITING_FRAMES);
  return { ...confirm(state, frames), session: { ...session, waiting } };
}

/** Messages of ours whose acceptance was told. While a turn runs they wait in its queue, and are shown there. */
function confirm(state: State, frames: readonly FollowFrame[]): State {
  if (state.pending.length === 0) return state;
  const isRunning = turnId(state) !== null;
  let { pending } = state;
  for (const frame of frames) {
    if (frame.type !== "event") continue;
    const event = typedEvent(frame);
    if (event.event_type !== "MessageQueued") continue;
    const { message_key, message_id } = event.payload;
    pending = pending.flatMap((one) => {
      if (one.message_key !== message_key) return [one];
      return isRunning ? [] : [{ ...one, message_id, problem: null }];
    });
  }
  return { ...state, pending };
}

/** A message that has joined the conversation is pending no more. */
function settled(state: State): State {
  const queued = state.session?.transcript.queued ?? [];
  const pending = state.pending.filter(
    ({ message_id, session_id }) =>
      message_id === null ||
      session_id !== state.session_id ||
      queued.some((one) => one.message_id === message_id),
  );
  return pending.length === state.pending.length ? state : { ...state, pending };
}

/** Escape was pressed before there was a turn to stop. */
function interrupted(state: State): Next {
  const turn_id = turnId(state);
  if (!state.wantsInterrupt || turn_id === null) return still(state);
  return still({ ...state, wantsInterrupt: false }, cancelCall(turn_id));
}
