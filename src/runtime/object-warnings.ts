// What is wrong with an object although it answers: for whoever sends it a message or lists the objects.
import { MODEL } from "../core/session/session.ts";
import type { ObjectDefinition } from "./environment/object-file.ts";
import type { Services } from "./services.ts";

type Needed = Pick<Services, "catalog" | "tools">;

/** One sentence each; empty where all is well. */
export function objectWarnings(po_name: string, { catalog, tools }: Needed): string[] {
  const definition = catalog.get(po_name);
  if (!definition) return [];
  const problem = catalog.problems().get(definition.file);
  const broken =
    problem === undefined
      ? []
      : [`${problem.replace(/\.$/, "")} — the last good version of '${po_name}' answers`];
  const unknown = unknownCapabilities(definition, { tools, catalog });
  if (unknown.length === 0) return broken;
  const names = unknown.map((name) => `'${name}'`).join(", ");
  return [...broken, `${definition.file}: no tool and no object of these names is there: ${names}`];
}

/** Capabilities that are neither a tool nor an object. */
export function unknownCapabilities(
  { capabilities }: Pick<ObjectDefinition, "capabilities">,
  { tools, catalog }: Needed,
): string[] {
  return [...new Set(capabilities)].filter(
    (name) => name === MODEL || !(tools.find(name) || catalog.get(name)),
  );
}
