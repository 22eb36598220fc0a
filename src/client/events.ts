// Events as they arrive, typed by their name.
import type { EventName, EventPayload } from "../protocol/events/index.ts";
import type { EventFrame } from "../protocol/frames.ts";

export type TypedEvent = {
  [Name in EventName]: Omit<EventFrame, "event_type" | "payload"> & {
    event_type: Name;
    payload: EventPayload<Name>;
  };
}[EventName];

/** The daemon wrote the payload by the table of events; this only says so to the compiler. */
export const typedEvent = (frame: EventFrame): TypedEvent => frame as TypedEvent;

/** The turn that an event belongs to, where it belongs to one. */
export function turnOf(event: TypedEvent): string | null {
  return "turn_id" in event.payload ? event.payload.turn_id : null;
}

export const turnEnds = [
  "TurnCompleted",
  "TurnFailed",
  "TurnCancelled",
] as const satisfies EventName[];

export function isTurnEnd(event: TypedEvent): boolean {
  return turnEnds.some((name) => name === event.event_type);
}
