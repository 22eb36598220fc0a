// The nouns that travel and are kept: messages, tool calls, results, specs, sessions, requests.
// Fields keep their wire spelling everywhere; what is absent is null.
import { z } from "zod";
import { type ErrorCode, errorCodes } from "./errors.ts";
import {
  MAX_DATA_KEYS,
  MAX_DELEGATION_DEPTH,
  MAX_IMPORTED_MESSAGES,
  MAX_LIST_LENGTH,
  MAX_NAME_LENGTH,
  MAX_RULE_LENGTH,
  MAX_TITLE_LENGTH,
  NAME_PATTERN,
} from "./limits.ts";

/** Absent and null are the same on input; null inside. */
export const orNull = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().default(null);

export const name = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(NAME_PATTERN, "letters, digits, '_', '-' and '.', not first '.'");
export const id = z.string().min(1).max(128);
/** An id that a client chose, such as a UUID. */
export const chosenId = z
  .string()
  .min(8)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "8 to 64 letters, digits, '_' and '-'");
export const at = z.iso.datetime();
export const json = z.json();
export const count = z.number().int().nonnegative();

export const errorBody = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

export const role = z.enum(["system", "user", "assistant", "tool"]);
export const source = z.enum(["tui", "cli", "api", "mcp", "web", "po", "delegation"]);
export const poState = z.enum(["idle", "working", "waiting"]);
export const delivery = z.enum(["queue", "steer"]);
/** How the turns of a session work: one agent alone, or a group of them in a pattern. */
export const agentMode = z.enum([
  "single",
  "sequential",
  "parallel",
  "debate",
  "review",
  "workflow",
]);

export const toolCall = z.object({ id, name: z.string(), args: json });
export const toolResult = z.object({
  id,
  name: z.string(),
  output: z.string(),
  success: z.boolean(),
});
/** `parameters` is a JSON Schema object. */
export const toolSpec = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), json),
});

/** A kept attachment: the bytes lie beside the journal under their hash. */
export const attachment = z.object({
  media_type: z.string(),
  bytes: count,
  sha256: z.string(),
  name: z.string().nullable(),
});

/** A model's own reasoning. `opaque` is what its vendor wants back unchanged in the next request. */
export const reasoning = z.object({
  text: z.string(),
  opaque: z.object({ vendor: z.string(), items: z.array(json) }).nullable(),
});

export const message = z.object({
  message_id: id,
  turn_id: id.nullable(),
  role,
  content: z.string(),
  /** Who speaks, where several do. */
  name: z.string().nullable(),
  tool_call_id: id.nullable(),
  tool_calls: z.array(toolCall),
  attachments: z.array(attachment),
  reasoning: reasoning.nullable(),
  source,
  created_at: at,
});

export const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  cached_tokens: count,
  reasoning_tokens: count,
  /** null where the price of the model is not known. */
  cost_usd: z.number().nonnegative().nullable(),
});

/** What usage is summed up by. A tree is a session that nobody called, with all that were called below it. */
export const usageBy = z.enum(["session", "object", "model", "day", "tree"]);
export const usageGroup = z.object({
  /** An id, a name, or a day (UTC). */
  key: z.string(),
  /** Of a session or a tree; else null. */
  po_name: z.string().nullable(),
  label: z.string().nullable(),
  calls: count,
  usage,
});

export const sessionState = z.object({
  active_tools: z.array(z.string()),
  context: z.record(z.string(), z.string()),
  iteration_count: count,
});

/** Who called, for a session that answers the call of another session's agent. */
export const parentCall = z.object({
  session_id: id,
  turn_id: id,
  call_id: id,
  /** The session that a human or a client talks to, at the top of the tree. */
  root_session_id: id,
  /** Objects from the root down to the caller, the root's first. */
  chain: z.array(z.string()).max(MAX_DELEGATION_DEPTH),
  /** Why the caller calls, in its own words. */
  reason: z.string().nullable(),
});

export const sessionSummary = z.object({
  session_id: id,
  po_name: z.string(),
  name: z.string().nullable(),
  source,
  agent_mode: agentMode,
  state: poState,
  message_count: count,
  /** The first words that were said in it; empty where nothing was. */
  title: z.string(),
  workspace: z.string(),
  /** The call of another session's agent that this one answers. */
  parent: parentCall.nullable(),
  /** Where its conversation was copied from. */
  forked_from: z.object({ session_id: id, message_id: id.nullable() }).nullable(),
  ephemeral: z.boolean(),
  created_at: at,
  updated_at: at,
});

export const session = sessionSummary.extend({
  conversation: z.array(message),
  session_state: sessionState,
  metadata: z.record(z.string(), json),
  turn_id: id.nullable(),
  queued: count,
});

/** One thing that the objects of one tree of delegations share. */
export const sharedData = z.object({
  key: z
    .string()
    .max(MAX_NAME_LENGTH)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "letters, digits, '_', '-' and '.'"),
  short_description: z.string().max(MAX_TITLE_LENGTH),
  /** null is nothing: it was removed. */
  value: json,
  /** Who stored it. */
  po_name: name,
});

