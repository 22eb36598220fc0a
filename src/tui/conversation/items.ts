// What stands in a conversation, one under the other: messages, then what is not part of it yet.
// Rule: nothing here looks at all messages. An item is asked for by its index.
import type { Transcript } from "../../client/transcript.ts";
import type { Message } from "../../protocol/messages.ts";
import type { Pending, RunningLine } from "../state.ts";

/** How far the messages that belong to one call lie apart. */
const MAX_CALL_DISTANCE = 200;

export interface Source {
  transcript: Transcript;
  pending: readonly Pending[];
  /** Lines for the shell that run. */
  lines: readonly RunningLine[];
  /** The object of the session: others are named. */
  po_name: string;
}

export type Item =
  | { type: "message"; key: string; message: Message; isAttached: boolean }
  | { type: "streaming"; key: string }
  | { type: "working"; key: string }
  | { type: "ended"; key: string }
  | { type: "line"; key: string; line: RunningLine }
  | { type: "pending"; key: string; pending: Pending };

export const countItems = (source: Source): number =>
  source.transcript.messages.length + tailOf(source).length;

export function itemAt(source: Source, index: number): Item | undefined {
  const { messages } = source.transcript;
  const message = messages[index];
  if (!message) return tailOf(source)[index - messages.length];
  return {
    type: "message",
    key: message.message_id,
    message,
    isAttached: isOnlyCalls(message) && isAnswer(messages[index - 1]),
  };
}

/** Calls in a row stand close together. */
const isOnlyCalls = ({ role, content }: Message): boolean =>
  role === "assistant" && content.trim() === "";

const isAnswer = (message: Message | undefined): boolean =>
  message?.role === "assistant" || message?.role === "tool";

/** Where an item is now, near where it was; -1 where it is gone. */
export function indexOf(source: Source, key: string, near: number): number {
  const { messages } = source.transcript;
  if (itemAt(source, near)?.key === key) return near;
  // Only the oldest are ever dropped, so that items move up a little.
  const before = messages.slice(0, near).findLastIndex(({ message_id }) => message_id === key);
  if (before >= 0) return before;
  const after = messages.findIndex(({ message_id }) => message_id === key);
  if (after >= 0) return after;
  const tail = tailOf(source).findIndex((item) => item.key === key);
  return tail < 0 ? -1 : messages.length + tail;
}

/** The result of a call that the message at this index asks for. */
export function resultOf(
  { transcript: { messages } }: Source,
  index: number,
  call_id: string,
): Message | undefined {
  const end = Math.min(messages.length, index + MAX_CALL_DISTANCE);
  for (let at = index + 1; at < end; at += 1) {
    if (messages[at]?.tool_call_id === call_id) return messages[at];
  }
  return undefined;
}

/** A result is shown with its call; one without a call stands alone. */
export function hasCall({ transcript: { messages } }: Source, index: number): boolean {
  const call_id = messages[index]?.tool_call_id;
  const end = Math.max(0, index - MAX_CALL_DISTANCE);
  for (let at = index - 1; at >= end; at -= 1) {
    if (messages[at]?.tool_calls.some(({ id }) => id === call_id)) return true;
  }
  return false;
}

function tailOf({ transcript, pending, lines }: Source): Item[] {
  const { streaming, turn } = transcript;
  const tail: Item[] = [];
  if (streaming) tail.push({ type: "streaming", key: streaming.message_id });
  else if (turn.type === "running") tail.push({ type: "working", key: turn.turn_id });
  if (turn.type === "failed" || turn.type === "cancelled") {
    tail.push({ type: "ended", key: turn.turn_id });
  }
  for (const one of lines) tail.push({ type: "line", key: one.key, line: one });
  for (const one of pending) tail.push({ type: "pending", key: one.message_key, pending: one });
  return tail;
}
