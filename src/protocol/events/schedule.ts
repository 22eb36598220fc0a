// Events of what wakes objects by itself. Stream: `environment`.
import { z } from "zod";
import { at, count, id } from "../messages.ts";
import { scheduleKind, skipReason } from "../schedules.ts";
import { event } from "./event.ts";

const schedule_id = id;
/** What the watched files were; null where none are watched. */
const fingerprint = z.string().nullable();

export const scheduleEvents = {
  ScheduleAdded: event(
    1,
    "An object says what shall wake it; from now on it does.",
    z.object({
      schedule_id,
      po_name: z.string(),
      kind: scheduleKind,
      spec: z.string(),
      fingerprint,
      added_at: at,
    }),
  ),
  ScheduleRemoved: event(1, "The object no longer says so.", z.object({ schedule_id })),
  SchedulePaused: event(1, "It wakes nobody until it is resumed.", z.object({ schedule_id })),
  ScheduleResumed: event(
    1,
    "It wakes again. What fell into the pause does not count.",
    z.object({ schedule_id, resumed_at: at, fingerprint }),
  ),
  ScheduleFired: event(
    1,
    "An object is woken: the message is on its way.",
    z.object({
      schedule_id,
      wake_id: id,
      po_name: z.string(),
      /** Why now, in words. */
      reason: z.string(),
      /** Empty once the session that it began is deleted. */
      message: z.string(),
      /** The time that it was due; null where no clock wakes it. */
      due_at: at.nullable(),
      fired_at: at,
      fingerprint,
      /** Wakes in a row whose cause fell into the object's own work. */
      depth: count,
    }),
  ),
  WakeDelivered: event(
    1,
    "The message of a wake is in its session, or cannot be.",
    z.object({
      schedule_id,
      wake_id: id,
      /** The one that the message began. */
      woken_session_id: id.nullable(),
      problem: z.string().nullable(),
    }),
  ),
  WakeSkipped: event(
    1,
    "An object was not woken; said once for each reason between two wakes, of its own writes each time.",
    z.object({ schedule_id, reason: skipReason, skipped_at: at, fingerprint }),
  ),
} as const;
