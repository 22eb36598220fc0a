// Review: an author drafts, a reviewer accepts or says what is wrong, the author revises, until the draft is
// accepted or the rounds are over. The verdict is data, held against a schema before it is read.
import type { OutputShape } from "../../../protocol/agents.ts";
import type { GroupStep } from "../../../protocol/events/turn.ts";
import type { Answer, Course, Next, Pattern } from "../group.ts";
import { dataIn, unanswered } from "../words.ts";

const verdictShape: OutputShape = {
  schema: {
    type: "object",
    properties: { accepted: { type: "boolean" }, comments: { type: "string" } },
    required: ["accepted", "comments"],
  },
  retries: 2,
};

/** Author and reviewer take turns, so that every second answer is a verdict. */
export const review: Pattern = (course) => {
  const { done, rounds, group } = course;
  const author = group.author ?? group.members[0] ?? "";
  const reviewer = group.reviewer ?? group.members.find((one) => one !== author) ?? author;
  const last = done.at(-1)?.[0];
  if (!last) return draft(course, { author, reviewer, round: 1, revise: undefined });
  if (!last.success) {
    return { type: "fail", error: unanswered([last]), ended: `${last.member} gave no answer` };
  }
  const round = Math.ceil(done.length / 2);
  if (done.length % 2 === 1) return ask(course, { reviewer, author, draft: last, round });
  const verdict = readVerdict(last, round);
  const before = done.at(-2)?.[0]?.output ?? "";
  if (verdict.accepted) {
    const ended = `accepted in round ${round}`;
    return { type: "answer", steps: [verdict], content: before, ended };
  }
  if (round >= rounds) {
    const ended = `not accepted in ${round} rounds`;
    return { type: "answer", steps: [verdict], content: before, ended };
  }
  const revise = { draft: before, comments: verdict.comments };
  const next = draft(course, { author, reviewer, round: round + 1, revise });
  return { ...next, steps: [verdict, ...next.steps] };
};

type Asking = Extract<Next, { type: "ask" }>;

function draft(
  { task }: Course,
  asked: {
    author: string;
    reviewer: string;
    round: number;
    revise: { draft: string; comments: string } | undefined;
  },
): Asking {
  const { author, reviewer, round, revise } = asked;
  const message = revise
    ? `The task:\n\n${task}\n\nYour draft:\n\n${revise.draft}\n\nWhat ${reviewer} says of it:\n\n${revise.comments}\n\nRevise it. Answer with the whole new draft.`
    : task;
  const step: GroupStep = {
    type: "round_started",
    mode: "review",
    round,
    members: [author, reviewer],
  };
  const reason = `You are the author in round ${round}; ${reviewer} reviews.`;
  return { type: "ask", steps: [step], asks: [{ member: author, message, reason }] };
}

function ask(
  { task }: Course,
  asked: { reviewer: string; author: string; draft: Answer; round: number },
): Next {
  const { reviewer, author, round } = asked;
  const message = `The task:\n\n${task}\n\nThe draft of ${author}:\n\n${asked.draft.output}\n\nIs it good enough to stand? Say what must change where it is not.`;
  const reason = `You are the reviewer in round ${round}; ${author} writes.`;
  const asks = [{ member: reviewer, message, reason, output: verdictShape }];
  return { type: "ask", steps: [], asks };
}

type Verdict = Extract<GroupStep, { type: "verdict" }>;

/** It was held against the schema; one that a changed daemon reads otherwise accepts nothing. */
function readVerdict({ member, output }: Answer, round: number): Verdict {
  const { accepted, comments } = dataIn(output);
  const isWhole = accepted !== undefined && comments !== undefined;
  const said = isWhole
    ? { accepted: accepted === true, comments: String(comments) }
    : { accepted: false, comments: output };
  return { type: "verdict", round, reviewer: member, ...said };
}
