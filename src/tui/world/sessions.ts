// What events of sessions, their messages and their questions make of the world.
import type { HumanRequest, Message } from "../../protocol/messages.ts";
import { describeRequestAction } from "./actions.ts";
import { clip } from "./clip.ts";
import { type Folds, withEntry, withoutEntry } from "./folds.ts";
import {
  MAX_CLOSED,
  MAX_SESSIONS,
  MAX_TAIL,
  MAX_TEXT_LENGTH,
  type SessionEntry,
  type World,
} from "./shapes.ts";

export const newSession = (session_id: string, po_name: string, at: string): SessionEntry => ({
  session_id,
  po_name,
  name: null,
  title: "",
  workspace: "",
  node: "",
  isCopied: false,
  parent_id: null,
  state: "idle",
  since: null,
  updated_at: at,
  message_count: 0,
  action: "",
  outcome: null,
  turn: null,
  unread: 0,
  tail: [],
});

/** The node of a workflow that makes this call. */
function nodeOf({ runs }: World, call_id: string): string {
  for (const { nodes } of runs) {
    for (const [node, entry] of nodes) if (entry.call_id === call_id) return node;
  }
  return "";
}

/** Changes a session that is known; what is not known stays so. */
export function withSession(
  world: World,
  session_id: string,
  change: (session: SessionEntry) => SessionEntry,
): World {
  const known = world.sessions.get(session_id);
  return known ? putSession(world, change(known)) : world;
}

export function putSession(world: World, session: SessionEntry): World {
  const sessions = withEntry(world.sessions, session.session_id, session);
  return { ...world, sessions: sessions.size > MAX_SESSIONS ? withoutOldest(sessions) : sessions };
}

/** Without the session that rests longest; without the oldest where none rests. */
function withoutOldest(
  sessions: ReadonlyMap<string, SessionEntry>,
): ReadonlyMap<string, SessionEntry> {
  const all = [...sessions.values()];
  const resting = all.filter(({ state }) => state === "idle");
  const oldest = (resting.length > 0 ? resting : all).reduce((first, one) =>
    one.updated_at < first.updated_at ? one : first,
  );
  return withoutEntry(sessions, oldest.session_id);
}

export const sessionFolds: Folds = {
  SessionCreated: (world, { session_id, po_name, name, workspace, parent, forked_from }, { at }) =>
    putSession(world, {
      ...newSession(session_id, po_name, at),
      name: name === null ? null : clip(name, MAX_TEXT_LENGTH),
      workspace: clip(workspace, MAX_TEXT_LENGTH),
      parent_id: parent?.session_id ?? null,
      title: clip(parent?.reason ?? "", MAX_TEXT_LENGTH),
      node: parent ? nodeOf(world, parent.call_id) : "",
      isCopied: forked_from !== null,
    }),
  SessionRenamed: (world, { session_id, name }) =>
    withSession(world, session_id, (session) => ({
      ...session,
      name: name === null ? null : clip(name, MAX_TEXT_LENGTH),
    })),
  SessionDeleted: (world, { session_id }) => ({
    ...world,
    sessions: withoutEntry(world.sessions, session_id),
    requests: world.requests.filter((one) => one.session_id !== session_id),
    delegations: world.delegations.filter((one) => one.session_id !== session_id),
    runs: world.runs.filter((one) => one.session_id !== session_id),
  }),
  MessageQueued: (world, { session_id, content }, { at }) =>
    withSession(world, session_id, (session) => ({
      ...session,
      title: session.title || clip(content, MAX_TEXT_LENGTH),
      isCopied: false,
      updated_at: at,
    })),
  MessageAdded: (world, { session_id, ...message }, { at, open }) =>
    withSession(world, session_id, (session) => {
      const isSaid = message.role === "assistant" && message.content !== "";
      const isNews = isSaid && !session.isCopied && open !== session_id;
      // A copy begins with what was said elsewhere, and is known by it.
      const isTitle = session.isCopied && session.title === "" && message.role === "user";
      return {
        ...session,
        title: isTitle ? clip(message.content, MAX_TEXT_LENGTH) : session.title,
        message_count: session.message_count + 1,
        updated_at: at,
        unread: session.unread + (isNews ? 1 : 0),
        tail: tailWith(session, message),
      };
    }),
  HumanRequestQueued: (world, request, { at }) =>
    withSession(withRequest(world, request), request.session_id, (session) => ({
      ...session,
      state: "waiting",
      since: at,
      action: describeRequestAction(request),
    })),
  HumanRequestResponded: (world, { request_id, session_id }, { at }) =>
    closed(world, { request_id, session_id, at }),
  HumanRequestExpired: (world, { request_id, session_id }, { at }) =>
    closed(world, { request_id, session_id, at }),
};

function tailWith(session: SessionEntry, message: Message): SessionEntry["tail"] {
  const text = clip(message.content, MAX_TEXT_LENGTH);
  if (text === "") return session.tail;
  const speaker = { user: "you", assistant: session.po_name, tool: "tool", system: "system" };
  const who = clip(message.name ?? speaker[message.role], MAX_TEXT_LENGTH);
  return [...session.tail, { who, text }].slice(-MAX_TAIL);
}

/** Kept in the order in which they were asked, each once. */
export function withRequest(world: World, request: HumanRequest): World {
  const { request_id, created_at } = request;
  if (world.closed.includes(request_id)) return world;
  const others = world.requests.filter((one) => one.request_id !== request_id);
  const later = others.findIndex((one) => one.created_at > created_at);
  const requests = others.toSpliced(later < 0 ? others.length : later, 0, request);
  return { ...world, requests };
}

function closed(
  world: World,
  { request_id, session_id, at }: { request_id: string; session_id: string; at: string },
): World {
  const requests = world.requests.filter((one) => one.request_id !== request_id);
  const isOpen = requests.some((one) => one.session_id === session_id);
  const next: World = {
    ...world,
    requests,
    closed: [...world.closed, request_id].slice(-MAX_CLOSED),
  };
  return withSession(next, session_id, (session) =>
    isOpen || session.state !== "waiting" ? session : { ...session, state: "working", since: at },
  );
}
