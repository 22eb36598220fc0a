// The table of signals: what is happening. Bounded, coalesced, never stored: the finished message is
// the event. Correctness never depends on one.
import { z } from "zod";
import { count, id } from "./messages.ts";

/** `offset` counts UTF-16 units of the whole text; a higher `attempt` discards the earlier text. */
const delta = z.object({
  session_id: id,
  turn_id: id,
  /** The message being written, or for tool output the tool call. */
  message_id: id,
  attempt: count,
  offset: count,
  text: z.string(),
});

export const signals = {
  TextDelta: { summary: "The answer grows.", payload: delta },
  ReasoningDelta: { summary: "The model's reasoning grows.", payload: delta },
  ToolOutputDelta: {
    summary: "A tool writes; only the newest part is kept, so that offsets may jump.",
    payload: delta,
  },
} as const;

export type SignalName = keyof typeof signals;
export type SignalPayload = z.infer<typeof delta>;
export const signalName = z.enum(Object.keys(signals) as [SignalName, ...SignalName[]]);

/** One of them, and which. */
export const signal = delta.extend({ signal_type: signalName });
export type Signal = z.infer<typeof signal>;
