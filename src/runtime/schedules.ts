// What wakes objects by itself: times, files and webhooks, as the live objects name them. Here they are known; what
// is due is seen in schedule-looks.ts, and whether it wakes is decided by the environment's machine.
// Rule: in an environment that is not trusted nothing wakes anybody.
import type { ScheduleState } from "../core/environment/wakes.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { ScheduleInfo } from "../protocol/schedules.ts";
import type { Catalog } from "./environment/catalog.ts";
import { nextTime, type Schedule, schedulesOf } from "./environment/wakes.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import type { Log } from "./log.ts";
import { createLooks } from "./schedule-looks.ts";
import type { Views } from "./store/views/index.ts";
import { createWake, type Wake } from "./wake-messages.ts";

/** How often it is looked whether something is due. */
const LOOK_MS = 1_000;

export interface Schedules {
  list(): ScheduleInfo[];
  /** By its id, or the beginning of one. Throws `not_found`. */
  find(named: string): Schedule;
  /** Those of a webhook; where there is none of this name, those of the object. */
  ofHook(hook_name: string): Schedule[];
  wake: Wake;
  pause(schedule: Schedule, caller: string): Promise<void>;
  resume(schedule: Schedule, caller: string): Promise<void>;
  /** Something may wake an object, as long as the daemon runs. */
  isAwaited(): boolean;
  /** Looks once at everything, as it is now. */
  look(): Promise<void>;
  /** Looks, and from then on again and again. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

export function createSchedules(options: {
  actor: EnvironmentActor;
  catalog: Pick<Catalog, "list" | "get" | "problems">;
  views: Pick<Views, "listObjects" | "listSessions">;
  /** Patterns of files are relative to it. */
  folder: string;
  isTrusted: boolean;
  log: Log;
  now(): string;
  newId(prefix: string): string;
}): Schedules {
  const { actor, catalog, isTrusted, log, now } = options;
  const wake = createWake(options);
  const looks = createLooks({ ...options, wake });
  let looking: Promise<void> | undefined;
  let timer: Timer | undefined;

  const wanted = (): Schedule[] => catalog.list().flatMap(schedulesOf);
  const stateOf = ({ schedule_id }: Schedule): ScheduleState | undefined =>
    actor.state().schedules.find((one) => one.schedule_id === schedule_id);

  function look(): Promise<void> {
    if (!isTrusted) return Promise.resolve();
    looking ??= looks.look(wanted()).finally(() => {
      looking = undefined;
    });
    return looking;
  }

  function lookAgain(): void {
    look().catch((thrown) => log.error("schedules", { reason: messageOf(thrown) }));
  }

  return {
    list: () =>
      wanted().map((one) => {
        const file = catalog.get(one.po_name)?.file ?? "";
        const file_problem = catalog.problems().get(file) ?? null;
        return infoOf(one, { state: stateOf(one), isTrusted, now: now(), file_problem });
      }),
    find: (named) => findSchedule(wanted(), named),
    ofHook(name) {
      const hooks = wanted().filter((one) => one.kind === "webhook");
      const named = hooks.filter((one) => one.spec === name);
      return named.length > 0 ? named : hooks.filter((one) => one.po_name === name);
    },
    wake,
    async pause({ schedule_id }, caller) {
      await look();
      await actor.take({ type: "pause", schedule_id }, { caller, causation_id: null });
    },
    async resume(schedule, caller) {
      await look();
      const { schedule_id } = schedule;
      const fingerprint = await looks.fingerprint(schedule);
      const said = { type: "resume" as const, schedule_id, fingerprint };
      await actor.take(said, { caller, causation_id: null });
    },
    isAwaited: () => isTrusted && wanted().some((one) => !stateOf(one)?.is_paused),
    look,
    async begin() {
      await look();
      timer = setInterval(lookAgain, LOOK_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking?.catch(() => undefined);
      await actor.stop();
    },
  };
}

function infoOf(
  schedule: Schedule,
  about: {
    state: ScheduleState | undefined;
    isTrusted: boolean;
    now: string;
    file_problem: string | null;
  },
): ScheduleInfo {
  const { schedule_id, po_name, kind, spec, timezone, message, max_per_hour } = schedule;
  const { state, isTrusted, now } = about;
  const isPaused = state?.is_paused ?? false;
  const isTimed = kind === "cron" && isTrusted && !isPaused;
  return {
    ...{ schedule_id, po_name, kind, spec, message, max_per_hour },
    timezone: kind === "cron" ? (timezone ?? localZone()) : null,
    cooldown: schedule.cooldown_ms / 1_000,
    state: isTrusted ? (isPaused ? "paused" : "active") : "untrusted",
    // What is not served by now does not come any more.
    next_at: (isTimed ? nextTime(schedule, laterOf(state?.base_at ?? now, now)) : null) ?? null,
    last_at: state?.fired.at(-1) ?? null,
    last_session_id: state?.last_session_id ?? null,
    last_problem: state?.last_problem ?? null,
    file_problem: about.file_problem,
  };
}

/** A part from within an id is no shorter than this. Characters. */
const MIN_PART_LENGTH = 4;

function findSchedule(all: Schedule[], named: string): Schedule {
  const exact = all.find((one) => one.schedule_id === named);
  const isPart = named.length >= MIN_PART_LENGTH;
  const near = all.filter(
    ({ schedule_id }) => schedule_id.startsWith(named) || (isPart && schedule_id.includes(named)),
  );
  const [only, ...others] = exact ? [exact] : near;
  if (only && others.length === 0) return only;
  const names = (only ? near : all).map((one) => one.schedule_id).join(", ");
  const message = only
    ? `'${named}' fits several schedules: ${names}.`
    : `There is no schedule '${named}'. There are: ${names || "none"}.`;
  throw new JameyError(only ? "invalid_request" : "not_found", message);
}

const laterOf = (one: string, other: string): string => (one > other ? one : other);

const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
