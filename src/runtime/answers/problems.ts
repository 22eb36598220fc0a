// What is wrong with an answer that must be a JSON document of a schema, in words that a model can act on.
import { readDocument } from "../../protocol/structured.ts";
import { misfits } from "./fit.ts";
import type { SchemaObject } from "./keywords.ts";

/** UTF-16 units of an answer that is held against a schema. */
const MAX_CHECKED_LENGTH = 1024 * 1024;
/** Problems of one answer that are named, and the length of each. */
const MAX_PROBLEMS = 20;
const MAX_PROBLEM_LENGTH = 400;

export function answerProblems(text: string, schema: SchemaObject): string[] {
  if (text.length > MAX_CHECKED_LENGTH) {
    return [`it is longer than ${MAX_CHECKED_LENGTH} characters`];
  }
  const read = readDocument(text);
  if (!read.ok) return [read.problem];
  const problems = misfits(schema, read.document);
  if (problems === undefined) return ["it is too large to be held against its schema"];
  const named = [...new Set(problems)].slice(0, MAX_PROBLEMS);
  const left = problems.length - named.length;
  const more = left > 0 && named.length === MAX_PROBLEMS ? [`and ${left} more`] : [];
  return [...named.map((problem) => problem.slice(0, MAX_PROBLEM_LENGTH)), ...more];
}
