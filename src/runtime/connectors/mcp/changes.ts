// What a host is told of: which resources changed, and which lists. Read out of the events, never in full: the
// host reads a resource when it wants to. Many changes of one resource in one batch are told once.
import type { StoredEventName } from "../../../protocol/events/index.ts";
import type { FollowFrame } from "../../../protocol/frames.ts";
import { isObject } from "../../../protocol/json.ts";
import type { McpLink } from "./link.ts";

export const BUS_URI = "bus://messages";
export const SESSIONS_URI = "sessions://list";
export const REQUESTS_URI = "requests://pending";

export const sessionUri = (id: string): string => `sessions://${encodeURIComponent(id)}`;
export const objectUri = (name: string, part: "conversation" | "config" | "prompt"): string =>
  `po://${encodeURIComponent(name)}/${part}`;

export interface Changes {
  uris: Set<string>;
  /** Objects or sessions came or went. */
  hasResources: boolean;
  /** Objects came, went or are others now. */
  hasObjects: boolean;
}

/** Objects of sessions that are kept in mind; beyond it the oldest is asked for again. */
const MAX_KNOWN = 1_000;

/** What an event of each type changes. */
const kinds = {
  MessageAdded: ["session", "bus"],
  ToolCallStarted: ["session", "bus"],
  TurnStarted: ["session"],
  TurnCompleted: ["session"],
  TurnFailed: ["session"],
  TurnCancelled: ["session"],
  SessionUpdated: ["session"],
  SessionCreated: ["session", "sessions"],
  SessionRenamed: ["session", "sessions"],
  SessionDeleted: ["session", "sessions"],
  HumanRequestQueued: ["requests"],
  HumanRequestResponded: ["requests"],
  HumanRequestExpired: ["requests"],
  POStateChanged: ["config"],
  POModified: ["object"],
  POLoaded: ["object"],
  POUnloaded: ["object"],
} as const satisfies Partial<Record<StoredEventName, readonly Kind[]>>;

type Kind = "session" | "sessions" | "bus" | "requests" | "config" | "object";

/** Tells of every batch of changes from now on; resolves to how it is ended. */
export async function followChanges(
  link: McpLink,
  tell: (changes: Changes) => void,
): Promise<() => void> {
  const objectOf = createObjectOf(link);
  let last = Promise.resolve();
  // Its keys are names of the table of events.
  const event_types = Object.keys(kinds) as (keyof typeof kinds)[];
  return await link.follow({ event_types }, (frames) => {
    // In their order, although one has to be asked whose it is.
    last = last.then(async () => {
      const changes = await changesOf(frames, objectOf);
      if (changes.uris.size > 0) tell(changes);
    });
    last = last.catch(() => undefined);
  });
}

type ObjectOf = (session_id: string) => Promise<string | undefined>;

async function changesOf(frames: FollowFrame[], objectOf: ObjectOf): Promise<Changes> {
  const changes: Changes = { uris: new Set(), hasResources: false, hasObjects: false };
  for (const frame of frames) {
    if (frame.type !== "event" || !isObject(frame.payload)) continue;
    if (!Object.hasOwn(kinds, frame.event_type)) continue;
    // Its presence was just seen.
    for (const kind of kinds[frame.event_type as keyof typeof kinds]) {
      await note(changes, kind, { payload: frame.payload, objectOf });
    }
  }
  return changes;
}

async function note(
  changes: Changes,
  kind: Kind,
  { payload, objectOf }: { payload: Record<string, unknown>; objectOf: ObjectOf },
): Promise<void> {
  const { uris } = changes;
  const name = String(payload.po_name ?? "");
  const session_id = String(payload.session_id ?? "");
  const notes: Record<Kind, () => void | Promise<void>> = {
    bus: () => void uris.add(BUS_URI),
    requests: () => void uris.add(REQUESTS_URI),
    sessions() {
      uris.add(SESSIONS_URI);
      changes.hasResources = true;
    },
    async session() {
      uris.add(sessionUri(session_id));
      const po_name = payload.po_name === undefined ? await objectOf(session_id) : name;
      if (po_name !== undefined) uris.add(objectUri(po_name, "conversation"));
    },
    config: () => void uris.add(objectUri(name, "config")),
    object() {
      uris.add(objectUri(name, "config"));
      uris.add(objectUri(name, "prompt"));
      changes.hasObjects = true;
      changes.hasResources = true;
    },
  };
  await notes[kind]();
}

function createObjectOf({ ask }: McpLink): ObjectOf {
  const known = new Map<string, string>();
  return async (session_id) => {
    const found = known.get(session_id);
    if (found !== undefined) return found;
    try {
      const { session } = await ask("GetSession", { session_id, messages: "none" });
      const [oldest] = known.keys();
      if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest);
      known.set(session_id, session.po_name);
      return session.po_name;
    } catch (_gone) {
      return undefined;
    }
  };
}
