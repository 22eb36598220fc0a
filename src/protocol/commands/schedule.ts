// Commands over what wakes objects by itself.
import { z } from "zod";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { id, name, orNull } from "../messages.ts";
import { scheduleInfo } from "../schedules.ts";
import { command } from "./command.ts";

/** Its id, or the beginning of it that no other has. */
const which = z.object({ schedule_id: id });

export const scheduleCommands = {
  ListSchedules: command({
    summary: "What wakes objects by itself: times, files, webhooks.",
    scope: "read",
    params: z.object({ po_name: orNull(z.string()) }).prefault({}),
    reply: "ScheduleList",
    payload: z.object({ schedules: z.array(scheduleInfo) }),
  }),
  PauseSchedule: command({
    summary: "Let it wake nobody until it is resumed, also after a restart.",
    scope: "admin",
    isHumanOnly: true,
    params: which,
    reply: "ScheduleChanged",
    payload: which,
  }),
  ResumeSchedule: command({
    summary: "Let it wake again. What fell into the pause does not count.",
    scope: "admin",
    isHumanOnly: true,
    params: which,
    reply: "ScheduleChanged",
    payload: which,
  }),
  RunSchedule: command({
    summary: "Wake the object now, also while it is paused.",
    scope: "chat",
    isHumanOnly: true,
    params: which,
    reply: "ScheduleRun",
    payload: z.object({ schedule_id: id, wake_id: id }),
  }),
  CallHook: command({
    summary:
      "A webhook: wakes the objects that wait for this name, or the object of this name if it waits for any.",
    scope: "chat",
    isHumanOnly: true,
    params: z.object({
      hook_name: name,
      /** Comes to the objects as what somebody else wrote. */
      body: z.string().max(MAX_MESSAGE_BYTES).default(""),
      /** Names this one call: however often it comes, also after a restart, it wakes once. */
      delivery_id: orNull(id),
    }),
    reply: "HookCalled",
    payload: z.object({ woken: z.array(z.object({ schedule_id: id, wake_id: id })) }),
  }),
} as const;
