// A prompt object as a file: front matter and body. Pure: text in, definition out or an error with its line.
import { z } from "zod";
import { UNIVERSAL } from "../../core/agent/universal.ts";
import { agentConfig, group } from "../../protocol/agents.ts";
import { JameyError } from "../../protocol/errors.ts";
import { issueWords } from "../../protocol/issue-words.ts";
import { MAX_OBJECT_BYTES } from "../../protocol/limits.ts";
import { agentMode, name } from "../../protocol/messages.ts";
import { suggest } from "../../protocol/suggest.ts";
import { permissionTable } from "../config.ts";
import { looksAlike } from "./look-alikes.ts";
import { wakes } from "./wakes.ts";
import { lineOfPath, parseYaml } from "./yaml.ts";

/** Keys of one file that are looked at for a warning. */
const MAX_WARNINGS = 100;
/** In UTF-16 units. */
const MAX_ON_START_LENGTH = 100_000;

const frontMatter = z.object({
  name: name.superRefine((value, context) => {
    const problem = looksAlike(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  description: z.string().max(2_000).default(""),
  /** The body's `{{name}}` are filled in with the session's context. */
  template: z.boolean().default(false),
  model: z.string().max(200).nullable().default(null),
  capabilities: z.array(z.string().max(128)).max(256).default([]),
  /** What every object can do without declaring it: all of it, none of it, or only these. */
  universal: z.union([z.boolean(), z.array(z.enum(UNIVERSAL))]).default(true),
  /** How the object's new sessions work. */
  mode: agentMode.default("single"),
  /** Who works together in a mode of groups; without members they are its capabilities that are objects. */
  group: group.prefault({}),
  /** Called by another object, it is told by whom and why. */
  preamble: z.boolean().default(true),
  /** A message to a session of its own, once at each start of the daemon. */
  on_start: z.string().min(1).max(MAX_ON_START_LENGTH).nullable().default(null),
  /** What wakes it by itself: times, files, webhooks. */
  wake: wakes.default([]),
  permissions: permissionTable.default({}),
  limits: agentConfig.partial().default({}),
});

/** What may stand in it. */
export const objectKeys: readonly string[] = Object.keys(frontMatter.shape);

export type ObjectDefinition = z.output<typeof frontMatter> & {
  /** The system prompt. */
  body: string;
  /** SHA-256 of the whole text. */
  hash: string;
  file: string;
  /** Keys that mean nothing, each with its place; of the first ones. */
  warnings: string[];
};

export function parseObject(options: {
  text: string;
  file: string;
  hash: (text: string) => string;
  /** Told of keys that mean nothing. */
  warn(problem: string): void;
}): ObjectDefinition {
  const { text, file, warn } = options;
  if (Buffer.byteLength(text) > MAX_OBJECT_BYTES) {
    throw new JameyError("config_invalid", `${file}: larger than ${MAX_OBJECT_BYTES} bytes.`);
  }
  const { head, body } = splitFrontMatter(text, file);
  const fields = parseYaml(head, file, 2);
  const result = frontMatter.safeParse(fields);
  if (result.success) {
    const unknown = Object.keys(fields).filter((key) => !objectKeys.includes(key));
    const warnings = unknown.slice(0, MAX_WARNINGS).map((key) => {
      const close = suggest(key, objectKeys);
      const meant = close === undefined ? "" : `; did you mean '${close}'?`;
      return `${file}:${lineOfPath(head, [key]) + 1}: unknown key '${key}' is ignored${meant}`;
    });
    for (const warning of warnings) warn(warning);
    return { ...result.data, body, hash: options.hash(text), file, warnings };
  }
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map(String);
  const problem = `${path.join(".")}: ${issue ? issueWords(issue) : "is not valid"}`;
  throw invalid(file, lineOfPath(head, path) + 1, problem);
}

export function splitFrontMatter(text: string, file: string): { head: string; body: string } {
  const clean = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const nul = clean.indexOf("\0");
  if (nul >= 0) {
    const line = clean.slice(0, nul).split("\n").length;
    throw invalid(file, line, "holds a NUL character; it is no text.");
  }
  if (!clean.startsWith("---\n")) {
    const problem = "an object begins with front matter: a line '---', keys, a line '---'.";
    throw invalid(file, 1, problem);
  }
  const end = /\n---[ \t]*(?:\n|$)/.exec(clean.slice(3));
  if (!end) throw invalid(file, 1, "the front matter has no closing line '---'.");
  const from = 3 + end.index;
  return { head: clean.slice(4, from + 1), body: clean.slice(from + end[0].length).trim() };
}

const invalid = (file: string, line: number, problem: string): JameyError =>
  new JameyError("config_invalid", `${file}:${line}: ${problem}`, { details: { file, line } });
