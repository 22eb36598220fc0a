// A prompt object as a file: front matter and body. Pure: text in, definition out or an error with its line.
import { z } from "zod";
import { JameyError } from "../../protocol/errors.ts";
import { agentConfig } from "../../protocol/agents.ts";
import { name } from "../../protocol/messages.ts";
import { parseYaml } from "./yaml.ts";

/** The text of one object. */
export const MAX_OBJECT_BYTES = 1024 * 1024;

const frontMatter = z.object({
  name,
  description: z.string().max(2_000).default(""),
  model: z.string().max(200).nullable().default(null),
  capabilities: z.array(z.string().max(128)).max(256).default([]),
  mode: z.enum(["single"]).default("single"),
  permissions: z.record(z.string(), z.enum(["allow", "ask", "deny"])).default({}),
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
  if (text.length > MAX_OBJECT_BYTES) {
    throw new JameyError("config_invalid", `${file}: larger than ${MAX_OBJECT_BYTES} bytes.`);
  }
  const { head, body } = splitFrontMatter(text, file);
  const fields = parseYaml(head, file, 2);
  const result = frontMatter.safeParse(fields);
  if (!result.success) {
    const issue = result.error.issues[0];
    const key = String(issue?.path[0] ?? "");
    const line = lineOfKey(head, key) + 1;
    const problem = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not valid"}`;
    throw new JameyError("config_invalid", `${file}:${line}: ${problem}`, {
      details: { file, line, key },
    });
  }
  return { ...result.data, body, hash: options.hash(text), file };
}

function splitFrontMatter(text: string, file: string): { head: string; body: string } {
  const clean = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (!clean.startsWith("---\n")) {
    const message = `${file}:1: an object begins with front matter: a line '---', keys, a line '---'.`;
    throw new JameyError("config_invalid", message, { details: { file, line: 1 } });
  }
  const end = clean.indexOf("\n---", 3);
  const after = end < 0 ? -1 : clean.indexOf("\n", end + 1);
  if (end < 0) {
    const message = `${file}:1: the front matter has no closing line '---'.`;
    throw new JameyError("config_invalid", message, { details: { file, line: 1 } });
  }
  return { head: clean.slice(4, end + 1), body: after < 0 ? "" : clean.slice(after + 1).trim() };
}

/** The line of a top-level key in the front matter, from 1; the first line when it is missing. */
function lineOfKey(head: string, key: string): number {
  const found = head.split("\n").findIndex((line) => line.startsWith(`${key}:`));
  return found < 0 ? 1 : found + 1;
}
