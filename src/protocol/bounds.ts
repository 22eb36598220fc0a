// The first thing wrong with a list or record from outside, found before the whole of it is looked at: a
// validator makes one problem for each bad element, and of some million elements nobody wants them all.
// Rules: 1. A list or record holds at most MAX_ITEMS, or what its own `.max` says.
//        2. A long one is looked at element by element, and only to the first that does not fit.

import { z } from "zod";
import { issueWords } from "./issue-words.ts";
import { isObject } from "./json.ts";
import { MAX_ITEMS } from "./limits.ts";

/** Shorter ones may be looked at whole: their problems are few. */
const SHORT_ITEMS = 32;

export interface Problem {
  field: string;
  problem: string;
}

type Path = readonly (string | number)[];

/** undefined: no list or record is too long, and no long one has a bad element. */
export function findProblem(
  schema: z.core.$ZodType,
  value: unknown,
  path: Path = [],
): Problem | undefined {
  if (isWrapper(schema)) return findProblem(schema.def.innerType, value, path);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return inEach(schema.element, value, { max: maxOf(schema), path });
  }
  if (!isObject(value)) return undefined;
  if (schema instanceof z.ZodRecord) {
    return inEach(schema.valueType, value, { max: MAX_ITEMS, path });
  }
  if (!(schema instanceof z.ZodObject)) return undefined;
  for (const [key, field] of Object.entries<z.core.$ZodType>(schema.shape)) {
    const found = findProblem(field, value[key], [...path, key]);
    if (found) return found;
  }
  return undefined;
}

/** What only says what stands in for a value that is missing. */
const isWrapper = (schema: z.core.$ZodType) =>
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodPrefault;

function maxOf({ def }: z.ZodArray): number {
  const own = def.checks?.find((check) => check instanceof z.core.$ZodCheckMaxLength);
  return own?._zod.def.maximum ?? MAX_ITEMS;
}

function inEach(
  element: z.core.$ZodType,
  value: readonly unknown[] | Record<string, unknown>,
  { max, path }: { max: number; path: Path },
): Problem | undefined {
  const keys = Array.isArray(value) ? undefined : Object.keys(value);
  const length = keys?.length ?? Number(value.length);
  if (length > max) {
    return { field: path.join("."), problem: `it holds ${length}, and at most ${max} are taken` };
  }
  for (let index = 0; index < length; index += 1) {
    const key = keys?.[index] ?? index;
    // The key is one of the value's own.
    const one = (value as Record<string | number, unknown>)[key];
    const here = [...path, key];
    const found =
      findProblem(element, one, here) ??
      (length > SHORT_ITEMS ? inOne(element, one, here) : undefined);
    if (found) return found;
  }
  return undefined;
}

function inOne(element: z.core.$ZodType, value: unknown, path: Path): Problem | undefined {
  const [issue] = z.safeParse(element, value).error?.issues ?? [];
  return issue && { field: [...path, ...issue.path].join("."), problem: issueWords(issue) };
}
