// Holds a value against a JSON Schema (draft 2020-12) that `requireSchema` has taken.
// Rules: 1. The work is bounded: references make a small schema large and a value may be long, so every look
//           at either is paid for before or right after it, and there is an end to what may be spent.
//        2. Patterns run in linear time. 3. A problem is said to a model: where it is, what must be, and what
//           is; so much of each that it can be made in no time.
import { isObject } from "../../protocol/json.ts";
import type { Json } from "../../protocol/messages.ts";
import { hasFormat, MAX_FORMATTED_LENGTH } from "./formats.ts";
import { pointerPart, resolve, type SchemaObject } from "./keywords.ts";
import { readPattern, type TextPattern } from "./pattern.ts";
import { clipped, MAX_SHOWN, shown } from "./shown.ts";

/** What finding out may cost: a unit is the look at one character, a few nanoseconds. */
export const MAX_WORK = 20_000_000;
/** Units of a schema that a value is held against; of an item, field, keyword or name that is looked at. */
const HOLD = 100;
const PART = 10;
/** Units of reading a pattern, for each character of it. */
const UNIT_OF_PATTERN = 100;
/** Schemas within schemas that one value leads into. */
const MAX_DEPTH = 1_000;
/** Problems of one value that are named; one more is found, to know that there are more. */
export const MAX_PROBLEMS = 20;
/** UTF-16 units of what is said of the nearest alternative: it may itself be one of alternatives. */
const MAX_NEAREST = 300;

interface Fitting {
  root: SchemaObject;
  /** Units that are left. */
  left: number;
  depth: number;
  patterns: Map<string, TextPattern>;
}

interface At {
  fitting: Fitting;
  /** The schema that the keyword stands in. */
  schema: SchemaObject;
  value: Json;
  place: string;
}

export interface Fit {
  /** What does not fit, each with its place; undefined where finding out would take too long. */
  problems: string[] | undefined;
  /** Units that were spent. */
  work: number;
}

export function fit(root: SchemaObject, value: Json): Fit {
  const fitting: Fitting = { root, left: MAX_WORK, depth: 0, patterns: new Map() };
  const problems = hold(fitting, root, value, "");
  const { left } = fitting;
  return { problems: left < 0 ? undefined : problems, work: MAX_WORK - left };
}

function hold(fitting: Fitting, schema: Json | undefined, value: Json, place: string): string[] {
  if (!spend(fitting, HOLD)) return [];
  if (schema === false) return [`${named(place)} must not be there`];
  if (!isObject(schema)) return [];
  fitting.depth += 1;
  if (fitting.depth > MAX_DEPTH) fitting.left = -1;
  const problems = gather(fitting, Object.entries(schema), ([key, operand]) => {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    return rule?.(operand, { fitting, schema, value, place }) ?? [];
  });
  fitting.depth -= 1;
  return problems;
}

/** False once there is nothing left. */
function spend(fitting: Fitting, units: number): boolean {
  fitting.left -= units;
  return fitting.left >= 0;
}

/** The problems of all of these, each once, until there are enough of them or the work is too much. */
function gather<Item>(
  fitting: Fitting,
  items: readonly Item[],
  problemsOf: (item: Item, index: number) => string[],
): string[] {
  const problems: string[] = [];
  for (const [index, item] of items.entries()) {
    if (problems.length > MAX_PROBLEMS || !spend(fitting, PART)) break;
    for (const problem of problemsOf(item, index)) {
      spend(fitting, HOLD);
      if (problems.length <= MAX_PROBLEMS && !problems.includes(problem)) problems.push(problem);
    }
  }
  return problems;
}

type Rule = (operand: Json, at: At) => string[];

const number =
  (words: string, fits: (value: number, operand: number) => boolean): Rule =>
  (operand, { value, place }) =>
    typeof value !== "number" || fits(value, Number(operand))
      ? []
      : [`${named(place)} must be ${words} ${operand}, not ${value}`];

