// Reads a regular expression of the common kind into a tree. What cannot be matched in linear time
// (references back, looking around) is refused by name, as ripgrep does.
import type { Attempt } from "../../core/world.ts";
import { fold, merge, negate, type Range, ranges } from "./ranges.ts";

export type Assertion = "start" | "end" | "word" | "not_word";

export type Pattern =
  | { type: "set"; ranges: Range[] }
  | { type: "assert"; assertion: Assertion }
  | { type: "sequence"; parts: Pattern[] }
  | { type: "choice"; parts: Pattern[] }
  | { type: "repeat"; part: Pattern; min: number; max: number };

const MAX_PATTERN_UNITS = 1000;
const MAX_NESTING = 50;
const MAX_REPEAT = 1000;

interface Reading {
  text: string[];
  at: number;
  isFolded: boolean;
  depth: number;
  /** The first thing that is wrong; from then on there is nothing left to read. */
  problem: string | undefined;
}

const nothing: Pattern = { type: "sequence", parts: [] };

export function parsePattern(source: string, options: { ignore_case: boolean }): Attempt<Pattern> {
  if (source.length > MAX_PATTERN_UNITS) {
    return { ok: false, problem: `the pattern is longer than ${MAX_PATTERN_UNITS} characters` };
  }
  const hasFlag = source.startsWith("(?i)");
  const reading: Reading = {
    text: [...(hasFlag ? source.slice(4) : source)],
    at: 0,
    isFolded: hasFlag || options.ignore_case,
    depth: 0,
    problem: undefined,
  };
  const pattern = readChoice(reading);
  if (reading.at < reading.text.length) fail(reading, "there is a ')' too many");
  if (reading.problem !== undefined) return { ok: false, problem: reading.problem };
  return { ok: true, value: pattern };
}

function fail(reading: Reading, problem: string): Pattern {
  reading.problem ??= `${problem} (at character ${reading.at + 1})`;
  reading.at = reading.text.length;
  return nothing;
}

function peek(reading: Reading, ahead = 0): string | undefined {
  return reading.text[reading.at + ahead];
}

function take(reading: Reading): string | undefined {
  const character = peek(reading);
  reading.at += 1;
  return character;
}

function takeIf(reading: Reading, text: string): boolean {
  const isThere = [...text].every((character, index) => peek(reading, index) === character);
  if (isThere) reading.at += text.length;
  return isThere;
}

function readChoice(reading: Reading): Pattern {
  const parts = [readSequence(reading)];
  while (takeIf(reading, "|")) parts.push(readSequence(reading));
  return parts.length === 1 ? (parts[0] ?? nothing) : { type: "choice", parts };
}

function readSequence(reading: Reading): Pattern {
  const parts: Pattern[] = [];
  for (let next = peek(reading); next !== undefined; next = peek(reading)) {
    if (next === "|" || next === ")") break;
    parts.push(readRepeats(reading, readAtom(reading)));
  }
  return { type: "sequence", parts };
}

/** A part with the quantifiers behind it. Lazy ones match the same lines as greedy ones. */
function readRepeats(reading: Reading, atom: Pattern): Pattern {
  const counts = readCounts(reading);
  if (counts === undefined) return atom;
  const [min, max] = counts;
  takeIf(reading, "?");
  if (readCounts(reading) !== undefined) return fail(reading, "a quantifier follows a quantifier");
  const isTooMuch = min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT);
  if (isTooMuch) return fail(reading, `more than ${MAX_REPEAT} repetitions`);
  if (min > max) return fail(reading, "the repetition ends before it begins");
  return { type: "repeat", part: atom, min, max };
}

function readCounts(reading: Reading): [number, number] | undefined {
  if (takeIf(reading, "*")) return [0, Number.POSITIVE_INFINITY];
  if (takeIf(reading, "+")) return [1, Number.POSITIVE_INFINITY];
  if (takeIf(reading, "?")) return [0, 1];
  if (peek(reading) !== "{") return undefined;
  const rest = reading.text.slice(reading.at, reading.at + 20).join("");
  const [whole, min, comma, max] = /^\{(\d{1,6})(,)?(\d{1,6})?\}/.exec(rest) ?? [];
  // A brace that counts nothing is a brace: code is full of them.
  if (whole === undefined || (comma === undefined && max !== undefined)) return undefined;
  reading.at += whole.length;
  const least = Number(min);
  if (comma === undefined) return [least, least];
  return [least, max === undefined ? Number.POSITIVE_INFINITY : Number(max)];
}

