// The runtime assembled from its parts, without process, files or sockets: the daemon and the tests'
// in-memory world both begin here.
import { createSessionMachine } from "../core/session/machine.ts";
import type { World } from "../core/world.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Access } from "./access.ts";
import { createChildren } from "./children.ts";
import type { Config } from "./config.ts";
import { type Connections, createConnections } from "./connections.ts";
import type { GitHistory } from "./environment/git-history.ts";
import type { ObjectFiles } from "./environment/object-files.ts";
import type { WorkflowFiles } from "./environment/workflow-files.ts";
import { type EnvironmentActor, startEnvironmentActor } from "./environment-actor.ts";
import { removeLeftSessions, removeSession } from "./ephemeral.ts";
import type { Gateway } from "./gateway.ts";
import { createDoor } from "./handle.ts";
import { createHandlers } from "./handlers/index.ts";
import type { Keyring } from "./keyring.ts";
import type { Keys } from "./keys.ts";
import { type LivingObjects, openLivingObjects } from "./living-objects.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
import { createObjectRules } from "./object-rules.ts";
import { abandon, broken, perform } from "./perform/index.ts";
import { createPlaces } from "./places.ts";
import { openPlugins, type PluginSource } from "./plugins/index.ts";
import { createSchedules } from "./schedules.ts";
import type { Services } from "./services.ts";
import type { SessionFiles } from "./session-files.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSignalHub } from "./signals.ts";
import { createSpawned, type Spawned } from "./spawned.ts";
import type { ServerKinds } from "./spawned-port.ts";
import { createSpawnedRequests } from "./spawned-requests.ts";
import { createStanding } from "./standing.ts";
import { sendStartMessages } from "./start-messages.ts";
import type { Journal } from "./store/journal.ts";
import type { Store } from "./store/open.ts";
import type { Views } from "./store/views/index.ts";
import { createWorkflows } from "./workflows.ts";

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
  /** Those that are built in. */
  tools: Pick<Toolbox, "find" | "list">;
  /** Where further ones come from; nothing where there are none. */
  plugins?: PluginSource;
  sessionFiles: SessionFiles;
  objectFiles: ObjectFiles;
  workflowFiles: WorkflowFiles;
  /** False: the objects came from elsewhere, and none of them is woken. */
  isTrusted: boolean;
  /** Nothing begins by itself: no message at the start, no schedule. */
  isAsleep?: boolean;
  /** How objects open interfaces of their own. */
  serverKinds: ServerKinds;
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
  /** Something may wake an object later: an idle daemon is needed for it. */
  isAwaited(): boolean;
  /** The interfaces that objects opened. */
  spawned: Pick<Spawned, "spawn" | "ports">;
  /** Looks now whether something is due, as it does by itself all the time. */
  look(): Promise<void>;
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
  const rules = createObjectRules(() => actor);
  const { catalog, objects, ...living } = openLivingObjects({ ...parts, rules });
  const places = createPlaces(parts.config.max_running_turns);
  const known = { journal, views, catalog, places, log, world };
  const later = { sessions: () => sessions, workflows: () => workflows };
  const children = createChildren({ ...known, ...later, signals });
  const actor = startEnvironmentActor({
    ...{ journal, log, now },
    door: () => ({ handle, caller: connections.own() }),
  });
  const people = peopleIn(actor, () => connections);
  const workflows = createWorkflows({ ...parts, files: parts.workflowFiles, catalog });
  const shared = { workflows, catalog, objects, signals, places, children, journal, views };
  const plugins = openPlugins(parts, actor);
  const door = () => ({ handle, connections, sessions });
  const { spawned, standing } = spawnedIn(parts, { ...shared, actor, door });
  const services: Services = {
    ...{ ...parts, ...living, ...shared, ...people },
    ...{ tools: plugins.tools, spawned, standing, storeData: storeIn(() => sessions) },
  };
  const sessions = createSessions({
    machine: createSessionMachine(workflows.conditions),
    ...{ journal, log, now, broken, abandon },
    perform: (effect, context) => perform(effect, context, services),
    ...{ changed: places.changed, active: objects.active },
  });
  const connections = createConnections({
    environment,
    workspace: parts.workspace,
    mcpRefusal: parts.config.connectors.mcp.enabled ? null : MCP_OFF,
    ...{ journal, actor, signals, log, now, newId },
    poOf: (session_id) => views.findSession(session_id)?.po_name ?? session_id,
  });
  const schedules = createSchedules({
    ...{ actor, catalog, views, log, now, newId },
    folder: parts.workspace,
    isTrusted: parts.isTrusted && !parts.isAsleep,
  });
  const handlers = createHandlers({
    ...parts,
    ...living,
    services,
    ...{ journal, views, sessions, objects, connections, actor, schedules, plugins },
    started_at: standing().started_at,
  });
  const handle = createDoor(handlers, log);

  return {
    handle,
    connections,
    access: parts.access,
    log,
    mcp: { hasObjectTools: parts.config.connectors.mcp.object_tools },
    async start() {
      await recover({ ...parts, ...living, ...shared, connections, sessions });
      await rules.settle((po_name) => catalog.get(po_name) !== undefined);
      await spawned.begin();
      const woken = parts.isTrusted && !parts.isAsleep ? catalog.list() : [];
      const start = { objects: woken, key: `start:${newId("start")}`, caller: connections.own() };
      await sendStartMessages({ ...start, handle, log });
      actor.begin();
      plugins.begin();
      await schedules.begin();
    },
    look: schedules.look,
    isAwaited: () => schedules.isAwaited() || spawned.ports().length > 0,
    spawned,
    isIdle: () => connections.list().length === 0 && !isBusy(views) && sessions.isIdle(),
    async stop() {
      for (const part of [spawned, sessions, plugins, living]) await part.stop();
      await connections.flush();
      await schedules.stop();
    },
  };
}

