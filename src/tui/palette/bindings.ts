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
/** Mistakes for which it is worked out what was meant; of more it is only said that they are some. */
const MAX_SUGGESTED = 50;

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

/** What may have been meant by a word. */
type Near = (word: string, known: readonly string[]) => string | undefined;

/** What cannot be read is left out, and named. */
export function readBindings(text: string): ReadBindings {
  const problems: BindingProblem[] = [];
  const bindings: Record<string, Record<string, string | null>> = {};
  const document = parse(text, problems);
  const places = placesOf(text);
  const near: Near = (word, known) =>
    problems.length < MAX_SUGGESTED ? suggest(word, known) : undefined;
  for (const [context, section] of entriesOf(document, problems)) {
    if (!isContext(context)) {
      const meant = near(context, contexts);
      const said =
        meant === undefined ? `say one of ${contexts.join(", ")}` : `did you mean ${meant}?`;
      const { line = 1, written = context } = places.get(context) ?? {};
      problems.push({ line, problem: `${written}: ${said}` });
      continue;
    }
    const read = readSection(context, section, { place: places.get(context), problems, near });
    bindings[context] = read;
  }
  const all = [...problems, ...conflictsOf(bindings, places)];
  return { bindings, problems: all.sort((left, right) => left.line - right.line) };
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

/** The parser does not say where: it is the line with which what stands before it is no YAML any more. */
function brokenLine(text: string): number {
  const lines = text.split("\n");
  let [whole, broken] = [0, lines.length];
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (parseYaml(lines.slice(0, middle).join("\n")).ok) whole = middle;
    else broken = middle;
  }
  return broken;
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
  { place, problems, near }: { place: Place | undefined; problems: BindingProblem[]; near: Near },
): Record<string, string | null> {
  const read: Record<string, string | null> = {};
  for (const [key, action] of entriesOf(section, problems)) {
    const line = lineOf(place, key);
    const written = place?.unlike.get(key);
    if (written !== undefined) {
      const problem = `${written}: write it in quotes, or it is read as ${key}`;
      problems.push({ line, problem });
      continue;
    }
    const found =
      keyProblem(key, near) ?? typedProblem(context, key) ?? actionProblem(context, action, near);
    if (place?.twice.has(key))
      problems.push({ line, problem: `${key} stands here twice; the last counts` });
    if (found !== null) problems.push({ line, problem: `${key}: ${found}` });
    else read[key] = typeof action === "string" ? action : null;
  }
  return read;
}

/** Judged by all of the file together: what one line hides, another may have unbound. */
function conflictsOf(bindings: UserBindings, places: Places): readonly BindingProblem[] {
  const keymap = keymapOf(bindings);
  return Object.entries(bindings).flatMap(([context, section]) => {
    const place = places.get(context);
    return Object.entries(section).flatMap(([key, action]): BindingProblem[] => {
      const isBound = action !== null && isContext(context);
      const conflict = isBound ? conflictOf(keymap, context, key) : null;
      if (conflict === null) return [];
      return [{ line: lineOf(place, key), problem: `${key}: ${conflict}` }];
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

function keyProblem(key: string, near: Near): string | null {
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
  const meant = near(name, NAMED_KEYS);
  return `there is no key ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

function actionProblem(context: Context, action: unknown, near: Near): string | null {
  if (action === null) return null;
  if (typeof action !== "string") return "say the name of an action, or null";
  if (Object.hasOwn(keyTable[context], action)) return null;
  const meant = near(action, Object.keys(keyTable[context]));
  const said = meant === undefined ? "F1 shows what there is" : `did you mean ${meant}?`;
  return `${context} knows no action ${action}; ${said}`;
}

/** Where a context and its keys stand. Lines from 1 on. */
interface Place {
  line: number;
  written: string;
  /** The last line of each. */
  keys: Map<string, number>;
  twice: Set<string>;
  /** Keys that are read as something else than what is written there: that by this. */
  unlike: Map<string, string>;
}
type Places = ReadonlyMap<string, Place>;

const lineOf = (place: Place | undefined, key: string): number =>
  place?.keys.get(key) ?? place?.line ?? 1;

/** Once through all lines. What begins at the margin is a context, what stands behind blanks one of its keys. */
function placesOf(text: string): Places {
  const places = new Map<string, Place>();
  let place: Place | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const { name, written } = nameOn(line) ?? {};
    if (/^[^\s#]/.test(line)) {
      const found = { keys: new Map(), twice: new Set<string>(), unlike: new Map() };
      place = { ...found, line: index + 1, written: written ?? "" };
      if (name !== undefined && !places.has(name)) places.set(name, place);
    } else if (name !== undefined && place) {
      if (place.keys.has(name)) place.twice.add(name);
      place.keys.set(name, index + 1);
      if (written !== undefined && written !== name) place.unlike.set(name, written);
    }
  }
  return places;
}

/** What stands before a colon, in quotes or without, and as what the parser reads it. */
function nameOn(line: string): { name: string; written: string } | undefined {
  const found = /^\s*(?:"([^"]*)"\s*|'([^']*)'\s*|([^\s#].*?)):(?:\s|$)/.exec(line);
  const quoted = found?.[1] ?? found?.[2];
  const written = quoted ?? found?.[3]?.trimEnd();
  if (written === undefined) return undefined;
  return { name: quoted ?? nameRead(written), written };
}

/** Without quotes these are no texts: numbers, and words of the language. */
const MAY_BE_NO_TEXT = /^(?:[-+.]?\d\S*|[-+]?\.(?:inf|nan)|~|true|false|null)$/i;

function nameRead(written: string): string {
  const read = MAY_BE_NO_TEXT.test(written) ? parseYaml(written) : undefined;
  return read?.ok ? String(read.value) : written;
}
