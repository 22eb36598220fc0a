// An agent: a message or a result in, messages and calls out. It knows no provider and runs no tool.
import type { AgentConfig } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { GroupStep } from "../../protocol/events/turn.ts";
import type { Json, Message, Reasoning, ToolCall, ToolResult } from "../../protocol/messages.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session/session.ts";

export type { AgentConfig };

/** The result of a call. For the reserved call `model`, `answer` is what the model said. */
export interface CallResult extends ToolResult {
  at: string;
  answer?: { content: string; tool_calls: ToolCall[]; reasoning: Reasoning | null };
}

export interface AgentResponse {
  /** New messages in order, to be appended once. */
  messages: Message[];
  /** Calls to make next; `model` asks the model. The core never makes them itself. */
  tool_calls: ToolCall[];
  session_updates: Record<string, Json>;
  /** Steps of a pattern, in order; they come before what the agent says. */
  steps?: GroupStep[];
  /** Why the turn must end here although calls may be open: a reached limit, a failed tool. */
  end: ErrorBody | null;
}

export interface Agent {
  processMessage(session: Session, message: Message): Result<AgentResponse>;
  processToolResult(session: Session, result: CallResult): Result<AgentResponse>;
}

/** The documents' defaults. */
export const defaultAgentConfig: AgentConfig = {
  max_iterations: 5,
  max_tool_iterations: 10,
  enable_self_correction: true,
  reasoning_depth: 2,
  max_parallel_tools: 4,
  max_tokens: null,
  max_cost_usd: null,
  max_wall_ms: null,
  max_model_attempts: 4,
  retry_base_ms: 500,
  max_retry_after_ms: 120_000,
  request_deadline_ms: null,
  max_delegation_depth: 4,
  max_delegations: 50,
  max_rounds: 3,
  compact_above_tokens: null,
};
