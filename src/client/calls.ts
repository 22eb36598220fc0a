// What a client knows of the calls of a session beside its messages: how far each tool and each called
// object is. Part of the fold in transcript.ts, with the same rules.
import type { ToolOutcome } from "../protocol/events/turn.ts";
import type { ToolCall, Usage } from "../protocol/messages.ts";
import type { Signal } from "../protocol/signals.ts";
import { addUsage, noUsage } from "../protocol/usage.ts";
import type { TypedEvent } from "./events.ts";

/** Newest part of a tool's live output that is kept, in UTF-16 units. */
export const MAX_LIVE_OUTPUT_LENGTH = 16 * 1024;
/** Calls whose progress is kept, and as many delegations; of older ones the messages tell enough. */
export const MAX_TRANSCRIPT_CALLS = 500;

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
  /** Bytes that the tool wrote in all; null while it runs. */
  output_bytes: number | null;
  /** When it began, as the daemon says. */
  started_at: string | null;
}

/** Another object that was called, and what it came to. */
export interface Delegation {
  po_name: string;
  child_session_id: string;
  /** null while it works. */
  success: boolean | null;
  /** Its time stands still: it waits for a human. */
  isPaused: boolean;
  usage: Usage;
}

/** Both by the id of the call. */
export interface Calls {
  calls: Readonly<Record<string, CallState>>;
  delegations: Readonly<Record<string, Delegation>>;
}

type CallEvent = Extract<
  TypedEvent,
  {
    event_type:
      | "ToolCallStarted"
      | "ToolCallCompleted"
      | "DelegationStarted"
      | "DelegationCompleted"
      | "DelegationPaused"
      | "DelegationResumed"
      | "ChildUsageRecorded";
  }
>;

export function foldCall(state: Calls, event: CallEvent): Calls {
  switch (event.event_type) {
    case "ToolCallStarted": {
      const { tool_call } = event.payload;
      return withCall(state, { ...freshCall, call: tool_call, started_at: event.at });
    }
    case "ToolCallCompleted": {
      const { call_id, name, outcome, success, duration_ms, output_bytes, denial } = event.payload;
      const known = state.calls[call_id] ?? {
        ...freshCall,
        call: { id: call_id, name, args: null },
      };
      const ended = { outcome, success, duration_ms, output_bytes, denial };
      return withCall(state, { ...known, ...ended, live_output: "" });
    }
    case "DelegationStarted": {
      const { call_id, po_name, child_session_id } = event.payload;
      const begun = { po_name, child_session_id, success: null, isPaused: false, usage: noUsage };
      return withDelegation(state, call_id, begun);
    }
    case "DelegationCompleted":
      return changeDelegation(state, event.payload.call_id, { success: event.payload.success });
    case "DelegationPaused":
      return changeDelegation(state, event.payload.call_id, { isPaused: true });
    case "DelegationResumed":
      return changeDelegation(state, event.payload.call_id, { isPaused: false });
    case "ChildUsageRecorded": {
      const { call_id, usage } = event.payload;
      const used = state.delegations[call_id]?.usage ?? noUsage;
      return changeDelegation(state, call_id, { usage: addUsage(used, usage) });
    }
  }
}

/** What a running tool writes. */
export function foldOutput(state: Calls, { message_id, offset, text }: Signal): Calls {
  const known = state.calls[message_id];
  if (!known || known.outcome !== null) return state;
  // Offsets may jump, and begin again after a reconnect: only what is new counts.
  const fresh = text.slice(Math.max(0, known.live_end - offset));
  const live_output = (known.live_output + fresh).slice(-MAX_LIVE_OUTPUT_LENGTH);
  const live_end = Math.max(known.live_end, offset + text.length);
  return withCall(state, { ...known, live_output, live_end });
}

const freshCall = {
  outcome: null,
  success: null,
  duration_ms: null,
  denial: null,
  live_output: "",
  live_end: 0,
  output_bytes: null,
  started_at: null,
} as const;

function withCall({ calls, delegations }: Calls, call: CallState): Calls {
  return { calls: bounded({ ...calls, [call.call.id]: call }), delegations };
}

function withDelegation({ calls, delegations }: Calls, id: string, delegation: Delegation): Calls {
  return { calls, delegations: bounded({ ...delegations, [id]: delegation }) };
}

function changeDelegation(state: Calls, id: string, change: Partial<Delegation>): Calls {
  const { calls, delegations } = state;
  const known = delegations[id];
  return known ? withDelegation(state, id, { ...known, ...change }) : { calls, delegations };
}

/** The oldest goes when there are too many; one at a time comes in. */
function bounded<Value>(record: Record<string, Value>): Record<string, Value> {
  const ids = Object.keys(record);
  const [oldest] = ids;
  if (ids.length > MAX_TRANSCRIPT_CALLS && oldest !== undefined) delete record[oldest];
  return record;
}
