// Sequential: one member after the other in declared order, each with what the one before made of it. The
// last one's answer is the group's.
import type { Next, Pattern } from "../group.ts";
import { quoted, unanswered } from "../words.ts";

export const sequential: Pattern = ({ task, group, done }) => {
  const last = done.at(-1)?.[0];
  if (last && !last.success) {
    return { type: "fail", error: unanswered([last]), ended: `${last.member} gave no answer` };
  }
  const member = group.members[done.length];
  if (member === undefined) {
    return { type: "answer", content: last?.output ?? "", ended: "the last member has answered" };
  }
  return ask(member, { task, last, place: done.length + 1, of: group.members.length });
};

function ask(
  member: string,
  {
    task,
    last,
    place,
    of,
  }: Pick<Parameters<Pattern>[0], "task"> & {
    last: Parameters<typeof quoted>[0][number] | undefined;
    place: number;
    of: number;
  },
): Next {
  const message = last
    ? `The task:\n\n${task}\n\nWhat the one before you made of it:\n\n${quoted([last])}\n\nGo on from there.`
    : task;
  return {
    type: "ask",
    steps: [{ type: "round_started", mode: "sequential", round: place, members: [member] }],
    asks: [{ member, message, reason: `You are ${place} of ${of}, one after the other.` }],
  };
}
