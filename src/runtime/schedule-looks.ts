// Looks whether something that wakes an object is due: times by the clock, files by what they were.
// 1. Of the times that passed while no daemon ran one counts. 2. Files are compared with what they were at the last
// wake, also after a restart. 3. A change while the object works waits until it rests, and may be its own doing.
import type { ScheduleState } from "../core/environment/wakes.ts";
import { nextTime, type Schedule } from "./environment/wakes.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import type { Views } from "./store/views/index.ts";
import type { WakeAbout } from "./wake-messages.ts";
import { changesBetween, lookAtFiles } from "./watched-files.ts";

/** A time that is served later than this is called late. */
const LATE_MS = 90_000;

/** What was seen of the files of a schedule. */
interface Seen {
  /** undefined: not known in this run of the daemon. */
  files: Map<string, string> | undefined;
  /** When it was looked last. */
  at: string;
  /** What has changed since may be the object's own doing. */
  isOwn: boolean;
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
  wake(schedule: Schedule, about: WakeAbout): Promise<unknown>;
}): Looks {
  const { actor, views, folder, now, wake } = options;
  const seen = new Map<string, Seen>();
  const caller = "daemon";
  const from = { caller, causation_id: null };
  const stateOf = (schedule_id: string): ScheduleState | undefined =>
    actor.state().schedules.find((one) => one.schedule_id === schedule_id);

  async function fingerprint({ schedule_id, kind, spec }: Schedule): Promise<string | null> {
    if (kind !== "watch") return null;
    const looked = await lookAtFiles(folder, spec);
    seen.set(schedule_id, { files: looked.files, at: now(), isOwn: false });
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
      await actor.take({ type: "schedule_gone", schedule_id }, from);
    }
  }

  async function lookAtClock(schedule: Schedule, { base_at }: ScheduleState): Promise<void> {
    const due_at = nextTime(schedule, base_at);
    const lateMs = due_at === undefined ? -1 : Date.parse(now()) - Date.parse(due_at);
    if (due_at === undefined || lateMs < 0) return;
    const late = lateMs > LATE_MS ? ", late: nothing ran then" : "";
    await wake(schedule, { reason: `it is due at ${due_at}${late}`, caller, due_at });
  }

  async function lookAtPattern(schedule: Schedule, state: ScheduleState): Promise<void> {
    const { schedule_id, po_name, spec } = schedule;
    const before = seen.get(schedule_id);
    const hasWorked = before !== undefined && hasWorkedSince(po_name, before.at, views);
    const at = now();
    const looked = await lookAtFiles(folder, spec);
    const { files } = looked;
    if (looked.fingerprint === state.fingerprint) {
      seen.set(schedule_id, { files, at, isOwn: false });
      return;
    }
    const is_own = (before?.isOwn ?? false) || hasWorked;
    seen.set(schedule_id, { files: before?.files, at, isOwn: is_own });
    const last = state.fired.at(-1);
    const isResting =
      last !== undefined && Date.parse(last) + schedule.cooldown_ms > Date.parse(at);
    if (isResting || isWorking(po_name, views)) return;
    const reason = changesBetween(before?.files, looked);
    await wake(schedule, { reason, caller, fingerprint: looked.fingerprint, is_own });
    // Also where its own work would have woken it once more too often: from here on it is compared.
    if (stateOf(schedule_id)?.fingerprint !== looked.fingerprint) return;
    seen.set(schedule_id, { files, at, isOwn: false });
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

type ActivityViews = Pick<Views, "listObjects" | "listSessions">;

const isWorking = (po_name: string, views: ActivityViews): boolean =>
  views.listObjects().some((one) => one.po_name === po_name && one.state === "working");

/** Something happened in one of its conversations. */
function hasWorkedSince(po_name: string, at: string, views: ActivityViews): boolean {
  const every = { source: null, workspace: null, parent: null, match: null, updated_before: null };
  const [newest] = views.listSessions({ ...every, po_name, cursor: null, limit: 1 }).sessions;
  return newest !== undefined && newest.updated_at >= at;
}
