// What is wrong with an answer that must be a JSON document of a schema, in words that a model can act on.
import { readDocument } from "../../protocol/structured.ts";
import { fit, MAX_PROBLEMS } from "./fit.ts";
import type { SchemaObject } from "./keywords.ts";
import { clipped } from "./shown.ts";

/** UTF-16 units of an answer that is held against a schema. */
const MAX_CHECKED_LENGTH = 1024 * 1024;
/** Of a problem, in UTF-16 units. */
const MAX_PROBLEM_LENGTH = 400;

export function answerProblems(text: string, schema: SchemaObject): string[] {
  if (text.length > MAX_CHECKED_LENGTH) {
    return [`it is longer than ${MAX_CHECKED_LENGTH} characters`];
  }
  const read = readDocument(text);
  if (!read.ok) return [read.problem];
  const { problems } = fit(schema, read.document);
  if (problems === undefined) return ["it is too large to be held against its schema"];
  const named = problems.slice(0, MAX_PROBLEMS).map((one) => clipped(one, MAX_PROBLEM_LENGTH));
  return problems.length > MAX_PROBLEMS ? [...named, "and more"] : named;
}
