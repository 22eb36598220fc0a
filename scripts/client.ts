// Builds the portable client into dist/client: one ES module without imports, its types in one file without
// zod, and a package.json, so that `npm install ./dist/client` takes it.
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describeWire } from "../src/protocol/schema.ts";
import { VERSION } from "../src/protocol/version.ts";

const root = resolve(import.meta.dir, "..");
const source = join(root, "src/client/portable");

/** A JSON Schema as far as ours go. */
interface Schema {
  type?: string | string[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  prefixItems?: Schema[];
}

const union = (types: string[]): string => [...new Set(types)].join(" | ");

/** A schema as a TypeScript type. A name that it defines for itself may be any JSON value. */
export function typeOf(schema: Schema | boolean | undefined): string {
  if (typeof schema !== "object") return "unknown";
  if (schema.$ref !== undefined) return "Json";
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return `(${union(schema.enum.map((value) => JSON.stringify(value)))})`;
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return `(${union(either.map(typeOf))})`;
  if (schema.allOf) return `(${schema.allOf.map(typeOf).join(" & ")})`;
  if (Array.isArray(schema.type)) {
    return `(${union(schema.type.map((type) => typeOf({ ...schema, type })))})`;
  }
  return plainType(schema);
}

function plainType(schema: Schema): string {
  switch (schema.type) {
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
      return "number";
    case "array":
      if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
      return `${typeOf(schema.items)}[]`;
    case "object":
      return objectType(schema);
    default:
      return "Json";
  }
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) return `Record<string, ${typeOf(additionalProperties)}>`;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? "" : "?";
    return `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${mark}: ${typeOf(schema)};`;
  });
  return fields.length === 0 ? "Record<string, never>" : `{ ${fields.join(" ")} }`;
}

/** The types of the client, whole: its shapes as they stand, and the words from the tables. */
export async function declarations(): Promise<string> {
  const shapes = await Bun.file(join(source, "shapes.ts")).text();
  const { commands, events, signals, errors } = describeWire();
  const rows = Object.entries(commands).map(
    ([name, { summary, params, payload }]) =>
      // Both come out of the same generator, whose own type says more than ours needs.
      `  /** ${summary} */\n  ${name}: { params: ${typeOf(params as Schema)}; reply: ${typeOf(payload as Schema)} };`,
  );
  const happened = Object.entries(events).map(
    ([name, { summary, payload }]) =>
      `  /** ${summary} */\n  ${name}: ${typeOf(payload as Schema)};`,
  );
  return `// The types of jamey's portable client, ${VERSION}. Written by a program: do not edit.
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export interface Commands {
${rows.join("\n")}
}
export interface Events {
${happened.join("\n")}
}
export type CommandName = keyof Commands;
export type Params<Name extends CommandName> = Commands[Name]["params"];
export type Reply<Name extends CommandName> = Commands[Name]["reply"];
export type EventName = keyof Events;
export type EventPayload<Name extends EventName> = Events[Name];
export type SignalName = ${union(Object.keys(signals).map((name) => JSON.stringify(name)))};
export type ErrorCode = ${union(Object.keys(errors).map((code) => JSON.stringify(code)))};
/** The only error that is thrown: the daemon's own, or \`unavailable\` where none answers. */
export declare class JameyError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;
}
/** A client of the daemon at this address. Nothing is asked before the first call. */
export declare function openClient(options: ClientOptions): Client;
${shapes.slice(shapes.indexOf("\nexport "))}`;
}

/** Writes the three files into a folder of its own first, and then puts them in their place. */
export async function buildClient(folder: string): Promise<void> {
  const made = `${folder}.building-${process.pid}`;
  await mkdir(made, { recursive: true });
  try {
    const { outputs } = await Bun.build({
      entrypoints: [join(source, "index.ts")],
      target: "browser",
      format: "esm",
      packages: "bundle",
    });
    await Bun.write(join(made, "index.js"), (await outputs[0]?.text()) ?? "");
    await Bun.write(join(made, "index.d.ts"), await declarations());
    const described = {
      name: "jamey-client",
      version: VERSION,
      license: "MIT",
      type: "module",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
    };
    await Bun.write(join(made, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(root, "dist/client"));
  await buildClient(folder);
  console.error(`built ${folder}: index.js, index.d.ts, package.json`);
}
