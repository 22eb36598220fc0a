// The table of ways to work. A row here is a mode that turns can run in.
import type { TurnAgent } from "../../protocol/agents.ts";
import type { AgentMode } from "../../protocol/messages.ts";
import { createGroupMode } from "./group.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { debate } from "./patterns/debate.ts";
import { parallel } from "./patterns/parallel.ts";
import { review } from "./patterns/review.ts";
import { sequential } from "./patterns/sequential.ts";
import { createSingleAgentMode } from "./single.ts";
import type { Evaluate } from "./workflow/evaluate.ts";
import { createWorkflowMode } from "./workflow/mode.ts";

export const orchestrators = {
  single: ({ config }) => createSingleAgentMode(config),
  sequential: (agent) => createGroupMode(agent, sequential),
  parallel: (agent) => createGroupMode(agent, parallel),
  debate: (agent) => createGroupMode(agent, debate),
  review: (agent) => createGroupMode(agent, review),
  workflow: createWorkflowMode,
} as const satisfies Record<AgentMode, (agent: TurnAgent, evaluate: Evaluate) => Orchestrator>;
