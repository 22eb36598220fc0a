// Which flags belong together on a page of help. A flag that is named nowhere stands under `other`.
import type { Flag, Flags } from "../input/arguments.ts";

const groups = {
  input: [
    ["prompt", "prompt-file", "interactive", "file", "attach", "mime", "expand-at"],
    ["no-stdin", "stdin", "max-stdin", "input-format", "parameter"],
  ].flat(),
  output: [
    ["output-format", "stream", "partial", "raw", "raw-output", "output", "extract"],
    ["extract-all", "schema", "schema-retries", "dry-run", "debug-file", "no-pager"],
  ].flat(),
  sessions: ["continue", "resume", "fork", "name", "session-id", "no-save", "here", "session"],
  agent: ["object", "model", "system", "mode", "workflow"],
  permissions: ["allow", "deny", "tools", "permission-mode", "on-ask", "denials"],
  limits: ["timeout", "idle-timeout", "max-turns", "max-cost", "max-tokens"],
} satisfies Record<string, string[]>;

export type FlagGroup = readonly [title: string, flags: readonly (readonly [string, Flag])[]];

/** The flags by group, in the order of the groups and within each as the table has them. */
export function groupFlags(flags: Flags): FlagGroup[] {
  const all = Object.entries(flags);
  const named: FlagGroup[] = Object.entries(groups).map(([title, names]) => [
    title,
    all.filter(([name]) => names.includes(name)),
  ]);
  const known = new Set(Object.values(groups).flat());
  const other: FlagGroup = ["other", all.filter(([name]) => !known.has(name))];
  return [...named, other].filter(([, found]) => found.length > 0);
}
