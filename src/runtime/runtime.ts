// The runtime assembled from its parts, without process, files or sockets: the daemon and the tests'
// in-memory world both begin here.
import type { World } from "../core/world.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Access } from "./access.ts";
import type { Config } from "./config.ts";
import { createConnections } from "./connections.ts";
import { createCatalog, type ObjectFiles } from "./environment/catalog.ts";
import { removeLeftSessions } from "./ephemeral.ts";
import type { Gateway } from "./gateway.ts";
import { createDoor } from "./handle.ts";
import { createHandlers } from "./handlers/index.ts";
import type { Keyring } from "./keyring.ts";
import type { Keys } from "./keys.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
import { createObjects } from "./objects.ts";
import { abandon, broken, perform } from "./perform/index.ts";
import { createPlaces } from "./places.ts";
import type { Services } from "./services.ts";
import type { SessionFiles } from "./session-files.ts";
import { createSessions } from "./sessions.ts";
import { createSignalHub } from "./signals.ts";
import { sendStartMessages } from "./start-messages.ts";
import type { Store } from "./store/open.ts";
import type { Views } from "./store/views/index.ts";

export interface RuntimeParts {
  environment: string;
  /** Where sessions of clients without a folder of their own work. */
  workspace: string;
  socket: string;
  /** Of the TCP listener; null where there is none. */
  url(): string | null;
  config: Config;
  log: Log;
  store: Store;
  world: World;
  models: Models;
  keyring: Keyring;
  keys: Keys;
  access: Access;
  tools: Pick<Toolbox, "find" | "list">;
  sessionFiles: SessionFiles;
  objectFiles: ObjectFiles;
  childVariables(call_id: string): Record<string, string>;
  shutDown(reason: string): void;
}

export interface Runtime extends Gateway {
  /** Loads the objects and recovers what was unfinished. Only then may clients come. */
  start(): Promise<void>;
  /** Nobody is attached, nothing runs and nothing waits. */
  isIdle(): boolean;
  /** Aborts what runs; the next start goes on from what is committed. */
  stop(): Promise<void>;
}

const MCP_OFF =
  "MCP clients are refused here: connectors.mcp.enabled is false. " +
  "Allow them with 'jamey config set connectors.mcp.enabled true', then 'jamey daemon restart'.";

export function createRuntime(parts: RuntimeParts): Runtime {
  const { log, store, world, environment } = parts;
  const { journal, views } = store;
  const now = () => world.now();
  const signals = createSignalHub();
  const objects = createObjects({ journal, log, now });
  const catalog = createCatalog({
    files: parts.objectFiles,
    hash: (text) => world.hash(text),
    log,
    changed: ({ type, po_name, hash }) =>
      type === "loaded" ? objects.loaded(po_name, hash) : objects.unloaded(po_name),
  });
  const places = createPlaces(parts.config.max_running_turns);
  const services: Services = { ...parts, catalog, signals, places };
  const sessions = createSessions({
    journal,
    log,
    now,
    perform: (effect, context) => perform(effect, context, services),
    broken,
    abandon,
    changed: places.changed,
    active: objects.active,
  });
  const connections = createConnections({
    environment,
    workspace: parts.workspace,
    mcpRefusal: parts.config.connectors.mcp.enabled ? null : MCP_OFF,
    journal,
    signals,
    log,
    now,
    newId: (prefix) => world.newId(prefix),
    poOf: (session_id) => views.findSession(session_id)?.po_name ?? session_id,
  });
  const handlers = createHandlers({
    services,
    journal,
    views,
    sessions,
    objects,
    connections,
    environment,
    socket: parts.socket,
    url: parts.url,
    started_at: world.now(),
    shutDown: parts.shutDown,
  });
  const handle = createDoor(handlers, log);

  return {
    handle,
    connections,
    access: parts.access,
    log,
    async start() {
      await connections.revive();
      await removeLeftSessions({ views, sessions, journal, log });
      await parts.sessionFiles.sweep((session_id) => views.findSession(session_id) !== undefined);
      const before = views.listObjects().map((one) => one.po_name);
      catalog.refresh();
      const live = new Set(catalog.list().map((one) => one.name));
      for (const po_name of before) if (!live.has(po_name)) objects.unloaded(po_name);
      await sessions.revive(views.openSessions());
      objects.settle([...live, ...before]);
      await objects.flush();
      const key = `start:${world.newId("start")}`;
      const start = { objects: catalog.list(), key, caller: connections.own() };
      await sendStartMessages({ ...start, handle, log });
    },
    isIdle: () => connections.list().length === 0 && !isBusy(views) && sessions.isIdle(),
    async stop() {
      await sessions.stop();
      await objects.flush();
      await connections.flush();
    },
  };
}

function isBusy(views: Views): boolean {
  const { running_turns, pending_requests } = views.counts();
  return running_turns + pending_requests > 0;
}
