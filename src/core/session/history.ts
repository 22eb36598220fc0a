// The history that a model is shown: repaired, so that every call has exactly one result in order, and
// shortened by the newest compaction. Pure functions over the conversation.
import type { Message, ToolCall } from "../../protocol/messages.ts";
import type { SessionActorState } from "./state.ts";

/** What a call is answered with when its result is not in the conversation. */
export const UNKNOWN_OUTCOME =
  "Interrupted: it is not known whether this call ran. Check before you try it again.";

/** What stands in for the compacted messages has this id; it is in no conversation. */
export const SUMMARY_ID = "summary";

/** The conversation as a model may see it: newest compaction applied, calls and results paired. */
export function shownHistory(state: SessionActorState): Message[] {
  const conversation = state.session?.conversation ?? [];
  const { compaction } = state;
  if (!compaction) return repaired(conversation);
  const cut = conversation.findIndex((one) => one.message_id === compaction.through_message_id);
  const rest = conversation.slice(cut + 1);
  const first = rest[0] ?? conversation[0];
  if (!first) return [];
  return [summaryMessage(first, compaction.summary), ...repaired(rest)];
}

function summaryMessage(like: Message, summary: string): Message {
  return {
    ...like,
    message_id: SUMMARY_ID,
    role: "user",
    content: `<summary of the conversation so far>\n${summary}\n</summary>`,
    name: null,
    tool_call_id: null,
    tool_calls: [],
    attachments: [],
    reasoning: null,
  };
}

/** Each assistant message followed by exactly one result for each of its calls, in their order. */
export function repaired(conversation: Message[]): Message[] {
  const results = resultsOf(conversation);
  const history: Message[] = [];
  for (const message of conversation) {
    if (message.role === "tool") continue;
    history.push(message);
    for (const call of message.tool_calls) {
      history.push(results.get(call) ?? unknownResult(message, call));
    }
  }
  return history;
}

/** The result of each call that has one: the first after it with its id. Ids may come twice: a result belongs to
 * the newest call before it that has none yet. */
export function resultsOf(conversation: readonly Message[]): Map<ToolCall, Message> {
  const results = new Map<ToolCall, Message>();
  const open = new Map<string, ToolCall>();
  for (const message of conversation) {
    for (const call of message.tool_calls) open.set(call.id, call);
    if (message.role !== "tool" || message.tool_call_id === null) continue;
    const call = open.get(message.tool_call_id);
    if (!call) continue;
    open.delete(message.tool_call_id);
    results.set(call, message);
  }
  return results;
}

/** What says of a call of this message that nothing is known of it. */
export function unknownResult(message: Message, call: ToolCall): Message {
  return {
    ...message,
    message_id: `${call.id}_r`,
    role: "tool",
    content: UNKNOWN_OUTCOME,
    name: call.name,
    tool_call_id: call.id,
    tool_calls: [],
    attachments: [],
    reasoning: null,
  };
}

const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_IMAGE = 1_000;

/** A rough count of tokens, good enough to decide when a history is long. */
export function estimatedTokens(messages: Message[]): number {
  let characters = 0;
  let images = 0;
  for (const message of messages) {
    characters += message.content.length + 16;
    for (const call of message.tool_calls) characters += JSON.stringify(call.args).length + 32;
    images += message.attachments.length;
  }
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}
