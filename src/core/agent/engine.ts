// The agent engine: one orchestrator under one config. It counts model calls, holds tool failures
// against self-correction, and turns what an orchestrator throws into an error.
import type { AgentConfig } from "../../protocol/agents.ts";
import type { Orchestrator } from "../orchestration/orchestrator.ts";
import { failure, type Result, success } from "../result.ts";
import { MODEL, type Session } from "../session/session.ts";
import type { Agent, AgentResponse, CallResult } from "./agent.ts";
import { limitReached } from "./limits.ts";

export type AgentEngine = Agent;

export function createAgentEngine(orchestrator: Orchestrator, config: AgentConfig): AgentEngine {
  return {
    processMessage: (session, message) =>
      bounded(
        session,
        config,
        guarded(() => orchestrator.process(session, message)),
      ),
    processToolResult(session, result) {
      if (!session.pending.some((call) => call.id === result.id)) {
        return failure({
          code: "call_not_found",
          message: `No call ${result.id} waits for a result.`,
          details: { call_id: result.id },
        });
      }
      const response = guarded(() => orchestrator.handle_tool_result(session, result));
      if (!response.ok) return response;
      return bounded(session, config, success(corrected(response.value, result, config)));
    },
  };
}

/** Third-party orchestrators may throw: the one place in the core where that is caught. */
function guarded(step: () => AgentResponse): Result<AgentResponse> {
  try {
    return success(step());
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return failure({
      code: "internal",
      message: `The orchestrator failed: ${reason}`,
      details: {},
    });
  }
}

function corrected(
  response: AgentResponse,
  result: CallResult,
  config: AgentConfig,
): AgentResponse {
  if (config.enable_self_correction || result.success || result.name === MODEL) return response;
  return {
    ...response,
    tool_calls: [],
    end: {
      code: "tool_failed",
      message: `The tool ${result.name} failed and self-correction is off: ${result.output}`,
      details: { tool: result.name, call_id: result.id },
    },
  };
}

function bounded(
  session: Session,
  config: AgentConfig,
  response: Result<AgentResponse>,
): Result<AgentResponse> {
  if (!response.ok || response.value.end) return response;
  const asksModel = response.value.tool_calls.some((call) => call.name === MODEL);
  if (!asksModel || session.state.iteration_count < config.max_iterations) return response;
  return success({
    ...response.value,
    tool_calls: [],
    end: limitReached("model_calls", config.max_iterations),
  });
}
