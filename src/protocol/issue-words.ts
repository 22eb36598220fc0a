// What is wrong with a value, in words for people: the schema library speaks of its own types. Messages that a
// schema brings itself stay as they are.
import type { z } from "zod";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** Choices that are listed. */
const MAX_CHOICES = 20;

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of keys",
  record: "a mapping of keys",
};

const UNITS: Readonly<Record<string, string>> = {
  string: "characters",
  array: "items",
  record: "keys",
};

/** Begins the messages that are the library's own. */
const OWN = /^(?:Invalid input|Invalid option|Too small|Too big|Unrecognized key)/;

/** `known` are the keys that there may be where one is unknown. */
export function issueWords(issue: Issue, known: readonly string[] = []): string {
  if (!OWN.test(issue.message)) return issue.message;
  if (issue.message.endsWith("received undefined")) return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return bounded(issue.origin, "at least", issue.minimum);
    case "too_big":
      return bounded(issue.origin, "at most", issue.maximum);
    case "invalid_value":
      return choices(issue.values.map(String));
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, known)).join("; ");
    case "invalid_union":
      return eitherOf(issue.errors.flatMap(([first]) => first ?? []));
    default:
      return issue.message;
  }
}

function bounded(origin: string, bound: string, count: number | bigint): string {
  const unit = UNITS[origin];
  return unit === undefined ? `must be ${bound} ${count}` : `must have ${bound} ${count} ${unit}`;
}

function choices(values: readonly string[]): string {
  const shown = values.slice(0, MAX_CHOICES).join(", ");
  const more = values.length > MAX_CHOICES ? ", …" : "";
  return values.length === 1 ? `must be ${shown}` : `must be one of ${shown}${more}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const close = suggest(key, known);
  return `unknown key '${key}'${close === undefined ? "" : `; did you mean '${close}'?`}`;
}

/** Of values that may be several kinds. */
function eitherOf(issues: readonly Issue[]): string {
  const words = new Set(
    issues.filter(({ path }) => path.length === 0).map((one) => issueWords(one)),
  );
  const kinds = [...words].map((one) => one.replace(/^must be /, ""));
  return kinds.length === 0 ? "is not valid" : `must be ${kinds.join(", or ")}`;
}
