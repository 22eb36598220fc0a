// What agents may not do: settings decide what they are allowed, and upkeep what is kept of them.
import { JameyError } from "../../protocol/errors.ts";

export function refuseAgents(variables: Record<string, string | undefined>): void {
  if (!variables.JAMEY_CALL_ID) return;
  const message = "This is for humans: a process that an agent started may not do it.";
  throw new JameyError("forbidden", message, { details: { human_only: true } });
}
