// Settings from environment variables: `a.b` is `JAMEY_A_B`, and what is spelt like one but is none is named.
import type { z } from "zod";
import { suggest } from "../../protocol/suggest.ts";
import { listSettings, putAt, variableOf } from "./keys.ts";
import type { ConfigLayer } from "./layers.ts";

type Variables = Record<string, string | undefined>;

/** Variables of jamey that are no settings: of its clients, and of the processes of agents. */
const OTHER_VARIABLES = [
  "JAMEY_HOME",
  "JAMEY_ENV",
  "JAMEY_TOKEN",
  "JAMEY_HOOK_SECRET",
  "JAMEY_URL",
  "JAMEY_MODEL",
  "JAMEY_STDIN",
  "JAMEY_NO_COLOR",
  "JAMEY_PAGER",
  "JAMEY_CALL_ID",
  "JAMEY_JOURNAL_ID",
];

/** The settings that environment variables give. An empty variable is none. */
export function configFromVariables(variables: Variables): ConfigLayer {
  const values: Record<string, unknown> = {};
  for (const { path, variable, schema } of listSettings()) {
    const text = variables[variable];
    if (text !== undefined && text !== "") putAt(values, path, readText(text, schema));
  }
  return { from: "the environment variables", values, placeOf: variableOf };
}

/** Variables that look like ours and mean nothing, each with what may have been meant. */
export function unknownVariables(variables: Variables): string[] {
  const known = [...listSettings().map(({ variable }) => variable), ...OTHER_VARIABLES];
  return Object.keys(variables)
    .filter((name) => name.startsWith("JAMEY_") && !known.includes(name) && variables[name])
    .toSorted()
    .map((name) => {
      const close = suggest(name, known);
      const meant = close ? `; did you mean ${close}?` : "";
      return `${name}: no setting has this variable, it is ignored${meant}`;
    });
}

/** A text as what its setting takes: numbers, switches, lists and tables where text does not do. */
export function readText(text: string, schema: z.ZodType): unknown {
  const readings: unknown[] = [text];
  if (/^(true|yes|on|1)$/i.test(text)) readings.push(true);
  if (/^(false|no|off|0)$/i.test(text)) readings.push(false);
  if (/^null$/i.test(text)) readings.unshift(null);
  if (text.trim() !== "") readings.push(Number(text));
  readings.push(...readJson(text), splitList(text));
  const results = readings.map((reading) => schema.safeParse(reading));
  const fit = results.findIndex((result) => result.success);
  if (fit >= 0) return readings[fit];
  // None holds: of the right type, it is at least told what is wrong with it, such as the range.
  const near = results.findIndex(({ error }) => error?.issues[0]?.code !== "invalid_type");
  return near < 0 ? text : readings[near];
}

const splitList = (text: string): string[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

function readJson(text: string): unknown[] {
  if (!/^\s*[[{]/.test(text)) return [];
  try {
    return [JSON.parse(text)];
  } catch (_other) {
    return [];
  }
}
