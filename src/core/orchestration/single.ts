// Single mode: ask the model; run what it calls; give it the results; until it answers.

import type { Message, ToolCall } from "../../protocol/messages.ts";
import type { AgentResponse, CallResult } from "../agent/agent.ts";
import { limitReached } from "../agent/limits.ts";
import { isPatternCall } from "../session/delegation.ts";
import { MODEL, type Session } from "../session/session.ts";
import type { Orchestrator } from "./orchestrator.ts";

export interface SingleAgentMode {
  /** Rounds of tool calls in one turn. */
  max_tool_iterations: number;
}

export function createSingleAgentMode(mode: SingleAgentMode): Orchestrator {
  return {
    process: (session, message) => ({
      ...nothing,
      messages: [message],
      tool_calls: [askModel(session)],
    }),
    handle_tool_result: (session, result) =>
      result.name === MODEL ? afterAnswer(mode, session, result) : afterTool(session, result),
  };
}

export const nothing: AgentResponse = {
  messages: [],
  tool_calls: [],
  session_updates: {},
  end: null,
};

function afterAnswer(mode: SingleAgentMode, session: Session, result: CallResult): AgentResponse {
  const message = assistantMessage(session, result);
  const response = { ...nothing, messages: [message], tool_calls: message.tool_calls };
  if (message.tool_calls.length === 0) return response;
  if (toolRounds(session) < mode.max_tool_iterations) return response;
  return {
    ...response,
    tool_calls: [],
    end: limitReached("tool_rounds", mode.max_tool_iterations),
  };
}

/** The model goes on once the last call of the round has its result. */
function afterTool(session: Session, result: CallResult): AgentResponse {
  const isLast = session.pending.every((call) => call.id === result.id);
  return {
    ...nothing,
    messages: [toolMessage(session, result)],
    tool_calls: isLast ? [askModel(session)] : [],
  };
}

/** The next call of the model; its id follows from the turn, so that asking twice is one call. */
export function askModel(session: Session): ToolCall {
  const next = session.state.iteration_count + 1;
  return { id: `${session.turn?.id ?? session.id}_m${next}`, name: MODEL, args: {} };
}

/** Rounds of tool calls that the model asked for in the running turn so far. */
export function toolRounds(session: Session): number {
  const turn = session.turn?.id ?? null;
  return session.conversation.filter(
    ({ turn_id, tool_calls, message_id }) =>
      turn_id === turn && tool_calls.length > 0 && !isPatternCall(turn ?? "", message_id),
  ).length;
}

export function assistantMessage(session: Session, result: CallResult): Message {
  return {
    ...blank(session, result.at),
    message_id: result.id,
    role: "assistant",
    content: result.answer?.content ?? result.output,
    tool_calls: result.answer?.tool_calls ?? [],
    reasoning: result.answer?.reasoning ?? null,
  };
}

export function toolMessage(session: Session, result: CallResult): Message {
  return {
    ...blank(session, result.at),
    message_id: `${result.id}_r`,
    role: "tool",
    content: result.output,
    name: result.name,
    tool_call_id: result.id,
  };
}

function blank(session: Session, at: string): Omit<Message, "message_id" | "role" | "content"> {
  return {
    turn_id: session.turn?.id ?? null,
    name: null,
    tool_call_id: null,
    tool_calls: [],
    attachments: [],
    reasoning: null,
    source: session.turn?.source ?? session.source,
    created_at: at,
  };
}
