// The table of ways to work. A row here is a mode that sessions can be created in.
import type { AgentConfig } from "../../protocol/agents.ts";
import type { AgentMode } from "../../protocol/messages.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { createSingleAgentMode } from "./single.ts";

export const orchestrators = {
  single: (config) => createSingleAgentMode({ max_tool_iterations: config.max_tool_iterations }),
} as const satisfies Record<AgentMode, (config: AgentConfig) => Orchestrator>;
