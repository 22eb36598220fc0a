// Random values that fit a schema, made from its JSON Schema: what any client could send or any
// daemon could answer.
import { z } from "zod";
import type { Random } from "../../core/support/random.ts";

/** Deep enough for every word; JSON inside JSON ends here. */
const MAX_DEPTH = 6;
const KEYS = ["key", "ключ", "a b", "toString"];
/** Where names have a pattern. */
const PLAIN_KEYS = ["key", "toString"];

interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  format?: string;
  pattern?: string;
}

export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  // zod's own type for this is wider in ways that no schema of ours uses; `valueOf` throws on them.
  return z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
}

/** A value that fits; optional fields are there in half of the cases. */
export function randomValue(random: Random, root: JsonSchema): unknown {
  return valueFor(random, root, root, 0);
}

function valueFor(random: Random, root: JsonSchema, schema: JsonSchema, depth: number): unknown {
  if (schema.$ref !== undefined) {
    const target = schema.$ref === "#" ? root : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    if (!target) throw new Error(`no schema ${schema.$ref}`);
    return depth > MAX_DEPTH ? null : valueFor(random, root, target, depth + 1);
  }
  if ("const" in schema) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return valueFor(random, root, random.pick(choices), depth + 1);
  if (Array.isArray(schema.type)) {
    return valueFor(random, root, { ...schema, type: random.pick(schema.type) }, depth);
  }
  switch (schema.type) {
    case "null":
      return null;
    case "boolean":
      return random.oneIn(2);
    case "string":
      return textFor(random, schema);
    case "integer":
    case "number":
      return numberFor(random, schema);
    case "array":
      return listFor(random, root, schema, depth);
    case "object":
      return objectFor(random, root, schema, depth);
    case undefined:
      return random.pick([null, 1, "text", [true], { deep: [1.5] }]);
    default:
      throw new Error(`no values of ${schema.type}`);
  }
}

function textFor(random: Random, schema: JsonSchema): string {
  const { format, pattern, minLength = 0, maxLength = 40 } = schema;
  if (format === "date-time") {
    return new Date(random.between(0, 4e12)).toISOString();
  }
  const beginning = ALPHABETS.find(({ fits }) => pattern?.startsWith(fits));
  const { letters, first } = beginning ?? (pattern ? NAME : ANYTHING);
  const least = Math.max(minLength, pattern ? 1 : 0) - first.length;
  const length = random.between(Math.max(least, 0), Math.min(maxLength, 20) - first.length);
  // Code points, so that no pair is cut.
  const text = Array.from({ length }, () => random.pick([...letters])).join("");
  return first + (first.length + text.length > maxLength ? text.slice(0, 1) : text);
}

const ANYTHING = { letters: 'a z\n"\\/\u0000é日🤖{}[]:,<&', first: "" };
const NAME = { letters: "abzÄ9日", first: "" };

/** By how a pattern begins: what a text of it is made of, and what it begins with. */
const ALPHABETS = [
  { fits: "^[A-Za-z0-9]", letters: "abzA9", first: "" },
  { fits: "^[A-Za-z_]", letters: "abzA_", first: "" },
  { fits: "^[A-Za-z]", letters: "abzA9_", first: "a" },
  { fits: "^(?!model$)", letters: "abzA9_-", first: "" },
  { fits: "^(?:GET|", letters: "abz/9", first: "GET /" },
];

function numberFor(random: Random, schema: JsonSchema): number {
  const least = schema.minimum ?? (schema.exclusiveMinimum ?? -1_001) + 1;
  const most = Math.min(schema.maximum ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (schema.type === "number" && random.oneIn(2)) return Math.max(least, 0) + random.next();
  return random.pick([
    Math.max(least, 0),
    random.between(Math.max(least, 0), Math.min(most, 1_000)),
    most,
  ]);
}

function listFor(random: Random, root: JsonSchema, schema: JsonSchema, depth: number): unknown[] {
  const length =
    depth > MAX_DEPTH ? 0 : random.between(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3));
  const { items = {} } = schema;
  return Array.from({ length }, () => valueFor(random, root, items, depth + 1));
}

function objectFor(random: Random, root: JsonSchema, schema: JsonSchema, depth: number): object {
  const { properties = {}, required = [], additionalProperties } = schema;
  const entries = Object.entries(properties)
    .filter(([name]) => required.includes(name) || random.oneIn(2))
    .map(([name, field]): [string, unknown] => [name, valueFor(random, root, field, depth + 1)]);
  if (typeof additionalProperties === "object" && depth <= MAX_DEPTH) {
    const names = schema.propertyNames?.pattern ? PLAIN_KEYS : KEYS;
    const keys = names.filter(() => random.oneIn(3));
    for (const key of keys) {
      entries.push([key, valueFor(random, root, additionalProperties, depth + 1)]);
    }
  }
  return Object.fromEntries(entries);
}
