// The core's face under the documents' names, and the types of the protocol: what an embedder imports.
export type * from "../protocol/agents.ts";
export type * from "../protocol/bounds.ts";
export type * from "../protocol/classify.ts";
export type * from "../protocol/commands/index.ts";
export type * from "../protocol/commands/key.ts";
export type * from "../protocol/commands/object.ts";
export type * from "../protocol/commands/replay.ts";
export type * from "../protocol/commands/session.ts";
export type * from "../protocol/commands/workflow.ts";
export type * from "../protocol/environments.ts";
export type * from "../protocol/errors.ts";
export type * from "../protocol/events/index.ts";
export type * from "../protocol/events/turn.ts";
export type * from "../protocol/frames.ts";
export type * from "../protocol/json-rpc.ts";
export type * from "../protocol/mcp.ts";
export type * from "../protocol/messages.ts";
export type * from "../protocol/openai.ts";
export type * from "../protocol/openai-answers.ts";
export type * from "../protocol/plugins.ts";
export type * from "../protocol/rest.ts";
export type * from "../protocol/rules.ts";
export type * from "../protocol/schedules.ts";
export type * from "../protocol/schema.ts";
export type * from "../protocol/scopes.ts";
export type * from "../protocol/signals.ts";
export type * from "../protocol/spawned.ts";
export type * from "../protocol/structured.ts";
export type * from "../protocol/tool-checks.ts";
export type * from "../protocol/trials.ts";
export type * from "../protocol/upkeep.ts";
export type * from "../protocol/workflows.ts";
export type { Agent, AgentResponse, CallResult } from "./agent/agent.ts";
export { defaultAgentConfig } from "./agent/agent.ts";
export { type AgentEngine, createAgentEngine } from "./agent/engine.ts";
export { type AskedCall, matchesPattern, type Permission, permit } from "./agent/permission.ts";
export type { Effect } from "./effects.ts";
export { type Machine, match, replay } from "./machine.ts";
export type { Model, ModelPart, ModelRequest } from "./model.ts";
export type { Orchestrator } from "./orchestration/orchestrator.ts";
export { createSingleAgentMode, type SingleAgentMode } from "./orchestration/single.ts";
export {
  createSystemPrompt,
  type PromptTemplate,
  renderTemplate,
  type SystemPrompt,
} from "./prompt/template.ts";
export type { Result } from "./result.ts";
export type { SessionInput } from "./session/inputs.ts";
export { createSessionMachine, sessionMachine } from "./session/machine.ts";
export { createSessionManager, type SessionManager } from "./session/manager.ts";
export { createSession, type Session } from "./session/session.ts";
export type { Tool, ToolContext, ToolOutput } from "./tool.ts";
export type { World } from "./world.ts";
