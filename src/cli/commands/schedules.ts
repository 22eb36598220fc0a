// `jamey schedules`: what wakes objects by itself.
import type { ScheduleInfo } from "../../protocol/schedules.ts";
import { oneLine } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListSchedules", {});
    if (context.isJson) await printJson(context, found);
    else if (found.schedules.length === 0) {
      await context.note("Nothing wakes an object: write 'wake:' in its front matter.");
    } else await withPager(context, columns(found.schedules.map(rowOf)));
    return 0;
  });

function rowOf(one: ScheduleInfo): string[] {
  const { schedule_id, kind, spec, timezone, state, next_at, last_at, last_problem } = one;
  const times = [
    ...(next_at === null ? [] : [`next ${next_at}`]),
    ...(last_at === null ? [] : [`last ${last_at}`]),
    ...(last_problem === null ? [] : [`failed: ${oneLine(last_problem, 200)}`]),
  ];
  const zone = timezone === null ? "" : ` ${timezone}`;
  return [schedule_id, state, `${kind} ${oneLine(spec, 100)}${zone}`, times.join(", ")];
}

export const pause = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const changed = await link.call("PauseSchedule", named(context));
    return await said(context, changed, `Paused ${changed.schedule_id}.`);
  });

export const resume = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const changed = await link.call("ResumeSchedule", named(context));
    return await said(context, changed, `Resumed ${changed.schedule_id}.`);
  });

export const run = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const woken = await link.call("RunSchedule", named(context));
    return await said(context, woken, `Woken by ${woken.schedule_id}: jamey sessions list`);
  });

const named = ({ arguments: given }: Context) => ({ schedule_id: given.words[0] ?? "" });

async function said(context: Context, value: unknown, text: string): Promise<number> {
  if (context.isJson) await printJson(context, value);
  else await context.out.write(`${text}\n`);
  return 0;
}
