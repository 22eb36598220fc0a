// A test of an environment as a file: its fields, checked, each mistake with its line.
//
//   object: lead                      # who is asked; default assistant
//   message: Review this change.
//   files: { change.txt: "one line" } # what lies in the workspace
//   cassette: cassettes/review.yml    # what the models say, as `jamey record` writes it; or, in place:
//   script: [ { text: Fine. } ]
//   allow: ["file_write"]             # rules, as --allow has them; what asks otherwise is denied
//   answers:                        # what a human says to what agents ask, in order; with it calls ask too
//     - { question: Which folder, answer: src }
//     - { question: file_write, approve: true }        # or approve: session, deny: true, deny: why
//   mode: single                      # as --mode
//   timeout_ms: 10000
//   expect:
//     status: completed               # completed, failed or cancelled
//     exit: 0                         # of the same run on the command line
//     error: limit_reached            # the code, where it failed
//     answer: { contains: Fine, equals: Fine., matches: "^F" }
//     calls: [file_read, { tool: file_write, args: { path: a.txt }, outcome: completed }]
//     delegations: [critic]
//     max_calls: 4                    # model calls, those of called objects included
import { basename, dirname, relative, resolve } from "node:path";
import { z } from "zod";
import { JameyError } from "../../protocol/errors.ts";
import { issueWords } from "../../protocol/issue-words.ts";
import { agentMode, json, name } from "../../protocol/messages.ts";
import { boundedRead } from "../environment/bounded-read.ts";
import { lineOfPath, MAX_YAML_BYTES, parseYaml } from "../environment/yaml.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 600_000;
const MAX_FILES = 256;
const MAX_CASSETTE_BYTES = 1024 * 1024;

const texts = z.union([z.string(), z.array(z.string()).max(64)]);
const call = z.union([
  z.string().transform((tool) => ({ tool, args: undefined, outcome: undefined })),
  z.strictObject({
    tool: z.string(),
    /** Those that are named must be like this; others may be there. */
    args: z.record(z.string(), json).optional(),
    outcome: z.string().optional(),
  }),
]);

const expectation = z.strictObject({
  status: z.enum(["completed", "failed", "cancelled"]).optional(),
  exit: z.number().int().optional(),
  error: z.string().optional(),
  answer: z
    .strictObject({
      contains: texts.optional(),
      equals: z.string().optional(),
      matches: z.string().optional(),
    })
    .optional(),
  calls: z.array(call).max(1000).optional(),
  delegations: z.array(z.string()).max(1000).optional(),
  max_calls: z.number().int().nonnegative().optional(),
});
export type Expectation = z.infer<typeof expectation>;

/** `question` is a part of what is asked; one of the others is the answer. */
const trialAnswer = z
  .strictObject({
    question: z.string().min(1).max(10_000),
    answer: z.string().optional(),
    approve: z.union([z.literal(true), z.literal("session")]).optional(),
    deny: z.union([z.literal(true), z.string().min(1).max(10_000)]).optional(),
  })
  .refine(
    ({ answer, approve, deny }) =>
      [answer, approve, deny].filter((one) => one !== undefined).length === 1,
    "has one of answer, approve and deny",
  );
export type TrialAnswer = z.infer<typeof trialAnswer>;

const trialFile = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  object: name.default("assistant"),
  message: z.string().min(1),
  files: z
    .record(z.string(), z.string())
    .refine((files) => Object.keys(files).length <= MAX_FILES, `at most ${MAX_FILES} files`)
    .default({}),
  cassette: z.string().optional(),
  script: z.array(json).optional(),
  allow: z.array(z.string()).max(256).default([]),
  answers: z.array(trialAnswer).max(1000).optional(),
  mode: agentMode.nullable().default(null),
  timeout_ms: z.number().int().min(1).max(MAX_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
  expect: expectation.default({}),
});

type Issue = z.core.$ZodIssue;

/** Of one file, told at once. */
const MAX_PROBLEMS = 20;

export interface Trial extends Omit<z.infer<typeof trialFile>, "name" | "cassette" | "script"> {
  name: string;
  /** The script that stands for every model, and its path. */
  script: { text: string; path: string };
}

export function readTrial(file: string): Trial {
  const text = boundedRead(file, MAX_YAML_BYTES);
  const read = trialFile.safeParse(parseYaml(text, file));
  if (!read.success) {
    const issues = read.error.issues.flatMap(eachKey).slice(0, MAX_PROBLEMS);
    const lines = issues.map((issue) => {
      const path = issue.path.map(String);
      const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
      const where = path.length > 0 ? `${path.join(".")}: ` : "";
      const words = issueWords(issue, knownAt(path));
      return `${file}:${lineOfPath(text, [...path, ...unknown])}: ${where}${words}`;
    });
    throw new JameyError("config_invalid", lines.join("\n"));
  }
  const { cassette, script, name: given, ...rest } = read.data;
  if ((cassette === undefined) === (script === undefined)) {
    const message = `${file}:1: a test has a cassette or a script: what the models say.`;
    throw new JameyError("config_invalid", message);
  }
  requirePattern(rest.expect, file, text);
  return { ...rest, name: given ?? basename(file), script: scriptOf(file, cassette, script) };
}

/** Each unknown key has its own line. */
const eachKey = (issue: Issue): Issue[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ ...issue, keys: [key] }))
    : [issue];

/** The keys that there may be at this place. */
function knownAt([first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return Object.keys(trialFile.shape);
  if (first === "expect" && rest.length === 0) return Object.keys(expectation.shape);
  return first === "answers" ? Object.keys(trialAnswer.shape) : [];
}

function scriptOf(file: string, cassette: string | undefined, script: unknown): Trial["script"] {
  if (cassette === undefined) return { text: Bun.YAML.stringify(script, null, 2), path: file };
  const path = resolve(dirname(file), cassette);
  // There no agent writes: what models say in a test that allows something is as good as what it allows.
  if (relative(dirname(file), path).startsWith("..") || !/\.(?:ya?ml|json)$/.test(path)) {
    const message = `${file}: the cassette ${cassette} has to be a .yml or .json file in the folder of the test, or below.`;
    throw new JameyError("config_invalid", message);
  }
  return { text: boundedRead(path, MAX_CASSETTE_BYTES), path };
}

function requirePattern({ answer }: Expectation, file: string, text: string): void {
  if (answer?.matches === undefined) return;
  try {
    RegExp(answer.matches, "u");
  } catch (cause) {
    const line = lineOfPath(text, ["expect", "answer", "matches"]);
    const message = `${file}:${line}: expect.answer.matches is no regular expression.`;
    throw new JameyError("config_invalid", message, { cause });
  }
}
