// Handlers over what wakes objects by itself.
import { JameyError } from "../../protocol/errors.ts";
import { callerName } from "../caller.ts";
import type { Schedule } from "../environment/wakes.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

export function scheduleHandlers({
  schedules,
  services,
  views,
  environment,
}: HandlerContext): Pick<
  Handlers,
  "ListSchedules" | "PauseSchedule" | "ResumeSchedule" | "RunSchedule" | "CallHook"
> {
  const { catalog, isTrusted } = services;

  /** As the files are now: what was just written counts. */
  function find(named: string): Schedule {
    catalog.refresh();
    return schedules.find(named);
  }

  const { wakeOf, hasCome, requireOwn, keepRefused } = createDeliveries({
    schedules,
    services,
    views,
  });

  function requireTrust(): void {
    if (isTrusted) return;
    const message = `Nothing in '${environment}' wakes anybody until it is trusted: jamey env trust ${environment}`;
    throw new JameyError("forbidden", message);
  }

  return {
    ListSchedules({ po_name }) {
      catalog.refresh();
      const all = schedules.list();
      return { schedules: all.filter((one) => po_name === null || one.po_name === po_name) };
    },
    async PauseSchedule(asked, caller) {
      requireTrust();
      const schedule = find(asked.schedule_id);
      await schedules.pause(schedule, callerName(caller));
      return { schedule_id: schedule.schedule_id };
    },
    async ResumeSchedule(asked, caller) {
      requireTrust();
      const schedule = find(asked.schedule_id);
      await schedules.resume(schedule, callerName(caller));
      return { schedule_id: schedule.schedule_id };
    },
    async RunSchedule(asked, caller) {
      requireTrust();
      const schedule = find(asked.schedule_id);
      await schedules.look();
      const from = callerName(caller);
      const about = { reason: `${from} asked for it`, caller: from, is_forced: true };
      const wake_id = await schedules.wake(schedule, about);
      if (wake_id !== undefined) return { schedule_id: schedule.schedule_id, wake_id };
      const message = `${schedule.schedule_id} is just waking its object: try again in a moment.`;
      throw new JameyError("conflict", message);
    },
    async CallHook({ hook_name, body, delivery_id }, caller) {
      requireTrust();
      catalog.refresh();
      const called = schedules.ofHook(hook_name);
      if (called.length === 0) {
        const message = `No object waits for the webhook '${hook_name}': write it in one as wake: [{webhook: ${hook_name}, message: …}].`;
        throw new JameyError("not_found", message);
      }
      if (delivery_id !== null) requireOwn(delivery_id, hook_name, called);
      await schedules.look();
      const from = callerName(caller);
      const about = { reason: `${from} called the webhook '${hook_name}'`, caller: from, body };
      const woken: { schedule_id: string; wake_id: string }[] = [];
      for (const schedule of called) {
        const named = delivery_id === null ? undefined : wakeOf(schedule, delivery_id);
        const isAgain = named !== undefined && hasCome(named);
        const asked = { ...about, ...(named === undefined ? {} : { wake_id: named }) };
        const wake_id = isAgain ? named : await schedules.wake(schedule, asked);
        if (wake_id !== undefined) woken.push({ schedule_id: schedule.schedule_id, wake_id });
      }
      // A call that wakes nobody must not look as if it had: who called may call again later.
      if (woken.length > 0) return { woken };
      if (delivery_id !== null) keepRefused(delivery_id, called);
      const message = `The webhook '${hook_name}' wakes nobody now: it is paused, was called a moment ago, or as often as it may be in an hour.`;
      throw new JameyError("overloaded", message);
    },
  };
}

/** Deliveries that woke nobody, each counted for every schedule that it came to: the newest are known. */
const MAX_REFUSED = 10_000;

/**
 * What signed webhooks brought, known again by the ids of the wakes. A delivery that woke nobody was answered so:
 * its sender sends it again, and then it may wake, once. Which schedules it came to is known until the daemon ends.
 */
function createDeliveries({
  schedules,
  services,
  views,
}: Pick<HandlerContext, "schedules" | "services" | "views">) {
  const refused = new Set<string>();
  const wakeOf = ({ schedule_id }: Pick<Schedule, "schedule_id">, delivery_id: string): string =>
    `wake-${services.world.hash(`${schedule_id}\n${delivery_id}`).slice(0, 32)}`;

  // The message of a wake has its id as key: what came before has woken already.
  const hasCome = (wake_id: string): boolean =>
    views.findMessageKey(`wake:${wake_id}`) !== undefined;

  /** One secret signs for all, and nothing that is signed names the webhook: caught, it must wake nobody else. */
  function requireOwn(delivery_id: string, hook_name: string, called: readonly Schedule[]): void {
    const own = new Set(called.map(({ schedule_id }) => schedule_id));
    const others = schedules.list().filter(({ schedule_id }) => !own.has(schedule_id));
    const isOf = (wake_id: string) => hasCome(wake_id) || refused.has(wake_id);
    if (!others.some((one) => isOf(wakeOf(one, delivery_id)))) return;
    const message = `This delivery came to another webhook before, and wakes nobody at '${hook_name}'.`;
    throw new JameyError("conflict", message);
  }

  function keepRefused(delivery_id: string, called: readonly Schedule[]): void {
    for (const schedule of called) {
      refused.add(wakeOf(schedule, delivery_id));
      const [oldest] = refused;
      if (refused.size > MAX_REFUSED && oldest !== undefined) refused.delete(oldest);
    }
  }

  return { wakeOf, hasCome, requireOwn, keepRefused };
}
