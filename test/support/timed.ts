// A world whose time the test holds, and what woke the objects in it.
import type { StoredEventName } from "../../src/protocol/events/index.ts";
import { objectText, openTestWorld, type TestWorld, type TestWorldOptions } from "./world.ts";

export const START = "2026-03-02T06:30:00.000Z";

/** A world whose time passes only when the test says so. */
export async function openTimed(wake: string, options: TestWorldOptions = {}) {
  let now = Date.parse(START);
  const objects = { "night.md": objectText({ name: "night", front: `wake: [${wake}]` }) };
  const world = await openTestWorld({
    objects,
    script: () => "Done.",
    now: () => new Date(now).toISOString(),
    ...options,
  });
  return {
    world,
    async pass(minutes: number) {
      now += minutes * 60_000;
      await world.runtime().look();
    },
    /** The daemon is gone for so long. */
    async sleep(minutes: number) {
      world.crash();
      now += minutes * 60_000;
      await world.start();
    },
  };
}

export function told(world: TestWorld, ...types: StoredEventName[]): unknown[] {
  return world.rows({ types }).map(({ type, payload }) => {
    if (type === "ScheduleFired") return [type, payload.reason, payload.depth];
    if (type === "WakeSkipped") return [type, payload.reason];
    return type;
  });
}

/** So many turns have ended. */
export const atRest = (world: TestWorld, count: number) =>
  world.happened("TurnCompleted", () => {
    return world.rows({ types: ["TurnCompleted"] }).length >= count;
  });
