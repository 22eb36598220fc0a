// Who is there and what they do, in groups: what needs a human first, then who works, then who rests.
import type { HumanRequest } from "../../../protocol/messages.ts";
import type { AgentObject, SessionEntry, World } from "../../world.ts";

export type Group = "needs" | "working" | "idle" | "ended";

export interface AgentRow {
  key: string;
  group: Group;
  po_name: string;
  session: SessionEntry | null;
  object: AgentObject | null;
  request: HumanRequest | null;
}

/** A row for each session that works or waits, and one for each object that rests. */
export function agentRows(world: World): readonly AgentRow[] {
  const active = [...world.sessions.values()].filter(({ state }) => state !== "idle");
  const needs = world.requests.map((request) => needsRow(world, request));
  const asking = new Set(world.requests.map(({ session_id }) => session_id));
  const working = active
    .filter(({ session_id }) => !asking.has(session_id))
    .sort((left, right) => begunAt(left).localeCompare(begunAt(right)))
    .map((session) => sessionRow(world, session));
  const busy = new Set([...needs, ...working].map(({ po_name }) => po_name));
  const latest = latestSessions(world);
  const resting = [...world.objects.values()]
    .filter(({ name }) => !busy.has(name))
    .sort((left, right) => left.name.localeCompare(right.name))
    .map((object) => restingRow(object, latest.get(object.name) ?? null));
  const ended = resting
    .filter(({ group }) => group === "ended")
    .toSorted((left, right) => updatedAt(right).localeCompare(updatedAt(left)));
  const within = (wanted: Group) => resting.filter(({ group }) => group === wanted);
  return [...needs, ...working, ...within("working"), ...within("idle"), ...ended];
}

const begunAt = ({ turn, updated_at }: SessionEntry): string => turn?.started_at ?? updated_at;
const updatedAt = ({ session }: AgentRow): string => session?.updated_at ?? "";

function needsRow(world: World, request: HumanRequest): AgentRow {
  const { request_id, from_po, session_id } = request;
  const session = world.sessions.get(session_id) ?? null;
  const object = world.objects.get(from_po) ?? null;
  return {
    key: `request:${request_id}`,
    group: "needs",
    po_name: from_po,
    session,
    object,
    request,
  };
}

function sessionRow(world: World, session: SessionEntry): AgentRow {
  const { session_id, po_name } = session;
  const object = world.objects.get(po_name) ?? null;
  return {
    key: `session:${session_id}`,
    group: "working",
    po_name,
    session,
    object,
    request: null,
  };
}

function restingRow(object: AgentObject, session: SessionEntry | null): AgentRow {
  const group = groupOf(object, session);
  return {
    key: `object:${object.name}`,
    group,
    po_name: object.name,
    session,
    object,
    request: null,
  };
}

/** An object may work in a session that this interface does not know: the call of another one. */
function groupOf({ state }: AgentObject, session: SessionEntry | null): Group {
  if (state !== "idle") return "working";
  return session?.outcome ? "ended" : "idle";
}

function latestSessions({ sessions }: World): ReadonlyMap<string, SessionEntry> {
  const latest = new Map<string, SessionEntry>();
  for (const session of sessions.values()) {
    const known = latest.get(session.po_name);
    if (!known || known.updated_at <= session.updated_at) latest.set(session.po_name, session);
  }
  return latest;
}
