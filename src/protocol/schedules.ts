// What wakes objects by itself: times, files and calls from outside. Words that commands and events share.
import { z } from "zod";
import { at, count, id } from "./messages.ts";

export const scheduleKind = z.enum(["cron", "watch", "webhook"]);

/** Why an object was not woken. */
export const skipReason = z.enum([
  /** The last wake was too short a time ago. */
  "cooldown",
  /** It was woken as often as it may be in one hour. */
  "hourly_limit",
  /** The files changed while it worked on what the last changes had woken it for, again and again. */
  "own_writes",
]);

export const scheduleInfo = z.object({
  schedule_id: id,
  po_name: z.string(),
  kind: scheduleKind,
  /** The cron expression, the pattern of files, or the name of the webhook. */
  spec: z.string(),
  /** Of a cron expression; null for the others. */
  timezone: z.string().nullable(),
  message: z.string(),
  /** Seconds after a wake in which there is no other. */
  cooldown: count,
  max_per_hour: count,
  state: z.enum(["active", "paused", "untrusted"]),
  next_at: at.nullable(),
  last_at: at.nullable(),
  /** The session that the last wake began. */
  last_session_id: id.nullable(),
  /** What kept the last wake from being one. */
  last_problem: z.string().nullable(),
  /** Why it is of the last good version of its object: what is wrong with the file. null: it is as the file says. */
  file_problem: z.string().nullable(),
});

export type ScheduleKind = z.infer<typeof scheduleKind>;
export type SkipReason = z.infer<typeof skipReason>;
export type ScheduleInfo = z.infer<typeof scheduleInfo>;
