// Looks whether something that wakes an object is due: times by the clock, files by what they were.
// 1. Of the times that passed while no daemon ran one counts. 2. Files are compared with what they were at the last
// wake, also after a restart. 3. A change while the object works waits until it rests. It may be its own doing, or
// that of another object that was woken and worked meanwhile: two that answer each other's files are a circle too.
import { type ScheduleState, scheduleOf } from "../core/environment/wakes.ts";
import { nextTime, type Schedule } from "./environment/wakes.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import type { Views } from "./store/views/index.ts";
import type { Wake } from "./wake-messages.ts";
import { changesBetween, lookAtFiles } from "./watched-files.ts";

/** A time that is served later than this is called late. */
const LATE_MS = 90_000;

/** What was seen of the files of a schedule. */
interface Seen {
  /** undefined: not known in this run of the daemon. */
  files: Map<string, string> | undefined;
  /** When it was looked last. */
  at: string;
  /** How deep the wake is whose work may have changed them since; null where nobody worked. */
  cause: number | null;
}

export interface Looks {
  /** Makes known what is new, forgets what is gone, wakes for what is due. */
  look(all: Schedule[]): Promise<void>;
  /** What its files are, from now on what they are compared with; null where it watches none. */
  fingerprint(schedule: Schedule): Promise<string | null>;
}

export function createLooks(options: {
  actor: EnvironmentActor;
  views: Pick<Views, "listObjects" | "listSessions">;
  /** Patterns of files are relative to it. */
  folder: string;
  now(): string;
  wake: Wake;
}): Looks {
  const { actor, views, folder, now, wake } = options;
  const seen = new Map<string, Seen>();
  /** The last time of a schedule that came and did not wake. */
  const passed = new Map<string, string>();
  const caller = "daemon";
  const from = { caller, causation_id: null };
  const stateOf = (schedule_id: string) => scheduleOf(actor.state().schedules, schedule_id);

  async function fingerprint({ schedule_id, kind, spec }: Schedule): Promise<string | null> {
    if (kind !== "watch") return null;
    const at = now();
    const looked = await lookAtFiles(folder, spec);
    seen.set(schedule_id, { files: looked.files, at, cause: null });
    return looked.fingerprint;
  }

  async function settle(all: Schedule[]): Promise<void> {
    for (const schedule of all) {
      const { schedule_id, po_name, kind, spec } = schedule;
      if (stateOf(schedule_id)) continue;
      const found = { schedule_id, po_name, kind, spec };
      const input = { ...found, fingerprint: await fingerprint(schedule) };
      await actor.take({ type: "schedule_found", ...input }, from);
    }
    const known = new Set(all.map((one) => one.schedule_id));
    for (const { schedule_id } of actor.state().schedules) {
      if (known.has(schedule_id)) continue;
      seen.delete(schedule_id);
      passed.delete(schedule_id);
      await actor.take({ type: "schedule_gone", schedule_id }, from);
    }
  }

  async function lookAtClock(schedule: Schedule, { base_at }: ScheduleState): Promise<void> {
    const { schedule_id } = schedule;
    const due_at = nextTime(schedule, newest(base_at, passed.get(schedule_id)));
    const lateMs = due_at === undefined ? -1 : Date.parse(now()) - Date.parse(due_at);
    if (due_at === undefined || lateMs < 0) return;
    const wake_id = await wake(schedule, { reason: dueReason(due_at, lateMs), caller, due_at });
    // It may not be woken now, which is not said each time: this one is over.
    if (wake_id === undefined) passed.set(schedule_id, due_at);
  }

  async function lookAtPattern(schedule: Schedule, state: ScheduleState): Promise<void> {
    const { schedule_id, po_name, spec } = schedule;
    const before = seen.get(schedule_id);
    const at = now();
    const looked = await lookAtFiles(folder, spec);
    const { files } = looked;
    if (looked.fingerprint === state.fingerprint) {
      seen.set(schedule_id, { files, at, cause: null });
      return;
    }
    const { schedules } = actor.state();
    const cause_depth = before ? deepestCause(schedules, { state, po_name, before, views }) : null;
    seen.set(schedule_id, { files: before?.files, at, cause: cause_depth });
    const last = state.fired.at(-1);
    const isResting =
      last !== undefined && Date.parse(last) + schedule.cooldown_ms > Date.parse(at);
    if (isResting || isWorking(po_name, views)) return;
    const reason = changesBetween(before?.files, looked);
    await wake(schedule, { reason, caller, fingerprint: looked.fingerprint, cause_depth });
    // Also where its own work would have woken it once more too often: from here on it is compared.
    if (stateOf(schedule_id)?.fingerprint !== looked.fingerprint) return;
    seen.set(schedule_id, { files, at, cause: null });
  }

  return {
    fingerprint,
    async look(all) {
      await settle(all);
      for (const schedule of all) {
        const state = stateOf(schedule.schedule_id);
        if (!state || state.wake || state.is_paused) continue;
        if (schedule.kind === "cron") await lookAtClock(schedule, state);
        else if (schedule.kind === "watch") await lookAtPattern(schedule, state);
      }
    },
  };
}

const dueReason = (due_at: string, lateMs: number): string =>
  `it is due at ${due_at}${lateMs > LATE_MS ? ", late: nothing ran then" : ""}`;

const newest = (base_at: string, passed_at: string | undefined): string =>
  passed_at !== undefined && passed_at > base_at ? passed_at : base_at;

type ActivityViews = Pick<Views, "listObjects" | "listSessions">;

const isWorking = (po_name: string, views: ActivityViews): boolean =>
  views.listObjects().some((one) => one.po_name === po_name && one.state === "working");

/** How deep the wake is whose work may have changed files since they were seen; null where nobody worked. */
function deepestCause(
  schedules: ScheduleState[],
  of: { state: ScheduleState; po_name: string; before: Seen; views: ActivityViews },
): number | null {
  const { state, po_name, before, views } = of;
  const isAtWork = ({ wake, last_session_id }: ScheduleState) =>
    wake !== null || isSessionAtWork(last_session_id, before.at, views);
  const depths = schedules.filter(isAtWork).map((one) => one.depth);
  if (before.cause !== null) depths.push(before.cause);
  if (hasWorkedSince(po_name, before.at, views)) depths.push(state.depth);
  return depths.length === 0 ? null : Math.max(...depths);
}

const every = { source: null, workspace: null, parent: null, match: null, updated_before: null };

/** It worked at that time or since; while who it called works, it works too. */
function isSessionAtWork(session_id: string | null, at: string, views: ActivityViews): boolean {
  if (session_id === null) return false;
  const asked = { ...every, match: session_id, po_name: null, cursor: null, limit: 1 };
  const [session] = views.listSessions(asked).sessions;
  return session !== undefined && (session.state === "working" || session.updated_at >= at);
}

/** Something happened in one of its conversations. */
function hasWorkedSince(po_name: string, at: string, views: ActivityViews): boolean {
  const [newest] = views.listSessions({ ...every, po_name, cursor: null, limit: 1 }).sessions;
  return newest !== undefined && newest.updated_at >= at;
}
