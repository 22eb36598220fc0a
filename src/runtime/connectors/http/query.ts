// A query string as the fields of a command: text becomes the number, switch or list that its JSON Schema
// says. What does not fit stays text, so that the command's own check names the field.
import { type Schema, schemaOf } from "../../../protocol/schema.ts";

interface FieldSchema {
  type?: string | string[];
  anyOf?: FieldSchema[];
}

export type ReadQuery = (query: URLSearchParams) => Record<string, unknown>;

/** A field given twice is a list; a list may also be written with commas. */
export function createQueryReader(asks: Schema): ReadQuery {
  // A schema of parameters is always that of an object: `properties` holds a schema for each field.
  const properties = (schemaOf(asks, "input").properties ?? {}) as Record<string, FieldSchema>;
  return (query) => {
    const given: [string, unknown][] = [];
    for (const name of new Set(query.keys())) {
      if (!Object.hasOwn(properties, name)) continue;
      given.push([name, read(query.getAll(name), typesOf(properties[name] ?? {}))]);
    }
    return Object.fromEntries(given);
  };
}

function typesOf({ type, anyOf = [] }: FieldSchema): string[] {
  const own = type === undefined ? [] : [type].flat();
  return [...own, ...anyOf.flatMap(typesOf)];
}

function read(texts: string[], types: string[]): unknown {
  if (types.includes("array")) return texts.flatMap((text) => text.split(",")).filter(Boolean);
  if (texts.length > 1) return texts;
  const [text = ""] = texts;
  const isNumber = types.includes("integer") || types.includes("number");
  if (isNumber && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (types.includes("boolean") && /^(?:true|false)$/.test(text)) return text === "true";
  return text;
}
