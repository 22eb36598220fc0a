// What a client shows of one session: a pure fold over the frames of its subscription.
// Rules: 1. Total: no frame makes it throw. 2. The same frames give the same state, however batched.
//        3. Frames of other sessions change nothing.

import type { ErrorBody } from "../protocol/errors.ts";
import type { ToolOutcome } from "../protocol/events/turn.ts";
import type { FollowFrame, SignalFrame } from "../protocol/frames.ts";
import type { HumanRequest, Message, SessionView, ToolCall, Usage } from "../protocol/messages.ts";
import { addUsage, noUsage } from "../protocol/usage.ts";
import { type TypedEvent, typedEvent } from "./events.ts";

/** Messages kept; the oldest go first, and stay readable in the daemon. */
export const MAX_TRANSCRIPT_MESSAGES = 20_000;
/** Newest part of a tool's live output that is kept, in UTF-16 units. */
export const MAX_LIVE_OUTPUT_LENGTH = 16 * 1024;

export interface CallState {
  call: ToolCall;
  outcome: ToolOutcome | null;
  success: boolean | null;
  duration_ms: number | null;
  denial: { subject: string; allow_with: string } | null;
  /** What the tool has written so far; empty once its result stands. */
  live_output: string;
  /** How many units the tool has written in all. */
  live_end: number;
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

export interface Transcript {
  session_id: string;
  name: string | null;
  messages: readonly Message[];
  /** Accepted, not yet part of the conversation. */
  queued: readonly { message_id: string; turn_id: string; content: string }[];
  calls: Readonly<Record<string, CallState>>;
  streaming: Streaming | null;
  requests: readonly HumanRequest[];
  usage: Usage;
  turn: TurnState;
  isDeleted: boolean;
}

export function emptyTranscript(session_id: string): Transcript {
  return {
    session_id,
    name: null,
    messages: [],
    queued: [],
    calls: {},
    streaming: null,
    requests: [],
    usage: noUsage,
    turn: { type: "idle" },
    isDeleted: false,
  };
}

/** The transcript of a session that was fetched whole. */
export function transcriptOf(session: SessionView): Transcript {
  return {
    ...emptyTranscript(session.session_id),
    name: session.name,
    messages: session.conversation.slice(-MAX_TRANSCRIPT_MESSAGES),
  };
}

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
      const { message_id, turn_id, content } = event.payload;
      return { ...state, queued: [...state.queued, { message_id, turn_id, content }] };
    }
    case "MessageAdded":
      return addMessage(state, event.payload);
    case "TurnStarted": {
      const { turn_id, agent } = event.payload;
      return { ...state, turn: { type: "running", turn_id, model: agent.model, retry: null } };
    }
    case "ModelCallStarted":
      return { ...state, streaming: null, turn: withRetry(state.turn, null) };
    case "ModelCallFailed":
      return { ...state, turn: withRetry(state.turn, event.payload.error) };
    case "ToolCallStarted": {
      const { tool_call } = event.payload;
      return withCall(state, tool_call.id, { ...freshCall, call: tool_call });
    }
    case "ToolCallCompleted": {
      const { call_id, name, outcome, success, duration_ms, denial } = event.payload;
      const known = state.calls[call_id] ?? {
        ...freshCall,
        call: { id: call_id, name, args: null },
      };
      return withCall(state, call_id, {
        ...known,
        outcome,
        success,
        duration_ms,
        denial,
        live_output: "",
      });
    }
    case "HumanRequestQueued":
      return { ...state, requests: [...state.requests, event.payload] };
    case "HumanRequestResponded":
    case "HumanRequestExpired":
      return withoutRequest(state, event.payload.request_id);
    case "UsageRecorded":
      return { ...state, usage: addUsage(state.usage, event.payload.usage) };
    case "TurnCompleted":
      return { ...state, streaming: null, turn: { type: "idle" } };
    case "TurnFailed": {
      const { turn_id, error } = event.payload;
      return { ...state, streaming: null, turn: { type: "failed", turn_id, error } };
    }
    case "TurnCancelled": {
      const { turn_id, reason } = event.payload;
      return { ...state, streaming: null, turn: { type: "cancelled", turn_id, reason } };
    }
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

function addMessage(state: Transcript, message: Message): Transcript {
  const messages = [...state.messages, message].slice(-MAX_TRANSCRIPT_MESSAGES);
  const queued = state.queued.filter((waiting) => waiting.message_id !== message.message_id);
  // The committed answer replaces the text that was shown while it was written.
  const streaming = message.role === "assistant" ? null : state.streaming;
  return { ...state, messages, queued, streaming };
}

function foldSignal(state: Transcript, signal: SignalFrame): Transcript {
  if (signal.signal_type === "ToolOutputDelta") {
    const known = state.calls[signal.message_id];
    if (!known || known.outcome !== null) return state;
    // Offsets may jump, and begin again after a reconnect: only what is new counts.
    const fresh = signal.text.slice(Math.max(0, known.live_end - signal.offset));
    const live_output = (known.live_output + fresh).slice(-MAX_LIVE_OUTPUT_LENGTH);
    const live_end = Math.max(known.live_end, signal.offset + signal.text.length);
    return withCall(state, signal.message_id, { ...known, live_output, live_end });
  }
  // Late news of a message that already stands.
  if (state.messages.some((message) => message.message_id === signal.message_id)) return state;
  const { turn_id, message_id, attempt, offset, text } = signal;
  const before = state.streaming;
  const isSame = before?.message_id === message_id && before.attempt === attempt;
  if (before?.message_id === message_id && before.attempt > attempt) return state;
  const base: Streaming = isSame
    ? before
    : { turn_id, message_id, attempt, text: "", reasoning: "" };
  const streaming =
    signal.signal_type === "TextDelta"
      ? { ...base, text: base.text.slice(0, offset) + text }
      : { ...base, reasoning: base.reasoning.slice(0, offset) + text };
  return { ...state, streaming };
}

const freshCall = {
  outcome: null,
  success: null,
  duration_ms: null,
  denial: null,
  live_output: "",
  live_end: 0,
} as const;

function withCall(state: Transcript, id: string, call: CallState): Transcript {
  return { ...state, calls: { ...state.calls, [id]: call } };
}

function withoutRequest(state: Transcript, request_id: string): Transcript {
  return { ...state, requests: state.requests.filter((open) => open.request_id !== request_id) };
}

function withRetry(turn: TurnState, retry: ErrorBody | null): TurnState {
  return turn.type === "running" ? { ...turn, retry } : turn;
}
