// Arguments of a tool as a human types them on one line: JSON, `key=value` pairs, or the only argument
// as it stands. The tool's own schema says which type a value has.
import { parseJson } from "../protocol/decode.ts";
import { messageOf } from "../protocol/errors.ts";
import type { Json, ToolCall, ToolSpec } from "../protocol/messages.ts";
import { type Fields, fieldsOf, listOf } from "./fields.ts";

/** Characters of one line of arguments. */
const MAX_LINE_LENGTH = 1024 * 1024;

export type ReadArguments = { args: ToolCall["args"] } | { problem: string };

export function readArguments(line: string, parameters: ToolSpec["parameters"]): ReadArguments {
  const text = line.trim();
  if (text.length > MAX_LINE_LENGTH) {
    return { problem: `the arguments are longer than ${MAX_LINE_LENGTH} characters.` };
  }
  if (text === "") return { args: {} };
  if (text.startsWith("{")) return readObject(text);
  const properties = fieldsOf(parameters.properties) ?? {};
  const pairs = readPairs(text);
  const first = pairs?.[0]?.[0];
  if (pairs !== undefined && first !== undefined && Object.hasOwn(properties, first)) {
    return readValues(pairs, properties);
  }
  const only = onlyArgument(parameters, properties);
  if (only !== undefined) return readValues([[only, text]], properties);
  if (pairs !== undefined) return readValues(pairs, properties);
  return { problem: `write the arguments as {"key": "value"} or key=value.` };
}

function readObject(text: string): ReadArguments {
  try {
    const args = parseJson(text);
    // It begins with a brace, so JSON that is valid is an object.
    return { args: args as ToolCall["args"] };
  } catch (thrown) {
    return { problem: `the arguments cannot be read: ${messageOf(thrown)}` };
  }
}

/** `key=value`, values with blanks in single or double quotes; undefined where the text is none. */
function readPairs(text: string): [string, string][] | undefined {
  const pairs: [string, string][] = [];
  const pair = /\s*([\p{L}\p{N}_.-]+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)(?=\s|$)/uy;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (found === null) return undefined;
    pairs.push([found[1] ?? "", unquote(found[2] ?? "")]);
  }
  return pairs;
}

function unquote(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

/** The one argument that a tool must have; undefined where there are several or none. */
function onlyArgument(parameters: ToolSpec["parameters"], properties: Fields): string | undefined {
  const required = listOf(parameters.required);
  const names = required.length > 0 ? required : Object.keys(properties);
  return names.length === 1 ? String(names[0]) : undefined;
}

function readValues(pairs: [string, string][], properties: Fields): ReadArguments {
  const args: Record<string, Json> = Object.create(null);
  for (const [name, text] of pairs) {
    const type = fieldsOf(Object.hasOwn(properties, name) ? properties[name] : undefined)?.type;
    const isText = type === "string" || type === undefined;
    const value = isText ? text : readValue(text);
    if (value === undefined) return { problem: `${name} must be ${String(type)}, as JSON.` };
    args[name] = value;
  }
  return { args: { ...args } };
}

function readValue(text: string): Json | undefined {
  try {
    // What the parser gives is JSON.
    return parseJson(text) as Json;
  } catch {
    // The caller says which type was expected.
    return undefined;
  }
}
