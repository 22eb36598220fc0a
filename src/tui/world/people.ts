// Who said or did something, as people name them: never the id of a client.
import { clip } from "./clip.ts";
import { type BusLine, MAX_TEXT_LENGTH, type World } from "./shapes.ts";

const HUMAN_SOURCES: readonly string[] = ["tui", "cli"];
/** A client as the daemon names it: what it is, and its id. */
const CLIENT = /\b(tui|cli):[\w-]{8,}/g;

/** Of a caller whose session is not known here. */
export const UNKNOWN_CALLER = "its caller";

/** `tui:c0123456789` → `you (tui)`. */
export const withPeople = (text: string): string => text.replace(CLIENT, "you ($1)");

/** The workflow that a session runs, or the object that answers in it. */
export const workflowIn = ({ runs }: World, session_id: string): string | null =>
  runs.findLast((run) => run.session_id === session_id)?.workflow.name ?? null;

/** An end of the bus. The object of a session in which a workflow runs is called by the workflow. */
export function endOf(world: World, session_id: string, name: string): string {
  const session = world.sessions.get(session_id);
  if (HUMAN_SOURCES.includes(name)) return "you";
  if (name === "delegation") return callerOf(world, session?.parent_id ?? null);
  if (session?.po_name !== name) return name;
  return workflowIn(world, session_id) ?? name;
}

/** The bus of before is read beside the sessions, and may be there first: who called is named once they are known. */
export function withCallers(world: World): World {
  const isNameless = ({ from, to }: BusLine) => from === UNKNOWN_CALLER || to === UNKNOWN_CALLER;
  if (!world.bus.some(isNameless)) return world;
  const bus = world.bus.map((line): BusLine => {
    if (!isNameless(line)) return line;
    const caller = clip(endOf(world, line.session_id, "delegation"), MAX_TEXT_LENGTH);
    return line.from === UNKNOWN_CALLER ? { ...line, from: caller } : { ...line, to: caller };
  });
  return { ...world, bus };
}

function callerOf(world: World, parent_id: string | null): string {
  const parent = parent_id === null ? undefined : world.sessions.get(parent_id);
  if (!parent) return UNKNOWN_CALLER;
  return workflowIn(world, parent.session_id) ?? parent.po_name;
}
