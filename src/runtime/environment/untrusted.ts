// An environment that came from elsewhere and that no human has trusted yet: the mark, and what holds while it
// is there. Everybody who would make something of it active asks here.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isObject } from "../../protocol/json.ts";
import type { ConfigLayer } from "../config/layers.ts";

/** A file beside the manifest, which no tool writes and no export takes. */
const UNTRUSTED_FILE = ".untrusted";

/** Two, each enough: one outlives a state that is rebuilt from files, the other a cleaning of the folder. */
const marksOf = (state: string): string[] => [
  join(dirname(state), UNTRUSTED_FILE),
  join(state, "untrusted"),
];

export const isTrusted = (state: string): boolean => !marksOf(state).some(existsSync);

export function markUntrusted(state: string, from: string): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ from, at: new Date().toISOString() })}\n`;
  for (const mark of marksOf(state)) writeFileSync(mark, text, { mode: 0o600 });
}

export function removeMark(state: string): void {
  for (const mark of marksOf(state)) rmSync(mark, { force: true });
}

/** Where it came from; null where no mark says. */
export function originOf(state: string): string | null {
  for (const mark of marksOf(state)) {
    const from = originIn(mark);
    if (from !== null) return from;
  }
  return null;
}

function originIn(mark: string): string | null {
  try {
    const said: unknown = JSON.parse(readFileSync(mark, "utf8"));
    return isObject(said) && typeof said.from === "string" ? said.from : null;
  } catch (_unreadable) {
    return null;
  }
}

/** What a manifest may say before it is trusted: what it is, and what narrows. */
const HARMLESS = ["name", "description", "version", "model", "log_level"];

/** The settings of a manifest as they count before it is trusted, and the keys of those that do not. */
export function narrowed(layer: ConfigLayer): { layer: ConfigLayer; held: string[] } {
  const values: Record<string, unknown> = {};
  const held: string[] = [];
  for (const [key, value] of Object.entries(layer.values)) {
    if (HARMLESS.includes(key)) values[key] = value;
    else if (key !== "permissions" || !isObject(value)) held.push(key);
    else {
      const rules = Object.entries(value);
      values[key] = Object.fromEntries(rules.filter(([, action]) => action !== "allow"));
      const allowed = rules.filter(([, action]) => action === "allow");
      held.push(...allowed.map(([rule]) => `permissions.${rule}`));
    }
  }
  return { layer: { ...layer, values }, held };
}

/** For the log, once at each start. */
export function warningsOf(name: string, file: string, held: readonly string[]): string[] {
  const advice = `look with 'jamey env trust ${name}'`;
  const all = [
    `'${name}' was imported and is not trusted: no on_start, no wake, no workflows, no tools of its own; ${advice}`,
  ];
  if (held.length > 0) all.push(`${basename(file)}: ignored until then: ${held.join(", ")}`);
  return all;
}