/** What a called object and its caller said, as a document carries it. */
export const exportedCall = z.object({
  /** The call in the messages of the session that called. */
  call_id: id,
  parent_session_id: id,
  session_id: id,
  po_name: z.string(),
  messages: z.array(message).max(MAX_IMPORTED_MESSAGES),
});
/** A name that a human can see, of a session. */
export const sessionName = z.string().min(1).max(MAX_TITLE_LENGTH).regex(/\S/, "it is blank");

/** A session as a file: what ExportSession writes and ImportSession reads. */
export const sessionDocument = z.object({
  format: z.literal("jamey-session"),
  format_version: z.literal(1),
  exported_at: at,
  session: session
    .pick({
      session_id: true,
      po_name: true,
      name: true,
      agent_mode: true,
      created_at: true,
      session_state: true,
      metadata: true,
    })
    .extend({ name: sessionName.nullable() }),
  messages: z.array(message).max(MAX_IMPORTED_MESSAGES),
  /** The bytes of the messages' attachments: hash → Base64. */
  attachments: z.record(z.string(), z.string()).default({}),
  shared_data: z.array(sharedData).max(MAX_DATA_KEYS).default([]),
  /** To be read: an import begins one session, and leaves these in the file. */
  delegations: z.array(exportedCall).max(MAX_LIST_LENGTH).default([]),
});

export const requestKind = z.enum(["question", "approval", "secret"]);
export const decisionScope = z.enum(["once", "session", "rule"]);

/** What a turn counts, and may be given more of. */
export const turnLimit = z.enum(["model_calls", "tokens", "cost_usd", "wall_ms"]);
export const askedLimit = z.object({
  name: turnLimit,
  /** The limit as it is. */
  value: z.number(),
  /** What a yes adds to it. */
  by: z.number().positive(),
  /** The model call that waits; null: calls of objects do. */
  call_id: id.nullable(),
});

export const humanRequest = z.object({
  request_id: id,
  session_id: id,
  turn_id: id,
  from_po: z.string(),
  kind: requestKind,
  question: z.string(),
  options: z.array(z.string()),
  /** The exact call that waits for approval, and the hash of exactly that call. */
  tool_call: toolCall.nullable(),
  hash: z.string().nullable(),
  created_at: at,
  deadline_at: at.nullable(),
  /** What a decision may hold for; left out: for each of them. */
  scopes: z.array(decisionScope).optional(),
  /** Of an approval without a call: the limit that the turn has reached. */
  limit: askedLimit.optional(),
  /** Of a question without a call: the program that asks it while it runs for this call, such as an MCP server. */
  asked_by: z.object({ call_id: id, program: z.string() }).optional(),
});

export const answer = z.discriminatedUnion("type", [
  z.object({ type: z.literal("answer"), text: z.string() }),
  z.object({
    type: z.literal("decision"),
    decision: z.enum(["approve", "deny"]),
    /** The hash that the human saw. */
    hash: z.string(),
    /**
     * `session` also allows or denies exactly this call, its arguments and its workspace, for the rest of the session;
     * `rule` allows the object what `match` says, in every session, until the rule is removed.
     */
    scope: decisionScope.default("once"),
    /** Of a rule: a pattern that the human typed; null is exactly the call that was shown. */
    match: orNull(z.string().min(1).max(MAX_RULE_LENGTH)),
    reason: orNull(z.string()),
  }),
  z.object({ type: z.literal("secret"), value: z.string() }),
]);

export type TurnLimit = z.infer<typeof turnLimit>;
export type DecisionScope = z.infer<typeof decisionScope>;
export type Role = z.infer<typeof role>;
export type Source = z.infer<typeof source>;
export type PoState = z.infer<typeof poState>;
export type Delivery = z.infer<typeof delivery>;
export type AgentMode = z.infer<typeof agentMode>;
export type Json = z.infer<typeof json>;
export type ToolCall = z.infer<typeof toolCall>;
export type ToolResult = z.infer<typeof toolResult>;
export type ToolSpec = z.infer<typeof toolSpec>;
export type Attachment = z.infer<typeof attachment>;
export type Reasoning = z.infer<typeof reasoning>;
export type Message = z.infer<typeof message>;
export type Conversation = Message[];
export type Usage = z.infer<typeof usage>;
export type UsageBy = z.infer<typeof usageBy>;
export type UsageGroup = z.infer<typeof usageGroup>;
export type SessionState = z.infer<typeof sessionState>;
export type SessionSummary = z.infer<typeof sessionSummary>;
export type SessionView = z.infer<typeof session>;
export type ParentCall = z.infer<typeof parentCall>;
export type SharedData = z.infer<typeof sharedData>;
export type SessionDocument = z.infer<typeof sessionDocument>;
export type HumanRequest = z.infer<typeof humanRequest>;
export type Answer = z.infer<typeof answer>;
