// The end of a turn whose model called tools that only the caller can run.
import { awaitsClient, CLIENT_TOOLS } from "../client-tools.ts";
import type { Draft } from "../draft.ts";
import { joinSteers, running } from "./turn.ts";

/** Once all other calls of the round have their results, the caller has the word. */
export function yieldToClient(draft: Draft): void {
  const now = running(draft);
  if (!now || !awaitsClient(now.turn)) return;
  joinSteers(draft);
  const { turn, session } = now;
  const answer = session.conversation.findLast(
    (message) => message.turn_id === turn.turn_id && message.role === "assistant",
  );
  draft.add("TurnCompleted", {
    session_id: session.id,
    turn_id: turn.turn_id,
    message_id: answer?.message_id ?? null,
    stop_reason: CLIENT_TOOLS,
  });
}
