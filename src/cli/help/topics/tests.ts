// How the tests of an environment are written.
import type { Section } from "./section.ts";

export const tests: readonly Section[] = [
  {
    title: "What it is",
    text: [
      "A test is a file tests/NAME.yml of the environment. jamey test plays each in a copy of the environment, with a folder to work in, no network and no model but the test's script; calls that need approval are denied unless the test allows or answers them. A question in words without an answer fails the test. Nothing of it is left.",
      "A shell command that a test allows is a process like any other: it may reach what you can reach.",
    ],
    entries: [
      ["message: TEXT", "what is said"],
      ["object: NAME", "to whom (default: assistant)"],
      ["cassette: FILE", "what the models say, as jamey record keeps it; beside the test"],
      ["script: [...]", "the same, written here: - { object: lead, text: Hello }"],
      ["files: {a.txt: TEXT}", "what lies in the folder"],
      ["allow: [RULE]", "as --allow has them"],
      ["answers: [...]", "what a human says, in order: - { question: PART OF IT, answer: TEXT }"],
      ["approve, deny", "instead of answer: - { question: file_write, approve: true }"],
      ["mode: MODE", "as --mode"],
      ["timeout_ms: 30000", "the turn is cancelled then"],
    ],
  },
  {
    title: "What is expected",
    text: ["Under expect:, each part where it is given. Without any the turn must be completed."],
    entries: [
      ["status: completed", "completed, failed or cancelled"],
      ["exit: 0", "the exit code that the same run would have"],
      ["error: CODE", "why it failed"],
      ["answer: {contains}", "contains, equals or matches (a regular expression)"],
      ["calls: [file_read]", "all tool calls in order; or {tool, args, outcome}"],
      ["delegations: [NAME]", "the objects that were called, in order"],
      ["max_calls: 4", "at most so many model calls, those of called objects too"],
    ],
  },
];
