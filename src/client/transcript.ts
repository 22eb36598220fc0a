// What a client shows of one session: a pure fold over the frames of its subscription.
// Rules: 1. Total: no frame makes it throw. 2. The same frames give the same state, however batched.
//        3. Frames of other sessions change nothing.

import type { ErrorBody } from "../protocol/errors.ts";
import type { EventPayload } from "../protocol/events/index.ts";
import type { GroupStep } from "../protocol/events/turn.ts";
import type { FollowFrame } from "../protocol/frames.ts";
import type { Delivery, HumanRequest, Message, SessionView, Usage } from "../protocol/messages.ts";
import type { Signal } from "../protocol/signals.ts";
import { addUsage, noUsage } from "../protocol/usage.ts";
import { type Calls, foldCall, foldOutput } from "./calls.ts";
import { type TypedEvent, typedEvent } from "./events.ts";

/** Messages kept; the oldest go first, and stay readable in the daemon. */
export const MAX_TRANSCRIPT_MESSAGES = 20_000;
/** Steps of a pattern that are kept of the turn that runs. */
export const MAX_TRANSCRIPT_STEPS = 200;
/** Turns whose end is kept beside the messages, where they did not end by an answer. */
export const MAX_TRANSCRIPT_ENDINGS = 200;
/** How far back a message that comes is looked for among those that stand. Messages. */
const MAX_REPEATED_MESSAGES = 64;

/** `steer` joins the turn that runs at its next step, `queue` waits for its end. */
export interface QueuedMessage {
  message_id: string;
  turn_id: string;
  content: string;
  delivery: Delivery;
  /** How many it has; absent where it has none. */
  attachments?: number;
}

/** How full the model's context is, as of its last call. Tokens; `of` where it is known. */
export interface ContextUse {
  used: number;
  of: number | null;
}

/** The text that a model is writing; it becomes a message, or is discarded by a higher attempt. */
export interface Streaming {
  turn_id: string;
  message_id: string;
  attempt: number;
  text: string;
  reasoning: string;
}

export type TurnState =
  | { type: "idle" }
  | { type: "running"; turn_id: string; model: string; retry: ErrorBody | null }
  | { type: "failed"; turn_id: string; error: ErrorBody }
  | { type: "cancelled"; turn_id: string; reason: string };

export type TurnEnding = Extract<TurnState, { type: "failed" | "cancelled" }>;

export interface Transcript extends Calls {
  session_id: string;
  name: string | null;
  messages: readonly Message[];
  /** Accepted, not yet part of the conversation. */
  queued: readonly QueuedMessage[];
  /** Of the pattern or workflow of the turn that runs, or ran last. */
  steps: readonly GroupStep[];
  streaming: Streaming | null;
  requests: readonly HumanRequest[];
  usage: Usage;
  context: ContextUse | null;
  /** Who answered last, or answers now. */
  model: string | null;
  /** What one turn may cost at most. */
  max_cost_usd: number | null;
  turn: TurnState;
  /** Turns that failed or were stopped, by their ids. */
  endings: Readonly<Record<string, TurnEnding>>;
  isDeleted: boolean;
}

export function emptyTranscript(session_id: string): Transcript {
  return {
    session_id,
    name: null,
    messages: [],
    queued: [],
    calls: {},
    delegations: {},
    steps: [],
    streaming: null,
    requests: [],
    usage: noUsage,
    context: null,
    model: null,
    max_cost_usd: null,
    turn: { type: "idle" },
    endings: {},
    isDeleted: false,
  };
}

/** The transcript of a session that was fetched whole. */
export function transcriptOf(session: SessionView): Transcript {
  return {
    ...emptyTranscript(session.session_id),
    name: session.name,
    messages: session.conversation.slice(-MAX_TRANSCRIPT_MESSAGES),
    turn: runningTurn(session),
  };
}

/** Joined in mid-turn: what it does is learned from what comes next. */
const runningTurn = ({ turn_id }: SessionView): TurnState =>
  turn_id === null ? { type: "idle" } : { type: "running", turn_id, model: "", retry: null };

export function foldFrame(state: Transcript, frame: FollowFrame): Transcript {
  if (frame.type === "signal") {
    return frame.session_id === state.session_id ? foldSignal(state, frame) : state;
  }
  if (frame.type !== "event") return state;
  const event = typedEvent(frame);
  const isOurs = "session_id" in event.payload && event.payload.session_id === state.session_id;
  return isOurs ? foldEvent(state, event) : state;
}