const size =
  (
    count: (value: Json, fitting: Fitting) => number | undefined,
    words: string,
    fits: (count: number, operand: number) => boolean,
  ): Rule =>
  (operand, { fitting, value, place }) => {
    const counted = count(value, fitting);
    if (counted === undefined || fits(counted, Number(operand))) return [];
    return [`${named(place)} must have ${words.replace("%", String(operand))}, not ${counted}`];
  };

const entries = (value: Json) => (Array.isArray(value) ? value.length : undefined);
const fields = (value: Json, fitting: Fitting) =>
  isObject(value) ? eachOf(fitting, value).length : undefined;
const atLeast = (value: number, operand: number) => value >= operand;
const atMost = (value: number, operand: number) => value <= operand;

/** Code points: a pair of surrogates is one. */
function letters(value: Json, fitting: Fitting): number | undefined {
  if (typeof value !== "string" || !spend(fitting, value.length)) return undefined;
  let pairs = 0;
  for (let at = 1; at < value.length; at += 1) {
    const isPair =
      (value.charCodeAt(at) & 0xfc00) === 0xdc00 && (value.charCodeAt(at - 1) & 0xfc00) === 0xd800;
    if (isPair) pairs += 1;
  }
  return value.length - pairs;
}

const rules: Record<string, Rule> = {
  $ref: (operand, { fitting, value, place }) => {
    const reference = String(operand);
    if (!spend(fitting, reference.length)) return [];
    return hold(fitting, resolve(fitting.root, reference), value, place);
  },
  type: holdType,
  enum: (operand, { fitting, value, place }) => {
    const isOne = listOf(operand).some((one) => isSame(fitting, one, value));
    return isOne
      ? []
      : [`${named(place)} must be one of ${show(fitting, operand)}, not ${show(fitting, value)}`];
  },
  const: (operand, { fitting, value, place }) =>
    isSame(fitting, operand, value)
      ? []
      : [`${named(place)} must be ${show(fitting, operand)}, not ${show(fitting, value)}`],
  allOf: (operand, at) => gather(at.fitting, listOf(operand), (one) => again(at, one)),
  anyOf: holdAny,
  oneOf: holdOne,
  not: (operand, at) =>
    again(at, operand).length > 0
      ? []
      : [`${named(at.place)} must not fit ${show(at.fitting, operand)}`],
  if: (operand, at) => {
    const isSo = again(at, operand).length === 0;
    return again(at, isSo ? at.schema.then : at.schema.else);
  },
  minimum: number("at least", atLeast),
  maximum: number("at most", atMost),
  exclusiveMinimum: number("above", (value, operand) => value > operand),
  exclusiveMaximum: number("below", (value, operand) => value < operand),
  multipleOf: number("a multiple of", isMultiple),
  minLength: size(letters, "at least % characters", atLeast),
  maxLength: size(letters, "at most % characters", atMost),
  pattern: (operand, { fitting, value, place }) =>
    typeof value !== "string" || matches(fitting, String(operand), value)
      ? []
      : [
          `${named(place)} must match the pattern ${clipped(String(operand))}, not ${show(fitting, value)}`,
        ],
  format: (operand, { fitting, value, place }) =>
    typeof value !== "string" ||
    !spend(fitting, Math.min(value.length, MAX_FORMATTED_LENGTH)) ||
    hasFormat(value, String(operand))
      ? []
      : [
          `${named(place)} must have the format ${clipped(String(operand))}, not ${show(fitting, value)}`,
        ],
  items: (operand, { fitting, schema, value, place }) => {
    const from = listOf(schema.prefixItems).length;
    return gather(fitting, listOf(value).slice(from), (item, index) =>
      hold(fitting, operand, item, within(place, String(from + index))),
    );
  },
  prefixItems: (operand, { fitting, value, place }) =>
    gather(fitting, listOf(operand), (schema, index) => {
      const item = listOf(value)[index];
      return item === undefined ? [] : hold(fitting, schema, item, within(place, String(index)));
    }),
  contains: holdContains,
  minItems: size(entries, "at least % items", atLeast),
  maxItems: size(entries, "at most % items", atMost),
  uniqueItems: holdUnique,
  properties: (operand, { fitting, value, place }) =>
    gather(fitting, eachOf(fitting, operand), ([name, schema]) => {
      const field = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return field === undefined ? [] : hold(fitting, schema, field, within(place, name));
    }),
  patternProperties: (operand, { fitting, value, place }) =>
    gather(fitting, eachOf(fitting, operand), ([source, schema]) =>
      gather(fitting, eachOf(fitting, value), ([name, field]) =>
        matches(fitting, source, name) ? hold(fitting, schema, field, within(place, name)) : [],
      ),
    ),
  additionalProperties: holdAdditional,
  propertyNames: (operand, { fitting, value, place }) =>
    gather(fitting, eachOf(fitting, value), ([name]) =>
      hold(fitting, operand, name, `${within(place, name)} (its name)`),
    ),
  required: (operand, { fitting, value, place }) => missing(fitting, operand, value, place),
  dependentRequired: (operand, { fitting, value, place }) =>
    gather(fitting, eachOf(fitting, operand), ([name, names]) =>
      isObject(value) && Object.hasOwn(value, name) ? missing(fitting, names, value, place) : [],
    ),
  dependentSchemas: (operand, at) =>
    gather(at.fitting, eachOf(at.fitting, operand), ([name, schema]) =>
      isObject(at.value) && Object.hasOwn(at.value, name) ? again(at, schema) : [],
    ),
  minProperties: size(fields, "at least % fields", atLeast),
  maxProperties: size(fields, "at most % fields", atMost),
};