function readAtom(reading: Reading): Pattern {
  const character = take(reading) ?? "";
  if (character === "(") return readGroup(reading);
  if (character === "[") return readClass(reading);
  if (character === ".") return set(reading, ranges.any);
  if (character === "^") return { type: "assert", assertion: "start" };
  if (character === "$") return { type: "assert", assertion: "end" };
  if (character === "\\") return readEscape(reading);
  if (character === "*" || character === "+" || character === "?") {
    return fail(reading, `'${character}' has nothing to repeat`);
  }
  return set(reading, only(character));
}

function readGroup(reading: Reading): Pattern {
  if (takeIf(reading, "?")) {
    const problem = readGroupKind(reading);
    if (problem !== undefined) return fail(reading, problem);
  }
  reading.depth += 1;
  if (reading.depth > MAX_NESTING) {
    return fail(reading, `groups are nested deeper than ${MAX_NESTING}`);
  }
  const pattern = readChoice(reading);
  reading.depth -= 1;
  return takeIf(reading, ")") ? pattern : fail(reading, "a ')' is missing");
}

/** Past "?:" and "?<name>"; other kinds of groups are a problem. */
function readGroupKind(reading: Reading): string | undefined {
  if (takeIf(reading, ":")) return undefined;
  takeIf(reading, "P");
  const rest = reading.text.slice(reading.at, reading.at + 64).join("");
  const [name] = /^<[A-Za-z_]\w*>/.exec(rest) ?? [];
  if (name === undefined) return "looking ahead or behind, and flags inside, are not supported";
  reading.at += name.length;
  return undefined;
}

function readClass(reading: Reading): Pattern {
  const isNegated = takeIf(reading, "^");
  const members: Range[] = [];
  let isFirst = true;
  while (isFirst || peek(reading) !== "]") {
    isFirst = false;
    const from = readMember(reading);
    if (reading.problem !== undefined) return nothing;
    const isRange = peek(reading) === "-" && peek(reading, 1) !== "]" && from.length === 1;
    if (!isRange) {
      members.push(...from);
      continue;
    }
    reading.at += 1;
    const to = readMember(reading);
    const [first, last] = [from[0]?.[0], to[0]?.[1]];
    if (first === undefined || last === undefined || to.length !== 1 || first > last) {
      return fail(reading, "a range in [ ] ends before it begins");
    }
    members.push([first, last]);
  }
  reading.at += 1;
  const folded = reading.isFolded ? fold(members) : merge(members);
  return { type: "set", ranges: isNegated ? negate(folded) : folded };
}

/** One character or named set within [ ]. */
function readMember(reading: Reading): readonly Range[] {
  const character = take(reading);
  if (character === undefined) {
    fail(reading, "a ']' is missing");
    return [];
  }
  if (character !== "\\") return only(character);
  if (takeIf(reading, "b")) return only("\b");
  const escaped = readEscape(reading);
  if (escaped.type === "set") return escaped.ranges;
  fail(reading, "this escape has no place in [ ]");
  return [];
}

const controls: Record<string, string> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v", 0: "\0" };
const named: Record<string, readonly Range[]> = {
  d: ranges.digit,
  w: ranges.word,
  s: ranges.space,
};

function readEscape(reading: Reading): Pattern {
  const character = take(reading);
  if (character === undefined) return fail(reading, "a '\\' stands at the end");
  if (character === "b") return { type: "assert", assertion: "word" };
  if (character === "B") return { type: "assert", assertion: "not_word" };
  const negated = named[character.toLowerCase()];
  if (negated !== undefined) {
    const isNegated = character !== character.toLowerCase();
    return { type: "set", ranges: isNegated ? negate(negated) : merge(negated) };
  }
  const control = controls[character];
  if (control !== undefined) return set(reading, only(control));
  if (character === "x" || character === "u") return readCode(reading, character);
  if (/[1-9]/.test(character)) return fail(reading, "references back are not supported");
  if (/[A-Za-z]/.test(character)) return fail(reading, `'\\${character}' is not supported`);
  return set(reading, only(character));
}

/** \xHH, \uHHHH, \x{…} and \u{…} */
function readCode(reading: Reading, kind: "x" | "u"): Pattern {
  const rest = reading.text.slice(reading.at, reading.at + 10).join("");
  const digits = kind === "x" ? /^([0-9a-f]{2})/i : /^([0-9a-f]{4})/i;
  const [whole, hex] = /^\{([0-9a-f]{1,6})\}/i.exec(rest) ?? digits.exec(rest) ?? [];
  const code = Number.parseInt(hex ?? "", 16);
  if (whole === undefined || code > 0x10ffff) return fail(reading, `'\\${kind}' needs its digits`);
  reading.at += whole.length;
  return set(reading, [[code, code]]);
}

function set(reading: Reading, members: readonly Range[]): Pattern {
  const isSmall = members.length === 1 && members[0]?.[0] === members[0]?.[1];
  return { type: "set", ranges: reading.isFolded && isSmall ? fold(members) : merge(members) };
}

function only(character: string): Range[] {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}
