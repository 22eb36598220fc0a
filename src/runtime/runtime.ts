// The runtime assembled from its parts, without process, files or sockets: the daemon and the tests'
// in-memory world both begin here.
import type { World } from "../core/world.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Access } from "./access.ts";
import { createChildren } from "./children.ts";
import type { Config } from "./config.ts";
import { createConnections } from "./connections.ts";
import type { GitHistory } from "./environment/git-history.ts";
import type { ObjectFiles } from "./environment/object-files.ts";
import { removeLeftSessions } from "./ephemeral.ts";
import type { Gateway } from "./gateway.ts";
import { createDoor } from "./handle.ts";
import { createHandlers } from "./handlers/index.ts";
import type { Keyring } from "./keyring.ts";
import type { Keys } from "./keys.ts";
import { openLivingObjects } from "./living-objects.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
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
  /** False: the objects came from elsewhere, and none of them is woken. */
  isTrusted: boolean;
  /** Where changes of objects are committed to, if anywhere. */
  gitHistory?: GitHistory | undefined;
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
  const newId = (prefix: string) => world.newId(prefix);
  const signals = createSignalHub();
  const { catalog, objects, ...living } = openLivingObjects(parts);
  const places = createPlaces(parts.config.max_running_turns);
  const known = { journal, views, catalog, places, log, world };
  const children = createChildren({ ...known, sessions: () => sessions });
  const services: Services = { ...parts, catalog, signals, places, children, journal, views };
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
    newId,
    poOf: (session_id) => views.findSession(session_id)?.po_name ?? session_id,
  });
  const handlers = createHandlers({
    ...parts,
    ...living,
    services,
    journal,
    views,
    sessions,
    objects,
    connections,
    started_at: world.now(),
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
      await children.settle();
      await parts.sessionFiles.sweep((session_id) => views.findSession(session_id) !== undefined);
      const settled = living.begin();
      await sessions.revive(views.openSessions());
      objects.settle(settled);
      await objects.flush();
      const key = `start:${newId("start")}`;
      const woken = parts.isTrusted ? catalog.list() : [];
      const start = { objects: woken, key, caller: connections.own() };
      await sendStartMessages({ ...start, handle, log });
    },
    isIdle: () => connections.list().length === 0 && !isBusy(views) && sessions.isIdle(),
    async stop() {
      await sessions.stop();
      await living.stop();
      await connections.flush();
    },
  };
}

function isBusy(views: Views): boolean {
  const { running_turns, pending_requests } = views.counts();
  return running_turns + pending_requests > 0;
}
