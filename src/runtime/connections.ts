// Connections: who is attached, what each may do, and what each still has to see. Connectors hand frames
// in and pull frames out; nothing here knows how they travel.
import type { Asked } from "../protocol/commands/index.ts";
import { JameyError } from "../protocol/errors.ts";
import { eventName } from "../protocol/events/index.ts";
import type { Attach, FollowFrame, Hello } from "../protocol/frames.ts";
import {
  MAX_CONNECTIONS,
  MAX_KEY_CONNECTIONS,
  MAX_REMOTE_CONNECTIONS,
  MAX_SUBSCRIPTIONS,
} from "../protocol/limits.ts";
import { PROVIDER_VARIABLES } from "../protocol/variables.ts";
import { PROTOCOL_VERSION, VERSION } from "../protocol/version.ts";
import type { Identity } from "./access.ts";
import { type Caller, callerName, sourceOfClient } from "./caller.ts";
import { startComings } from "./comings.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import { createFollower, type Follower } from "./follow.ts";
import type { Log } from "./log.ts";
import type { SignalHub } from "./signals.ts";
import type { Journal } from "./store/journal.ts";

export interface Connection {
  caller: Caller;
  hello: Hello;
  /** The next batch of one of its subscriptions, and whether there is more. */
  pull(): { frames: FollowFrame[]; hasMore: boolean };
  close(): void;
}

/** Says that there may be something to pull: events go out at once, signals may be gathered. */
export interface Ring {
  events(): void;
  signals(): void;
}

export interface ConnectorInfo {
  connector_id: string;
  connector_type: Caller["source"];
  client: string;
  since: string;
}

export interface Connections {
  /** Throws `overloaded` when there are too many. */
  open(attach: Attach, options: { identity: Identity; ring: Ring }): Connection;
  /** A caller without a connection, for one request. Throws where its kind of client is refused. */
  passing(options: { identity: Identity; signal: AbortSignal; client?: string }): Caller;
  /** The daemon itself, where it speaks for an object. It may say something, and nothing else. */
  own(): Caller;
  list(): ConnectorInfo[];
  /** A human's client is attached. */
  isAnybodyThere(): boolean;
  /** Says of everybody who was attached when the last daemon died that they are gone. */
  revive(): Promise<void>;
  flush(): Promise<void>;
}

export function createConnections(options: {
  environment: string;
  /** Where sessions of clients without a folder of their own work. */
  workspace: string;
  /** Why MCP clients may not attach; null where they may. */
  mcpRefusal: string | null;
  journal: Journal;
  actor: Pick<EnvironmentActor, "take">;
  signals: SignalHub;
  log: Log;
  now(): string;
  newId(prefix: string): string;
  poOf(session_id: string): string;
}): Connections {
  const { journal, signals } = options;
  const attached = new Map<string, ConnectorInfo>();
  /** Those of `attached` that came over the network, and under which key. */
  const remote = new Map<string, string>();
  /** Those of `attached` that are no process of an agent. */
  const humans = new Set<string>();
  const comings = startComings(options);

  return {
    open(attach, { identity, ring }) {
      checkAdmission(attach, { count: attached.size, mcpRefusal: options.mcpRefusal });
      comings.requireRoom();
      if (!identity.isOnSocket) checkRemote([...remote.values()], identity);
      const gone = new AbortController();
      const connector_id = nameOf(options.newId("c"), identity);
      const subscriptions = createSubscriptions(options, ring.events);
      const caller: Caller = {
        connector_id,
        source: sourceOfClient(attach.client),
        client: attach.client,
        scopes: identity.scopes,
        isHuman: attach.call_id === null,
        isOnSocket: identity.isOnSocket,
        workspace: (identity.isOnSocket && attach.workspace) || options.workspace,
        // What an agent's process brings counts for nothing: an address of its own would get our key.
        variables:
          identity.isOnSocket && attach.call_id === null ? knownVariables(attach.variables) : {},
        current: new Map(),
        signal: gone.signal,
        subscriptions,
      };
      const entry = { connector_id, connector_type: caller.source, client: caller.client };
      attached.set(connector_id, { ...entry, since: options.now() });
      if (!identity.isOnSocket) remote.set(connector_id, identity.id);
      if (caller.isHuman) humans.add(connector_id);
      comings.say({ type: "attached", ...entry });
      const stops = [journal.follow(ring.events), signals.follow(ring.signals)];
      return {
        caller,
        hello: {
          type: "hello",
          protocol_version: PROTOCOL_VERSION,
          version: VERSION,
          environment: options.environment,
          journal_id: journal.journal_id,
          caller: callerName(caller),
          seq: journal.head(),
        },
        pull: subscriptions.pull,
        close() {
          for (const stop of stops) stop();
          gone.abort();
          remote.delete(connector_id);
          humans.delete(connector_id);
          if (!attached.delete(connector_id)) return;
          comings.say({ type: "detached", connector_id });
        },
      };
    },
    passing(asked) {
      if (asked.client !== undefined) checkKind(asked.client, options.mcpRefusal);
      return passingCaller(options.workspace, asked);
    },
    own: () => ownCaller(options.workspace),
    list: () => [...attached.values()],
    isAnybodyThere: () => humans.size > 0,
    async revive() {
      comings.say({ type: "revived" });
      await comings.said();
    },
    flush: comings.said,
  };
}

