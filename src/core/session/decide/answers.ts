// What becomes of an answer once it is held against the JSON Schema of its turn.
import type { Draft } from "../draft.ts";
import type { InputOf } from "../inputs.ts";
import { misfit, sentBack, timesSentBack, uncheckedAnswer } from "../structured.ts";
import { complete, engineOf, fail, follow, running } from "./turn.ts";

export function answerChecked(draft: Draft, input: InputOf<"answer_checked">): void {
  const now = running(draft);
  const answer = uncheckedAnswer(draft.state());
  if (!now || answer?.message_id !== input.message_id) return;
  const { turn, session } = now;
  const { problems } = input;
  if (problems.length === 0) return complete(draft, "stop");
  const sent = timesSentBack(session.conversation, turn.turn_id);
  if (sent >= (turn.settings.output?.retries ?? 0)) return fail(draft, misfit(answer, problems));
  const message = sentBack(answer, problems, draft.at);
  follow(draft, engineOf(turn, draft).processMessage(session, message), "stop");
}
