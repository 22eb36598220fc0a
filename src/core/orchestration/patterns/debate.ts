// Debate: in each round every member answers, from the second on with everybody's answers before it. Then a
// judge makes one answer of them, or, without one or where it gives none, the object itself.
import type { Answer, Course, Next, Pattern } from "../group.ts";
import { list, quoted, unanswered } from "../words.ts";

export const debate: Pattern = (course) => {
  const { group, rounds, done } = course;
  const last = done.at(-1);
  const isJudged = group.judge !== null && done.length > rounds;
  if (isJudged) return judged(last?.[0]);
  if (last?.every((one) => !one.success)) {
    return { type: "fail", error: unanswered(last), ended: "no member has answered" };
  }
  if (done.length < rounds) return round(course, last);
  const ended = `${done.length} rounds are over`;
  return group.judge === null ? { type: "synthesise", ended } : judge(course, group.judge);
};

function round({ task, group, rounds, done }: Course, last: Answer[] | undefined): Next {
  const { members } = group;
  const number = done.length + 1;
  const reason = `Round ${number} of ${rounds} of a debate between ${list(members)}.`;
  return {
    type: "ask",
    steps: [{ type: "round_started", mode: "debate", round: number, members }],
    asks: members.map((member) => ({
      member,
      message: last ? again(task, member, last) : task,
      reason,
    })),
  };
}

function again(task: string, member: string, last: Answer[]): string {
  const own = last.filter((one) => one.member === member);
  const others = last.filter((one) => one.member !== member);
  return [
    `The question:\n\n${task}`,
    `Your own answer of the round before:\n\n${quoted(own)}`,
    `The answers of the others:\n\n${quoted(others)}`,
    "Answer the question again: keep what holds, take over what is better, say where you disagree and why.",
  ].join("\n\n");
}

function judge({ task, done }: Course, member: string): Next {
  const message = [
    `The question:\n\n${task}`,
    `The answers after ${done.length} rounds of debate:\n\n${quoted(done.at(-1) ?? [])}`,
    "Give the one answer that should stand, and name whose arguments it rests on.",
  ].join("\n\n");
  return {
    type: "ask",
    steps: [{ type: "round_started", mode: "debate", round: done.length + 1, members: [member] }],
    asks: [{ member, message, reason: "You judge a debate." }],
  };
}

function judged(verdict: Answer | undefined): Next {
  if (!verdict?.success) return { type: "synthesise", ended: "the judge gave no answer" };
  return { type: "answer", content: verdict.output, ended: `${verdict.member} has judged` };
}
