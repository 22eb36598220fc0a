// Keys that were meant for something else: what cannot be taken back is not decided by them.

/** How long a question is seen before it can be answered: 300, and what a clock may be late. Milliseconds. */
export const GUARD_MS = 350;

/** `since`: when the question appeared, or when a key was pressed that was no answer to it. */
export const isTooSoon = (since: number, now: number): boolean => now - since < GUARD_MS;

/** A question that is asked twice, before what cannot be taken back. */
export interface AskedTwice {
  times: 1 | 2;
  since: number;
}

/** Who types on means something else: a key that is no answer, or came too soon, begins the time anew. */
export function answerTwice<Asked extends AskedTwice>(
  asked: Asked,
  action: "yes" | "no" | undefined,
  now: number,
): Asked | "yes" | "no" {
  if (action === "no") return "no";
  if (action === undefined || isTooSoon(asked.since, now)) return { ...asked, since: now };
  return asked.times === 2 ? "yes" : { ...asked, times: 2, since: now };
}
