// The session machine against random worlds. A failure names its seed: `live(seed, STEPS)` is that life.
import { describe, expect, test } from "bun:test";
import { sessionMachine } from "../../src/core/index.ts";
import { sessionStreamEvents } from "../../src/protocol/events/index.ts";
import { createRandom, type Random } from "./support/random.ts";
import { live } from "./support/world.ts";

const LIVES = 400;
const STEPS = 150;
const SHUFFLED_LIVES = 60;
/** For all lives together, on a machine that has other things to do. */
const SLOWEST_MS = 120_000;

function shuffled<Value>(random: Random, values: Value[]): Value[] {
  return values
    .map((value) => ({ value, place: random.next() }))
    .sort((left, right) => left.place - right.place)
    .map(({ value }) => value);
}

describe("a session in a random world", () => {
  test(
    "keeps every promise after every step, and comes to rest when the world does",
    () => {
      const met = new Set<string>();
      for (let seed = 1; seed <= LIVES; seed += 1) {
        const { problems, events } = live(seed, STEPS);
        expect({ seed, problems }).toEqual({ seed, problems: [] });
        for (const event of events) met.add(event.type);
      }
      // The one way to work that there is so far updates nothing but what its events say.
      const unmet = Object.keys(sessionStreamEvents).filter((type) => !met.has(type));
      expect(unmet).toEqual(["SessionUpdated"]);
    },
    SLOWEST_MS,
  );

  test("is the same session again from the same seed", () => {
    const [one, again] = [live(7, STEPS), live(7, STEPS)];
    expect(JSON.stringify(again.events)).toBe(JSON.stringify(one.events));
  });
});

describe("the fold", () => {
  test("takes its events in any order, with any left out, and never throws", () => {
    for (let seed = 1; seed <= SHUFFLED_LIVES; seed += 1) {
      const random = createRandom(seed);
      const events = live(seed, STEPS).events.filter(() => !random.oneIn(5));
      let state = sessionMachine.initial;
      for (const event of shuffled(random, events)) {
        state = sessionMachine.apply(state, event);
        // What is owed must be sayable in any state; what it is does not matter here.
        expect(() => sessionMachine.outstanding(state)).not.toThrow();
      }
    }
  });
});
