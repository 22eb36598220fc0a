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

/** One line above the composer, for a few seconds. */
export const withNotice = (state: State, text: string): State => ({
  ...state,
  notice: { text, until: null },
});
