// The change that a key goes to, wherever changes are read.
// Rule: it is counted from the change that was gone to, as long as that is on the screen; else from what is.

/** Rows above a change that was gone to. */
export const ROWS_ABOVE = 2;

export type Side = "above" | "shown" | "below";

export interface Screen<Place> {
  sideOf(place: Place): Side;
  /** The change that was gone to. */
  marked: Place | undefined;
  /** Negative: the left one stands above the right one. */
  compare(left: Place, right: Place): number;
}

/** `changes` in the order of the way: downwards for 1. Those before that which is gone to may be missing. */
export function nextChange<Place>(
  changes: Iterable<Place>,
  step: -1 | 1,
  { sideOf, marked, compare }: Screen<Place>,
): Place | undefined {
  const from = marked !== undefined && sideOf(marked) === "shown" ? marked : undefined;
  const passed: Side = step === 1 ? "above" : "below";
  for (const change of changes) {
    const isNext =
      from === undefined ? sideOf(change) !== passed : compare(change, from) * step > 0;
    if (isNext) return change;
  }
  return undefined;
}