/** Who came with a key carries its id in everything that is done: who did it can be told later. */
const nameOf = (id: string, identity: Identity): string =>
  identity.id === "local" ? id : `${id}@${identity.id}`;

function checkRemote(keys: readonly string[], { id, name }: Identity): void {
  // The local token is this user's own: its clients are not counted against each other.
  const own = id === "local" ? 0 : keys.filter((key) => key === id).length;
  const isFull = own >= MAX_KEY_CONNECTIONS;
  if (keys.length < MAX_REMOTE_CONNECTIONS && !isFull) return;
  const how = isFull ? `with the key '${name}'` : "over the network";
  const message = `${isFull ? own : keys.length} clients are connected ${how} already: close one first.`;
  throw new JameyError("overloaded", message);
}

function checkAdmission(
  attach: Attach,
  { count, mcpRefusal }: { count: number; mcpRefusal: string | null },
): void {
  if (count >= MAX_CONNECTIONS) {
    const message = `${MAX_CONNECTIONS} clients are connected already: close one first.`;
    throw new JameyError("overloaded", message);
  }
  checkKind(attach.client, mcpRefusal);
}

function checkKind(client: string, mcpRefusal: string | null): void {
  if (mcpRefusal === null || sourceOfClient(client) !== "mcp") return;
  throw new JameyError("forbidden", mcpRefusal);
}

/** Counted as a human, on the word of who holds the key or the socket: see `connectors/unix.ts`, rule 2. */
const passingCaller = (
  workspace: string,
  { identity, signal, client }: { identity: Identity; signal: AbortSignal; client?: string },
): Caller => ({
  connector_id: `http:${identity.id}`,
  source: client === undefined ? "api" : sourceOfClient(client),
  client: client ?? identity.name,
  scopes: identity.scopes,
  isHuman: true,
  isOnSocket: identity.isOnSocket,
  workspace: workspace,
  variables: {},
  current: new Map(),
  signal,
  subscriptions: undefined,
});

const ownCaller = (workspace: string): Caller => ({
  connector_id: "daemon",
  source: "po",
  client: "daemon",
  scopes: ["chat"],
  isHuman: false,
  isOnSocket: false,
  workspace,
  variables: {},
  current: new Map(),
  signal: new AbortController().signal,
  subscriptions: undefined,
});

function knownVariables(given: Record<string, string>): Record<string, string> {
  const known = Object.entries(given).filter(([name]) => PROVIDER_VARIABLES.includes(name));
  return Object.fromEntries(known);
}

/** The subscriptions of one connection, pulled in turn so that none starves another. */
function createSubscriptions(
  options: {
    journal: Journal;
    signals: SignalHub;
    newId(prefix: string): string;
    poOf(session_id: string): string;
  },
  ring: () => void,
) {
  const { journal, signals, poOf } = options;
  const followers = new Map<string, Follower>();
  return {
    subscribe(asked: Asked<"Subscribe">) {
      if (followers.size >= MAX_SUBSCRIPTIONS) {
        const message = `A connection has at most ${MAX_SUBSCRIPTIONS} subscriptions; end one first.`;
        throw new JameyError("overloaded", message);
      }
      const subscription_id = options.newId("s");
      const follower = createFollower({ subscription_id, asked, journal, signals, poOf });
      followers.set(subscription_id, follower);
      ring();
      const event_types = asked.event_types.length > 0 ? asked.event_types : eventName.options;
      return { subscription_id, event_types: [...event_types] };
    },
    unsubscribe(subscription_id: string) {
      if (followers.delete(subscription_id)) return;
      const message = `This connection has no subscription ${subscription_id}.`;
      throw new JameyError("subscription_not_found", message);
    },
    pull() {
      let hasMore = false;
      for (const [id, follower] of followers) {
        const batch = follower.pull();
        hasMore ||= batch.hasMore;
        if (batch.frames.length === 0) continue;
        followers.delete(id);
        followers.set(id, follower);
        return { frames: batch.frames, hasMore: true };
      }
      return { frames: [], hasMore };
    },
  };
}
