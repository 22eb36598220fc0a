// A conversation as a new session begins with it: fresh ids, no turns, every call with its one result. Pure.
import type { Message, ToolCall } from "../../protocol/messages.ts";
import { resultsOf, unknownResult } from "./history.ts";
import type { CopiedHistory } from "./inputs.ts";

export interface CopyOptions {
  messages: readonly Message[];
  /** Oldest first. */
  compactions: readonly { through_message_id: string; summary: string }[];
  newId(prefix: string): string;
}

export function copyHistory({ messages, compactions, newId }: CopyOptions): CopiedHistory {
  const results = resultsOf(messages);
  const callOf = new Map([...results].map(([call, result]) => [result, call] as const));
  const copies: Message[] = [];
  const ids = new Map<string, string>();
  /** Calls of the newest round that nothing answers. */
  let unanswered: { message: Message; call: ToolCall }[] = [];
  const closeRound = () => {
    for (const { message, call } of unanswered) copies.push(unknownResult(message, call));
    unanswered = [];
  };
  const callIds = new Map<ToolCall, string>();
  for (const message of messages) {
    if (message.role !== "tool") closeRound();
    const answered = callOf.get(message);
    // Once: the very same message may stand in a document again.
    callOf.delete(message);
    // A result without its call says nothing to anybody.
    if (message.role === "tool" && !answered) continue;
    const message_id = newId("m");
    ids.set(message.message_id, message_id);
    const tool_calls = message.tool_calls.map((call) => {
      const id = newId("k");
      callIds.set(call, id);
      return { ...call, id };
    });
    const tool_call_id = (answered && callIds.get(answered)) ?? null;
    const copy = { ...message, message_id, turn_id: null, tool_call_id, tool_calls };
    copies.push(copy);
    for (const [index, call] of message.tool_calls.entries()) {
      const copied = tool_calls[index];
      if (copied && !results.has(call)) unanswered.push({ message: copy, call: copied });
    }
  }
  closeRound();
  return { messages: copies, compaction: copiedCompaction(compactions, ids) };
}

/** The newest that stands only for messages which were copied. */
function copiedCompaction(
  compactions: CopyOptions["compactions"],
  ids: ReadonlyMap<string, string>,
): CopiedHistory["compaction"] {
  const found = compactions.findLast((one) => ids.has(one.through_message_id));
  const through_message_id = found && ids.get(found.through_message_id);
  return through_message_id === undefined || !found
    ? null
    : { through_message_id, summary: found.summary };
}

/** The messages up to this one, with the results of its round; undefined where there is no such message. */
export function upTo(messages: readonly Message[], message_id: string): Message[] | undefined {
  const place = messages.findIndex((one) => one.message_id === message_id);
  if (place < 0) return undefined;
  let end = place + 1;
  while (messages[end]?.role === "tool") end += 1;
  return messages.slice(0, end);
}
