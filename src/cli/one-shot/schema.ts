// --schema: a file, JSON, or a line of fields such as 'name, age int, tags[], note?: what to know' → the
// JSON Schema of an answer. Whether a schema of JSON is a good one is the daemon's word, before anything is
// asked.
import type { OutputShape } from "../../protocol/agents.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_OUTPUT_SCHEMA_BYTES } from "../../protocol/limits.ts";
import type { Json } from "../../protocol/messages.ts";
import { decodeInput } from "./decode-input.ts";
import { readPath } from "./files.ts";

type Schema = OutputShape["schema"];

/** A name, a type, and marks: `[]` for a list, `?` for what may be missing. */
const FIELD =
  /^(?<name>[\p{L}_][\p{L}\p{N}_-]*)(?<marks>(?:\[\]|\?)*)(?:\s+(?<type>[^\s[?]+)(?<more>(?:\[\]|\?)*))?$/u;

const types: Record<string, string> = {
  string: "string",
  int: "integer",
  float: "number",
  bool: "boolean",
};

export async function readSchema(text: string): Promise<Schema> {
  const given = text.trim();
  if (given.startsWith("{")) return parseSchema(given, "--schema");
  return looksLikeFile(given) ? await readFile(given) : readFields(given);
}

/** No name of a field has a dot or a slash in it, and no file is named over two lines. */
function looksLikeFile(text: string): boolean {
  const [beforeColon = ""] = text.split(":");
  return !/[\n,]/.test(text) && /[./\\]/.test(beforeColon);
}

async function readFile(path: string): Promise<Schema> {
  const input = decodeInput(await readPath(path, MAX_OUTPUT_SCHEMA_BYTES));
  if (input.type !== "text") throw bad(`The schema ${path} is no text.`);
  return parseSchema(input.text, path);
}

function parseSchema(text: string, from: string): Schema {
  const parsed = parseJson(text, from);
  if (parsed !== null && typeof parsed === "object" && !Array.isArray(parsed)) return parsed;
  throw bad(`${from} is no JSON Schema: it must be a JSON object.`);
}

function parseJson(text: string, from: string): Json {
  try {
    // What JSON.parse returns is JSON.
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw bad(`${from} is no JSON: ${messageOf(cause)}.`, cause);
  }
}

/** Fields stand on lines of their own, or between commas where there is one line. */
function readFields(text: string): Schema {
  const parts = text
    .split(text.includes("\n") ? "\n" : ",")
    .map((part) => part.trim().replace(/,$/, ""))
    .filter((part) => part !== "");
  if (parts.length === 0)
    throw bad("--schema is empty: name a file, or fields as in 'name, age int'.");
  const fields = parts.map(readField);
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw bad(`--schema: the field '${twice}' is there twice.`);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
    required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    additionalProperties: false,
  };
}

function readField(text: string, index: number) {
  const colon = text.indexOf(":");
  const head = (colon < 0 ? text : text.slice(0, colon)).trim();
  const description = colon < 0 ? "" : text.slice(colon + 1).trim();
  const place = `--schema: field ${index + 1} ('${head}')`;
  const { name, marks = "", type = "string", more = "" } = FIELD.exec(head)?.groups ?? {};
  if (name === undefined) {
    throw bad(
      `${place} is no field. Write 'name', 'age int', 'tags[]', 'note?', 'size float: in cm'.`,
    );
  }
  const known = Object.hasOwn(types, type) ? types[type] : undefined;
  if (known === undefined) {
    throw bad(`${place}: '${type}' is no type. There are: ${Object.keys(types).join(", ")}.`);
  }
  const all = marks + more;
  const lists = all.split("[]").length - 1;
  let schema: Schema = { type: known };
  for (let level = 0; level < lists; level += 1) schema = { type: "array", items: schema };
  return {
    name,
    isOptional: all.includes("?"),
    schema: description === "" ? schema : { ...schema, description },
  };
}

const bad = (message: string, cause?: unknown): JameyError =>
  new JameyError("bad_data", message, { cause });
