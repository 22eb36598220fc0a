// The keys that a human bound, read from their file. Pure.
//
//   composer:
//     ctrl+t: newline      # key: action
//     ctrl+k: null         # the key means nothing any more
import { messageOf } from "../../protocol/errors.ts";
import { suggest } from "../../protocol/suggest.ts";
import { type Binding, type Context, keyTable, type UserBindings } from "../keys.ts";

/** The file in the folder of the configuration. `keys.yml` there holds the keys of programs. */
export const BINDINGS_FILE = "bindings.yml";
export const MAX_BINDINGS_BYTES = 64 * 1024;
/** Lines among which a mistake of the whole file is looked for. */
const MAX_LINES_SEARCHED = 500;

export interface BindingProblem {
  /** From 1 on. */
  line: number;
  problem: string;
}

export interface ReadBindings {
  bindings: UserBindings;
  problems: readonly BindingProblem[];
}

const MODIFIERS = ["ctrl", "alt", "shift"];
const NAMED_KEYS = [
  ...["enter", "escape", "tab", "space", "backspace", "delete", "insert"],
  ...["up", "down", "left", "right", "home", "end", "pageup", "pagedown"],
];
/** Without these nobody could leave, or stop a turn. */
const KEPT: readonly { key: string; why: string }[] = [
  { key: "ctrl+c", why: "it always clears, stops and leaves" },
  { key: "escape", why: "it always closes and stops" },
];

/** What cannot be read is left out, and named. */
export function readBindings(text: string): ReadBindings {
  const problems: BindingProblem[] = [];
  const bindings: Record<string, Record<string, string | null>> = {};
  const document = parse(text, problems);
  const lines = text.split("\n");
  for (const [context, section] of entriesOf(document, problems)) {
    if (!isContext(context)) {
      const known = Object.keys(keyTable).join(", ");
      problems.push({
        line: sectionOf(lines, context).from,
        problem: `${context}: say one of ${known}`,
      });
      continue;
    }
    const read = readSection(context, section, { lines, problems });
    bindings[context] = read;
  }
  return { bindings, problems };
}

function parse(text: string, problems: BindingProblem[]): unknown {
  if (Buffer.byteLength(text) > MAX_BINDINGS_BYTES) {
    problems.push({ line: 1, problem: `the file is larger than ${MAX_BINDINGS_BYTES} bytes` });
    return null;
  }
  const read = parseYaml(text);
  if (read.ok) return read.value;
  problems.push({ line: brokenLine(text), problem: read.problem });
  return null;
}

function parseYaml(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    return { ok: true, value: Bun.YAML.parse(text) };
  } catch (thrown) {
    return { ok: false, problem: messageOf(thrown) };
  }
}

/** The parser does not say where: it is the first line with which the text is no YAML any more. */
function brokenLine(text: string): number {
  const lines = text.split("\n").slice(0, MAX_LINES_SEARCHED);
  const found = lines.findIndex((_, index) => !parseYaml(lines.slice(0, index + 1).join("\n")).ok);
  return Math.max(1, found + 1);
}

function entriesOf(value: unknown, problems: BindingProblem[]): readonly [string, unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  problems.push({
    line: 1,
    problem: "write a context, and below it lines such as `ctrl+t: newline`",
  });
  return [];
}

const isContext = (name: string): name is Context => Object.hasOwn(keyTable, name);

function readSection(
  context: Context,
  section: unknown,
  { lines, problems }: { lines: readonly string[]; problems: BindingProblem[] },
): Record<string, string | null> {
  const read: Record<string, string | null> = {};
  const place = sectionOf(lines, context);
  for (const [key, action] of entriesOf(section, problems)) {
    const at = placesOf(lines, key, place);
    const line = at.at(-1) ?? place.from;
    const found = keyProblem(key) ?? actionProblem(context, action);
    if (at.length > 1)
      problems.push({ line, problem: `${key} stands here twice; the last counts` });
    if (found !== null) problems.push({ line, problem: `${key}: ${found}` });
    else read[key] = typeof action === "string" ? action : null;
    const conflict = found === null ? conflictOf(context, key, action) : null;
    if (conflict !== null) problems.push({ line, problem: `${key}: ${conflict}` });
  }
  return read;
}

/** What a place of its own comes first for, or is hidden by. The binding counts all the same. */
function conflictOf(context: Context, key: string, action: unknown): string | null {
  if (action === null) return null;
  if (context !== "everywhere") {
    const hidden = actionAt("everywhere", key);
    return hidden === null ? null : `it no longer means ${hidden} in the ${context}`;
  }
  const others = Object.keys(keyTable).filter(isContext);
  const nearer = others.find((other) => other !== context && actionAt(other, key) !== null);
  if (nearer === undefined) return null;
  return `in the ${nearer} it still means ${actionAt(nearer, key)}: unbind it there with null`;
}

function actionAt(context: Context, key: string): string | null {
  const table: Readonly<Record<string, Binding>> = keyTable[context];
  return Object.entries(table).find(([, { keys }]) => keys.includes(key))?.[0] ?? null;
}

function keyProblem(key: string): string | null {
  const kept = KEPT.find((one) => one.key === key);
  if (kept) return `this key stays as it is: ${kept.why}`;
  const parts = key === "+" ? ["+"] : key.split(/\+(?=.)/);
  const name = parts.at(-1) ?? "";
  const modifiers = parts.slice(0, -1);
  const unknown = modifiers.find((one) => !MODIFIERS.includes(one));
  if (unknown !== undefined) return `say ctrl, alt or shift, not ${unknown}`;
  const inOrder = MODIFIERS.filter((one) => modifiers.includes(one)).join("+");
  if (inOrder !== modifiers.join("+")) return `write it as ${inOrder}+${name}`;
  if ([...name].length === 1 || NAMED_KEYS.includes(name) || /^f([1-9]|1[0-2])$/.test(name)) {
    return null;
  }
  const near = suggest(name, NAMED_KEYS);
  return `there is no key ${name}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function actionProblem(context: Context, action: unknown): string | null {
  if (action === null) return null;
  if (typeof action !== "string") return "say the name of an action, or null";
  if (Object.hasOwn(keyTable[context], action)) return null;
  const near = suggest(action, Object.keys(keyTable[context]));
  const meant = near === undefined ? "F1 shows what there is" : `did you mean ${near}?`;
  return `${context} knows no action ${action}; ${meant}`;
}

/** Lines from 1 on; `to` is behind the last. */
interface Place {
  from: number;
  to: number;
}

function sectionOf(lines: readonly string[], context: string): Place {
  const from = lines.findIndex((line) => standsOn(line, context)) + 1;
  const rest = lines.slice(from).findIndex((line) => /^[^\s#]/.test(line));
  return { from: Math.max(1, from), to: rest < 0 ? lines.length + 1 : from + rest + 1 };
}

const placesOf = (lines: readonly string[], key: string, { from, to }: Place): readonly number[] =>
  lines.flatMap((line, index) =>
    index + 1 >= from && index + 1 < to && standsOn(line, key) ? [index + 1] : [],
  );

function standsOn(line: string, key: string): boolean {
  const begun = line.trimStart();
  return [key, `"${key}"`, `'${key}'`].some(
    (written) => begun.startsWith(written) && /^\s*:/.test(begun.slice(written.length)),
  );
}
