// JSON Schemas inside the OpenAPI document: where they lie, what they share, how text in an address differs.
import { type Schema, schemaOf } from "../../../../protocol/schema.ts";

export type Fields = Record<string, unknown>;
/** A JSON Schema of which only what is looked at is named. */
export interface Shape extends Fields {
  properties?: Record<string, Shape>;
  required?: string[];
  anyOf?: Shape[];
}
/** The schemas of the document, by name. */
export type Schemas = Record<string, Shape>;

export const JSON_TYPE = "application/json";
export const STREAM_TYPE = "text/event-stream";
export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A list is written with commas. */
export const listStyle = { style: "form", explode: false };

/** A schema without what only a schema of its own has; shared parts become components. */
export function addSchema(schemas: Schemas, schema: Schema, io: "input" | "output"): Shape {
  const { $schema: _, $defs = {}, ...own } = schemaOf(schema, io) as Shape & { $defs?: Fields };
  const names = new Map<string, string>();
  for (const [name, part] of Object.entries($defs)) names.set(name, sharedName(part));
  // What was JSON is JSON: only references have changed.
  const moved = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value).replace(
        /"#\/\$defs\/(\w+)"/g,
        (_whole, name: string) => `"#/components/schemas/${names.get(name) ?? name}"`,
      ),
    ) as Shape;
  for (const [name, part] of Object.entries($defs))
    schemas[names.get(name) ?? name] ??= moved(part);
  return moved(own);
}

/** Any JSON refers to itself, and is the one thing that does. */
const sharedName = (part: unknown): string =>
  Object.keys(part as object).length === 0 ? "Anything" : "Json";

/** Text in an address is never null: what is left out is. */
export function asText({ default: given, ...schema }: Shape): Shape {
  const shape = given === null ? schema : { ...schema, default: given };
  if (Array.isArray(shape.type)) {
    const types = shape.type.filter((type) => type !== "null");
    return { ...shape, type: types.length === 1 ? types[0] : types };
  }
  const choices = shape.anyOf?.filter((choice) => choice.type !== "null");
  if (!choices) return stripUndefined(shape);
  const { anyOf: _, ...others } = shape;
  return stripUndefined(
    choices.length === 1 ? { ...others, ...choices[0] } : { ...others, anyOf: choices },
  );
}

const stripUndefined = (shape: Shape): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
