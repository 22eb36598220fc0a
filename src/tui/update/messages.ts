// What a human says: sent, held, tried again, and stopped.
// Rule: a message has one key for ever, so that sending it again starts nothing twice.

import type { Reply } from "../../protocol/commands/index.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { Act } from "../acts.ts";
import { type ComposerState, insertBefore, insertWithImages, isEmpty } from "../composer/index.ts";
import type { Effect } from "../shapes.ts";
import type { Pending, State } from "../state.ts";
import { isParked, lineToStop, settingsOf, turnId } from "../state-questions.ts";
import { stopLine } from "./lines.ts";
import { type Next, still, withNotice } from "./updated.ts";

/** Messages of this client that are not confirmed. */
const MAX_PENDING = 100;
const SEND = "root:send:";
/** What the reply to a message that is taken back is known by. */
export const TAKE_BACK = "root:take-back";
const STOPPING = "Stopping …";

/** Said no longer than it is true. */
export const withoutStopping = (state: State): State =>
  state.notice?.text === STOPPING && turnId(state) === null ? { ...state, notice: null } : state;

export function send(
  state: State,
  { text, how, images = [] }: Omit<Extract<Act, { type: "send" }>, "type">,
): Next {
  if (state.pending.length >= MAX_PENDING) {
    return still(withNotice(state, "Too many messages wait to be sent: is the daemon away?"));
  }
  const { session_id } = state;
  const sent = state.sent + 1;
  const isHeld =
    session_id === null && state.pending.some((one) => one.session_id === null && !one.problem);
  const pending: Pending = {
    message_key: `${state.seed}-${sent}`,
    session_id,
    text,
    images,
    delivery: how === "send" && turnId(state) !== null ? "steer" : "queue",
    isHeld,
    isAccepted: false,
    message_id: null,
    problem: null,
  };
  const next: State = {
    ...state,
    sent,
    wantsInterrupt: false,
    pending: [...state.pending, pending],
    conversation: { ...state.conversation, place: null, selected: null },
  };
  return isHeld ? still(next) : still(next, sendCall(next, pending));
}

function sendCall(state: State, pending: Pending): Effect {
  const { message_key, text, session_id, delivery } = pending;
  const attachments = pending.images.map(({ media_type, data, name }) => ({
    media_type,
    data,
    name,
  }));
  return {
    type: "call",
    command: "SendMessage",
    params: {
      po_name: state.po_name,
      message: text,
      session_id,
      message_key,
      delivery,
      ...(attachments.length > 0 ? { attachments } : {}),
      settings: { ...settingsOf(state), mode: state.chosen.mode },
    },
    purpose: `${SEND}${message_key}`,
  };
}

/** Those that waited for their session. */
export function sendHeld(state: State): Next {
  const held = state.pending.filter(
    (one) => one.isHeld && one.session_id !== null && one.session_id === state.session_id,
  );
  const pending = state.pending.map((one) =>
    held.includes(one) ? { ...one, isHeld: false } : one,
  );
  return still({ ...state, pending }, ...held.map((one) => sendCall(state, one)));
}

/** The connection is back: what did not arrive is sent again. */
export function sendAgain(state: State): Next {
  const again = state.pending.filter(({ problem, isAccepted }) => problem !== null && !isAccepted);
  const pending = state.pending.map((one) =>
    again.includes(one) ? { ...one, problem: null } : one,
  );
  return still({ ...state, pending }, ...again.map((one) => sendCall(state, one)));
}

export const isSending = (purpose: string): boolean => purpose.startsWith(SEND);

export function accepted(state: State, purpose: string, reply: Reply<"SendMessage">): Next {
  const key = purpose.slice(SEND.length);
  const pending = state.pending.map((one) =>
    one.message_key === key ? { ...one, isAccepted: true } : one,
  );
  const [warning] = reply.warnings;
  const next = { ...state, pending };
  return still(warning === undefined ? next : withNotice(next, warning));
}

/**
 * It stays, with why it was not taken: Escape takes it back into the composer. What the turn that runs cannot do
 * otherwise any more, the next one can: then it waits behind this one.
 */
