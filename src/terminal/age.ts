// How long ago something was, as people read it.
import { UNIT_MS } from "./units.ts";

/** The largest first; in weeks nobody thinks back. */
const SHOWN_UNITS = ["y", "d", "h", "m"] as const;

/** now, 5m, 3h, 12d, 2y */
export function showAge(at: string, now: number): string {
  const age = now - Date.parse(at);
  if (!(age >= 60_000)) return "now";
  const unit = SHOWN_UNITS.find((one) => age >= UNIT_MS[one]) ?? "m";
  return `${Math.floor(age / UNIT_MS[unit])}${unit}`;
}
