// An object's text with something changed in it, and everything else as its author wrote it. Pure; what
// cannot be changed without touching the rest is refused.
import type { Json } from "../../protocol/messages.ts";
import { splitFrontMatter } from "./object-file.ts";

export function withBody(text: string, body: string): string {
  const { head } = splitFrontMatter(text, "text");
  return `---\n${head}---\n${body}\n`;
}

/** The front matter's key `capabilities`, written anew as a list; where there is none it is added. */
export function withCapabilities(text: string, capabilities: readonly string[]): string {
  const { head, body } = splitFrontMatter(text, "text");
  const lines = head.split("\n");
  const start = lines.findIndex((line) => /^(["']?)capabilities\1[ \t]*:/.test(line));
  const written = capabilityLines(capabilities, styleOf(lines, start));
  if (start < 0) return `---\n${head}${written.join("\n")}\n---\n${body}\n`;
  let end = start + 1;
  // What belongs to it stands further in, or is an item of a list that does not.
  while (end < lines.length && /^([ \t]+\S|-([ \t]|$)|\])/.test(lines[end] ?? "")) end += 1;
  const changed = [...lines.slice(0, start), ...written, ...lines.slice(end)].join("\n");
  return `---\n${changed}---\n${body}\n`;
}

export function newText(object: {
  name: string;
  description: string;
  capabilities: readonly string[];
  prompt: string;
  front?: Readonly<Record<string, Json>>;
}): string {
  const head = [
    `name: ${JSON.stringify(object.name)}`,
    `description: ${JSON.stringify(object.description)}`,
    ...capabilityLines(object.capabilities, BLOCK),
    // JSON is YAML on one line, in which nothing can end the front matter.
    ...Object.entries(object.front ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
  ];
  return `---\n${head.join("\n")}\n---\n${object.prompt}\n`;
}

/** How the list is written: on one line, or an item a line that stands so far in. */
interface Style {
  isFlow: boolean;
  indent: string;
}

const BLOCK: Style = { isFlow: false, indent: "  " };

/** As its author wrote it, so that a human who is shown the difference sees only what is another. */
function styleOf(lines: readonly string[], start: number): Style {
  if (/:[ \t]*\[.*\][ \t]*$/.test(lines[start] ?? "")) return { isFlow: true, indent: "" };
  const [, indent] = /^([ \t]*)- /.exec(lines[start + 1] ?? "") ?? [];
  return { ...BLOCK, ...(indent !== undefined && { indent }) };
}

function capabilityLines(capabilities: readonly string[], { isFlow, indent }: Style): string[] {
  const names = capabilities.map(asYaml);
  if (isFlow || names.length === 0) return [`capabilities: [${names.join(", ")}]`];
  return ["capabilities:", ...names.map((name) => `${indent}- ${name}`)];
}

/** Quoted, unless it is plainly a name: a JSON string is a YAML one. */
function asYaml(name: string): string {
  const isPlain =
    /^[A-Za-z][\w-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name);
  return isPlain ? name : JSON.stringify(name);
}
