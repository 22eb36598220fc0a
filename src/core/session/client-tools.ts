// Tools that the caller of a turn runs itself: where the model calls one, the turn ends, and the next message
// brings the results. Pure functions over the state.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { Message, ToolCall } from "../../protocol/messages.ts";
import type { InputOf } from "./inputs.ts";
import type { Queued, SessionActorState, Turn } from "./state.ts";

/** Why a turn ended whose caller is to run something. */
export const CLIENT_TOOLS = "client_tools";

export const isClientCall = ({ agent }: Pick<Turn, "agent">, { name }: ToolCall): boolean =>
  agent.tools.some((tool) => tool.name === name && tool.client !== undefined);

/** Nothing is left to do here: every open call is one that the caller runs. */
export const awaitsClient = (turn: Turn): boolean =>
  turn.model === null &&
  turn.calls.length > 0 &&
  turn.calls.every(({ call }) => isClientCall(turn, call));

/** Calls of the newest answer that have no result. */
export function unansweredCalls({ session }: SessionActorState): ToolCall[] {
  const conversation = session?.conversation ?? [];
  const place = conversation.findLastIndex((message) => message.tool_calls.length > 0);
  const answered = new Set(conversation.slice(place + 1).map((message) => message.tool_call_id));
  const calls = conversation[place]?.tool_calls ?? [];
  return calls.filter((call) => !answered.has(call.id));
}

/** Results of calls that nobody waits for would be lost. */
export function resultsRefusal(
  state: SessionActorState,
  { settings }: Pick<InputOf<"send">, "settings">,
): ErrorBody | undefined {
  const results = settings.client_results ?? [];
  if (results.length === 0) return undefined;
  if (state.turn || state.queue.length > 0) {
    const message = "The session answers another message: send the results when it has ended.";
    return { code: "busy", message, details: {} };
  }
  const open = unansweredCalls(state).map((call) => call.id);
  const unknown = results.find(({ call_id }) => !open.includes(call_id));
  if (!unknown) return undefined;
  const message = `No call '${unknown.call_id}' waits for a result of the caller's.`;
  return { code: "call_not_found", message, details: { call_id: unknown.call_id, open } };
}

/** The results as messages, in the place of `said`: the last has its id, which the queue knows. */
export function resultMessages(
  state: SessionActorState,
  { settings }: Queued,
  said: Message,
): Message[] {
  const calls = unansweredCalls(state);
  const results = settings.client_results ?? [];
  return results.flatMap(({ call_id, output }, index) => {
    const call = calls.find((one) => one.id === call_id);
    if (!call) return [];
    const isLast = index === results.length - 1;
    return {
      ...said,
      message_id: isLast ? said.message_id : `${call_id}_r`,
      role: "tool",
      content: output,
      name: call.name,
      tool_call_id: call_id,
      attachments: [],
    };
  });
}
