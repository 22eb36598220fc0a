// What the interface knows of its environment, kept up to date: a pure fold of events and replies, and the
// calls that it needs for that. Their purpose begins with `world:`.
import { turnEnds } from "../client/events.ts";
import type { Reply } from "../protocol/commands/index.ts";
import type { Effect, Input, Updated } from "./shapes.ts";
import { foldFrame } from "./world/fold.ts";
import { withObjects, withRequests, withSessions } from "./world/replies.ts";
import { withSession } from "./world/sessions.ts";
import { emptyWorld, type World } from "./world/shapes.ts";

export * from "./world/shapes.ts";

/** Sessions that are fetched at the start: the newest. */
const LISTED_SESSIONS = 200;
const PURPOSE = "world:load";
/** Sessions at work whose called ones are asked for: of one reply. */
const MAX_ASKED_CALLERS = 20;
const CALLED_PURPOSE = "world:called";

/** The calls that fill an empty world: at the start, when the connection is back, after a gap. */
export function loadWorld(): readonly Effect[] {
  const purpose = PURPOSE;
  return [
    { type: "call", command: "ListPOs", params: {}, purpose },
    { type: "call", command: "ListSessions", params: { limit: LISTED_SESSIONS }, purpose },
    { type: "call", command: "ListPendingRequests", params: {}, purpose },
    { type: "call", command: "ListConnectors", params: {}, purpose },
    { type: "call", command: "ListWorkflows", params: {}, purpose },
    usageCall,
  ];
}

const usageCall: Effect = {
  type: "call",
  command: "GetUsage",
  params: { by: "object" },
  purpose: PURPOSE,
};

/** `open` is the session that the human looks at: what is said there is read. */
export function updateWorld(world: World, input: Input, open: string | null): Updated<World> {
  switch (input.type) {
    case "frames":
      return withFrames(world, input.frames, open);
    case "link":
      return { state: world, effects: input.state.type === "restored" ? loadWorld() : [] };
    case "replied":
      return withReply(world, input);
    case "call_failed": {
      const isUsage = input.purpose === PURPOSE && input.command === "GetUsage";
      return { state: isUsage ? { ...world, usageAsked: "no" } : world, effects: [] };
    }
    default:
      return { state: world, effects: [] };
  }
}

/** Its messages are read. */
export const readSession = (world: World, session_id: string): World =>
  world.sessions.get(session_id)?.unread
    ? withSession(world, session_id, (session) => ({ ...session, unread: 0 }))
    : world;

type Frames = Extract<Input, { type: "frames" }>["frames"];

/** Events after which a list is fetched again: they say less than it does. */
const refetched: { [event_type: string]: Effect } = {
  POLoaded: { type: "call", command: "ListPOs", params: {}, purpose: PURPOSE },
  ServerSpawned: { type: "call", command: "ListConnectors", params: {}, purpose: PURPOSE },
  ServerClosed: { type: "call", command: "ListConnectors", params: {}, purpose: PURPOSE },
};

function withFrames(world: World, frames: Frames, open: string | null): Updated<World> {
  // What was missed may have closed anything: only what only events tell is kept.
  const isHoled = frames.some((frame) => frame.type === "gap");
  const kept = isHoled ? { ...emptyWorld, log: world.log, bus: world.bus } : world;
  const folded = frames.reduce((state, frame) => foldFrame(state, frame, open), kept);
  if (isHoled) return { state: { ...folded, usageAsked: "asked" }, effects: loadWorld() };
  const types = new Set<string>(frames.map((one) => (one.type === "event" ? one.event_type : "")));
  const lists = Object.entries(refetched).flatMap(([type, effect]) =>
    types.has(type) ? [effect] : [],
  );
  if (!turnEnds.some((type) => types.has(type))) return { state: folded, effects: lists };
  if (folded.usageAsked !== "no") {
    return { state: { ...folded, usageAsked: "again" }, effects: lists };
  }
  return { state: { ...folded, usageAsked: "asked" }, effects: [...lists, usageCall] };
}

type Replied = Extract<Input, { type: "replied" }>;

/** Who was called by a session that works, before this interface looked: no list of sessions tells of them. */
const calledBy = (sessions: Reply<"ListSessions">["sessions"]): readonly Effect[] =>
  sessions
    .filter(({ state }) => state !== "idle")
    .slice(0, MAX_ASKED_CALLERS)
    .map(({ session_id }) => ({
      type: "call",
      command: "ListSessions",
      params: { parent: session_id, limit: LISTED_SESSIONS },
      purpose: CALLED_PURPOSE,
    }));

function withReply(world: World, input: Replied): Updated<World> {
  const still = (state: World): Updated<World> => ({ state, effects: [] });
  if (input.purpose === CALLED_PURPOSE && input.command === "ListSessions") {
    const { hasOlder } = world;
    const state: World = { ...withSessions(world, input.reply), hasOlder };
    return { state, effects: calledBy(input.reply.sessions) };
  }
  if (input.purpose !== PURPOSE) return still(world);
  switch (input.command) {
    case "ListPOs":
      return still({ ...withObjects(world, input.reply), isLoaded: true });
    case "ListSessions":
      return { state: withSessions(world, input.reply), effects: calledBy(input.reply.sessions) };
    case "ListPendingRequests":
      return still(withRequests(world, input.reply));
    case "ListConnectors":
      return still({ ...world, ...input.reply });
    case "ListWorkflows": {
      const { workflows, problems } = input.reply;
      return still({ ...world, workflows, workflow_problems: problems });
    }
    case "GetUsage": {
      const isStale = world.usageAsked === "again";
      const state: World = { ...world, usage: input.reply, usageAsked: isStale ? "asked" : "no" };
      return { state, effects: isStale ? [usageCall] : [] };
    }
    default:
      return still(world);
  }
}
