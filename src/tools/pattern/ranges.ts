// Sets of characters as sorted ranges of code points, both ends included. Pure.

export type Range = readonly [number, number];

export const MAX_CODE_POINT = 0x10ffff;

/** The named sets; a word and a digit are ASCII, as in most tools. */
export const ranges = {
  digit: [[48, 57]],
  word: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  space: [
    [9, 13],
    [32, 32],
    [160, 160],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ],
  any: [[0, MAX_CODE_POINT]],
} as const satisfies Record<string, readonly Range[]>;

/** The letters for which upper and lower case are looked up; beyond lie few that have both. */
const MAX_FOLDED = 0x052f;

/** Everything that is not in the set. */
export function negate(set: readonly Range[]): Range[] {
  const outside: Range[] = [];
  let next = 0;
  for (const [first, last] of merge(set)) {
    if (first > next) outside.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= MAX_CODE_POINT) outside.push([next, MAX_CODE_POINT]);
  return outside;
}

/** The set with the other case of its letters. */
export function fold(set: readonly Range[]): Range[] {
  const folded: Range[] = [...set];
  for (const [first, last] of set) {
    for (let point = first; point <= Math.min(last, MAX_FOLDED); point += 1) {
      const letter = String.fromCodePoint(point);
      for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
        const code = other.codePointAt(0) ?? point;
        if (other.length === 1 && code !== point) folded.push([code, code]);
      }
    }
  }
  return merge(folded);
}

/** Sorted, without overlaps. */
export function merge(set: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [first, last] of set.toSorted((one, other) => one[0] - other[0])) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1)
      previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}
