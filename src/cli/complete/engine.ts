// What a command line may go on with, decided from the table of commands alone. Pure.

import { topics } from "../help/topics/index.ts";
import { findFlag } from "../help/usage.ts";
import type { Flag, Flags } from "../input/arguments.ts";
import { globalFlags, oneShotFlags } from "../table/flags.ts";
import { type Row, type Rows, rows } from "../table/table.ts";
import { type Kind, kindOfFlag, kindOfWord } from "./kinds.ts";

export interface Value {
  value: string;
  description: string;
}

/** What may stand at the cursor. */
export type Wanted =
  | { type: "values"; values: Value[] }
  /** `before` is what stands already and stays: `--model=`, or the first tools of a list. */
  | { type: "kind"; kind: Kind; before: string; typed: string; environment: string | undefined };

/** Everything after `jamey`, as the shell split it; `current` is the word at the cursor. */
export function want(words: readonly string[], current: string): Wanted {
  const place = walk(words);
  const { flags, pending, environment } = place;
  const kind = (found: Kind, before = "", typed = current): Wanted => ({
    type: "kind",
    kind: found,
    before,
    typed,
    environment,
  });
  if (pending) return wantValue(pending, "", current, kind);
  const equals = current.indexOf("=");
  if (current.startsWith("--") && equals > 0 && !place.isOver) {
    const found = findFlag(flags, current.slice(0, equals));
    if (!found || found.flag.type === "boolean") return nothing;
    return wantValue(found, current.slice(0, equals + 1), current.slice(equals + 1), kind);
  }
  if (current.startsWith("-") && !place.isOver) return values(flagValues(place), current);
  if (place.group) return values(rowValues(place.group), current);
  if (place.row?.isHelp) return values(helpValues(place.words), current);
  const expected = place.row?.words ?? [];
  const last = expected.at(-1);
  const word = expected[place.words.length] ?? (last?.isRest ? last : undefined);
  if (!word) return nothing;
  if (word.options) return values(plain(word.options), current);
  return kind(kindOfWord(word));
}

const nothing: Wanted = { type: "values", values: [] };

interface Place {
  row: Row | undefined;
  /** The commands that may come next; undefined once one that has none was named. */
  group: Rows | undefined;
  flags: Flags;
  given: Set<string>;
  words: string[];
  /** The flag whose value comes next. */
  pending: { name: string; flag: Flag } | undefined;
  /** After `--` there are only words. */
  isOver: boolean;
  environment: string | undefined;
}

function walk(words: readonly string[]): Place {
  const place: Place = {
    row: undefined,
    group: rows,
    flags: { ...globalFlags, ...oneShotFlags },
    given: new Set(),
    words: [],
    pending: undefined,
    isOver: false,
    environment: undefined,
  };
  for (const word of words) step(place, word);
  return place;
}

function step(place: Place, word: string): void {
  if (place.pending) {
    if (place.pending.name === "env") place.environment = word;
    place.pending = undefined;
  } else if (place.isOver) place.words.push(word);
  else if (word === "--") place.isOver = true;
  else if (word.startsWith("-") && word !== "-") stepFlag(place, word);
  else if (place.group && Object.hasOwn(place.group, word)) enter(place, place.group[word]);
  else {
    // What is no command is a prompt, or a word that the command will refuse by itself.
    if (place.group) place.group = undefined;
    place.words.push(word);
  }
}

function enter(place: Place, row: Row | undefined): void {
  place.row = row;
  place.group = row?.rows;
  place.flags = { ...globalFlags, ...row?.flags };
}

function stepFlag(place: Place, word: string): void {
  const equals = word.indexOf("=");
  const shown = equals < 0 ? word : word.slice(0, equals);
  const found =
    findFlag(place.flags, shown) ?? findFlag(place.flags, `-${word.charAt(word.length - 1)}`);
  if (!found) return;
  place.given.add(found.name);
  // Asked for without a command, such as `jamey -p`: what follows are words of a prompt.
  if (!place.row && Object.hasOwn(oneShotFlags, found.name)) place.group = undefined;
  const isWhole = shown.startsWith("--") || shown === `-${found.flag.alias}`;
  const takesNext = found.flag.type === "string" && !found.flag.optionalValue && isWhole;
  if (takesNext && equals < 0) place.pending = found;
  else if (found.name === "env" && equals >= 0) place.environment = word.slice(equals + 1);
}

function wantValue(
  { name, flag }: { name: string; flag: Flag },
  before: string,
  typed: string,
  kind: (found: Kind, before: string, typed: string) => Wanted,
): Wanted {
  const options = flag.options ?? flag.offered;
  if (options) {
    const found = plain(options.map((option) => `${before}${option}`));
    return values(found, `${before}${typed}`);
  }
  const found = kindOfFlag(name, flag);
  if (found !== "tools" || name !== "tools") return kind(found, before, typed);
  const comma = typed.lastIndexOf(",") + 1;
  return kind(found, `${before}${typed.slice(0, comma)}`, typed.slice(comma));
}

const values = (found: readonly Value[], current: string): Wanted => ({
  type: "values",
  values: found.filter(({ value }) => value.startsWith(current)),
});

const plain = (options: readonly string[]): Value[] =>
  options.map((value) => ({ value, description: "" }));

const rowValues = (group: Rows): Value[] =>
  Object.entries(group).map(([value, { description }]) => ({ value, description }));

/** Long names; flags that are there already only where they may be repeated. */
function flagValues({ flags, given }: Place): Value[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.isRepeatable || !given.has(name))
    .map(([name, { description }]) => ({ value: `--${name}`, description }));
}

/** Commands beneath those that are named already, and topics at first. */
function helpValues(words: readonly string[]): Value[] {
  let group: Rows | undefined = rows;
  for (const word of words) {
    group = group && Object.hasOwn(group, word) ? group[word]?.rows : undefined;
  }
  const found = group ? rowValues(group) : [];
  if (words.length > 0) return found;
  const known = new Set(found.map(({ value }) => value));
  const others = Object.entries(topics).filter(([name]) => !known.has(name));
  return [...found, ...others.map(([value, { summary }]) => ({ value, description: summary }))];
}
