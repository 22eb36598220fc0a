// The keywords of JSON Schema (draft 2020-12) that are understood: what each must hold, and where further
// schemas stand in it. A keyword of no table is an annotation, as the draft has it, and means nothing.
import { isObject } from "../../protocol/json.ts";
import type { Json } from "../../protocol/messages.ts";

export type SchemaObject = { [key: string]: Json };

/** What a keyword holds. */
type Operand =
  | ("schema" | "schemas" | "named schemas")
  | ("number" | "positive number" | "count" | "flag" | "text" | "pattern" | "reference" | "type")
  | ("names" | "named names" | "values" | "value");

/** Apart, for an object with a method of the second name would be taken for a promise. */
const branches = Object.fromEntries(["if", "then", "else"].map((key) => [key, "schema" as const]));

export const keywords: Record<string, Operand> = {
  $ref: "reference",
  $defs: "named schemas",
  definitions: "named schemas",
  type: "type",
  enum: "values",
  const: "value",
  allOf: "schemas",
  anyOf: "schemas",
  oneOf: "schemas",
  not: "schema",
  ...branches,
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "positive number",
  minLength: "count",
  maxLength: "count",
  pattern: "pattern",
  format: "text",
  items: "schema",
  prefixItems: "schemas",
  contains: "schema",
  minContains: "count",
  maxContains: "count",
  minItems: "count",
  maxItems: "count",
  uniqueItems: "flag",
  properties: "named schemas",
  patternProperties: "named schemas",
  additionalProperties: "schema",
  propertyNames: "schema",
  required: "names",
  dependentRequired: "named names",
  dependentSchemas: "named schemas",
  minProperties: "count",
  maxProperties: "count",
};

/** Keywords that would change what fits and are not understood, with what does instead. */
export const refused: Record<string, string> = {
  unevaluatedProperties: "use additionalProperties",
  unevaluatedItems: "use items",
  $dynamicRef: "use $ref",
  $recursiveRef: "use $ref",
  additionalItems: "use prefixItems and items",
  dependencies: "use dependentRequired or dependentSchemas",
};

/** Those whose schemas are about the very same value. */
const inPlace = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

export const types = ["null", "boolean", "object", "array", "number", "string", "integer"];

/** The schemas that stand directly in this one, each with its place. */
export function schemasIn(schema: SchemaObject): { key: string; path: string; schema: Json }[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    const operand = Object.hasOwn(keywords, key) ? keywords[key] : undefined;
    if (operand === "schema") return [{ key, path: key, schema: value }];
    const isMany =
      (operand === "schemas" && Array.isArray(value)) ||
      (operand === "named schemas" && isObject(value));
    if (!isMany) return [];
    return Object.entries(value ?? {}).map(([name, one]) => ({
      key,
      path: `${key}/${pointerPart(name)}`,
      schema: one,
    }));
  });
}

/** The schemas that the same value must be held against too. */
export function schemasBeside(schema: SchemaObject, root: SchemaObject): SchemaObject[] {
  const beside = schemasIn(schema).filter(({ key }) => inPlace.includes(key));
  const target = typeof schema.$ref === "string" ? resolve(root, schema.$ref) : undefined;
  return [...beside.map((one) => one.schema), target].filter((one) => isObject(one));
}

/** A name as a part of a JSON pointer. */
export const pointerPart = (name: string): string =>
  name.replaceAll("~", "~0").replaceAll("/", "~1");

/** What a reference within the schema leads to: `#`, or `#/` and a JSON pointer. */
export function resolve(root: SchemaObject, reference: string): Json | undefined {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let found: Json | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    if (found === null || typeof found !== "object") return undefined;
    const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    // Read without making a list of all: references are followed often.
    found = Object.getOwnPropertyDescriptor(found, name)?.value;
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // No percent-encoding: the name is meant as it stands.
    return part;
  }
}