/** The same value against another schema. */
const again = ({ fitting, value, place }: At, schema: Json | undefined): string[] =>
  hold(fitting, schema, value, place);

function holdType(operand: Json, { fitting, value, place }: At): string[] {
  const names = Array.isArray(operand) ? operand : [operand];
  const own = typeOf(value);
  const isWhole = Number.isInteger(value);
  if (names.some((name) => name === own || (name === "integer" && isWhole))) return [];
  const wanted = clipped(names.slice(0, MAX_SHOWN).join(" or "));
  return [`${named(place)} must be ${wanted}, not ${own} (${show(fitting, value)})`];
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Of alternatives that all fail, what is wrong with the nearest. */
function holdAny(operand: Json, at: At): string[] {
  const results: string[][] = [];
  for (const one of listOf(operand)) {
    const problems = again(at, one);
    if (problems.length === 0) return [];
    results.push(problems);
  }
  return none(results, at.place);
}

function holdOne(operand: Json, at: At): string[] {
  const results = listOf(operand).map((one) => again(at, one));
  const fitting = results.filter((problems) => problems.length === 0).length;
  if (fitting === 1) return [];
  if (fitting === 0) return none(results, at.place);
  return [`${named(at.place)} must fit exactly one of its alternatives, not ${fitting}`];
}

function none(results: string[][], place: string): string[] {
  const nearest = results.reduce(
    (best, one) => (one.length < best.length ? one : best),
    results[0] ?? [],
  );
  const why = clipped(nearest.slice(0, 3).join("; "), MAX_NEAREST);
  return [`${named(place)} fits none of its ${results.length} alternatives; the nearest: ${why}`];
}

function holdContains(operand: Json, { fitting, schema, value, place }: At): string[] {
  if (!Array.isArray(value)) return [];
  const least = Number(schema.minContains ?? 1);
  const most = Number(schema.maxContains ?? Number.POSITIVE_INFINITY);
  let fit = 0;
  for (const item of value) {
    if (fitting.left < 0) return [];
    if (hold(fitting, operand, item, place).length === 0) fit += 1;
  }
  if (fit >= least && fit <= most) return [];
  const bounds = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  return [
    `${named(place)} must hold ${bounds} items that fit ${show(fitting, operand)}, not ${fit}`,
  ];
}

function holdUnique(operand: Json, { fitting, value, place }: At): string[] {
  const seen = new Set<string>();
  for (const item of operand === true ? listOf(value) : []) {
    const text = textOf(fitting, item);
    if (fitting.left < 0) return [];
    if (seen.has(text)) return [`${named(place)} must not hold the same item twice`];
    seen.add(text);
  }
  return [];
}

function holdAdditional(operand: Json, { fitting, schema, value, place }: At): string[] {
  const sources = eachOf(fitting, schema.patternProperties).map(([source]) => source);
  const known = isObject(schema.properties) ? schema.properties : {};
  return gather(fitting, eachOf(fitting, value), ([name, field]) => {
    const isKnown =
      Object.hasOwn(known, name) || sources.some((source) => matches(fitting, source, name));
    return isKnown ? [] : hold(fitting, operand, field, within(place, name));
  });
}

function missing(fitting: Fitting, names: Json, value: Json, place: string): string[] {
  if (!isObject(value)) return [];
  return gather(fitting, listOf(names), (name) =>
    Object.hasOwn(value, String(name))
      ? []
      : [`${named(place)} must have '${clipped(String(name))}'`],
  );
}

/** True too where there is nothing left to find out with. */
function matches(fitting: Fitting, source: string, text: string): boolean {
  let pattern = fitting.patterns.get(source);
  if (!pattern) {
    if (!spend(fitting, source.length * UNIT_OF_PATTERN)) return true;
    const read = readPattern(source);
    // One that cannot be read was refused with the schema.
    pattern = read.ok ? read.value : { matches: () => true };
    fitting.patterns.set(source, pattern);
  }
  return pattern.matches(text, (units) => spend(fitting, units)) ?? true;
}

/** Decimal fractions are not exact: a remainder that small is none. */
function isMultiple(value: number, operand: number): boolean {
  const times = value / operand;
  return Math.abs(times - Math.round(times)) <= Number.EPSILON * Math.max(1, Math.abs(times));
}

/** Whatever the order of the fields. */
function isSame(fitting: Fitting, one: Json, other: Json): boolean {
  if (!spend(fitting, PART)) return false;
  if (typeof one === "string" && typeof other === "string") {
    return one.length === other.length && spend(fitting, one.length) && one === other;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length &&
      one.every((item, index) => isSame(fitting, item, other[index] ?? null))
    );
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const parts = eachOf(fitting, one);
  return (
    parts.length === eachOf(fitting, other).length &&
    parts.every(([name, part]) => {
      const same = Object.hasOwn(other, name) ? other[name] : undefined;
      return same !== undefined && isSame(fitting, part, same);
    })
  );
}

/** The same text for the same value, whatever the order of its fields. */
function textOf(fitting: Fitting, value: Json): string {
  if (!spend(fitting, PART + (typeof value === "string" ? value.length : PART))) return "";
  if (Array.isArray(value)) return `[${value.map((item) => textOf(fitting, item)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts = eachOf(fitting, value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${textOf(fitting, part)}`).join(",")}}`;
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

/** The fields of an object, each paid for. */
function eachOf(fitting: Fitting, value: Json | undefined): [string, Json][] {
  if (!isObject(value) || fitting.left < 0) return [];
  const each = Object.entries(value);
  spend(fitting, each.length * PART);
  return each;
}

/** What is deeper than can be shown is not said. */
const within = (place: string, name: string): string =>
  place.length > MAX_SHOWN ? place : `${place}/${pointerPart(name.slice(0, MAX_SHOWN))}`;

const show = (fitting: Fitting, value: Json): string =>
  shown(value, (fields) => spend(fitting, fields * PART));

const named = (place: string): string => (place === "" ? "the document" : clipped(place));
