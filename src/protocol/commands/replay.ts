// Commands over what happened in a session: walked step by step, seen as it was, kept as a script.
import { z } from "zod";
import { MAX_LIST_LENGTH } from "../limits.ts";
import {
  agentMode,
  at,
  count,
  humanRequest,
  id,
  json,
  message,
  orNull,
  toolCall,
} from "../messages.ts";
import { command } from "./command.ts";

/** One event of a session, or of one that it called. */
export const replayStep = z.object({
  seq: count,
  at,
  caller: z.string(),
  session_id: id,
  po_name: z.string(),
  /** Calls between the session that is walked and this one. */
  depth: count,
  event_type: z.string(),
  payload: z.record(z.string(), json),
});
export type ReplayStep = z.infer<typeof replayStep>;

export const replayCommands = {
  ReplaySession: command({
    summary: "What happened in a session and in those called below it, in order.",
    scope: "read",
    params: z.object({
      session_id: id,
      /** Only after this seq: where a reply with this `next_after` ended. */
      after: count.default(0),
      limit: z.number().int().min(1).max(MAX_LIST_LENGTH).default(MAX_LIST_LENGTH),
    }),
    reply: "ReplaySteps",
    payload: z.object({
      steps: z.array(replayStep),
      /** null: that is all. There may be more although a reply has no step. */
      next_after: count.nullable(),
    }),
  }),
  GetSessionAt: command({
    summary: "A session as it was after one event.",
    scope: "read",
    params: z.object({ session_id: id, seq: count }),
    reply: "SessionAt",
    payload: z.object({
      session_id: id,
      po_name: z.string(),
      /** The newest event that counts; at most the one asked for. */
      seq: count,
      at,
      messages: z.array(message),
      /** The turn that ran; null: none did. */
      turn: z.object({ turn_id: id, mode: agentMode, model: z.string() }).nullable(),
      /** Of that turn, without a result yet. */
      calls: z.array(toolCall),
      requests: z.array(humanRequest),
      queued: count,
    }),
  }),
  RecordTurn: command({
    summary:
      "What the models said in a turn and in those called below it, as a script that plays it.",
    scope: "read",
    params: z.object({ turn_id: id, name: orNull(z.string().max(200)) }),
    reply: "Recording",
    payload: z.object({
      /** YAML, for the model scripted/FILE. */
      text: z.string(),
      steps: count,
      /** What the script does not have. */
      warnings: z.array(z.string()),
    }),
  }),
} as const;
