// Reads what somebody gave as what it should be: the parameters of a command, what a route takes.
import { findProblem, type Problem } from "./bounds.ts";
import { JameyError } from "./errors.ts";
import { issueWords } from "./issue-words.ts";
import type { Schema } from "./schema.ts";

/** Problems that one refusal lists. */
const MAX_ISSUES = 8;

/** Throws `invalid_request`, which names the field; `id` is what it was given to. */
export function readGiven<Out>(
  { id, asks }: { id: string; asks: Schema<Out> },
  given: unknown,
): Out {
  const found = findProblem(asks, given);
  if (found) throw refusal(id, [found]);
  const result = asks.safeParse(given);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    field: issue.path.join("."),
    problem: issueWords(issue),
  }));
  throw refusal(id, issues);
}

function refusal(id: string, issues: Problem[]): JameyError {
  const [first] = issues;
  const where = first?.field ? `'${first.field}': ` : "";
  const message = `${id}: ${where}${first?.problem ?? "invalid"}`;
  return new JameyError("invalid_request", message, { details: { issues } });
}
