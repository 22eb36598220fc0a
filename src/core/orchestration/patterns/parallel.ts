// Parallel: all members at once, none knows of the others. The object makes one answer of theirs; who gave
// none does not lose the others.
import type { Pattern } from "../group.ts";
import { list, unanswered } from "../words.ts";

export const parallel: Pattern = ({ task, group, done }) => {
  const { members } = group;
  const answers = done[0];
  if (!answers) {
    const reason = `You work beside others on the same task: ${list(members)}.`;
    return {
      type: "ask",
      steps: [{ type: "round_started", mode: "parallel", round: 1, members }],
      asks: members.map((member) => ({ member, message: task, reason })),
    };
  }
  if (answers.every((one) => !one.success)) {
    return { type: "fail", error: unanswered(answers), ended: "no member has answered" };
  }
  const given = answers.filter((one) => one.success).length;
  return { type: "synthesise", ended: `${given} of ${answers.length} members have answered` };
};
