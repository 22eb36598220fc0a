// Interfaces that objects open themselves: owned by the object, kept as events, opened again at each start,
// closed when the object is gone or may no longer open any.
//
// Rules: 1. What is kept and what listens are two things: a daemon that ends closes ports, not servers.
//        2. An object has what it opened: its own port again is the same server, another's is refused. With another
//           name it still is that object.
import { JameyError, messageOf } from "../protocol/errors.ts";
import type { ServerInfo, ServerKind, SpawnedServer } from "../protocol/spawned.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { EnvironmentActor } from "./environment-actor.ts";
import type { Log } from "./log.ts";
import type { OpenServer, ServerKinds, SpawnedAnswer, SpawnedDoor } from "./spawned-port.ts";
import { isWithoutTurn, type SpawnedRequests } from "./spawned-requests.ts";
import type { Journal } from "./store/journal.ts";

/** Interfaces of one object, and of all. */
const MAX_OWN_SERVERS = 8;
const MAX_SERVERS = 32;
/** Turns of one interface at once, and answers that need none; further requests are told to come again. */
const MAX_TURNS = 32;
const MAX_SHOWN = 256;
const RETRY_AFTER_SECONDS = 1;
/** A file that is gone is seen a moment after the event that says so. Milliseconds. */
const LOOK_MS = 500;

export interface ServerAsked {
  po_name: string;
  kind: ServerKind;
  host: string;
  port: number;
  routes: Record<string, string>;
}

export interface Spawned {
  /** Throws `conflict` where somebody else has the port. */
  spawn(asked: ServerAsked): Promise<ServerInfo>;
  list(): ServerInfo[];
  /** False where there is none. */
  close(connector_id: string, by: { caller: string; reason: string }): Promise<boolean>;
  /** Opens what was open when the last daemon ended. */
  begin(): Promise<void>;
  ports(): number[];
  /** Closes the ports, and keeps the servers. */
  stop(): Promise<void>;
}

interface Running {
  server: SpawnedServer;
  open: OpenServer | null;
  problem: string | null;
  requests: number;
  errors: number;
  last_used_at: string | null;
}

interface Options {
  kinds: ServerKinds;
  actor: Pick<EnvironmentActor, "state" | "take">;
  catalog: Pick<Catalog, "get">;
  journal: Pick<Journal, "follow">;
  requests: SpawnedRequests;
  /** The daemon's own, also while it does not listen yet: it never loses one to an object. */
  reserved: readonly number[];
  /** False: nothing that was opened before is opened by itself. */
  isTrusted: boolean;
  log: Log;
  now(): string;
  newId(prefix: string): string;
}

/** Those that there are: opened, kept, closed. */
function createServers(options: Options) {
  const { actor, log, now } = options;
  const running = new Map<string, Running>();

  function listen(one: Running): void {
    if (options.reserved.includes(one.server.port)) throw portInUse(one.server.port);
    one.open = options.kinds[one.server.kind](doorOf(one, options));
    one.problem = null;
    say({ type: "attached", ...connectorOf(one.server) });
  }

  function say(said: Parameters<typeof actor.take>[0]): void {
    actor.take(said, byDaemon).catch((thrown) => {
      log.error("a server's coming or going is not kept", { reason: messageOf(thrown) });
    });
  }

  /** As it is in the journal, so it is from then on. */
  async function keep(one: Running): Promise<void> {
    const { spawned_at, ...said } = one.server;
    const from = { caller: `po:${said.po_name}`, causation_id: null };
    const { happened } = await actor.take({ type: "server_spawned", ...said }, from);
    for (const event of happened) if (event.type === "ServerSpawned") one.server = event.payload;
  }

  async function openNew(asked: ServerAsked): Promise<Running> {
    requireRoom([...running.values()], asked.po_name);
    const server = { connector_id: options.newId("c"), ...asked, spawned_at: now() };
    const one = { server, open: null, problem: null, ...unused };
    // Before anything is awaited: of two who ask at once the second finds it.
    running.set(server.connector_id, one);
    try {
      listen(one);
      await keep(one);
      return one;
    } catch (thrown) {
      await close(one);
      throw thrown;
    }
  }

  async function close(one: Running): Promise<void> {
    running.delete(one.server.connector_id);
    if (!one.open) return;
    say({ type: "detached", connector_id: one.server.connector_id });
    await one.open.stop();
  }

  async function closeNamed(connector_id: string, by: { caller: string; reason: string }) {
    const one = running.get(connector_id);
    if (!one) return false;
    await close(one);
    const { caller, reason } = by;
    await actor.take(
      { type: "server_closed", connector_id, reason },
      { caller, causation_id: null },
    );
    log.info("server closed", { po: one.server.po_name, port: one.server.port, reason });
    return true;
  }

  /** Its object has another name now: it goes on under that one. */
  function follow(one: Running): void {
    const { connector_id, po_name } = one.server;
    const kept = actor.state().servers.find((server) => server.connector_id === connector_id);
    if (!kept || kept.po_name === po_name) return;
    one.server = { ...one.server, po_name: kept.po_name };
    log.info("server moved", { po: kept.po_name, from: po_name, port: kept.port });
    if (!one.open) return;
    say({ type: "detached", connector_id });
    say({ type: "attached", ...connectorOf(one.server) });
  }

  return { running, listen, keep, follow, openNew, close: closeNamed };
}

