// What is learned later of a session that was fetched: how its calls ended, and its turns without an answer.
// Rule: what was followed live is newer, unless it still waits for an end that is told here.
import type { Reply } from "../protocol/commands/index.ts";
import { type Calls, foldCall } from "./calls.ts";
import { typedEvent } from "./events.ts";
import type { Transcript, TurnEnding } from "./transcript.ts";

export function withOutcomes(state: Transcript, { events }: Reply<"ListOutcomes">): Transcript {
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
  return { ...state, calls, delegations, endings: { ...endings, ...state.endings } };
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
