// The published meaning of every exit code: for `jamey exit-codes`, `jamey help exit-codes` and the manual.
import type { Section } from "./section.ts";

interface ExitCode {
  code: number;
  /** In a word or two; those of signals have none. */
  short?: string;
  meaning: string;
  retry: string;
}

const table: readonly ExitCode[] = [
  { code: 0, short: "answered", meaning: "answered, and nothing it needed was denied", retry: "-" },
  {
    code: 1,
    short: "failed",
    meaning: "the run failed (model, tool, internal), or what was named does not exist",
    retry: "maybe",
  },
  { code: 2, short: "usage", meaning: "usage error", retry: "no" },
  {
    code: 3,
    short: "blocked",
    meaning: "blocked: a permission was denied or a human's answer is missing",
    retry: "no, until allowed",
  },
  {
    code: 4,
    short: "limit",
    meaning: "a limit was reached (turns, cost, tokens)",
    retry: "resume",
  },
  {
    code: 5,
    short: "refused",
    meaning: "the model refused, or answered nothing",
    retry: "no",
  },
  {
    code: 65,
    short: "bad data",
    meaning: "bad data: input that cannot be decoded or is too large, an answer that does not fit",
    retry: "no",
  },
  { code: 66, short: "no input", meaning: "input file missing, or empty input", retry: "no" },
  {
    code: 69,
    short: "unavailable",
    meaning: "provider or daemon unavailable; `daemon status`: not running",
    retry: "yes",
  },
  {
    code: 75,
    short: "try again",
    meaning: "temporary: rate limit, provider error, busy",
    retry: "yes",
  },
  {
    code: 77,
    short: "key",
    meaning: "authentication: a key is missing or refused",
    retry: "no",
  },
  { code: 78, short: "configuration", meaning: "configuration error", retry: "no" },
  { code: 124, short: "timeout", meaning: "--timeout was reached", retry: "yes" },
  { code: 129, meaning: "ended by SIGHUP", retry: "-" },
  { code: 130, meaning: "ended by SIGINT (Ctrl-C)", retry: "-" },
  { code: 141, meaning: "the reader of stdout went away", retry: "-" },
  { code: 143, meaning: "ended by SIGTERM", retry: "-" },
];

export const codes = table.map(({ code, meaning, retry }) => ({ code, meaning, retry }));

/** All in one line. */
export const shortCodes = table
  .flatMap(({ code, short }) => (short === undefined ? [] : [`${code} ${short}`]))
  .join(", ");

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
