// The published meaning of every exit code: for `jamey exit-codes`, `jamey help exit-codes` and the manual.
import type { Section } from "./section.ts";

export const codes: readonly { code: number; meaning: string; retry: string }[] = [
  { code: 0, meaning: "answered, and nothing it needed was denied", retry: "-" },
  {
    code: 1,
    meaning: "the run failed (model, tool, internal), or what was named does not exist",
    retry: "maybe",
  },
  { code: 2, meaning: "usage error", retry: "no" },
  {
    code: 3,
    meaning: "blocked: a permission was denied or a human's answer is missing",
    retry: "no, until allowed",
  },
  { code: 4, meaning: "a limit was reached (turns, cost, tokens)", retry: "resume" },
  { code: 5, meaning: "the model refused, or answered nothing", retry: "no" },
  {
    code: 65,
    meaning: "bad data: input that cannot be decoded or is too large, an answer that does not fit",
    retry: "no",
  },
  { code: 66, meaning: "input file missing, or empty input", retry: "no" },
  {
    code: 69,
    meaning: "provider or daemon unavailable; `daemon status`: not running",
    retry: "yes",
  },
  { code: 75, meaning: "temporary: rate limit, provider error, busy", retry: "yes" },
  { code: 77, meaning: "authentication: a key is missing or refused", retry: "no" },
  { code: 78, meaning: "configuration error", retry: "no" },
  { code: 124, meaning: "--timeout was reached", retry: "yes" },
  { code: 129, meaning: "ended by SIGHUP", retry: "-" },
  { code: 130, meaning: "ended by SIGINT (Ctrl-C)", retry: "-" },
  { code: 141, meaning: "the reader of stdout went away", retry: "-" },
  { code: 143, meaning: "ended by SIGTERM", retry: "-" },
];

export const exitCodes: readonly Section[] = [
  {
    title: "Exit codes",
    text: [
      "The same in every command, in exit_code of JSON output, and in the last line of stream-json.",
    ],
    entries: codes.map(({ code, meaning, retry }) => [
      String(code),
      retry === "-" ? meaning : `${meaning} (again: ${retry})`,
    ]),
  },
];
