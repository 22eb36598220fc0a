// Steps of an update, one after the other: what each asks for is kept in order.
import type { Effect, Updated } from "../shapes.ts";
import type { State } from "../state.ts";

export type Next = Updated<State>;

export const still = (state: State, ...effects: Effect[]): Next => ({ state, effects });

/** Does `step` on what `before` came to. */
export function then({ state, effects }: Next, step: (state: State) => Next): Next {
  const next = step(state);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** One line above the composer, for a few seconds, or until the next key does something else. */
export const withNotice = (state: State, text: string): State => ({
  ...state,
  notice: { text, until: null },
});

/** One that is not gone with the next letter. */
export const withProblem = (state: State, text: string): State => ({
  ...state,
  notice: { text, until: null, isProblem: true },
});

/** What was said of an earlier moment says nothing of this one. */
export function withoutOldNotice(before: State, after: State): State {
  const { notice } = before;
  if (notice === null || notice !== after.notice || before === after) return after;
  const hasLeft = places.some((part) => before[part] !== after[part]);
  return notice.isProblem && !hasLeft ? after : { ...after, notice: null };
}

const places = ["open", "overlay", "focus", "session_id"] as const;
