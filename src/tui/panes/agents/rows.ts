// Who is there and what they do, in groups: what needs a human first, then who works, then who rests.
import type { HumanRequest } from "../../../protocol/messages.ts";
import { workflowIn } from "../../world/people.ts";
import type { AgentObject, SessionEntry, World } from "../../world.ts";

export type Group = "needs" | "working" | "idle" | "ended";

export interface AgentRow {
  key: string;
  group: Group;
  po_name: string;
  session: SessionEntry | null;
  object: AgentObject | null;
  /** What it has asked first. */
  request: HumanRequest | null;
  /** What it asks beside that. */
  more: number;
}

/** Finished ones that are shown: the newest. */
const MAX_DONE = 20;

/** What was selected: where its row is gone, the one that its session or its object has now. */
export type Selected = Pick<AgentRow, "key" | "po_name"> & { session_id: string | null };

export const selectedOf = ({ key, po_name, session }: AgentRow): Selected => ({
  key,
  po_name,
  session_id: session?.session_id ?? null,
});

export function rowOf(rows: readonly AgentRow[], selected: Selected | null): AgentRow | undefined {
  if (selected === null) return rows[0];
  const { key, session_id, po_name } = selected;
  return (
    rows.find((one) => one.key === key) ??
    rows.find(({ session }) => session_id !== null && session?.session_id === session_id) ??
    rows.find((one) => one.po_name === po_name) ??
    rows[0]
  );
}

/** What a row is called by: the workflow that runs in it, or its object. */
export const nameOf = ({ po_name, session }: AgentRow, world: World): string =>
  (session && workflowIn(world, session.session_id)) ?? po_name;

/** A row for each session that works, waits or has ended here, and one for each object that rests. */
export function agentRows(world: World): readonly AgentRow[] {
  const active = [...world.sessions.values()].filter(({ state }) => state !== "idle");
  const asked = Map.groupBy(world.requests, ({ session_id }) => session_id);
  const asking = new Set(asked.keys());
  const needs = [...asked.values()].flatMap((requests) => needsRow(world, requests));
  const working = active
    .filter(({ session_id }) => !asking.has(session_id))
    .sort((left, right) => begunAt(left).localeCompare(begunAt(right)))
    .map((session) => sessionRow(world, session));
  const ended = doneSessions(world)
    .filter(({ session_id }) => !asking.has(session_id))
    .map((session) => sessionRow(world, session));
  const busy = new Set([...needs, ...working, ...ended].map(({ po_name }) => po_name));
  const latest = latestSessions(world);
  const resting = [...world.objects.values()]
    .filter(({ name }) => !busy.has(name))
    .sort((left, right) => left.name.localeCompare(right.name))
    .map((object) => restingRow(object, latest.get(object.name) ?? null));
  const within = (wanted: Group) => resting.filter(({ group }) => group === wanted);
  return [...needs, ...working, ...within("working"), ...within("idle"), ...ended];
}

const begunAt = ({ turn, updated_at }: SessionEntry): string => turn?.started_at ?? updated_at;

/** Those that ended while this interface looked, the newest first. */
const doneSessions = ({ sessions }: World): readonly SessionEntry[] =>
  [...sessions.values()]
    .filter(({ state, outcome }) => state === "idle" && outcome !== null)
    .sort((left, right) => right.updated_at.localeCompare(left.updated_at))
    .slice(0, MAX_DONE);

/** One for each session, however much it asks. */
function needsRow(world: World, [request, ...others]: readonly HumanRequest[]): AgentRow[] {
  if (!request) return [];
  const { from_po, session_id } = request;
  const session = world.sessions.get(session_id) ?? null;
  const object = world.objects.get(from_po) ?? null;
  const key = `asking:${session_id}`;
  const more = others.length;
  return [{ key, group: "needs", po_name: from_po, session, object, request, more }];
}

function sessionRow(world: World, session: SessionEntry): AgentRow {
  const { session_id, po_name } = session;
  const object = world.objects.get(po_name) ?? null;
  return {
    key: `session:${session_id}`,
    group: session.state === "idle" ? "ended" : "working",
    po_name,
    session,
    object,
    request: null,
    more: 0,
  };
}

function restingRow(object: AgentObject, session: SessionEntry | null): AgentRow {
  return {
    key: `object:${object.name}`,
    // An object may work in a session that this interface does not know: the call of another one.
    group: object.state === "idle" ? "idle" : "working",
    po_name: object.name,
    session,
    object,
    request: null,
    more: 0,
  };
}

function latestSessions({ sessions }: World): ReadonlyMap<string, SessionEntry> {
  const latest = new Map<string, SessionEntry>();
  for (const session of sessions.values()) {
    const known = latest.get(session.po_name);
    if (!known || known.updated_at <= session.updated_at) latest.set(session.po_name, session);
  }
  return latest;
}
