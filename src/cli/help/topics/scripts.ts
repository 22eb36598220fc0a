// How a script is written that plays a model.
import type { Section } from "./section.ts";

export const EXAMPLE = "A whole one";

export const scripts: readonly Section[] = [
  {
    title: "What it is",
    text: [
      "A YAML list of what a model says, to try agents without one: jamey --model scripted/FILE.yml MESSAGE. The file is looked for where you are, then in the environment. jamey record -O FILE keeps a real turn so; a test has one as cassette: or script: (jamey help tests).",
    ],
  },
  {
    title: EXAMPLE,
    entries: [
      ["- when: weather", ""],
      ["  tool_calls:", ""],
      ["    - { name: file_read, args: { path: weather.txt } }", ""],
      ["- when: weather", ""],
      ["  text: The file says rain.", ""],
      ["- text: I only know the weather.", ""],
      ["  repeat: true", ""],
    ],
  },
  {
    title: "Which step plays",
    text: [
      "One for each call of the model. The place is told from the conversation alone, so it is the same after the daemon was killed. Steps with the same when: play one after the other, counted from the message that holds it; steps without one, from the beginning of the session. Past the last step the call fails: nothing is made up.",
      "An object that is called, as the node of a workflow for example, answers in a new session each time and begins with its first step again: tell the calls apart with when: or visit:.",
    ],
    entries: [
      ["when: TEXT", "while the last message of a human or caller contains this"],
      ["object: NAME", "only for this object; who has steps of its own plays no others"],
      ["after: 1", "exactly where so many answers came since that message"],
      ["visit: 2", "from the second call of the object in its caller's turn on; the latest counts"],
      ["repeat: true", "the last step stands for all that follow"],
    ],
  },
  {
    title: "What it says",
    entries: [
      ["text, reasoning: TEXT", "the answer, and what is thought before it"],
      ["tool_calls: [{ name, args }]", "what is called; the next step has the results"],
      ["usage: { input_tokens: 11 }", "also output_tokens, cached_tokens, reasoning_tokens"],
      ["end: length", "stop, length or refusal"],
      ["chunk: 4", "characters for each piece of the stream (default: 16)"],
      ["delay_ms: 200", "before the answer and each piece, or { first: 200, between: 20 }"],
    ],
  },
  {
    title: "Faults",
    text: ["A fault leaves no answer behind, so a retry meets it again."],
    entries: [
      ["fault: cut", "the connection ends after the text"],
      ["fault: hang", "silence until somebody stops it"],
      [
        "fault: { error: CODE }",
        "such as provider_rate_limited; with message, retryable, retry_after_ms",
      ],
    ],
  },
];
