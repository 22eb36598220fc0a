// What every provider demands of a history, as one check.
import type { Message } from "../../../src/core/index.ts";

/** What is wrong with this history, or nothing: each call exactly one result, directly after it, in order. */
export function historyProblem(messages: Message[]): string | undefined {
  let index = 0;
  while (index < messages.length) {
    const message = messages[index];
    if (!message) return "a hole";
    if (message.role === "tool") return `the result ${message.message_id} follows no call`;
    if (message.tool_calls.length > 0 && message.role !== "assistant") {
      return `${message.role} makes calls`;
    }
    for (const call of message.tool_calls) {
      index += 1;
      const result = messages[index];
      if (result?.role !== "tool" || result.tool_call_id !== call.id) {
        return `the call ${call.id} is followed by ${result?.message_id ?? "nothing"}`;
      }
    }
    index += 1;
  }
  return undefined;
}

/** What is wrong with one message, whoever wrote it. */
export function messageProblem(message: Message): string | undefined {
  const { role, tool_call_id, tool_calls, content, message_id } = message;
  if ((role === "tool") !== (tool_call_id !== null)) return `${message_id}: ${role} and its call`;
  if (role !== "assistant" && tool_calls.length > 0) return `${message_id}: ${role} makes calls`;
  const mayBeEmpty = role === "tool" || tool_calls.length > 0;
  return content.trim() === "" && !mayBeEmpty ? `${message_id} is empty` : undefined;
}
