// Holds a value against a JSON Schema (draft 2020-12) that `requireSchema` has taken.
// Rules: 1. The work is bounded: references make a small schema large, so each schema that a value is held
//           against is a step, and there is an end to them. 2. Patterns run in linear time.
//        3. A problem is said to a model: where it is, what must be, and what is.
import type { Json } from "../../protocol/messages.ts";
import { hasFormat } from "./formats.ts";
import { isObject, resolve, type SchemaObject } from "./keywords.ts";
import { readPattern } from "./pattern.ts";

/** Schemas that values are held against; a value counts for more the longer it is. */
const MAX_STEPS = 200_000;
/** Schemas within schemas that one value leads into. */
const MAX_DEPTH = 1_000;
/** UTF-16 units of a text, items of a list, fields of an object that are looked at in one step. */
const UNITS_PER_STEP = 100;
const MAX_SHOWN = 80;

interface Fitting {
  root: SchemaObject;
  steps: number;
  depth: number;
  patterns: Map<string, (text: string) => boolean>;
  /** Lists and objects that were compared, as text. */
  texts: Map<Json, string>;
}

interface At {
  fitting: Fitting;
  /** The schema that the keyword stands in. */
  schema: SchemaObject;
  value: Json;
  place: string;
}

/** What does not fit, each with its place; undefined where finding out would take too long. */
export function misfits(root: SchemaObject, value: Json): string[] | undefined {
  const fitting: Fitting = {
    root,
    steps: MAX_STEPS,
    depth: 0,
    patterns: new Map(),
    texts: new Map(),
  };
  const problems = hold(fitting, root, value, "");
  return fitting.steps < 0 ? undefined : problems;
}

function hold(fitting: Fitting, schema: Json | undefined, value: Json, place: string): string[] {
  if (schema === false) return [`${named(place)} must not be there`];
  if (!isObject(schema) || !spend(fitting, value)) return [];
  fitting.depth += 1;
  if (fitting.depth > MAX_DEPTH) fitting.steps = -1;
  const problems = Object.entries(schema).flatMap(([key, operand]) => {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    return rule?.(operand, { fitting, schema, value, place }) ?? [];
  });
  fitting.depth -= 1;
  return problems;
}

/** A step over this value; false once there are none left. */
function spend(fitting: Fitting, value: Json): boolean {
  fitting.steps -= 1 + Math.floor(lengthOf(value) / UNITS_PER_STEP);
  return fitting.steps >= 0;
}

function lengthOf(value: Json): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
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
    count: (value: Json) => number | undefined,
    words: string,
    fits: (count: number, operand: number) => boolean,
  ): Rule =>
  (operand, { value, place }) => {
    const counted = count(value);
    if (counted === undefined || fits(counted, Number(operand))) return [];
    return [`${named(place)} must have ${words.replace("%", String(operand))}, not ${counted}`];
  };

const letters = (value: Json) => (typeof value === "string" ? [...value].length : undefined);
const entries = (value: Json) => (Array.isArray(value) ? value.length : undefined);
const fields = (value: Json) => (isObject(value) ? Object.keys(value).length : undefined);
const atLeast = (value: number, operand: number) => value >= operand;
const atMost = (value: number, operand: number) => value <= operand;