export function createSpawned(options: Options): Spawned {
  const { actor, log } = options;
  const { running, listen, keep, follow, openNew, close } = createServers(options);
  let stopLooking: (() => void) | undefined;
  let isEnding = false;

  /** Looks after every event, and now and then: an object that is gone, or may not any more, has no interface. */
  function look(): void {
    if (isEnding) return;
    for (const one of [...running.values()]) {
      follow(one);
      const { server } = one;
      const reason = whyNot(server, options.catalog);
      if (reason === undefined) continue;
      close(server.connector_id, { caller: "daemon", reason }).catch((thrown) => {
        log.error("server not closed", { port: server.port, reason: messageOf(thrown) });
      });
    }
  }

  /** Whoever had the port may have left it. */
  function openClosed(): void {
    for (const one of running.values()) {
      if (isEnding || one.open) continue;
      try {
        listen(one);
        log.info("server open again", { po: one.server.po_name, port: one.server.port });
      } catch (thrown) {
        one.problem = messageOf(thrown);
      }
    }
  }

  return {
    async spawn(asked) {
      if (isEnding) throw new JameyError("unavailable", "The daemon is stopping.");
      const there = [...running.values()].find((one) => one.server.port === asked.port);
      if (!there) return infoOf(await openNew(asked));
      const { server } = there;
      const isSame = server.kind === asked.kind && server.host === asked.host;
      if (server.po_name !== asked.po_name || !isSame) throw portInUse(asked.port);
      if (!there.open) listen(there);
      if (!Bun.deepEquals(server.routes, asked.routes)) {
        there.server = { ...server, routes: asked.routes };
        await keep(there);
      }
      return infoOf(there);
    },
    list: () => [...running.values()].map(infoOf),
    close,
    async begin() {
      for (const server of options.isTrusted ? actor.state().servers : []) {
        const one: Running = { server, open: null, problem: null, ...unused };
        running.set(server.connector_id, one);
        await options.requests.revive(server);
        try {
          if (whyNot(server, options.catalog) === undefined) listen(one);
        } catch (thrown) {
          one.problem = messageOf(thrown);
          log.error("server not opened again", { po: server.po_name, reason: one.problem });
        }
      }
      const unfollow = options.journal.follow(look);
      const timer = setInterval(() => {
        look();
        openClosed();
      }, LOOK_MS);
      timer.unref();
      stopLooking = () => {
        unfollow();
        clearInterval(timer);
      };
      look();
    },
    ports: () => [...running.values()].filter((one) => one.open).map((one) => one.server.port),
    async stop() {
      isEnding = true;
      stopLooking?.();
      const ending = [...running.values()].map((one) => one.open?.stop());
      await Promise.all(ending);
    },
  };
}

const byDaemon = { caller: "daemon", causation_id: null };
const unused = { requests: 0, errors: 0, last_used_at: null };

export const portInUse = (port: number): JameyError =>
  new JameyError("conflict", `Port ${port} already in use`, { details: { port } });

/** What an object declares that may open interfaces. */
export const maySpawn = (capabilities: readonly string[]): boolean =>
  capabilities.some((one) => one.startsWith("spawn_"));

function whyNot({ po_name }: SpawnedServer, catalog: Pick<Catalog, "get">): string | undefined {
  const object = catalog.get(po_name);
  if (!object) return `there is no object '${po_name}' any more`;
  return maySpawn(object.capabilities) ? undefined : "the object may open no interface any more";
}

function requireRoom(all: readonly Running[], po_name: string): void {
  const own = all.filter((one) => one.server.po_name === po_name).length;
  if (own < MAX_OWN_SERVERS && all.length < MAX_SERVERS) return;
  const message = `${own} interfaces of '${po_name}' are open, ${all.length} in all: close one first. An object may have ${MAX_OWN_SERVERS}, all together ${MAX_SERVERS}.`;
  throw new JameyError("overloaded", message);
}

const full: SpawnedAnswer = {
  status: 503,
  body: "Too many requests are being answered: try again in a moment.\n",
  retry_after: RETRY_AFTER_SECONDS,
};

/** A place for so many at once; where all are taken that is the answer. */
function createRoom(most: number) {
  let taken = 0;
  return async (work: () => Promise<SpawnedAnswer>): Promise<SpawnedAnswer> => {
    if (taken >= most) return full;
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
    }
  };
}

function doorOf(one: Running, { requests, now }: Options): SpawnedDoor {
  const { host, port } = one.server;
  const inTurn = createRoom(MAX_TURNS);
  const atOnce = createRoom(MAX_SHOWN);
  return {
    ...{ host, port },
    label: () => labelOf(one.server.po_name),
    routes: () => one.server.routes,
    async answer(request, signal) {
      const within = isWithoutTurn(request.action) ? atOnce : inTurn;
      return await within(() => requests.answer(one.server, request, signal));
    },
    lost(problem: string) {
      one.open = null;
      one.problem = problem;
    },
    answered(status: number) {
      one.requests += 1;
      if (status >= 500) one.errors += 1;
      one.last_used_at = now();
    },
  };
}

/** How clients list it beside all others that are attached. */
const connectorOf = ({ connector_id, kind, po_name, port }: SpawnedServer) =>
  ({ connector_id, connector_type: "po", client: `${kind} ${port} of ${po_name}` }) as const;

function labelOf(po_name: string): string {
  const plain = po_name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-+|-+$/g, "") || "object";
}

function infoOf({ server, open, problem, requests, errors, last_used_at }: Running): ServerInfo {
  const name = ["0.0.0.0", "::"].includes(server.host) ? "127.0.0.1" : server.host;
  const url = `${server.kind}://${name.includes(":") ? `[${name}]` : name}:${server.port}`;
  const why = problem ?? (open ? null : "it does not listen");
  const page_url = `${server.kind}://${labelOf(server.po_name)}.localhost:${server.port}`;
  return { ...server, url, page_url, problem: why, requests, errors, last_used_at };
}
