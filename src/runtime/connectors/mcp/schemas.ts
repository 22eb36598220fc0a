// Schemas as hosts are shown them: made once, however many servers show them, and in words that hosts can hand on to
// any vendor's model.
import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { isObject } from "../../../protocol/json.ts";
import type { Schema } from "../../../protocol/schema.ts";

type JsonSchema = Record<string, unknown>;

/** The same schema, described. */
export function described(schema: Schema): StandardSchemaWithJSON {
  // zod's schemas are Standard Schemas that describe themselves.
  const standard = (schema as unknown as StandardSchemaWithJSON)["~standard"];
  const known = new Map<string, JsonSchema>();
  const describe = (io: "input" | "output", options: never) => {
    const found = known.get(io) ?? portable(standard.jsonSchema[io](options));
    known.set(io, found);
    return found;
  };
  return {
    "~standard": {
      ...standard,
      jsonSchema: {
        input: (options) => describe("input", options as never),
        output: (options) => describe("output", options as never),
      },
    },
  };
}

/** Some vendors know no list of types: each gets a branch of its own, which means the same. */
function portable(schema: JsonSchema): JsonSchema {
  const parts = Object.entries(schema).map(([key, value]) => [key, portableValue(value)] as const);
  const { type, title, description, default: preset, ...rest } = Object.fromEntries(parts);
  if (!Array.isArray(type) || "anyOf" in rest) return Object.fromEntries(parts);
  const words = { title, description, default: preset };
  const said = Object.entries(words).filter(([, value]) => value !== undefined);
  const anyOf = type.map((one: unknown) =>
    one === "null" ? { type: one } : { type: one, ...rest },
  );
  return { ...Object.fromEntries(said), anyOf };
}

function portableValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(portableValue);
  return isObject(value) ? portable(value) : value;
}
