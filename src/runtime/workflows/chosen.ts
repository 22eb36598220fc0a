// Which workflow a turn walks: the one that its session names, else the one of its object.
import { WORKFLOW } from "../../core/session/delegation.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { AgentMode, Json } from "../../protocol/messages.ts";
import type { Workflow } from "../../protocol/workflows.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import type { Workflows } from "../workflows.ts";

/** null in every other mode; throws where the mode asks for a workflow that cannot run. */
export async function chosenWorkflow(
  asked: { mode: AgentMode; metadata: Record<string, Json>; definition: ObjectDefinition },
  workflows: Workflows,
): Promise<Workflow | null> {
  if (asked.mode !== "workflow") return null;
  const named = asked.metadata[WORKFLOW] ?? asked.definition.group.workflow;
  if (typeof named === "string") return await workflows.get(named);
  const { workflows: all } = await workflows.list();
  const known = all.map((one) => one.workflow.name);
  const message =
    `The mode 'workflow' needs the name of one. There are: ${known.join(", ") || "none"}. Name it as ` +
    `the session's workflow, or under group: in ${asked.definition.file}.`;
  throw new JameyError("invalid_request", message, { details: { mode: "workflow", known } });
}

/** What a run lacks. A session's context gives what its workflow asks for. */
export function requireParameters(
  { name, parameters }: Workflow,
  given: Record<string, string>,
): void {
  const missing = Object.entries(parameters).flatMap(([key, value]) =>
    value === null && !Object.hasOwn(given, key) ? [key] : [],
  );
  if (missing.length === 0) return;
  const message = `The workflow ${name} needs a value for ${missing.join(", ")} (-P ${missing[0]}=…).`;
  throw new JameyError("invalid_request", message, { details: { workflow: name, missing } });
}

/** A slip in a name would leave the default in its place. */
export function requireKnown({ name, parameters }: Workflow, given: Record<string, string>): void {
  const strange = Object.keys(given).find((key) => !Object.hasOwn(parameters, key));
  if (strange === undefined) return;
  const known = Object.keys(parameters);
  const message = `The workflow ${name} has no parameter '${strange}'. It has: ${known.join(", ") || "none"}.`;
  throw new JameyError("invalid_request", message, { details: { workflow: name, known } });
}
