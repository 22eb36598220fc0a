// Settings in layers: flag > environment variable > manifest > daemon.yml > default.
// A bad value is an error that names its place; an unknown key is a warning.

import type { z } from "zod";
import { JameyError } from "../../protocol/errors.ts";
import { issueWords } from "../../protocol/issue-words.ts";
import { isObject } from "../../protocol/json.ts";
import { suggest } from "../../protocol/suggest.ts";
import { type Config, configSchema } from "../config.ts";
import { fieldsOf } from "./keys.ts";

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

/** What the schema knows of a layer. An empty group, whose keys somebody commented out, says nothing. */
function knownOnly(layer: ConfigLayer, warnings: string[]): Record<string, unknown> {
  const walk = (values: Record<string, unknown>, schema: z.ZodType, path: string[]) => {
    const fields = fieldsOf(schema) ?? {};
    const known: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(values)) {
      const here = [...path, key];
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!field) warn(here, Object.keys(fields));
      else if (!fieldsOf(field)) known[key] = value;
      else if (value !== null) known[key] = isObject(value) ? walk(value, field, here) : value;
    }
    return known;
  };
  const warn = (path: string[], siblings: string[]) => {
    const key = path.at(-1) ?? "";
    if (path.length === 1 && MANIFEST_KEYS.includes(key)) return;
    const close = suggest(key, siblings);
    const meant = close ? `; did you mean '${[...path.slice(0, -1), close].join(".")}'?` : "";
    warnings.push(`${layer.placeOf(path)}: unknown key '${path.join(".")}' is ignored${meant}`);
  };
  return walk(layer.values, configSchema, []);
}

function check(layer: ConfigLayer, values: Record<string, unknown>): void {
  const result = configSchema.safeParse(values);
  if (result.success) return;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const key = path.join(".");
  const message = `${layer.placeOf(path)}: ${key}: ${issue ? issueWords(issue) : "is not valid"}`;
  throw new JameyError("config_invalid", message, { details: { from: layer.from, key } });
}

/** The keys of `over` come first: of permission rules the first that matches decides. */
function mergeObjects(
  under: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...over };
  for (const [key, value] of Object.entries(under)) {
    const above = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (above === undefined) merged[key] = value;
    else if (isObject(above) && isObject(value)) merged[key] = mergeObjects(value, above);
  }
  return merged;
}
