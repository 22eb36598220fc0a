// How often the caller of a session has called its object in this turn. Pure: it follows from what the caller
// said, which is kept before anything of the call runs, so a restart counts the same.
import type { Message, ParentCall } from "../../protocol/messages.ts";

type Said = Pick<Message, "turn_id" | "tool_calls">;

/** The number of each call of one turn among those of the same name, from 1. */
export function visitsIn(messages: Iterable<Said>, turn_id: string): Map<string, number> {
  const counts = new Map<string, number>();
  const visits = new Map<string, number>();
  for (const message of messages) {
    if (message.turn_id !== turn_id) continue;
    for (const { id, name } of message.tool_calls) {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      visits.set(id, count);
    }
  }
  return visits;
}

/** Of the session that answers this call; the first where the caller is gone. */
export const visitOf = (
  { turn_id, call_id }: Pick<ParentCall, "turn_id" | "call_id">,
  caller: readonly Said[],
): number => visitsIn(caller, turn_id).get(call_id) ?? 1;
