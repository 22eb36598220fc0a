// Ages as people write and read them: 2d, 36h, 12w; a point in time may be given as a date as well.
import { usageError } from "./arguments.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
/** Nothing here is older. */
const MAX_AGE_MS = 100 * 365 * 86_400_000;

/** Milliseconds. */
export function parseAge(text: string, flag: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)([mhdwy])$/.exec(text.trim()) ?? [];
  const age = Number(number) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  if (age > 0 && age <= MAX_AGE_MS) return Math.round(age);
  throw usageError(`${flag}: '${text}' is no age. Examples: 30m, 36h, 2d, 12w, 1y.`);
}

/** An age before now, or a date (2026-01-31, 2026-01-31T12:00:00Z), as UTC. */
export function parseSince(text: string, flag: string, now: number): string {
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  const time = isDate ? Date.parse(text) : now - parseAge(text, flag);
  if (Number.isNaN(time)) throw usageError(`${flag}: '${text}' is no date.`);
  return new Date(time).toISOString();
}

/** now, 5m, 3h, 12d, 2y */
export function showAge(at: string, now: number): string {
  const age = now - Date.parse(at);
  if (!(age >= 60_000)) return "now";
  const [unit = "m", size = 60_000] =
    Object.entries(UNIT_MS).findLast(([name, ms]) => name !== "w" && age >= ms) ?? [];
  return `${Math.floor(age / size)}${unit}`;
}
