// Holds an answer against the JSON Schema that its turn must fit.
import type { EffectOf } from "../../core/effects.ts";
import { uncheckedAnswer } from "../../core/session/structured.ts";
import type { Context, Performed } from "./index.ts";

export async function checkAnswer(effect: EffectOf<"check_answer">, context: Context): Performed {
  const { message_id } = effect;
  const state = context.state();
  const answer = uncheckedAnswer(state);
  const output = state.turn?.settings.output;
  if (!output || answer?.message_id !== message_id) return undefined;
  const { answerProblems } = await import("../answers/problems.ts");
  const problems = answerProblems(answer.content, output.schema);
  return { type: "answer_checked", message_id, problems };
}
