// Whether an object may be woken: decided on plain values.
import { expect, test } from "bun:test";
import {
  decideWake,
  MAX_WAKES_PER_HOUR,
  type ScheduleState,
  type WakeRequest,
} from "../../../src/core/environment/wakes.ts";

const AT = "2030-01-01T12:00:00.000Z";

const schedule: ScheduleState = {
  schedule_id: "night.cron",
  kind: "cron",
  spec: "* * * * *",
  is_paused: false,
  base_at: AT,
  fingerprint: null,
  fired: [],
  depth: 0,
  skipped: [],
  wake: null,
  last_session_id: null,
  last_problem: null,
};

const asked: WakeRequest = {
  schedule_id: "night.cron",
  wake_id: "w1",
  po_name: "night",
  reason: "a time",
  message: "look around",
  due_at: AT,
  fingerprint: null,
  cooldown_ms: 0,
  max_per_hour: Number.MAX_SAFE_INTEGER,
  cause_depth: null,
  is_forced: false,
};

const namesOf = (fired: number, changes: Partial<WakeRequest> = {}) => {
  const times = Array.from({ length: fired }, () => "2030-01-01T11:30:00.000Z");
  return decideWake({ ...schedule, fired: times }, { ...asked, ...changes }, AT).map(
    ({ type }) => type,
  );
};

test("Nothing is woken more often in an hour than anything may, whatever its object says", () => {
  expect(namesOf(MAX_WAKES_PER_HOUR - 1)).toEqual(["ScheduleFired"]);
  expect(namesOf(MAX_WAKES_PER_HOUR)).toEqual(["WakeSkipped"]);
  expect(namesOf(MAX_WAKES_PER_HOUR, { is_forced: true })).toEqual(["ScheduleFired"]);
});
