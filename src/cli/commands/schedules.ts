// `jamey schedules`: what wakes objects by itself.
import { typedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import { classify } from "../../protocol/classify.ts";
import type { ScheduleInfo } from "../../protocol/schedules.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";
import { warn } from "./objects.ts";

/** Messages of others that may come between the command and its own. */
const MAX_SEEN = 1_000;

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListSchedules", {});
    if (context.isJson) await printJson(context, found);
    else if (found.schedules.length === 0) {
      await context.note("Nothing wakes an object: write 'wake:' in its front matter.");
    } else {
      await withPager(context, columns(found.schedules.map(rowOf)));
      const broken = found.schedules.flatMap(({ po_name, file_problem }) =>
        file_problem === null
          ? []
          : [
              `${file_problem.replace(/\.$/, "")} — the schedules of the last good version of '${po_name}' count`,
            ],
      );
      await warn(context, [...new Set(broken)]);
    }
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
    if (context.arguments.has("wait")) return await runToEnd(context, link);
    const woken = await link.call("RunSchedule", named(context));
    return await said(context, woken, `Woken by ${woken.schedule_id}: jamey sessions list`);
  });

/** The message that wakes it has a key that names the wake: by that its turn is known. */
async function runToEnd(context: Context, link: Link): Promise<number> {
  const turns = new Map<string, string>();
  const queued = Promise.withResolvers<string>();
  let key: string | undefined;
  const see = () => {
    const turn_id = key === undefined ? undefined : turns.get(key);
    if (turn_id !== undefined) queued.resolve(turn_id);
  };
  const following = await link.follow({ event_types: ["MessageQueued"], after: null }, (frames) => {
    for (const frame of frames) {
      if (frame.type !== "event") continue;
      const { event_type, payload } = typedEvent(frame);
      if (event_type !== "MessageQueued" || payload.message_key === null) continue;
      // Of others that come in the meantime none is asked for.
      if (turns.size < MAX_SEEN) turns.set(payload.message_key, payload.turn_id);
    }
    see();
    return Promise.resolve();
  });
  void link.gone.then(queued.reject);
  try {
    const { wake_id } = await link.call("RunSchedule", named(context));
    key = `wake:${wake_id}`;
    see();
    const run = await link.call("WaitForTurn", { turn_id: await queued.promise });
    const { exit_code } = classify(run);
    if (context.isJson) await printJson(context, run);
    else if (run.error) await context.err.write(`jamey: ${stripControl(run.error.message)}\n`);
    else await context.out.write(`${stripControl(run.response).trimEnd()}\n`);
    return exit_code;
  } finally {
    following.stop();
  }
}

const named = ({ arguments: given }: Context) => ({ schedule_id: given.words[0] ?? "" });

async function said(context: Context, value: unknown, text: string): Promise<number> {
  if (context.isJson) await printJson(context, value);
  else await context.out.write(`${text}\n`);
  return 0;
}
