// What an agent may do in a turn: limits, permission rules, the definition that a turn is pinned to.
import { z } from "zod";
import {
  MAX_CLIENT_TOOLS,
  MAX_DELEGATION_DEPTH,
  MAX_GROUP_MEMBERS,
  MAX_INSTRUCTIONS_LENGTH,
} from "./limits.ts";
import { agentMode, count, id, json, name, orNull, toolSpec } from "./messages.ts";
import { workflow } from "./workflows.ts";

/** What a tool can do to the world; the default policy allows `none` and `read`, and asks for the rest. */
export const risk = z.enum(["none", "read", "write", "execute", "network"]);

/** One permission rule. `match` is a glob over the call's subject (a path, a command line, a URL). */
export const permissionRule = z.object({
  tool: z.string(),
  match: orNull(z.string()),
  action: z.enum(["allow", "ask", "deny"]),
  /** Of a rule about exactly one call, whatever else `match` would fit; left out of patterns. */
  call_hash: z.string().optional(),
});

/** What becomes of a call that needs a human when none is there. */
export const onAsk = z.enum(["queue", "deny", "fail"]);

/** `ask` waits for a human, who may give as much again; of objects that are called only the caller's turn asks. */
export const onLimit = z.enum(["end", "ask"]);

/** Limits of one turn. null is "no limit". */
export const agentConfig = z.object({
  /** Model calls in one turn. */
  max_iterations: z.number().int().min(1).max(10_000),
  /** Rounds of tool calls in one turn. */
  max_tool_iterations: z.number().int().min(0).max(10_000),
  /** A failed tool or invalid arguments go back to the model; off, they end the turn. */
  enable_self_correction: z.boolean(),
  /** 0 asks for no reasoning, 1 for little, 2 leaves it to the model, 3 and 4 ask for much, 5 and up for all. */
  reasoning_depth: z.number().int().min(0).max(255),
  max_parallel_tools: z.number().int().min(1).max(64),
  max_tokens: z.number().int().positive().nullable(),
  max_cost_usd: z.number().positive().nullable(),
  /** Stopped while a human is awaited and while the daemon is down. */
  max_wall_ms: z.number().int().positive().nullable(),
  /** Failures of one model call before the turn fails. */
  max_model_attempts: z.number().int().min(1).max(100),
  /** First wait before a retry; doubled each time. */
  retry_base_ms: z.number().int().min(1),
  /** A `Retry-After` above this ends the turn instead of waiting. */
  max_retry_after_ms: z.number().int().min(0),
  /** How long a human request stays open; null is for ever. */
  request_deadline_ms: z.number().int().positive().nullable(),
  /** Objects that may call each other in one chain below this turn; 0 calls none. */
  max_delegation_depth: z.number().int().min(0).max(MAX_DELEGATION_DEPTH),
  /** Calls of other objects in one turn. */
  max_delegations: z.number().int().min(0).max(10_000),
  /** Rounds of a debate or a review. */
  max_rounds: z.number().int().min(1).max(100),
  /** Estimated tokens of history above which it is compacted; null is a share of what the model takes. */
  compact_above_tokens: z.number().int().positive().nullable(),
  /** What becomes of a turn that reaches its model calls, tokens, money or time; left out: it ends. */
  on_limit: onLimit.optional(),
});

export const outputShape = z.object({
  schema: z.record(z.string(), json),
  /** How often an answer that does not fit is sent back to the model with what is wrong. */
  retries: z.number().int().min(0).max(10).default(2),
});

