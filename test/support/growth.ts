// What a work costs when there is four times as much of it: a proportion, the same on any machine.

/** The best times of both sizes count, each run after the other: whatever else runs only makes them slower. */
const RUNS = 5;
/** A proportion that is too large is measured on so often: only what is always too large grows too fast. */
const MAX_RUNS = 100;
/** Four times as much takes four times as long, with a slack; what grows with the square takes sixteen times. */
export const LINEAR = 8;

/** How many times longer `work` takes with four times the size. */
export function growthOf(work: (size: number) => unknown, size: number): number {
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < RUNS || (run < MAX_RUNS && large / small > LINEAR); run += 1) {
    small = Math.min(small, elapsedMs(work, size));
    large = Math.min(large, elapsedMs(work, 4 * size));
  }
  return large / small;
}

function elapsedMs(work: (size: number) => unknown, size: number): number {
  const begun = performance.now();
  work(size);
  return performance.now() - begun;
}
