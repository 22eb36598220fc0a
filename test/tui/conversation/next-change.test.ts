// From change to change: from the one that was gone to while it is on the screen, else from what is.
import { expect, test } from "bun:test";
import { nextChange, type Side } from "../../../src/tui/conversation/next-change.ts";

const rows = [0, 10, 20, 30];

/** Ten rows are on the screen. */
function next(step: -1 | 1, top: number, marked?: number): number | undefined {
  const sideOf = (row: number): Side => (row < top ? "above" : row < top + 10 ? "shown" : "below");
  const compare = (left: number, right: number) => left - right;
  return nextChange(step === 1 ? rows : rows.toReversed(), step, { sideOf, marked, compare });
}

test("the next change is counted from the one that was gone to, as long as it is on the screen", () => {
  expect([next(1, 0, 0), next(1, 5, 10), next(-1, 15, 20), next(-1, 0, 0)]).toEqual([
    10,
    20,
    10,
    undefined,
  ]);
});

test("the next change is the first, or the last, on the screen where another place is looked at", () => {
  expect([next(1, 0), next(1, 25, 0), next(1, 31, 0)]).toEqual([0, 30, undefined]);
  expect([next(-1, 0), next(-1, 15, 0), next(-1, 22, 0)]).toEqual([0, 20, 30]);
});
