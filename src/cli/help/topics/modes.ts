// An object's file, field by field, and how each mode of working runs.
import type { Section } from "./section.ts";

export const modes: readonly Section[] = [
  {
    title: "An object's file",
    text: [
      "objects/NAME.md: front matter between two lines ---, then the prompt in Markdown. Only name is needed. A change counts from the next turn on; 'jamey doctor' names what is wrong with its line. This is a whole one:",
    ],
    entries: [
      ["---", ""],
      ["name: panel", ""],
      ["description: Weighs a question", ""],
      ["mode: debate", ""],
      ["group: { members: [ann, ben], rounds: 2 }", ""],
      ["---", ""],
      ["You make one answer of what the others said.", ""],
    ],
  },
  {
    title: "Front matter",
    entries: [
      ["name", "what it is called by; letters, digits, - _ ."],
      ["description", "what it is for: other objects read it where they may call this one"],
      ["model", "VENDOR/MODEL; without it, that of the message, else of the environment"],
      ["capabilities", "tools, objects and workflows that it may call, by name"],
      ["universal", "true (default), false, or a list of what every object can do by itself"],
      ["mode", "how new sessions work: single (default), or one of those below"],
      ["group", "who works together: members, rounds, judge, author, reviewer, workflow"],
      ["permissions", "rules that narrow or ask: { shell: ask } (jamey help permissions)"],
      [
        "limits",
        "as in manifest.yml: { max_iterations: 20, max_cost_usd: 1 }. With on_limit: ask, a turn that has used up its model calls, tokens, money or time waits in the inbox for a yes that gives as much again, 10 times at most",
      ],
      ["preamble", "true (default): called by an object, it is told by whom and why"],
      ["template", "true: {{NAME}} in the prompt is filled in with the session's context"],
      ["wake, on_start", "what sends it a message by itself (jamey help wake)"],
    ],
  },
  {
    title: "Modes",
    text: [
      "jamey --mode MODE takes another one for one message. In all but single the members are called as objects are, each in a session of its own, and the object's budget is theirs too.",
    ],
    entries: [
      ["single", "the object alone, with its capabilities"],
      [
        "sequential",
        "one member after the other, each with the answer before; the last one's counts",
      ],
      ["parallel", "all members at once; the object makes one answer of theirs"],
      [
        "debate",
        "all members, in rounds, each with everybody's answers before; then the judge answers, or without one the object",
      ],
      [
        "review",
        "the author drafts, the reviewer judges, the author revises, until it is accepted or the rounds are over; the last draft is the answer",
      ],
      ["workflow", "the graph that group.workflow names (jamey help workflows)"],
    ],
  },
  {
    title: "Under group:",
    entries: [
      ["members: [NAME]", "default: the capabilities that are objects, in their order"],
      ["rounds: 3", "of a debate; of a review at most; never more than limits.max_rounds"],
      ["judge: NAME", "of a debate"],
      ["author, reviewer: NAME", "of a review; default: the first member, and the next one"],
      ["workflow: NAME", "of the mode workflow"],
    ],
  },
  {
    title: "What a reviewer answers",
    text: [
      'One JSON object and nothing else: { "accepted": true, "comments": "…" }. It is told so, and an answer that does not fit is sent back to it twice; then the turn fails. Its comments go to the author.',
    ],
  },
  {
    title: "Who gives no answer",
    text: [
      "In sequential and review the turn fails then. In parallel and debate the others go on without, and only where nobody answers it fails; without an answer of the judge the object gives one.",
    ],
  },
];
