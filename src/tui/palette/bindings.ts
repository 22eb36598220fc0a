// The keys that a human bound, read from their file. Pure.
//
//   composer:
//     ctrl+t: newline      # key: action
//     ctrl+k: null         # the key means nothing any more
//   sessions:
//     x: delete            # each pane has keys of its own
import { messageOf } from "../../protocol/errors.ts";
import { suggest } from "../../protocol/suggest.ts";
import {
  actionFor,
  type Context,
  contexts,
  type Keymap,
  keymapOf,
  keyTable,
  type UserBindings,
} from "../keys.ts";

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
      const near = suggest(context, contexts);
      const meant =
        near === undefined ? `say one of ${contexts.join(", ")}` : `did you mean ${near}?`;
      problems.push({ line: sectionOf(lines, context).from, problem: `${context}: ${meant}` });
      continue;
    }
    const read = readSection(context, section, { lines, problems });
    bindings[context] = read;
  }
  problems.push(...conflictsOf(bindings, lines));
  return { bindings, problems: problems.sort((left, right) => left.line - right.line) };
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
    const found = keyProblem(key) ?? typedProblem(context, key) ?? actionProblem(context, action);
    if (at.length > 1)
      problems.push({ line, problem: `${key} stands here twice; the last counts` });
    if (found !== null) problems.push({ line, problem: `${key}: ${found}` });
    else read[key] = typeof action === "string" ? action : null;
  }
  return read;
}

/** Judged by all of the file together: what one line hides, another may have unbound. */
function conflictsOf(bindings: UserBindings, lines: readonly string[]): readonly BindingProblem[] {
  const keymap = keymapOf(bindings);
  return Object.entries(bindings).flatMap(([context, section]) => {
    const place = sectionOf(lines, context);
    return Object.entries(section).flatMap(([key, action]): BindingProblem[] => {
      const isBound = action !== null && isContext(context);
      const conflict = isBound ? conflictOf(keymap, context, key) : null;
      if (conflict === null) return [];
      const line = placesOf(lines, key, place).at(-1) ?? place.from;
      return [{ line, problem: `${key}: ${conflict}` }];
    });
  });
}

/** What a place of its own comes first for, or is hidden by. The binding counts all the same. */
function conflictOf(keymap: Keymap, context: Context, key: string): string | null {
  if (context !== "everywhere") {
    const hidden = actionFor(keymap, "everywhere", key);
    const where = isPlace(context) ? `in the ${context}` : `in ${context}`;
    return hidden === undefined ? null : `it no longer means ${hidden} ${where}`;
  }
  const nearer = contexts.find(
    (other) => isPlace(other) && actionFor(keymap, other, key) !== undefined,
  );
  if (nearer === undefined) return null;
  return `in the ${nearer} it still means ${actionFor(keymap, nearer, key)}: unbind it there with null`;
}

/** Where one is most of the time; what means something else in a pane for a while needs no word. */
const isPlace = (context: Context): boolean => context === "composer" || context === "conversation";

/** Where texts are typed a letter types itself. */
function typedProblem(context: Context, key: string): string | null {
  const isTyped = context === "field" || context === "palette";
  return isTyped && ([...key].length === 1 || key === "space")
    ? "it types itself there: say a key with ctrl or alt"
    : null;
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