const rules: Record<string, Rule> = {
  $ref: (operand, { fitting, value, place }) =>
    hold(fitting, resolve(fitting.root, String(operand)), value, place),
  type: holdType,
  enum: (operand, { fitting, value, place }) => {
    const own = textOf(fitting, value);
    const isOne =
      spend(fitting, operand) && listOf(operand).some((one) => textOf(fitting, one) === own);
    return isOne ? [] : [`${named(place)} must be one of ${shown(operand)}, not ${shown(value)}`];
  },
  const: (operand, { fitting, value, place }) =>
    textOf(fitting, operand) === textOf(fitting, value)
      ? []
      : [`${named(place)} must be ${shown(operand)}, not ${shown(value)}`],
  allOf: (operand, at) => listOf(operand).flatMap((one) => again(at, one)),
  anyOf: holdAny,
  oneOf: holdOne,
  not: (operand, at) =>
    again(at, operand).length > 0 ? [] : [`${named(at.place)} must not fit ${shown(operand)}`],
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
      : [`${named(place)} must match the pattern ${operand}, not ${shown(value)}`],
  format: (operand, { value, place }) =>
    typeof value !== "string" || hasFormat(value, String(operand))
      ? []
      : [`${named(place)} must have the format ${operand}, not ${shown(value)}`],
  items: (operand, { fitting, schema, value, place }) => {
    const from = listOf(schema.prefixItems).length;
    return listOf(value)
      .slice(from)
      .flatMap((item, index) => hold(fitting, operand, item, `${place}/${from + index}`));
  },
  prefixItems: (operand, { fitting, value, place }) =>
    listOf(operand).flatMap((schema, index) => {
      const item = listOf(value)[index];
      return item === undefined ? [] : hold(fitting, schema, item, `${place}/${index}`);
    }),
  contains: holdContains,
  minItems: size(entries, "at least % items", atLeast),
  maxItems: size(entries, "at most % items", atMost),
  uniqueItems: (operand, { fitting, value, place }) => {
    const texts = operand === true ? listOf(value).map((item) => textOf(fitting, item)) : [];
    const isTwice = new Set(texts).size < texts.length;
    return isTwice ? [`${named(place)} must not hold the same item twice`] : [];
  },
  properties: (operand, { fitting, value, place }) =>
    eachOf(operand).flatMap(([name, schema]) => {
      const field = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return field === undefined ? [] : hold(fitting, schema, field, within(place, name));
    }),
  patternProperties: (operand, { fitting, value, place }) =>
    eachOf(operand).flatMap(([source, schema]) =>
      fieldsOf(value)
        .filter(([name]) => matches(fitting, source, name))
        .flatMap(([name, field]) => hold(fitting, schema, field, within(place, name))),
    ),
  additionalProperties: holdAdditional,
  propertyNames: (operand, { fitting, value, place }) =>
    fieldsOf(value).flatMap(([name]) =>
      hold(fitting, operand, name, `${within(place, name)} (its name)`),
    ),
  required: (operand, { value, place }) => missing(operand, value, place),
  dependentRequired: (operand, { value, place }) =>
    eachOf(operand)
      .filter(([name]) => isObject(value) && Object.hasOwn(value, name))
      .flatMap(([, names]) => missing(names, value, place)),
  dependentSchemas: (operand, at) =>
    eachOf(operand)
      .filter(([name]) => isObject(at.value) && Object.hasOwn(at.value, name))
      .flatMap(([, schema]) => again(at, schema)),
  minProperties: size(fields, "at least % fields", atLeast),
  maxProperties: size(fields, "at most % fields", atMost),
};

/** The same value against another schema. */
const again = ({ fitting, value, place }: At, schema: Json | undefined): string[] =>
  hold(fitting, schema, value, place);

function holdType(operand: Json, { value, place }: At): string[] {
  const names = Array.isArray(operand) ? operand : [operand];
  const own = typeOf(value);
  const isWhole = Number.isInteger(value);
  if (names.some((name) => name === own || (name === "integer" && isWhole))) return [];
  return [`${named(place)} must be ${names.join(" or ")}, not ${own} (${shown(value)})`];
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
  const why = nearest.slice(0, 3).join("; ");
  return [`${named(place)} fits none of its ${results.length} alternatives; the nearest: ${why}`];
}

function holdContains(operand: Json, { fitting, schema, value, place }: At): string[] {
  if (!Array.isArray(value)) return [];
  const least = Number(schema.minContains ?? 1);
  const most = Number(schema.maxContains ?? Number.POSITIVE_INFINITY);
  const fit = value.filter((item) => hold(fitting, operand, item, place).length === 0).length;
  if (fit >= least && fit <= most) return [];
  const bounds = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  return [`${named(place)} must hold ${bounds} items that fit ${shown(operand)}, not ${fit}`];
}

function holdAdditional(operand: Json, { fitting, schema, value, place }: At): string[] {
  const sources = eachOf(schema.patternProperties).map(([source]) => source);
  const known = new Set(eachOf(schema.properties).map(([name]) => name));
  return fieldsOf(value)
    .filter(([name]) => !known.has(name))
    .filter(([name]) => !sources.some((source) => matches(fitting, source, name)))
    .flatMap(([name, field]) => hold(fitting, operand, field, within(place, name)));
}

function missing(names: Json, value: Json, place: string): string[] {
  if (!isObject(value)) return [];
  return listOf(names)
    .filter((name) => !Object.hasOwn(value, String(name)))
    .map((name) => `${named(place)} must have '${name}'`);
}

function matches(fitting: Fitting, source: string, text: string): boolean {
  if (!spend(fitting, text)) return true;
  const known = fitting.patterns.get(source);
  if (known) return known(text);
  const read = readPattern(source);
  const test = read.ok ? read.value : () => true;
  fitting.patterns.set(source, test);
  return test(text);
}

/** Decimal fractions are not exact: a remainder that small is none. */
function isMultiple(value: number, operand: number): boolean {
  const times = value / operand;
  return Math.abs(times - Math.round(times)) <= Number.EPSILON * Math.max(1, Math.abs(times));
}

function textOf({ texts }: Fitting, value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const text = texts.get(value) ?? canonical(value);
  texts.set(value, text);
  return text;
}

/** The same text for the same value, whatever the order of its fields. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part) =>
    isObject(part)
      ? Object.fromEntries(
          Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : part,
  );
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const eachOf = (value: Json | undefined) => (isObject(value) ? Object.entries(value) : []);
const fieldsOf = eachOf;

const within = (place: string, name: string): string =>
  `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

const named = (place: string): string => (place === "" ? "the document" : clipped(place));

const shown = (value: Json): string => clipped(JSON.stringify(value));

const clipped = (text: string): string =>
  text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
