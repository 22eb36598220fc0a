// What is learned later of a session that was fetched: how its calls ended, its turns without an answer, what
// is being written, and what waits in it.
// Rule: what was followed live is newer, unless it still waits for an end that is told here.
import type { Reply } from "../protocol/commands/index.ts";
import { type Calls, foldCall } from "./calls.ts";
import { typedEvent } from "./events.ts";
import type { QueuedMessage, Transcript, TurnEnding, TurnState } from "./transcript.ts";
import { foldSignal } from "./transcript.ts";

export function withOutcomes(state: Transcript, reply: Reply<"ListOutcomes">): Transcript {
  const { events, signals, waiting, is_parked } = reply;
  let told: Calls = { calls: {}, delegations: {} };
  const endings: Record<string, TurnEnding> = {};
  for (const each of events) {
    const event = typedEvent({ type: "event", subscription_id: "", ...each });
    switch (event.event_type) {
      case "ToolCallCompleted":
      case "DelegationStarted":
      case "DelegationCompleted":
      case "ChildUsageRecorded":
        told = foldCall(told, event);
        break;
      case "TurnFailed":
      case "TurnCancelled": {
        const { turn_id } = event.payload;
        endings[turn_id] =
          event.event_type === "TurnFailed"
            ? { type: "failed", turn_id, error: event.payload.error }
            : { type: "cancelled", turn_id, reason: event.payload.reason };
      }
    }
  }
  const calls = joined(told.calls, state.calls, ({ outcome }) => outcome !== null);
  const delegations = joined(told.delegations, state.delegations, (one) => one.success !== null);
  const known: Transcript = {
    ...state,
    calls,
    delegations,
    endings: { ...endings, ...state.endings },
    queued: withWaiting(state, waiting),
    turn: is_parked ? parkedTurn(state, Object.values(endings)) : state.turn,
  };
  // Who followed others meanwhile was told its beginning before it looked.
  return signals.reduce(foldSignal, known);
}

/** What was followed live is behind what waited before, or is the same; what has joined waits no more. */
function withWaiting(
  { queued, messages }: Transcript,
  waiting: readonly QueuedMessage[],
): readonly QueuedMessage[] {
  const known = new Set([...queued, ...messages].map(({ message_id }) => message_id));
  return [...waiting.filter(({ message_id }) => !known.has(message_id)), ...queued];
}

/** What waits is parked by the turn that was stopped last; one that has begun since counts more. */
function parkedTurn({ turn }: Transcript, endings: readonly TurnEnding[]): TurnState {
  const stopped = endings.findLast(({ type }) => type === "cancelled");
  return turn.type === "idle" && stopped !== undefined ? stopped : turn;
}

function joined<Value>(
  told: Readonly<Record<string, Value>>,
  live: Readonly<Record<string, Value>>,
  hasEnded: (value: Value) => boolean,
): Readonly<Record<string, Value>> {
  const all = { ...told };
  for (const [id, value] of Object.entries(live)) {
    const known = told[id];
    const isBehind = known !== undefined && hasEnded(known) && !hasEnded(value);
    if (!isBehind) all[id] = value;
  }
  return all;
}
