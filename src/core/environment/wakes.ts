// Whether an object may be woken now.
// 1. One wake at a time: another waits until the message of the last is in its session. 2. At most so many in
// an hour, and none within the cooldown. 3. A cause that fell into its own work, or into that of another wake,
// counts as caused by it: one step deeper. After a few steps nobody is woken by it any more, until something
// happens while they rest. 4. A human who wakes it by hand is asked for nothing.
import type { EnvironmentEvent, EventPayload } from "../../protocol/events/index.ts";
import type { ScheduleKind, SkipReason } from "../../protocol/schedules.ts";

/** Wakes in a row, of one object or of several, each of which may be caused by the one before. */
export const MAX_OWN_WAKES = 2;
const HOUR_MS = 3_600_000;
/** Wakes of one schedule in one hour, whatever its object says. */
export const MAX_WAKES_PER_HOUR = 1_000;

export interface ScheduleState {
  schedule_id: string;
  kind: ScheduleKind;
  spec: string;
  is_paused: boolean;
  /** From here on times are due. */
  base_at: string;
  /** What the watched files were when it last counted. */
  fingerprint: string | null;
  /** The times of its wakes, newest last; those of the last hour before the newest. */
  fired: string[];
  depth: number;
  /** Why it was not woken since the last wake, each reason once. */
  skipped: SkipReason[];
  /** The wake whose message is on its way. */
  wake: EventPayload<"ScheduleFired"> | null;
  last_session_id: string | null;
  last_problem: string | null;
}

/** Schedules that are gone, of which it is still known how they stood: the newest ones. */
export const MAX_GONE_SCHEDULES = 256;

/** The schedule as it is found; it stands as it stood when it went, so that nobody resumes it by taking it away. */
export function foundAgain(
  gone: ScheduleState | undefined,
  found: EventPayload<"ScheduleAdded">,
): ScheduleState {
  return {
    schedule_id: found.schedule_id,
    kind: found.kind,
    spec: found.spec,
    is_paused: gone?.is_paused ?? false,
    base_at: found.added_at,
    fingerprint: found.fingerprint,
    fired: gone?.fired ?? [],
    depth: gone?.depth ?? 0,
    skipped: [],
    wake: null,
    last_session_id: gone?.last_session_id ?? null,
    last_problem: gone?.last_problem ?? null,
  };
}

export interface FoundSchedule {
  schedule_id: string;
  po_name: string;
  kind: ScheduleKind;
  spec: string;
  fingerprint: string | null;
}

/**
 * What keeps the schedules of an object that was renamed as they are. They are found under the new name by
 * themselves; only that they are paused must not be forgotten.
 */
export function movedSchedules(
  { schedules, gone }: { schedules: ScheduleState[]; gone: ScheduleState[] },
  { po_name, new_name, at }: { po_name: string; new_name: string; at: string },
): EnvironmentEvent[] {
  // An id is the object's name, a dot, and what holds no dot.
  const isOf = (id: string) => id.slice(0, id.lastIndexOf(".")) === po_name;
  return [...schedules, ...gone].flatMap(({ schedule_id, is_paused, kind, spec, fingerprint }) => {
    if (!is_paused || !isOf(schedule_id)) return [];
    const id = `${new_name}${schedule_id.slice(po_name.length)}`;
    const there = scheduleOf(schedules, id);
    if (there?.is_paused) return [];
    const found = { schedule_id: id, po_name: new_name, kind, spec, fingerprint, added_at: at };
    return [
      ...(there ? [] : [{ type: "ScheduleAdded" as const, payload: found }]),
      { type: "SchedulePaused" as const, payload: { schedule_id: id } },
    ];
  });
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
  /** How deep the wake is whose work may be the cause, or its own object's; null where nobody worked. */
  cause_depth: number | null;
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
    // Of its own writes each is said: from there on the next change is measured.
    const isSaid = schedule.skipped.includes(skip) && skip !== "own_writes";
    const payload = { schedule_id, reason: skip, skipped_at: at, fingerprint };
    return isSaid ? [] : [{ type: "WakeSkipped", payload }];
  }
  const depth = asked.cause_depth === null ? 0 : asked.cause_depth + 1;
  const about = { schedule_id, wake_id, po_name, reason, message, due_at, fingerprint };
  return [{ type: "ScheduleFired", payload: { ...about, fired_at: at, depth } }];
}

function skipOf(schedule: ScheduleState, asked: WakeRequest, at: string): SkipReason | undefined {
  const now = Date.parse(at);
  const recent = schedule.fired.filter((time) => Date.parse(time) > now - HOUR_MS);
  if (recent.length >= Math.min(asked.max_per_hour, MAX_WAKES_PER_HOUR)) return "hourly_limit";
  const last = recent.at(-1);
  if (last !== undefined && Date.parse(last) + asked.cooldown_ms > now) return "cooldown";
  return (asked.cause_depth ?? -1) >= MAX_OWN_WAKES ? "own_writes" : undefined;
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
    skipped: [],
    wake,
  };
}
