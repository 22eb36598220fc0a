// Arithmetic on times as the wire spells them. No clock: every time comes from outside.

/** The last moment that the wire can spell; limits may be longer than any calendar. */
const LATEST_MS = Date.parse("9999-12-31T23:59:59.999Z");

export function later(at: string, ms: number): string {
  return new Date(Math.min(LATEST_MS, Date.parse(at) + ms)).toISOString();
}

/** Whether a time has come by now. */
export function isDue(time: string, now: string): boolean {
  return Date.parse(time) <= Date.parse(now);
}
