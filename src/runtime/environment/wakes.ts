// What shall wake an object, as its front matter says it: `wake: [{cron: "0 7 * * *", message: …}]`. Times are
// Bun's cron expressions, in the time zone that is named, else in that of the machine. A time that the change to
// summer leaves out comes an hour later that day; one that comes twice in autumn counts once, and only
// expressions with `*` as minute or hour run through both.
import { z } from "zod";
import { MAX_WAKES_PER_HOUR } from "../../core/environment/wakes.ts";
import { MAX_WAKES } from "../../protocol/limits.ts";
import { name } from "../../protocol/messages.ts";
import type { ScheduleKind } from "../../protocol/schedules.ts";

/** In UTF-16 units. */
const MAX_SPEC_LENGTH = 200;
const MAX_WAKE_MESSAGE_LENGTH = 100_000;
/** Seconds. */
const MAX_COOLDOWN = 7 * 86_400;
/** More than one a minute is an accident. */
const DEFAULT_PER_HOUR = 120;
const DEFAULT_COOLDOWN: Record<ScheduleKind, number> = { cron: 0, watch: 5, webhook: 1 };

const spec = z.string().min(1).max(MAX_SPEC_LENGTH);

const wake = z
  .strictObject({
    cron: spec.optional(),
    /** An IANA name, such as Europe/Berlin. */
    timezone: spec.optional(),
    /** A pattern of files, relative to the environment's folder. */
    watch: spec.optional(),
    webhook: name.optional(),
    message: z.string().min(1).max(MAX_WAKE_MESSAGE_LENGTH),
    /** Seconds after a wake in which there is no other. */
    cooldown: z.number().int().min(0).max(MAX_COOLDOWN).optional(),
    max_per_hour: z.number().int().min(1).max(MAX_WAKES_PER_HOUR).default(DEFAULT_PER_HOUR),
  })
  .superRefine((given, context) => {
    const refuse = (key: string | undefined, message: string) =>
      context.addIssue({ code: "custom", path: key === undefined ? [] : [key], message });
    const kinds = [given.cron, given.watch, given.webhook].filter((one) => one !== undefined);
    if (kinds.length !== 1) refuse(undefined, "says one of cron, watch and webhook");
    if (given.timezone !== undefined && given.cron === undefined) {
      refuse("timezone", "belongs to cron");
    }
    if (given.cron !== undefined) {
      const problem = problemOfCron(given.cron, given.timezone);
      if (problem !== undefined) refuse("cron", problem);
    }
    if (given.watch !== undefined && !isInside(given.watch)) {
      refuse("watch", "is a pattern inside the environment's folder, such as inbox/*.txt");
    }
  });

export const wakes = z
  .array(wake)
  .max(MAX_WAKES)
  .superRefine((all, context) => {
    const specs = all.map((one) => `${kindOf(one)} ${specOf(one)} ${one.timezone ?? ""}`);
    const twice = specs.findIndex((one, index) => specs.indexOf(one) !== index);
    if (twice < 0) return;
    context.addIssue({ code: "custom", path: [twice], message: "is there twice" });
  });

type Wake = z.output<typeof wake>;

/** One thing that wakes one object. */
export interface Schedule {
  schedule_id: string;
  po_name: string;
  kind: ScheduleKind;
  spec: string;
  timezone: string | undefined;
  message: string;
  cooldown_ms: number;
  max_per_hour: number;
}

/** Its id stays while what wakes it stays; another message is no other schedule. */
export function schedulesOf(object: { name: string; wake: readonly Wake[] }): Schedule[] {
  return object.wake.map((one) => {
    const kind = kindOf(one);
    const what = specOf(one);
    const short = new Bun.CryptoHasher("sha256")
      .update(`${what} ${one.timezone ?? ""}`)
      .digest("hex")
      .slice(0, 8);
    return {
      schedule_id: `${object.name}.${kind}-${short}`,
      po_name: object.name,
      kind,
      spec: what,
      timezone: one.timezone,
      message: one.message,
      cooldown_ms: (one.cooldown ?? DEFAULT_COOLDOWN[kind]) * 1_000,
      max_per_hour: one.max_per_hour,
    };
  });
}

/** The first time after `from` that the expression names. */
export function nextTime(
  { spec: expression, timezone }: Pick<Schedule, "spec" | "timezone">,
  from: string,
): string | undefined {
  const options = timezone === undefined ? {} : { tz: timezone };
  return Bun.cron.parse(expression, new Date(from), options)?.toISOString();
}

function problemOfCron(expression: string, timezone: string | undefined): string | undefined {
  try {
    const first = nextTime({ spec: expression, timezone }, new Date().toISOString());
    return first === undefined ? "names no time that ever comes" : undefined;
  } catch (thrown) {
    return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/^Bun\.cron: /, "");
  }
}

const kindOf = (one: Wake): ScheduleKind =>
  one.cron !== undefined ? "cron" : one.watch !== undefined ? "watch" : "webhook";

const specOf = (one: Wake): string => one.cron ?? one.watch ?? one.webhook ?? "";

function isInside(pattern: string): boolean {
  const parts = pattern.split("/");
  return !pattern.startsWith("/") && !pattern.includes("\\") && !parts.includes("..");
}
