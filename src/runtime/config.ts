// The daemon's settings: one schema, read once, validated. Flag > environment variable > manifest >
// daemon.yml > default. A bad value is an error that names its place; an unknown key is a warning.
import { z } from "zod";
import { defaultAgentConfig } from "../core/index.ts";
import { type AgentConfig, agentConfig, permissionRule } from "../protocol/agents.ts";
import { JameyError } from "../protocol/errors.ts";

/** The core's defaults, and an end for an agent that runs away: an hour of work. */
const defaultLimits: AgentConfig = { ...defaultAgentConfig, max_wall_ms: 3_600_000 };

const RULE = /^([\w.*-]+)(?:\((.*)\))?$/su;

/** `tool` or `tool(pattern)` → what becomes of such a call. */
export const permissionTable = z
  .record(z.string(), z.enum(["allow", "ask", "deny"]))
  .superRefine((table, context) => {
    for (const text of Object.keys(table)) {
      if (RULE.test(text.trim())) continue;
      const message = "write tool or tool(pattern), as in shell(git diff *)";
      context.addIssue({ code: "custom", path: [text], message });
    }
  });

export const configSchema = z.object({
  /** `vendor/model` for objects that name none; null: the first vendor that has a key. */
  model: z.string().nullable().default(null),
  /** Clients start the daemon when none runs. */
  auto_start: z.boolean().default(true),
  /** Seconds without client, turn and open request after which the daemon ends; 0 is never. */
  idle_timeout: z.number().int().min(0).default(3600),
  log_level: z.enum(["debug", "info", "warn", "error"]).default("info"),
  limits: agentConfig
    .partial()
    .default({})
    .transform((given) => mergeLimits(defaultLimits, given)),
  /** `tool` or `tool(pattern)` → allow, ask, deny; the first that matches decides, deny always wins. */
  permissions: permissionTable.default({}),
  http: z
    .object({
      /** The http_request tool may reach loopback and private addresses. */
      allow_private: z.boolean().default(false),
    })
    .prefault({}),
  provider: z
    .object({
      /** null: what suits the vendor; servers that load a model first are given longer. */
      first_byte_timeout_ms: z.number().int().positive().nullable().default(null),
      idle_timeout_ms: z.number().int().positive().default(90_000),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

type SomeLimits = { [Key in keyof AgentConfig]?: AgentConfig[Key] | undefined };

/** Later layers over earlier ones; what is left out is left alone. */
export function mergeLimits(base: AgentConfig, ...layers: SomeLimits[]): AgentConfig {
  let limits = base;
  for (const layer of layers) {
    const given = Object.entries(layer).filter(([, value]) => value !== undefined);
    limits = { ...limits, ...Object.fromEntries(given) };
  }
  return limits;
}

/** One layer of settings and where it comes from: a file's path, or a phrase. */
export interface ConfigLayer {
  from: string;
  values: Record<string, unknown>;
  /** Where one setting stands: file and line, or a variable's name. */
  placeOf(path: string[]): string;
}

/** Keys that mean something in a manifest beside the settings. */
const MANIFEST_KEYS = ["name", "description", "version"];

/** Layers, the weightiest first → settings and warnings. */
export function mergeConfig(layers: ConfigLayer[]): { config: Config; warnings: string[] } {
  const warnings: string[] = [];
  let merged: Record<string, unknown> = {};
  for (const layer of layers.toReversed()) {
    const known = knownOnly(layer, warnings);
    check(layer, known);
    merged = mergeObjects(merged, known);
  }
  return { config: configSchema.parse(merged), warnings };
}

function knownOnly(layer: ConfigLayer, warnings: string[]): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  const unknown = (path: string[]) =>
    warnings.push(`${layer.placeOf(path)}: unknown key '${path.join(".")}' is ignored`);
  for (const [key, value] of Object.entries(layer.values)) {
    const schema = Object.hasOwn(configSchema.shape, key)
      ? configSchema.shape[key as keyof typeof configSchema.shape] // It was just seen to be there.
      : undefined;
    if (schema) known[key] = value;
    else if (!MANIFEST_KEYS.includes(key)) unknown([key]);
    const inner = schema ? shapeOf(schema) : {};
    if (Object.keys(inner).length === 0 || !isPlain(value)) continue;
    for (const name of Object.keys(value)) if (!Object.hasOwn(inner, name)) unknown([key, name]);
  }
  return known;
}

function check(layer: ConfigLayer, values: Record<string, unknown>): void {
  const result = configSchema.safeParse(values);
  if (result.success) return;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const key = path.join(".");
  const message = `${layer.placeOf(path)}: ${key}: ${issue?.message ?? "is not valid"}`;
  throw new JameyError("config_invalid", message, { details: { from: layer.from, key } });
}

/** The keys of `over` come first: of permission rules the first that matches decides. */
function mergeObjects(
  under: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...over };
  for (const [key, value] of Object.entries(under)) {
    const above = merged[key];
    if (above === undefined) merged[key] = value;
    else if (isPlain(above) && isPlain(value)) merged[key] = mergeObjects(value, above);
  }
  return merged;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const variableOf = (path: string[]): string => `JAMEY_${path.join("_").toUpperCase()}`;

/** `a.b` is `JAMEY_A_B`: the settings that environment variables give. */
export function configFromVariables(variables: Record<string, string | undefined>): ConfigLayer {
  const values: Record<string, unknown> = {};
  const give = (path: string[], schema: z.ZodType) => {
    const text = variables[variableOf(path)];
    if (text === undefined || text === "") return;
    let target = values;
    for (const key of path.slice(0, -1)) {
      const next = isPlain(target[key]) ? target[key] : {};
      target[key] = next;
      target = next;
    }
    target[path[path.length - 1] ?? ""] = readText(text, schema);
  };
  for (const [key, schema] of Object.entries(configSchema.shape)) {
    give([key], schema);
    for (const [inner, innerSchema] of Object.entries(shapeOf(schema))) {
      give([key, inner], innerSchema);
    }
  }
  return { from: "the environment variables", values, placeOf: variableOf };
}

/** The keys of a setting that has some. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  if (schema === configSchema.shape.limits) return agentConfig.shape;
  if (schema === configSchema.shape.http) return configSchema.shape.http.unwrap().shape;
  if (schema === configSchema.shape.provider) return configSchema.shape.provider.unwrap().shape;
  return {};
}

/** A variable's text as what its setting takes: numbers and switches where text does not do. */
function readText(text: string, schema: z.ZodType): unknown {
  const readings: unknown[] = [text];
  if (/^(true|yes|on|1)$/i.test(text)) readings.push(true);
  if (/^(false|no|off|0)$/i.test(text)) readings.push(false);
  if (/^null$/i.test(text)) readings.push(null);
  if (text.trim() !== "") readings.push(Number(text));
  const fit = readings.findIndex((reading) => schema.safeParse(reading).success);
  return readings[Math.max(0, fit)];
}

/** `tool` or `tool(pattern)` with its action as a rule. */
export function readRule(text: string, action: "allow" | "ask" | "deny") {
  const found = RULE.exec(text.trim());
  if (!found) {
    throw new JameyError(
      "config_invalid",
      `'${text}' is no permission rule: write tool or tool(pattern), such as 'shell(git diff *)'.`,
    );
  }
  return permissionRule.parse({ tool: found[1], match: found[2] ?? null, action });
}