/** The interfaces that objects open, and who answers at them. */
function spawnedIn(
  parts: RuntimeParts,
  known: Pick<Services, "catalog"> & {
    objects: LivingObjects["objects"];
    journal: Journal;
    views: Views;
    actor: EnvironmentActor;
    door(): { handle: Gateway["handle"]; connections: Connections; sessions: Sessions };
  },
): { spawned: Spawned } & Pick<Services, "standing"> {
  const { world, log, environment, serverKinds: kinds } = parts;
  const now = () => world.now();
  const standing = createStanding({ environment, views: known.views, now });
  const { http } = parts.config.connectors;
  const spawned = createSpawned({
    ...known,
    requests: createSpawnedRequests({
      ...{ door: known.door, views: { ...known, standing }, log },
      async remove(session_id) {
        const { journal, views } = known;
        const held = { journal, views, sessions: known.door().sessions };
        const { sessionFiles } = parts;
        await removeSession({ ...held, sessionFiles }, session_id, {
          caller: "daemon",
          causation_id: null,
        });
      },
    }),
    reserved: http.enabled ? [http.port] : [],
    isTrusted: parts.isTrusted && !parts.isAsleep,
    ...{ kinds, log, now },
    newId: (prefix) => world.newId(prefix),
  });
  return { spawned, standing };
}

/** Brings back what was unfinished when the last daemon ended. */
async function recover(
  parts: Pick<RuntimeParts, "log" | "sessionFiles"> &
    Pick<LivingObjects, "begin" | "objects"> &
    Pick<Services, "children" | "workflows"> & {
      connections: Connections;
      sessions: Sessions;
      journal: Journal;
      views: Views;
    },
): Promise<void> {
  const { views, sessions, journal, log, objects } = parts;
  await parts.connections.revive();
  await removeLeftSessions({ views, sessions, journal, log });
  await parts.children.settle();
  await parts.sessionFiles.sweep((session_id) => views.findSession(session_id) !== undefined);
  const settled = parts.begin();
  const open = views.openSessions();
  // What is revived may be a workflow in the middle: its conditions are answered at once.
  if (open.length > 0) await parts.workflows.conditions.load();
  await sessions.revive(open);
  objects.settle(settled);
  await objects.flush();
}

/** What objects share is kept by the session at the root of their calls. */
function storeIn(sessions: () => Pick<Sessions, "take">): Services["storeData"] {
  return async (root_session_id, said) => {
    const from = { caller: `po:${said.entry.po_name}`, causation_id: said.from_session_id };
    await sessions().take(root_session_id, { type: "store_data", ...said }, from);
  };
}

/** What humans have said for good, and whether one is there. */
const peopleIn = (
  actor: EnvironmentActor,
  connections: () => Pick<Connections, "isAnybodyThere">,
): Pick<Services, "rulesFor" | "isAnybodyThere"> => ({
  rulesFor: (po_name) =>
    actor
      .state()
      .rules.filter((one) => one.po_name === po_name)
      .map(({ tool, match, call_hash }) => ({
        ...{ tool, match, action: "allow" },
        ...(call_hash !== null && { call_hash }),
      })),
  isAnybodyThere: () => connections().isAnybodyThere(),
});

function isBusy(views: Views): boolean {
  const { running_turns, pending_requests } = views.counts();
  return running_turns + pending_requests > 0;
}
