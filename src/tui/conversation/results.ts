// What the calls of a conversation said, by the id of the call.
import type { Message } from "../../protocol/messages.ts";

export function resultsOf(messages: readonly Message[]): ReadonlyMap<string, Message> {
  const results = new Map<string, Message>();
  for (const message of messages) {
    if (message.tool_call_id !== null) results.set(message.tool_call_id, message);
  }
  return results;
}
