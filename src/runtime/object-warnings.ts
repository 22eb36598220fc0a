// What is wrong with an object although it answers: for whoever sends it a message or lists the objects.
import { MODEL } from "../core/session/session.ts";
import type { ObjectDefinition } from "./environment/object-file.ts";
import { expanded } from "./perform/wildcards.ts";
import type { Services } from "./services.ts";

interface Needed {
  catalog: Pick<Services["catalog"], "get" | "problems">;
  tools: Services["tools"];
  workflows: Pick<Services["workflows"], "has">;
}

/** One sentence each; empty where all is well. */
export function objectWarnings(po_name: string, needed: Needed): string[] {
  const { catalog } = needed;
  const definition = catalog.get(po_name);
  if (!definition) return [];
  const problem = catalog.problems().get(definition.file);
  const broken =
    problem === undefined
      ? []
      : [`${problem.replace(/\.$/, "")} — the last good version of '${po_name}' answers`];
  const unknown = unknownCapabilities(definition, needed);
  const double = ambiguousCapabilities(definition, needed).map(
    (name) =>
      `${definition.file}: '${name}' is a workflow's name and not only that: rename the workflow, which cannot run`,
  );
  const all = [...broken, ...definition.warnings, ...double];
  if (unknown.length === 0) return all;
  const names = unknown.map((name) => `'${name}'`).join(", ");
  const missing = `${definition.file}: no tool, object or workflow of these names is there: ${names}`;
  return [...all, missing];
}

/** A call could mean either: the workflow of the name is refused. */
const ambiguousCapabilities = (
  { capabilities }: Pick<ObjectDefinition, "capabilities">,
  { tools, catalog, workflows }: Needed,
): string[] =>
  [...new Set(capabilities)].filter(
    (name) => (tools.find(name) || catalog.get(name)) && workflows.has(name),
  );

/** Capabilities that are no tool, no object and no workflow. */
export function unknownCapabilities(
  { capabilities }: Pick<ObjectDefinition, "capabilities">,
  { tools, catalog, workflows }: Needed,
): string[] {
  return expanded(capabilities, tools).filter(
    (name) => name === MODEL || !(tools.find(name) || catalog.get(name) || workflows.has(name)),
  );
}
