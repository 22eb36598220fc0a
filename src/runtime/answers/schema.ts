// Reads a JSON Schema that somebody sent: whole, within its bounds, and without anything that would be
// ignored although it changes what fits. Nothing is stored or asked before this has passed.
import { bytesOf, nestingOf } from "../../protocol/decode.ts";
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { MAX_OUTPUT_SCHEMA_BYTES } from "../../protocol/limits.ts";
import type { Json } from "../../protocol/messages.ts";
import {
  keywords,
  refused,
  resolve,
  type SchemaObject,
  schemasBeside,
  schemasIn,
  types,
} from "./keywords.ts";
import { readPattern } from "./pattern.ts";

/** Levels of arrays and objects in a schema. */
const MAX_SCHEMA_DEPTH = 64;
const MAX_PATTERNS = 100;

/** Throws `bad_data` with the place of the first thing that is wrong. */
export function requireSchema(schema: SchemaObject): void {
  const problem = boundsProblem(schema) ?? schemaProblem(schema);
  if (problem === undefined) return;
  const message = `The JSON Schema of the answer is not usable: ${problem}.`;
  throw new JameyError("bad_data", message, { details: { problem } });
}

function boundsProblem(schema: SchemaObject): string | undefined {
  const text = JSON.stringify(schema);
  if (bytesOf(text, MAX_OUTPUT_SCHEMA_BYTES) > MAX_OUTPUT_SCHEMA_BYTES) {
    return `it is larger than ${MAX_OUTPUT_SCHEMA_BYTES} bytes`;
  }
  if (nestingOf(text, MAX_SCHEMA_DEPTH) <= MAX_SCHEMA_DEPTH) return undefined;
  return `it is nested deeper than ${MAX_SCHEMA_DEPTH} levels`;
}

function schemaProblem(root: SchemaObject): string | undefined {
  const nodes = new Map<Json, string>();
  const found = collect(root, "#", nodes);
  if (found !== undefined) return found;
  let patterns = 0;
  for (const [node, place] of nodes) {
    if (!isObject(node)) continue;
    const problem = nodeProblem(node, place, { root, nodes });
    if (problem !== undefined) return problem;
    patterns += patternsOf(node).length;
    if (patterns > MAX_PATTERNS) return `it has more than ${MAX_PATTERNS} patterns`;
  }
  return circle(root, nodes);
}

/** Every schema in this one with its place; answers with what is no schema. */
function collect(schema: Json, place: string, nodes: Map<Json, string>): string | undefined {
  if (typeof schema === "boolean") return undefined;
  if (!isObject(schema)) return `${place} must be a schema: an object, true or false`;
  nodes.set(schema, place);
  for (const { key, path, schema: inner } of schemasIn(schema)) {
    if (key === "items" && Array.isArray(inner)) {
      return `${place}/items is a list: call it prefixItems`;
    }
    const problem = collect(inner, `${place}/${path}`, nodes);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

interface Whole {
  root: SchemaObject;
  nodes: Map<Json, string>;
}

function nodeProblem(node: SchemaObject, place: string, whole: Whole): string | undefined {
  if (node !== whole.root && "$id" in node) return `${place}/$id may stand only at the root`;
  for (const [key, operand] of Object.entries(node)) {
    if (Object.hasOwn(refused, key)) {
      return `${place}/${key} is not supported: ${refused[key]}`;
    }
    const problem = operandProblem(key, operand, whole);
    if (problem !== undefined) return `${place}/${key} ${problem}`;
  }
  return undefined;
}

function operandProblem(key: string, operand: Json, whole: Whole): string | undefined {
  switch (Object.hasOwn(keywords, key) ? keywords[key] : undefined) {
    case undefined:
    case "schema":
    case "value":
      return undefined;
    case "schemas":
      return Array.isArray(operand) && operand.length > 0 ? undefined : "must be a list of schemas";
    case "named schemas":
      return namedProblem(key, operand);
    case "number":
      return typeof operand === "number" ? undefined : "must be a number";
    case "positive number":
      return typeof operand === "number" && operand > 0 ? undefined : "must be a number above 0";
    case "count":
      return Number.isSafeInteger(operand) && Number(operand) >= 0
        ? undefined
        : "must be a whole number, 0 or above";
    case "flag":
      return typeof operand === "boolean" ? undefined : "must be true or false";
    case "text":
      return typeof operand === "string" ? undefined : "must be a text";
    case "pattern":
      return patternProblem(operand);
    case "reference":
      return referenceProblem(operand, whole);
    case "type":
      return typeProblem(operand);
    case "names":
      return isNames(operand) ? undefined : "must be a list of names";
    case "named names":
      return isObject(operand) && Object.values(operand).every(isNames)
        ? undefined
        : "must hold a list of names for each name";
    case "values":
      return Array.isArray(operand) && operand.length > 0 ? undefined : "must be a list of values";
  }
}

const isNames = (value: Json): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

function namedProblem(key: string, operand: Json): string | undefined {
  if (!isObject(operand)) return "must be an object of schemas";
  if (key !== "patternProperties") return undefined;
  for (const source of Object.keys(operand)) {
    const problem = patternProblem(source);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function patternProblem(operand: Json): string | undefined {
  if (typeof operand !== "string") return "must be a text";
  const read = readPattern(operand);
  return read.ok ? undefined : `is no pattern that can be used: ${read.problem}`;
}

function referenceProblem(operand: Json, { root, nodes }: Whole): string | undefined {
  if (typeof operand !== "string") return "must be a text";
  if (operand !== "#" && !operand.startsWith("#/")) {
    return "leads out of the schema: only '#' and '#/…' are followed";
  }
  const target = resolve(root, operand);
  if (typeof target === "boolean" || (target !== undefined && nodes.has(target))) return undefined;
  return `leads to nothing that is a schema: ${operand}`;
}

function typeProblem(operand: Json): string | undefined {
  const names = Array.isArray(operand) ? operand : [operand];
  const unknown = names.find((name) => typeof name !== "string" || !types.includes(name));
  if (unknown === undefined && names.length > 0) return undefined;
  return `must be one of ${types.join(", ")}, not ${JSON.stringify(unknown ?? [])}`;
}

const patternsOf = (node: SchemaObject): string[] => [
  ...(typeof node.pattern === "string" ? [node.pattern] : []),
  ...(isObject(node.patternProperties) ? Object.keys(node.patternProperties) : []),
];

/** A schema that a value must fit before it can fit that very schema has no answer. */
function circle(root: SchemaObject, nodes: Map<Json, string>): string | undefined {
  const done = new Set<SchemaObject>();
  for (const start of nodes.keys()) {
    if (!isObject(start) || done.has(start)) continue;
    const path: { node: SchemaObject; left: SchemaObject[] }[] = [];
    const open = new Set<SchemaObject>();
    const enter = (node: SchemaObject) => {
      open.add(node);
      path.push({ node, left: schemasBeside(node, root) });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        open.delete(top.node);
        done.add(top.node);
        path.pop();
      } else if (open.has(next)) return `${nodes.get(next)} refers to itself without an end`;
      else if (!done.has(next)) enter(next);
    }
  }
  return undefined;
}
