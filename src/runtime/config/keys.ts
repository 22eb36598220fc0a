// The settings by their keys: which there are, what each means, and its variable. All of it is read from
// the schema, so that a new field appears everywhere by itself.

import { z } from "zod";
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { suggest } from "../../protocol/suggest.ts";
import { configSchema } from "../config.ts";

export interface Setting {
  path: string[];
  /** `a.b.c` */
  key: string;
  /** `JAMEY_A_B_C` */
  variable: string;
  schema: z.ZodType;
  meaning: string;
}

/** Every setting that has a value of its own, in the order of the schema. */
export function listSettings(schema: z.ZodType = configSchema, path: string[] = []): Setting[] {
  const fields = fieldsOf(schema);
  if (fields) {
    return Object.entries(fields).flatMap(([name, inner]) => listSettings(inner, [...path, name]));
  }
  const meaning = schema.description ?? "";
  return [{ path, key: path.join("."), variable: variableOf(path), schema, meaning }];
}

/** The setting of a key; of `permissions.shell` it is `permissions`, and what is left names the rule. */
export function findSetting(key: string): { setting: Setting; rest: string | null } | undefined {
  for (const setting of listSettings()) {
    if (setting.key === key) return { setting, rest: null };
    const isInside = key.startsWith(`${setting.key}.`) && isTable(setting.schema);
    if (isInside) return { setting, rest: key.slice(setting.key.length + 1) };
  }
  return undefined;
}

export function unknownSetting(key: string): JameyError {
  const known = listSettings().map((one) => one.key);
  const inside = known.filter((one) => one.startsWith(`${key}.`));
  const close = suggest(key, known) ?? known.find((one) => one.startsWith(key));
  const meant = close ? `Did you mean ${close}? ` : "";
  const advice =
    inside.length > 0 ? `It holds ${inside.join(", ")}.` : `${meant}See 'jamey config show'.`;
  return new JameyError("not_found", `There is no setting '${key}'. ${advice}`);
}

export const variableOf = (path: readonly string[]): string =>
  `JAMEY_${path.join("_").toUpperCase()}`;

/** The fields of a group of settings; undefined for a setting that has a value of its own. */
export function fieldsOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** A setting whose keys people choose, such as the permissions. */
export const isTable = (schema: z.ZodType): boolean => bare(schema) instanceof z.ZodRecord;

/** A schema without its default. */
function bare(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return schema;
  // Everything in the schema of settings is made by zod's classic API; the type only knows its core.
  return bare(schema.unwrap() as z.ZodType);
}

/** The value at a path; undefined where nothing is. */
export function valueAt(values: Record<string, unknown>, path: readonly string[]): unknown {
  let found: unknown = values;
  for (const key of path) {
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** Puts a value at a path, making the groups on the way. */
export function putAt(values: Record<string, unknown>, path: readonly string[], value: unknown) {
  let target = values;
  for (const key of path.slice(0, -1)) {
    const known = target[key];
    const next = isObject(known) ? known : {};
    target[key] = next;
    target = next;
  }
  target[path.at(-1) ?? ""] = value;
}
