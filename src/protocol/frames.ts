// What travels over a WebSocket. One WebSocket message holds one frame, or an array of frames.
import { z } from "zod";
import { eventName } from "./events/index.ts";
import { at, count, errorBody, id } from "./messages.ts";
import { signal } from "./signals.ts";

/** The first frame of a client. */
export const attach = z.object({
  type: z.literal("attach"),
  /** The kind of client: `cli`, `tui`, `mcp`, … and a name for people. */
  client: z.string().min(1).max(64),
  version: z.string().max(64),
  protocol_version: count,
  /** Absolute path; counts only over the unix socket. */
  workspace: z.string().max(4096).nullable().default(null),
  /** Provider variables of `PROVIDER_VARIABLES`; others are ignored, all are outside the unix socket. */
  variables: z.record(z.string(), z.string().max(8192)).default({}),
  /** Set in the processes that jamey's tools start: such a client never acts for a human. */
  call_id: z.string().max(128).nullable().default(null),
});

export const hello = z.object({
  type: z.literal("hello"),
  protocol_version: count,
  version: z.string(),
  environment: z.string(),
  journal_id: id,
  caller: z.string(),
  /** The newest event. */
  seq: count,
});

export const request = z.object({
  id: z.union([z.string().max(128), z.number().int()]),
  type: z.string().max(64),
  payload: z.unknown().optional(),
});

/** `type` is the reply's name, or `Error`. */
export const reply = z.object({
  id: z.union([z.string(), z.number().int()]).nullable(),
  type: z.string(),
  payload: z.unknown(),
});

export const errorReply = z.object({
  id: z.union([z.string(), z.number().int()]).nullable(),
  type: z.literal("Error"),
  payload: errorBody,
});

export const eventFrame = z.object({
  type: z.literal("event"),
  subscription_id: id,
  seq: count,
  at,
  event_type: eventName,
  payload: z.unknown(),
  /** Who answered, as source and connection: of HumanRequestResponded alone. */
  caller: z.string().optional(),
});

export const signalFrame = signal.extend({
  type: z.literal("signal"),
  subscription_id: id,
});

/** Everything that was kept has been sent; from here on it is live. */
export const caughtUp = z.object({
  type: z.literal("caught_up"),
  subscription_id: id,
  seq: count,
});

/**
 * Something asked for is no longer kept, or the cursor is not one of this journal: of another, or beyond its
 * end, as after a backup was restored. Refetch, then go on.
 */
export const gap = z.object({
  type: z.literal("gap"),
  subscription_id: id,
  from: count,
  to: count,
  reason: z.enum(["not_kept", "other_journal", "beyond_end"]),
});

export type Attach = z.infer<typeof attach>;
export type Hello = z.infer<typeof hello>;
export type RequestFrame = z.infer<typeof request>;
export type ReplyFrame = z.infer<typeof reply>;
export type EventFrame = z.infer<typeof eventFrame>;
export type SignalFrame = z.infer<typeof signalFrame>;
export type FollowFrame = EventFrame | SignalFrame | z.infer<typeof caughtUp> | z.infer<typeof gap>;
export type ServerFrame = Hello | ReplyFrame | FollowFrame;

export const frames = {
  attach,
  hello,
  request,
  reply,
  error: errorReply,
  event: eventFrame,
  signal: signalFrame,
  caught_up: caughtUp,
  gap,
} as const;
