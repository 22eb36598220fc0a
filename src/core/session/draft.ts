// What a decision writes: events are added one by one and folded at once, so that each next step
// decides on the state that the ones before made.
import type { SessionEvent } from "../../protocol/events/index.ts";
import type { Evaluate } from "../orchestration/workflow/evaluate.ts";
import { applySession } from "./apply.ts";
import type { Happened, SessionActorState } from "./state.ts";

type PayloadOf<Type extends SessionEvent["type"]> = Extract<
  SessionEvent,
  { type: Type }
>["payload"];

export interface Draft {
  readonly at: string;
  /** Answers the conditions of workflows. */
  readonly evaluate: Evaluate;
  state(): SessionActorState;
  add<Type extends SessionEvent["type"]>(type: Type, payload: PayloadOf<Type>): void;
  events(): Happened[];
}

export function createDraft(
  initial: SessionActorState,
  { at, evaluate }: Pick<Draft, "at" | "evaluate">,
): Draft {
  let state = initial;
  const events: Happened[] = [];
  return {
    at,
    evaluate,
    state: () => state,
    add(type, payload) {
      // A type and its own payload make one of the union; TypeScript cannot see it through generics.
      const event = { type, payload, at } as Happened;
      events.push(event);
      state = applySession(state, event);
    },
    events: () => events,
  };
}
