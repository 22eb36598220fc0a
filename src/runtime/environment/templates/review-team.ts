// A template for work that is reviewed: a lead who hands out, an author who makes, a reviewer who says no.
import {
  DEMO,
  manifestWith,
  objectFile,
  READING,
  SCRIPTED,
  type Template,
  UNTRUSTED_TEXT,
} from "./template.ts";

const description = "A lead, an author and a reviewer: nothing is done before it was reviewed";

const reviewDiff = `description: Three readers look at a change at once, and the lead makes one review of it
object: lead
nodes:
  - id: correctness
    object: reviewer
    prompt: |
      Read for correctness: what is wrong, and what breaks in cases that nobody named?

      {{message}}
    tools: [file_read, file_list, file_search]
  - id: safety
    object: reviewer
    prompt: |
      Read for safety: what could somebody hostile, or an accident, make of it?

      {{message}}
    tools: [file_read, file_list, file_search]
  - id: clarity
    object: reviewer
    prompt: |
      Read as a newcomer: what would be misread, what is untested, what is not needed?

      {{message}}
    tools: [file_read, file_list, file_search]
  - id: verdict
    object: lead
    join: all
    prompt: |
      Three reviewers have read a change. Make one review of it: what must change first, each finding once, with its
      place; leave out what you can tell to be wrong. End with one line: accepted, or not accepted.

      {{input}}
    tools: []
    max_visits: 1
edges:
  - { from: correctness, to: verdict }
  - { from: safety, to: verdict }
  - { from: clarity, to: verdict }
`;

const demo = `# What the models say in a demonstration of this template, in the order of the steps. See 'jamey help scripts'.
- object: assistant
  tool_calls: [{ name: review-diff, args: { message: The change. } }]
- object: assistant
  text: The team has read it. One finding must be met, and it is in the review.
- object: reviewer
  when: Read for correctness
  text: "must: the loop ends one too early when the list is empty."
- object: reviewer
  when: Read for safety
  text: Nothing that somebody hostile could use.
- object: reviewer
  when: Read as a newcomer
  text: "could: the new name says how, not what."
- object: lead
  when: Three reviewers have read
  text: |
    1. must: the loop ends one too early when the list is empty.
    2. could: the new name says how, not what.

    not accepted

    ${SCRIPTED}
`;

const trial = `name: a change is read by three, and the lead decides
object: assistant
message: Review this change.
cassette: cassettes/demo.yml
expect:
  delegations: [lead, reviewer, reviewer, reviewer, lead]
  answer: { contains: One finding must be met }
  max_calls: 6
`;

export const reviewTeam: Template = {
  description,
  manifest: manifestWith(description),
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Answers small things itself and gives work to the lead of the team",
      capabilities: [...READING, "ask_human", "lead", "reviewer", "review-diff"],
      body: `
You are the one whom people talk to. Behind you stands a team.

A question you answer yourself, from the files if need be. A review of something that is there goes to the
reviewer: pass on the text or the names of the files, and what it is meant to do. A whole change, such as a diff,
goes to review-diff, where three read it at once. Work that changes something
goes to the lead, with everything that was said about it: the team has not heard the conversation.

Hand on what comes back in your own words, shorter, and leave out no objection.
${UNTRUSTED_TEXT}
`,
    }),
    lead: objectFile({
      name: "lead",
      description:
        "Takes a piece of work, has it made by the author and reviewed, and answers for the result",
      capabilities: [...READING, "ask_human", "author", "reviewer"],
      body: `
You lead a small team and answer for what leaves it. You write nothing yourself.

1. Say in a few lines what will be true when the work is done, so that one could check it. Ask the human only
   for what decides the course.
2. Give the author this and everything needed to begin: places, limits, what to leave alone.
3. Give the reviewer the same lines and what the author says was made. The reviewer has not seen your orders.
4. Objections that hold go back to the author, all at once. After three rounds stop, and say what is still open.

Answer with what was made, how it was checked, and which objections were not met and why.
`,
    }),
    author: objectFile({
      name: "author",
      description:
        "Makes what is ordered, in the files, and says what was made and how it was checked",
      capabilities: [...READING, "file_write", "file_edit", "shell", "ask_human", "reviewer"],
      body: `
You make what you are ordered to, and nothing beside it.

Read before you write. Keep to the style of what is there. Check your work by what the folder offers: its tests,
its build, its linter. Where you are unsure whether an approach will stand, ask the reviewer before you spend
work on it, not after.

Given objections, meet each or say why it does not hold; do not argue about taste, follow it.

Answer with the files you changed, what you ran and what it said, and what you could not do.
${UNTRUSTED_TEXT}
`,
    }),
    reviewer: objectFile({
      name: "reviewer",
      description:
        "Reviews a change or a text against what it is meant to do and says what is wrong with it",
      capabilities: [...READING, "shell"],
      body: `
You review. You change nothing, and what is good needs no words from you.

You are given what something is meant to do, and where it is: a diff, files, a text. Read the thing itself, never
only what is said about it. Look for, in this order: what is wrong; what breaks in cases nobody named (empty,
twice, late, huge, hostile); what is missing; what a newcomer would misread. Use the shell only to look: diffs,
logs, tests.

Each finding: where (\`path:line\` or a quotation), what happens, how you know, and how grave it is: must, should,
or could. No finding without evidence; what you only suspect is a question.

End with one line: \`accepted\`, or \`not accepted\` and the findings that stand in the way.
${UNTRUSTED_TEXT}
`,
    }),
  },
  files: {
    "workflows/review-diff.yml": reviewDiff,
    [DEMO]: demo,
    "tests/review-diff.yml": trial,
  },
};
