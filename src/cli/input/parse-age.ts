// Ages as people write them: 2d, 36h, 12w; a point in time may be given as a date as well.

import { UNIT_MS, unitMs } from "../../terminal/units.ts";
import { usageError } from "./arguments.ts";

/** Nothing here is older, or further away. */
export const MAX_AGE_MS = 100 * UNIT_MS.y;

/** Milliseconds; undefined for what is no age. */
export function readAge(text: string): number | undefined {
  const whole = text.trim();
  const parts = [...whole.matchAll(/(\d{1,6}(?:\.\d{1,3})?)(ms|[smhdwy])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== whole) return undefined;
  const age = parts.reduce((sum, [, number, unit]) => sum + Number(number) * unitMs(unit), 0);
  return age > 0 && age <= MAX_AGE_MS ? Math.round(age) : undefined;
}

export function parseAge(text: string, flag: string): number {
  const age = readAge(text);
  if (age !== undefined) return age;
  throw usageError(`${flag}: '${text}' is no age. Examples: 30s, 30m, 1h30m, 36h, 2d, 12w, 1y.`);
}

/** An age before now, or a date (2026-01-31, 2026-01-31T12:00:00Z), as UTC. */
export function parseSince(text: string, flag: string, now: number): string {
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text);
  const time = isDate ? Date.parse(text) : now - parseAge(text, flag);
  if (Number.isNaN(time)) throw usageError(`${flag}: '${text}' is no date.`);
  return new Date(time).toISOString();
}
