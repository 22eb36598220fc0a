// Where the path of a file tool points: beneath the workspace, or, for reading, beneath the folder
// of spilled outputs.
import type { ToolContext } from "../core/tool.ts";
import type { Attempt, Place } from "../core/world.ts";

/** A place to read: what jamey itself spilled may be read again, by its absolute path. */
export function readablePlace(context: ToolContext, path: string): Place {
  const isSpilled = path.startsWith(`${context.spill_folder}/`);
  return { root: isSpilled ? context.spill_folder : context.workspace, path };
}

export function writablePlace(context: ToolContext, path: string): Place {
  return { root: context.workspace, path };
}

/** The real path, for permission rules and humans: relative to the workspace, else absolute. */
export async function subjectOf(
  context: ToolContext,
  place: Place,
  purpose: "read" | "write",
): Promise<Attempt<string>> {
  const resolved = await context.world.files.resolve(place, purpose);
  if (!resolved.ok) return resolved;
  const { path } = resolved.value;
  return { ok: true, value: shownPath(context, place, path) };
}

export const shownPath = (context: ToolContext, place: Place, path: string): string =>
  place.root === context.workspace ? path : `${place.root}/${path}`;
