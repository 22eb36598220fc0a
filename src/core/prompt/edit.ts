// How a prompt is changed by words: at its end, its beginning, one section of it, or whole. Pure.
import type { Attempt } from "../world.ts";

export type PromptEdit =
  | { operation: "append" | "prepend" | "rewrite"; content: string }
  | { operation: "replace_section"; heading: string; content: string };

/** Headings that an answer names. */
const MAX_NAMED = 20;

interface Heading {
  line: number;
  depth: number;
  title: string;
}

export function editPrompt(prompt: string, edit: PromptEdit): Attempt<string> {
  const content = edit.content.trim();
  switch (edit.operation) {
    case "append":
      return { ok: true, value: `${prompt.trim()}\n\n${content}`.trim() };
    case "prepend":
      return { ok: true, value: `${content}\n\n${prompt.trim()}`.trim() };
    case "rewrite":
      return { ok: true, value: content };
    case "replace_section":
      return replaceSection(prompt, edit.heading, content);
  }
}

/** A section: from its heading to the next one that is not deeper. The heading itself stays. */
function replaceSection(prompt: string, heading: string, content: string): Attempt<string> {
  const lines = prompt.split("\n");
  const headings = headingsOf(lines);
  const depth = /^#+/.exec(heading.trim())?.[0].length;
  const title = heading.replace(/^\s*#+/, "").trim();
  const found = headings.filter(
    (one) => one.title === title && (depth === undefined || one.depth === depth),
  );
  const [section] = found;
  if (!section || found.length > 1) {
    const named = headings
      .slice(0, MAX_NAMED)
      .map((one) => `${"#".repeat(one.depth)} ${one.title}`);
    const why = section ? "more than one section" : "no section";
    const problem = `The prompt has ${why} '${heading}'. It has: ${named.join("; ") || "no headings"}.`;
    return { ok: false, problem };
  }
  const next = headings.find((one) => one.line > section.line && one.depth <= section.depth);
  const before = lines.slice(0, section.line + 1);
  const after = next ? ["", ...lines.slice(next.line)] : [];
  return { ok: true, value: [...before, "", content, ...after].join("\n").trim() };
}

/** Lines of `#` within a fence are code and no headings. */
function headingsOf(lines: string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  for (const [line, text] of lines.entries()) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(text) ?? [];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    const [, marks, title] = /^(#{1,6})[ \t]+(.*?)[ \t#]*$/.exec(text) ?? [];
    if (fence !== undefined || marks === undefined || title === undefined) continue;
    headings.push({ line, depth: marks.length, title });
  }
  return headings;
}

/** The lines that go and the lines that come, with what is the same before and after left out. */
export function changedLines(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const gone = old.slice(start, old.length - end).map((line) => `-${line}`);
  const come = now.slice(start, now.length - end).map((line) => `+${line}`);
  return [`@@ line ${start + 1} @@`, ...gone, ...come].join("\n");
}