function foldEvent(state: Transcript, event: TypedEvent): Transcript {
  switch (event.event_type) {
    case "SessionCreated":
    case "SessionRenamed":
      return { ...state, name: event.payload.name };
    case "SessionDeleted":
      return { ...emptyTranscript(state.session_id), isDeleted: true };
    case "MessageQueued": {
      const { message_id, turn_id, content, delivery, attachments } = event.payload;
      // Total also over frames that leave them out.
      const count = attachments?.length ? { attachments: attachments.length } : {};
      const waiting = { message_id, turn_id, content, delivery, ...count };
      // Told with the session already.
      if (state.queued.some((one) => one.message_id === message_id)) return state;
      return { ...state, queued: [...state.queued, waiting] };
    }
    case "MessageAdded":
      return addMessage(state, event.payload);
    case "MessageWithdrawn":
      return withoutQueued(state, ({ message_id }) => message_id === event.payload.message_id);
    case "QueueResumed":
      return { ...state, turn: { type: "idle" } };
    case "TurnStarted":
      return startTurn(state, event.payload);
    case "ModelCallStarted":
      return { ...state, streaming: null, turn: withRetry(state.turn, null) };
    case "ModelCallFailed":
      return { ...state, turn: withRetry(state.turn, event.payload.error) };
    case "ToolCallStarted":
    case "ToolCallCompleted":
    case "DelegationStarted":
    case "DelegationCompleted":
    case "DelegationPaused":
    case "DelegationResumed":
      return { ...state, ...foldCall(state, event) };
    case "ChildUsageRecorded": {
      const usage = addUsage(state.usage, event.payload.usage);
      return { ...state, ...foldCall(state, event), usage };
    }
    case "StepTaken": {
      const steps = [...state.steps, event.payload.step].slice(-MAX_TRANSCRIPT_STEPS);
      return { ...state, steps };
    }
    case "HumanRequestQueued":
      return { ...state, requests: [...state.requests, event.payload] };
    case "HumanRequestResponded":
    case "HumanRequestExpired":
      return withoutRequest(state, event.payload.request_id);
    case "UsageRecorded":
      return addOwnUsage(state, event.payload.usage);
    case "TurnCompleted":
      return { ...state, streaming: null, turn: { type: "idle" } };
    case "TurnFailed": {
      const { turn_id, error } = event.payload;
      return endTurn(state, { type: "failed", turn_id, error });
    }
    case "TurnCancelled":
      return cancelTurn(state, event.payload);
    case "TurnResumed":
    case "HistoryCompacted":
    case "BusEntry":
    case "POLoaded":
    case "POUnloaded":
    case "POStateChanged":
    case "POModified":
    case "ConnectorAttached":
    case "ConnectorDetached":
      return state;
  }
  // An event that this version does not know: the daemon may be newer. It changes nothing shown here.
  return state;
}

function startTurn(state: Transcript, { turn_id, agent }: EventPayload<"TurnStarted">): Transcript {
  const { model, context_tokens, config } = agent;
  return {
    ...state,
    steps: [],
    model,
    context: { used: state.context?.used ?? 0, of: context_tokens },
    max_cost_usd: config.max_cost_usd,
    turn: { type: "running", turn_id, model, retry: null },
  };
}

/** A turn that had not begun leaves the queue, and stops what follows it only where it was the next. */
function cancelTurn(
  state: Transcript,
  { turn_id, reason }: EventPayload<"TurnCancelled">,
): Transcript {
  const { turn, queued } = state;
  const cancelled: TurnEnding = { type: "cancelled", turn_id, reason };
  if (turn.type === "running" && turn.turn_id === turn_id) return endTurn(state, cancelled);
  const isNext = queued.length === 0 || queued[0]?.turn_id === turn_id;
  const rest = withoutQueued(state, (waiting) => waiting.turn_id === turn_id);
  return turn.type !== "running" && isNext ? { ...rest, streaming: null, turn: cancelled } : rest;
}

function endTurn(state: Transcript, turn: TurnEnding): Transcript {
  const entries = [...Object.entries(state.endings), [turn.turn_id, turn] as const];
  const endings = Object.fromEntries(entries.slice(-MAX_TRANSCRIPT_ENDINGS));
  return { ...state, streaming: null, turn, endings };
}

function withoutQueued(state: Transcript, isGone: (one: QueuedMessage) => boolean): Transcript {
  return { ...state, queued: state.queued.filter((one) => !isGone(one)) };
}

function addMessage(state: Transcript, message: Message): Transcript {
  // Fetched with the session, and told again by its events.
  const isKnown = isRecent(state, message.message_id);
  const messages = isKnown
    ? state.messages
    : [...state.messages, message].slice(-MAX_TRANSCRIPT_MESSAGES);
  const queued = state.queued.filter((waiting) => waiting.message_id !== message.message_id);
  // The committed answer replaces the text that was shown while it was written.
  const streaming = message.role === "assistant" ? null : state.streaming;
  return { ...state, messages, queued, streaming };
}

/** What is written; told again, or where something before it is missing, it says nothing new. */
export function foldSignal(state: Transcript, signal: Signal): Transcript {
  if (signal.signal_type === "ToolOutputDelta") {
    return { ...state, ...foldOutput(state, signal) };
  }
  // Late news of a message that already stands.
  if (isRecent(state, signal.message_id)) return state;
  const { turn_id, message_id, attempt, offset, text } = signal;
  const before = state.streaming;
  const isSame = before?.message_id === message_id && before.attempt === attempt;
  if (before?.message_id === message_id && before.attempt > attempt) return state;
  const base: Streaming = isSame
    ? before
    : { turn_id, message_id, attempt, text: "", reasoning: "" };
  const kind = signal.signal_type === "TextDelta" ? "text" : "reasoning";
  const known = base[kind];
  const isNew = offset <= known.length && offset + text.length > known.length;
  if (!isNew) return state;
  return { ...state, streaming: { ...base, [kind]: known.slice(0, offset) + text } };
}

/** Whether it stands already: only the newest are looked at, whatever the length. */
const isRecent = ({ messages }: Transcript, message_id: string): boolean =>
  messages.slice(-MAX_REPEATED_MESSAGES).some((message) => message.message_id === message_id);

function addOwnUsage(state: Transcript, used: Usage): Transcript {
  const context = {
    used: used.input_tokens + used.output_tokens,
    of: state.context?.of ?? null,
  };
  return { ...state, usage: addUsage(state.usage, used), context };
}

function withoutRequest(state: Transcript, request_id: string): Transcript {
  return { ...state, requests: state.requests.filter((open) => open.request_id !== request_id) };
}

function withRetry(turn: TurnState, retry: ErrorBody | null): TurnState {
  return turn.type === "running" ? { ...turn, retry } : turn;
}
