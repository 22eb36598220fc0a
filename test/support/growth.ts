// What a work costs when there is four times as much of it: a proportion, the same on any machine.

/** Each work is measured so often, and its best time counts: whatever else runs only makes it slower. */
const RUNS = 5;
/** A proportion that is too large is measured again so often: only what is always too large grows too fast. */
const ATTEMPTS = 3;
/** Four times as much takes four times as long, with a slack; what grows with the square takes sixteen times. */
export const LINEAR = 8;

const bestMs = (work: () => unknown): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    work();
    best = Math.min(best, performance.now() - begun);
  }
  return best;
};

/** How many times longer `work` takes with four times the size. */
export function growthOf(work: (size: number) => unknown, size: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least > LINEAR; attempt += 1) {
    const [small, large] = [bestMs(() => work(size)), bestMs(() => work(4 * size))];
    least = Math.min(least, large / small);
  }
  return least;
}
