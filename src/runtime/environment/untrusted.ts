// An environment that came from elsewhere and that no human has trusted yet: the mark, and what holds while it
// is there. Everybody who would make something of it active asks here.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isObject } from "../../protocol/json.ts";
import type { ConfigLayer } from "../config/layers.ts";

/** Beside the database, where no archive can put anything and no tool reaches. */
const markIn = (state: string): string => join(state, "untrusted");

export const isTrusted = (state: string): boolean => !existsSync(markIn(state));

export function markUntrusted(state: string, from: string): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ from, at: new Date().toISOString() })}\n`;
  writeFileSync(markIn(state), text, { mode: 0o600 });
}

export const removeMark = (state: string): void => rmSync(markIn(state), { force: true });

/** Where it came from; null where the mark does not say. */
export function originOf(state: string): string | null {
  try {
    const said: unknown = JSON.parse(readFileSync(markIn(state), "utf8"));
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
    `'${name}' was imported and is not trusted: no on_start, no tools of its own; ${advice}`,
  ];
  if (held.length > 0) all.push(`${basename(file)}: ignored until then: ${held.join(", ")}`);
  return all;
}
