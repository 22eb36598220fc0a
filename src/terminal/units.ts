// The units in which people write times. Milliseconds.
export const UNIT_MS = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
} as const;

/** Not a number for what is no unit. */
export const unitMs = (unit: string | undefined): number =>
  Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1] ?? Number.NaN;
