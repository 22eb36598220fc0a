// The id of the next message that a group or a workflow says by itself; its calls have it in front of theirs.
import { isPatternCall, patternCallId } from "../session/delegation.ts";
import type { Session } from "../session/session.ts";

export function nextRoundId({ turn, conversation }: Session): string {
  const turn_id = turn?.id ?? "";
  const said = conversation.filter(
    (one) => one.role === "assistant" && isPatternCall(turn_id, one.message_id),
  );
  return patternCallId(turn_id, said.length + 1);
}
