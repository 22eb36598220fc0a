// Whether an object may be woken now.
// 1. One wake at a time: another waits until the message of the last is in its session. 2. At most so many in
// an hour, and none within the cooldown. 3. A cause that fell into the object's own work counts as its own:
// after a few of these in a row it is woken no more, until something happens while it rests. 4. A human who
// wakes it by hand is asked for nothing.
import type { EnvironmentEvent, EventPayload } from "../../protocol/events/index.ts";
import type { ScheduleKind, SkipReason } from "../../protocol/schedules.ts";

/** Wakes in a row whose cause may be the object's own work. */
export const MAX_OWN_WAKES = 2;
const HOUR_MS = 3_600_000;
/** Wakes of one schedule in one hour, whatever its object says. */
export const MAX_WAKES_PER_HOUR = 1_000;

export interface ScheduleState {
  schedule_id: string;
  is_paused: boolean;
  /** From here on times are due. */
  base_at: string;
  /** What the watched files were when it last counted. */
  fingerprint: string | null;
  /** The times of its wakes, newest last; those of the last hour before the newest. */
  fired: string[];
  depth: number;
  /** Why it was not woken since the last wake, where that was so. */
  skipped: SkipReason | null;
  /** The wake whose message is on its way. */
  wake: EventPayload<"ScheduleFired"> | null;
  last_session_id: string | null;
  last_problem: string | null;
}

export interface FoundSchedule {
  schedule_id: string;
  po_name: string;
  kind: ScheduleKind;
  spec: string;
  fingerprint: string | null;
}

export interface WakeRequest {
  schedule_id: string;
  wake_id: string;
  po_name: string;
  reason: string;
  message: string;
  due_at: string | null;
  fingerprint: string | null;
  cooldown_ms: number;
  max_per_hour: number;
  /** Its cause may be what the object did itself. */
  is_own: boolean;
  /** A human wants it now. */
  is_forced: boolean;
}

export const scheduleOf = (
  schedules: ScheduleState[],
  schedule_id: string,
): ScheduleState | undefined => schedules.find((one) => one.schedule_id === schedule_id);

export function decideWake(
  schedule: ScheduleState | undefined,
  asked: WakeRequest,
  at: string,
): EnvironmentEvent[] {
  if (!schedule || schedule.wake) return [];
  if (schedule.is_paused && !asked.is_forced) return [];
  const { schedule_id, wake_id, po_name, reason, message, due_at, fingerprint } = asked;
  const skip = asked.is_forced ? undefined : skipOf(schedule, asked, at);
  if (skip !== undefined) {
    const isSaid = schedule.skipped === skip && due_at === null && skip !== "own_writes";
    const payload = { schedule_id, reason: skip, skipped_at: at, fingerprint };
    return isSaid ? [] : [{ type: "WakeSkipped", payload }];
  }
  const depth = asked.is_own ? schedule.depth + 1 : 0;
  const about = { schedule_id, wake_id, po_name, reason, message, due_at, fingerprint };
  return [{ type: "ScheduleFired", payload: { ...about, fired_at: at, depth } }];
}

function skipOf(schedule: ScheduleState, asked: WakeRequest, at: string): SkipReason | undefined {
  const now = Date.parse(at);
  const recent = schedule.fired.filter((time) => Date.parse(time) > now - HOUR_MS);
  if (recent.length >= Math.min(asked.max_per_hour, MAX_WAKES_PER_HOUR)) return "hourly_limit";
  const last = recent.at(-1);
  if (last !== undefined && Date.parse(last) + asked.cooldown_ms > now) return "cooldown";
  return asked.is_own && schedule.depth >= MAX_OWN_WAKES ? "own_writes" : undefined;
}

/** The schedule after a wake. */
export function wokenUp(
  schedule: ScheduleState,
  wake: EventPayload<"ScheduleFired">,
): ScheduleState {
  const from = Date.parse(wake.fired_at) - HOUR_MS;
  const fired = schedule.fired.filter((time) => Date.parse(time) > from);
  return {
    ...schedule,
    base_at: wake.fired_at,
    fingerprint: wake.fingerprint ?? schedule.fingerprint,
    fired: [...fired, wake.fired_at].slice(-MAX_WAKES_PER_HOUR),
    depth: wake.depth,
    skipped: null,
    wake,
  };
}
