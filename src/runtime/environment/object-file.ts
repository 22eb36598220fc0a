// A prompt object as a file: front matter and body. Pure: text in, definition out or an error with its line.
import { z } from "zod";
import { agentConfig } from "../../protocol/agents.ts";
import { JameyError } from "../../protocol/errors.ts";
import { name } from "../../protocol/messages.ts";
import { permissionTable } from "../config.ts";
import { lineOfPath, parseYaml } from "./yaml.ts";

/** The text of one object. */
export const MAX_OBJECT_BYTES = 1024 * 1024;

const frontMatter = z.strictObject({
  name,
  description: z.string().max(2_000).default(""),
  model: z.string().max(200).nullable().default(null),
  capabilities: z.array(z.string().max(128)).max(256).default([]),
  mode: z.enum(["single"]).default("single"),
  permissions: permissionTable.default({}),
  limits: agentConfig.partial().default({}),
});

export type ObjectDefinition = z.output<typeof frontMatter> & {
  /** The system prompt. */
  body: string;
  /** SHA-256 of the whole text. */
  hash: string;
  file: string;
};

export function parseObject(options: {
  text: string;
  file: string;
  hash: (text: string) => string;
}): ObjectDefinition {
  const { text, file } = options;
  if (Buffer.byteLength(text) > MAX_OBJECT_BYTES) {
    throw new JameyError("config_invalid", `${file}: larger than ${MAX_OBJECT_BYTES} bytes.`);
  }
  const { head, body } = splitFrontMatter(text, file);
  const result = frontMatter.safeParse(parseYaml(head, file, 2));
  if (result.success) return { ...result.data, body, hash: options.hash(text), file };
  const issue = result.error.issues[0];
  const extra = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...extra].map(String);
  const problem = `${path.join(".")}: ${issue?.message ?? "is not valid"}`;
  throw invalid(file, lineOfPath(head, path) + 1, problem);
}

function splitFrontMatter(text: string, file: string): { head: string; body: string } {
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
