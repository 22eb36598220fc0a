// Events of a turn: one answer of an agent. Stream: `session/<id>`.
import { z } from "zod";
import { turnAgent } from "../agents.ts";
import { agentMode, at, count, errorBody, id, toolCall, turnLimit, usage } from "../messages.ts";
import { event } from "./event.ts";

/** The steps of patterns: what a run on paper and the run in the journal share. */
export const groupStep = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("round_started"),
    mode: agentMode,
    round: count,
    members: z.array(z.string()),
  }),
  z.object({
    type: z.literal("verdict"),
    round: count,
    reviewer: z.string(),
    accepted: z.boolean(),
    comments: z.string(),
  }),
  z.object({
    type: z.literal("node_started"),
    node: z.string(),
    po_name: z.string(),
    visit: count,
    call_id: id,
  }),
  z.object({
    type: z.literal("node_completed"),
    node: z.string(),
    visit: count,
    success: z.boolean(),
    /** The beginning of it; the whole is the result of the call. */
    output: z.string(),
  }),
  z.object({ type: z.literal("edge_taken"), from: z.string(), to: z.string() }),
  z.object({ type: z.literal("ended"), reason: z.string() }),
]);
export type GroupStep = z.infer<typeof groupStep>;

const ids = { session_id: id, turn_id: id };

export const toolOutcome = z.enum([
  "completed",
  "failed",
  "invalid",
  "denied",
  "timed_out",
  "cancelled",
  "interrupted",
  "not_run",
]);

export const turnEvents = {
  TurnStarted: event(
    2,
    "An agent began to answer, pinned to this definition of itself.",
    z.object({ ...ids, agent: turnAgent }),
  ),
  TurnResumed: event(
    1,
    "The daemon is back and the turn goes on; the time it was away does not count.",
    z.object({ ...ids, downtime_ms: count }),
  ),
  ModelCallStarted: event(
    1,
    "The model is asked. A higher attempt discards the text of the one before.",
    z.object({
      ...ids,
      call_id: id,
      attempt: count,
      model: z.string(),
      purpose: z.enum(["answer", "compact"]),
    }),
  ),
  ModelCallFailed: event(
    1,
    "The model did not answer; it is asked again at `retry_at`, or, where that is null, not again.",
    z.object({
      ...ids,
      call_id: id,
      attempt: count,
      error: errorBody,
      retry_at: at.nullable(),
    }),
  ),
  ToolCallStarted: event(
    1,
    "A tool is about to run with exactly these arguments.",
    z.object({ ...ids, tool_call: toolCall, hash: z.string() }),
  ),
  ToolCallCompleted: event(
    1,
    "A tool call ended. Its output is the tool message that follows.",
    z.object({
      ...ids,
      call_id: id,
      name: z.string(),
      success: z.boolean(),
      outcome: toolOutcome,
      duration_ms: count,
      /** Bytes the tool wrote; more than the message holds when the output was cut. */
      output_bytes: count,
      /** The file with the whole output, where it was cut. */
      spilled_to: z.string().nullable(),
      /** What was refused, and what would allow it. */
      denial: z.object({ subject: z.string(), allow_with: z.string() }).nullable(),
    }),
  ),
  UsageRecorded: event(
    1,
    "What one model call cost.",
    z.object({ ...ids, call_id: id, model: z.string(), usage }),
  ),
  DelegationStarted: event(
    1,
    "A call of another object began: a session of its own answers it.",
    z.object({
      ...ids,
      call_id: id,
      po_name: z.string(),
      child_session_id: id,
      child_turn_id: id,
    }),
  ),
  DelegationCompleted: event(
    1,
    "The other object answered, or why it did not. Its answer is the call's output.",
    z.object({
      ...ids,
      call_id: id,
      po_name: z.string(),
      child_session_id: id,
      success: z.boolean(),
      error: errorBody.nullable(),
    }),
  ),
  DelegationPaused: event(
    1,
    "The called object waits only for a human: the caller's time stands still.",
    z.object({ ...ids, call_id: id, child_session_id: id }),
  ),
  DelegationResumed: event(
    1,
    "The called object goes on, and so does the caller's time.",
    z.object({ ...ids, call_id: id, child_session_id: id }),
  ),
  ChildUsageRecorded: event(
    1,
    "What a called object, or one that it called, has used: it counts against this turn's limits.",
    z.object({
      ...ids,
      call_id: id,
      child_session_id: id,
      /** The child's events up to this seq are counted. */
      through_seq: count,
      model_calls: count,
      usage,
    }),
  ),
  LimitExtended: event(
    1,
    "A human gave the turn as much again of a limit that it had reached.",
    z.object({ ...ids, limit: turnLimit, by: z.number().positive() }),
  ),
  StepTaken: event(
    1,
    "A group or a workflow took a step of its pattern.",
    z.object({ ...ids, step: groupStep }),
  ),
  TurnCompleted: event(
    1,
    "The answer stands in the conversation.",
    z.object({ ...ids, message_id: id.nullable(), stop_reason: z.string() }),
  ),
  TurnFailed: event(
    1,
    "The turn ended without its answer; the error names why, a reached limit included.",
    z.object({
      ...ids,
      error: errorBody,
      /** What there is of an answer. */ message_id: id.nullable(),
    }),
  ),
  TurnCancelled: event(1, "Somebody stopped the turn.", z.object({ ...ids, reason: z.string() })),
} as const;

export type ToolOutcome = z.infer<typeof toolOutcome>;
