// Reads what a route takes by its own words; a command's own parameters are read by `handle`.
import { JameyError } from "../../../protocol/errors.ts";
import type { Schema } from "../../../protocol/schema.ts";

/** Throws `invalid_request`, which names the field. */
export function readGiven<Out>(
  { id, asks }: { id: string; asks: Schema<Out> },
  given: unknown,
): Out {
  const result = asks.safeParse(given);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 8).map((issue) => ({
    field: issue.path.join("."),
    problem: issue.message,
  }));
  const [first] = issues;
  const where = first?.field ? `'${first.field}': ` : "";
  const message = `${id}: ${where}${first?.problem ?? "invalid"}`;
  throw new JameyError("invalid_request", message, { details: { issues } });
}