/** A tool that the caller runs. `model` is what the daemon calls the model itself. */
export const clientTool = toolSpec.extend({
  name: z.string().regex(/^(?!model$)[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, '_' and '-'"),
});

/** What the caller's tool came to. */
export const clientResult = z.object({ call_id: id, output: z.string() });

/**
 * Settings that a caller may give for one message. Humans with the scope `admin` may widen with them what the
 * object and the environment set, never a rule that denies: others are refused a rule that allows and a
 * wider limit. Of a process that an agent started only what narrows counts,
 * and a model or prompt of its own choice is refused.
 */
export const turnSettings = z.object({
  model: orNull(z.string()),
  /** Replaces the object's prompt for this turn. */
  system: orNull(z.string()),
  /** How this turn works; null: as the session does. */
  mode: orNull(agentMode),
  /** The only tools offered; null is all that the object declares. */
  tools: orNull(z.array(z.string())),
  rules: z.array(permissionRule).max(256).default([]),
  on_ask: onAsk.default("queue"),
  limits: agentConfig.partial().default({}),
  /** The answer must be one JSON document that fits this JSON Schema; null leaves it free. */
  output: orNull(outputShape),
  /** Added to the object's prompt for this turn. */
  instructions: z.string().max(MAX_INSTRUCTIONS_LENGTH).optional(),
  /**
   * Tools that the caller runs itself: where the model calls one, the turn ends with the stop reason
   * `client_tools`, and the next message brings their results. One of the object's own of this name gives way.
   */
  client_tools: z.array(clientTool).max(MAX_CLIENT_TOOLS).optional(),
  /** Results of such calls: the model is given these, and the message is no part of the conversation. */
  client_results: z.array(clientResult).max(MAX_CLIENT_TOOLS).optional(),
});

/** Of one refusal. */
const MAX_UNKNOWN_SHOWN = 5;

/** The same as a message brings them: a setting that is none is refused, for it would count for nothing. */
export const askedSettings = exactly({
  ...turnSettings.shape,
  rules: z.array(exactly(permissionRule.shape)).max(256).default([]),
  limits: exactly(agentConfig.partial().shape).default({}),
  output: orNull(exactly(outputShape.shape)),
});

/** An object that has these fields and no other; what is refused is told which there are. */
function exactly<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === "unrecognized_keys" && Array.isArray(keys)
        ? `there is no '${keys.slice(0, MAX_UNKNOWN_SHOWN).join("', '")}'. There are: ${known}`
        : undefined,
  });
}

/** How a group works together. Names are objects; which are used depends on the mode. */
export const group = z.object({
  members: z.array(name).max(MAX_GROUP_MEMBERS).default([]),
  /** Rounds of a debate; most rounds of a review. null: as the limits say. */
  rounds: orNull(z.number().int().min(1).max(100)),
  judge: orNull(name),
  author: orNull(name),
  reviewer: orNull(name),
  workflow: orNull(name),
});

export const turnTool = z.object({
  name: z.string(),
  /** A tool, or another object that is called like one. */
  kind: z.enum(["tool", "object"]),
  /** The object that is called; its own name may be one that vendors refuse. null for a tool. */
  po_name: name.nullable(),
  /** The workflow that answers, in a session of that object; left out where the object itself does. */
  workflow: name.optional(),
  /** The caller's own, which the caller runs; left out of all others. */
  client: toolSpec.optional(),
  risk,
  /** `safe` calls may run again after a crash; `never` is at most once. */
  replay: z.enum(["safe", "never"]),
});

/** What one turn is pinned to when it starts: later edits count for the next one. */
export const turnAgent = z.object({
  po_name: name,
  /** Hash of the object's text. */
  object_version: z.string(),
  mode: agentMode,
  group,
  /** What is walked in the mode `workflow`; else null. */
  workflow: workflow.nullable(),
  /** `vendor/model` */
  model: z.string(),
  /** null: unchanged since the last turn of this session. */
  system_prompt: z.string().nullable(),
  prompt_hash: z.string(),
  tools: z.array(turnTool),
  rules: z.array(permissionRule),
  on_ask: onAsk,
  config: agentConfig,
  /** Tokens of context that the model takes, where known. */
  context_tokens: count.nullable(),
});

export type Risk = z.infer<typeof risk>;
export type PermissionRule = z.infer<typeof permissionRule>;
export type OnAsk = z.infer<typeof onAsk>;
export type Group = z.infer<typeof group>;
export type OutputShape = z.infer<typeof outputShape>;
export type AgentConfig = z.infer<typeof agentConfig>;
export type TurnSettings = z.infer<typeof turnSettings>;
export type TurnTool = z.infer<typeof turnTool>;
export type TurnAgent = z.infer<typeof turnAgent>;
