// What a plugin's file says: `tools/NAME.yml`, for a tool that is a program, a program that goes on running, an
// HTTP endpoint, or an MCP server.
import { z } from "zod";
import type { Attempt } from "../../core/world.ts";
import { json } from "../../protocol/messages.ts";
import { pluginMode, pluginName } from "../../protocol/plugins.ts";

const MAX_DESCRIPTION_LENGTH = 4_000;
const MAX_WORDS = 64;
const MAX_WORD_LENGTH = 4_096;
const MAX_URL_LENGTH = 2_048;
const MAX_VARIABLES = 32;
const MAX_FILES = 64;
const MAX_HEADERS = 32;
const MAX_TIMEOUT_MS = 3_600_000;
const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const DEFAULT_OUTPUT_BYTES = 32 * 1024;
const MAX_EXAMPLES = 50;
const MAX_FILL_BYTES = 4 * 1024 * 1024;
/** Problems of one file that are named. */
const MAX_NAMED_PROBLEMS = 5;

const word = z
  .string()
  .max(MAX_WORD_LENGTH)
  .refine((text) => !text.includes("\0"), "must not hold a NUL character");

/** What makes a loader or a runtime run something else is never passed on. */
const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "is no name of a variable")
  .refine(
    (name) => !/^(?:JAMEY_|LD_|DYLD_|BUN_|GIT_|NODE_OPTIONS$|BASH_ENV$|ENV$)/.test(name),
    "is not passed on to tools",
  );

const example = z.strictObject({
  args: z.record(z.string(), json).default({}),
  /** A text argument, made this many bytes long by repeating it. */
  fill: z.record(z.string(), z.number().int().min(1).max(MAX_FILL_BYTES)).default({}),
  outcome: z.enum(["completed", "failed", "timed_out"]).default("completed"),
  /** All of the output. */
  output: z.string().optional(),
  /** Some of it. */
  contains: z.string().optional(),
  /** The output is exactly this argument, a text. */
  echoes: z.string().optional(),
  /** Instead of the tool's own. */
  timeout_ms: z.number().int().min(1).max(MAX_TIMEOUT_MS).optional(),
});
export type Example = z.output<typeof example>;

const fields = z.strictObject({
  name: pluginName.optional(),
  description: z.string().min(1).max(MAX_DESCRIPTION_LENGTH).optional(),
  parameters: z.record(z.string(), json).default({ type: "object" }),
  mode: pluginMode.default("once"),
  command: z.array(word).min(1).max(MAX_WORDS).optional(),
  endpoint: z.string().max(MAX_URL_LENGTH).optional(),
  /** Of an endpoint; `{{NAME}}` in a value is a variable that `env` names. */
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), word).default({}),
  /** Of an endpoint: its name may lead into a private network, though it does not look so. */
  allow_private: z.boolean().default(false),
  input: z.enum(["argument", "stdin"]).default("argument"),
  timeout_ms: z.number().int().min(1).max(MAX_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
  max_output_bytes: z.number().int().min(1).max(MAX_OUTPUT_BYTES).default(DEFAULT_OUTPUT_BYTES),
  /** Variables of the daemon that the program gets, beside PATH, HOME and the like. */
  env: z.array(variableName).max(MAX_VARIABLES).default([]),
  replay: z.enum(["safe", "never"]).default("never"),
  /** Once it is approved: does each call ask, or is a call as harmless as a read? */
  calls: z.enum(["ask", "allow"]).default("ask"),
  /** What `jamey tools check` calls it with, and what must come of it. */
  examples: z.array(example).max(MAX_EXAMPLES).default([]),
  /** Further files that it runs or reads as code: a change of one asks again. */
  files: z.array(word).max(MAX_FILES).default([]),
});

const manifest = fields.superRefine((given, context) => {
  const refuse = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  const { mode, command, endpoint } = given;
  if (given.description === undefined && mode !== "mcp") refuse("description", "is missing");
  if ((mode === "once" || mode === "process") && !command) refuse("command", "is missing");
  if (mode === "http" && endpoint === undefined) refuse("endpoint", "is missing");
  if (mode === "mcp" && (command === undefined) === (endpoint === undefined)) {
    refuse("command", "or endpoint: an MCP server has one of them");
  }
  if (endpoint !== undefined && (mode === "once" || mode === "process")) {
    refuse("endpoint", `is not for mode: ${mode}`);
  }
  if (given.allow_private && endpoint === undefined) refuse("allow_private", "is for an endpoint");
  if (command !== undefined && mode === "http") refuse("command", "is not for mode: http");
  if (endpoint !== undefined && !isHttp(endpoint)) {
    refuse("endpoint", "must be an http or https address without a name, password or fragment");
  }
  if (Object.keys(given.headers).length > MAX_HEADERS) refuse("headers", "are too many");
  if (mode !== "mcp" && given.parameters.type !== "object") {
    refuse("parameters", "must be a JSON Schema with type: object");
  }
});

export type Manifest = Omit<z.output<typeof manifest>, "name" | "description"> & {
  name: string;
  description: string;
};

function isHttp(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.hash === "";
}

/** The values of a file as a manifest; `named` is what its file says that it is called. */
export function readManifest(named: string, values: Record<string, unknown>): Attempt<Manifest> {
  const parsed = manifest.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, MAX_NAMED_PROBLEMS)
      .map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
    return { ok: false, problem: problems.join("; ") };
  }
  const name = pluginName.safeParse(named);
  if (!name.success || (parsed.data.name ?? named) !== named) {
    const is = name.success ? `'${parsed.data.name}'` : `'${named}', which is no name of a tool`;
    return { ok: false, problem: `name: the file is called ${named}.yml, the tool ${is}` };
  }
  const { description = `The MCP server ${named}.`, ...rest } = parsed.data;
  return { ok: true, value: { ...rest, name: named, description } };
}
