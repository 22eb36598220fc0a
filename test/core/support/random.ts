// A small seeded generator of random choices: the same seed makes the same choices on every machine.

export interface Random {
  /** 0 ≤ number < 1 */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True in about one of `times` cases. */
  oneIn(times: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
}

/** Mulberry32: 32 bits of state, good enough to play dice. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    oneIn: (times) => between(1, times) === 1,
    pick<Value>(values: readonly Value[]): Value {
      if (values.length === 0) throw new Error("nothing to pick from");
      // The index lies within the list, which is not empty.
      return values[between(0, values.length - 1)] as Value;
    },
  };
}