export function refused(state: State, purpose: string, error: ErrorBody): Next {
  const key = purpose.slice(SEND.length);
  const sent = state.pending.find((one) => one.message_key === key);
  const { settings } = error.details;
  if (sent?.delivery === "steer" && Array.isArray(settings)) {
    const queued: Pending = { ...sent, delivery: "queue" };
    const pending = state.pending.map((one) => (one === sent ? queued : one));
    const said = `The turn that runs keeps its ${settings.join(", ")}: this is queued behind it.`;
    return still(withNotice({ ...state, pending }, said), sendCall(state, queued));
  }
  const pending = state.pending.map((one) =>
    one.message_key === key ? { ...one, problem: error.message } : one,
  );
  return still({ ...state, pending });
}

export const cancelCall = (turn_id: string): Effect => ({
  type: "call",
  command: "CancelTurn",
  params: { turn_id, reason: null },
  purpose: "root:cancel",
});

/** Stops what runs; what is only on its way is stopped once it begins. Messages that never left come back. */
export function interrupt(state: State): Next {
  const turn_id = turnId(state) ?? state.session?.transcript.queued[0]?.turn_id;
  if (turn_id !== undefined && !isParked(state)) {
    return still(withNotice(state, STOPPING), cancelCall(turn_id));
  }
  const isStuck = ({ problem, isHeld }: Pending): boolean => problem !== null || isHeld;
  const stuck = state.pending.filter(isStuck);
  if (stuck.length > 0) {
    const pending = state.pending.filter((one) => !isStuck(one));
    return still({ ...state, pending, composer: withMessages(state.composer, stuck) });
  }
  if (state.pending.length > 0) return still({ ...state, wantsInterrupt: true });
  const line = lineToStop(state);
  return line ? stopLine(state, line) : still(state);
}

/** What was not sent is typed again, with its images. */
export const withMessages = (
  composer: ComposerState,
  messages: readonly Pending[],
): ComposerState =>
  insertWithImages(
    composer,
    messages.map(({ text }) => text).join("\n\n"),
    messages.flatMap(({ images }) => images),
  );

/** Enter on nothing: what is parked goes on. */
export function goOn(state: State): Next {
  const { session_id } = state;
  if (session_id === null || !isParked(state)) return still(state);
  return still(state, {
    type: "call",
    command: "ResumeQueue",
    params: { session_id },
    purpose: "root:resume",
  });
}

/** Where nothing is typed: the newest message that waits is taken back, to be said otherwise. null where none does. */
export function takeBack(state: State): Next | null {
  const { session, session_id, composer } = state;
  const waiting = session?.transcript.queued.at(-1);
  const isIdle = isEmpty(composer) && composer.recalled === null && composer.completion === null;
  if (session_id === null || waiting === undefined || !isIdle) return null;
  // A second press while the daemon is asked does nothing.
  if (state.takingBack !== null) return still(state);
  const { message_id, content, attachments = 0 } = waiting;
  // Of one that this interface sent, and that no turn was before.
  const images = state.pending.find((one) => one.message_id === message_id)?.images ?? [];
  const isLeftOut = attachments > images.length;
  return still(
    { ...state, takingBack: { message_id, content, images, isLeftOut } },
    {
      type: "call",
      command: "WithdrawMessage",
      params: { session_id, message_id },
      purpose: TAKE_BACK,
    },
  );
}

/** The daemon has taken it out of the queue: its text is typed again, before whatever was typed meanwhile. */
export function tookBack(state: State): Next {
  const { takingBack, pending } = state;
  if (takingBack === null) return still(state);
  const { message_id, content, images, isLeftOut } = takingBack;
  const told = isLeftOut ? withNotice(state, "Its images are left out: paste them again.") : state;
  const text = isEmpty(state.composer) ? content : `${content}\n\n`;
  return still({
    ...told,
    takingBack: null,
    composer: insertBefore(state.composer, { text, images }),
    pending: pending.filter((one) => one.message_id !== message_id),
  });
}

/** A turn has heard it meanwhile. */
export const notTakenBack = (state: State, error: ErrorBody): Next =>
  still(withNotice({ ...state, takingBack: null }, error.message));
