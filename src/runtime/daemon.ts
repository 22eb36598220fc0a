// The daemon: the one composition root. It takes the environment's lock, opens what is on disk, starts the
// runtime and its doors. However far it came, what was opened is closed again, the last first.
import { join } from "node:path";
import type { Http } from "../core/world.ts";
import { errorCodes, JameyError, messageOf } from "../protocol/errors.ts";
import { VERSION } from "../protocol/version.ts";
import { builtInTools, createToolbox } from "../tools/index.ts";
import { serverKinds } from "./connectors/spawned/index.ts";
import { refuseTaken, startUnixConnector } from "./connectors/unix.ts";
import { createCredentials } from "./credentials.ts";
import { createGitHistory } from "./environment/git-history.ts";
import {
  findEnvironment,
  manifestIn,
  type OpenEnvironment,
  openEnvironment,
  protectedPlaces,
  toolsIn,
  workflowsIn,
} from "./environment/open.ts";
import { workflowFilesIn } from "./environment/workflow-files.ts";
import { idleSeconds, watchIdle } from "./idle.ts";
import { createKeyring } from "./keyring.ts";
import { guardLock, takeLock } from "./lock.ts";
import { createLog, type Log, openLogFile } from "./log.ts";
import { createModels, type Models } from "./models.ts";
import { createNetwork, type Network } from "./network.ts";
import { type AboutDaemon, readPid, startFlags, writePidFile } from "./pid-file.ts";
import { atMost, endProcessAfter, listenToSignals } from "./process-ending.ts";
import { createRuntime, type Runtime } from "./runtime.ts";
import { createSessionFiles } from "./session-files.ts";
import type { ServerKinds } from "./spawned-port.ts";
import { openStore, type Store } from "./store/open.ts";
import { startTelemetry } from "./telemetry/start.ts";
import { createHttp } from "./world/http.ts";
import { endLeftovers } from "./world/leftovers.ts";
import { childVariables } from "./world/variables.ts";
import { createWorld } from "./world.ts";

export interface DaemonOptions {
  /** A name, or a real path. */
  environment: string;
  /** In the foreground the log goes to stderr too. */
  foreground: boolean;
  /** What the command line says, in the shape of a manifest: above every other layer of settings. */
  settings?: Record<string, unknown>;
  /** In the foreground only errors go to stderr. */
  isQuiet?: boolean;
  /** Called once, when clients can connect. */
  onReady?(about: { url: string | null; socket: string; pid: number }): void;
}

/** The end of the daemon at the latest, once it is asked to stop. */
const STOP_TIMEOUT_MS = 5_000;
/** When nobody needs the daemon for this long, it gives memory back. */
const REST_SECONDS = 5;
/** Who only looks whether the lock is held has it for a moment. Milliseconds. */
const LOCK_WAIT_MS = 200;
/** Tools that do not stop in this time are left to the next start. */
const STOP_RUNTIME_MS = 3_000;

/** After `kill -9`, a crash, a power cut. An ordered stop leaves none. */
const COUNT_AGAIN = "options of the daemon before, which did not end in order, count again";

/** Runs until it is told to stop. Resolves to the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  try {
    return await serve(options);
  } catch (thrown) {
    // In the foreground the command line says what is wrong; in the background nobody else does.
    if (options.foreground || !(thrown instanceof JameyError)) throw thrown;
    process.stderr.write(`jamey: ${thrown.message}\n`);
    return errorCodes[thrown.code].exit;
  }
}

async function serve(options: DaemonOptions): Promise<number> {
  const { environment: name, foreground, isQuiet = false, settings = {} } = options;
  const variables = process.env;
  const found = findEnvironment({ environment: name, variables, mayMake: foreground });
  const { state, socket } = found.places;
  await using opened = new AsyncDisposableStack();
  // In the background a loser ends at once: its client starts another while none is there.
  const lockFile = join(state, "lock.db");
  const lock = takeLock(lockFile, { waitMs: foreground ? LOCK_WAIT_MS : 0 });
  if (!lock) {
    if (!foreground) return 0;
    throw alreadyRunning(name, state);
  }
  opened.defer(guardLock(lockFile, lock).release);
  // Nothing is opened where one answers although its lock was tidied away.
  await refuseTaken(socket);
  const { flags, again } = startFlags({ state, given: settings, foreground });
  const environment = openEnvironment(found, { variables, flags });
  const log = openLog(environment, { foreground, isQuiet });
  let isStarted = false;
  opened.defer(() => {
    // One that never started says only why.
    if (isStarted) log.info("stopped");
  });
  for (const warning of environment.warnings) log.warn(warning);
  if (again) log.warn(COUNT_AGAIN, { options: JSON.stringify(flags) });
  const ending = Promise.withResolvers<string>();
  opened.defer(listenToSignals({ log, foreground, end: ending.resolve }));
  const store = openStore({
    folder: state,
    onError: (thrown) => log.error("store", { reason: messageOf(thrown) }),
  });
  opened.defer(store.close);
  opened.defer(tracing(environment, store, log));
  const network = createNetwork({ environment, variables, log });
  const runtime = assemble({ environment, store, log, network, shutDown: ending.resolve });
  opened.defer(() => atMost(STOP_RUNTIME_MS, runtime.stop()));
  const { journal_id } = store.journal;
  const ended = await endLeftovers({ journal_id, keep: new Set() });
  if (ended > 0) log.warn("ended processes of the last daemon's tools", { count: ended });
  await runtime.start();
  // First: what cannot listen ends before any client has found it.
  const listener = network.listen(runtime);
  opened.defer(listener.stop);
  const connector = await startUnixConnector(socket, runtime);
  opened.defer(connector.stop);
  const about = { socket, url: network.url(), flags, again, settings: environment.config };
  opened.defer(introduce(state, about, log));
  const where = network.url() === null ? "" : ` on ${network.url()}`;
  log.info(`Jamey Runtime started${where}`, { socket, pid: process.pid, version: VERSION });
  isStarted = true;
  const url = network.url();
  if (foreground && !isQuiet) {
    const also = url === null ? "" : ` and ${url}`;
    process.stderr.write(`jamey ${VERSION} serves '${name}' on ${socket}${also}\n`);
  }
  options.onReady?.({ url, socket, pid: process.pid });
  const timeoutSeconds = idleSeconds(environment.config);
  const end = () => ending.resolve("nobody needed it");
  const { isIdle } = runtime;
  const isUnneeded = () => isIdle() && !runtime.isAwaited();
  opened.defer(watchIdle({ isIdle: isUnneeded, timeoutSeconds, end }).stop);
  const rested = { isIdle, timeoutSeconds: REST_SECONDS, end: Bun.shrink };
  opened.defer(watchIdle(rested).stop);
  log.info("stopping", { reason: await ending.promise });
  // Left on: what would keep the process from ending after this is no reason to stay.
  endProcessAfter(STOP_TIMEOUT_MS);
  await opened.disposeAsync();
  return 0;
}

/** Begins before the first event, and ends after the last. */
function tracing({ name, config }: OpenEnvironment, { journal }: Store, log: Log) {
  const endpoint = config.telemetry.otlp_endpoint;
  if (endpoint === null) return () => undefined;
  return startTelemetry({ endpoint, environment: name, journal, log }).stop;
}

/** A disk that is full keeps nobody from reading what is there. */
function introduce(state: string, about: AboutDaemon, log: Log): () => void {
  try {
    return writePidFile(state, about);
  } catch (thrown) {
    log.error("who the daemon is could not be written down", { reason: messageOf(thrown) });
    return () => undefined;
  }
}

/** The runtime of an environment, without its lock and doors. */
export function assemble(parts: {
  environment: OpenEnvironment;
  store: Store;
  log: Log;
  network: Network;
  shutDown(reason: string): void;
  /** What stands in for models and HTTP where nothing may go out, and nothing begins by itself. */
  offline?: { models: Models; http: Http };
}): Runtime {
  const { environment, store, log, network, offline } = parts;
  const { places, config } = environment;
  const protect = protectedPlaces(environment);
  const ownPorts = () => [...network.ports(), ...runtime.spawned.ports()];
  const real = createWorld({
    http: { allow_private: config.http.allow_private, ownPorts },
    protect,
  });
  const credentials = createCredentials(join(environment.configFolder, "credentials"));
  const world = offline ? { ...real, http: offline.http } : real;
  const runtime = createRuntime({
    environment: environment.name,
    workspace: places.folder,
    socket: places.socket,
    url: network.url,
    keys: network.keys,
    access: network.access,
    config,
    log,
    store,
    world,
    models: offline?.models ?? createModels(config, places.folder),
    keyring: createKeyring({
      environment: process.env,
      credentials,
    }),
    tools: createToolbox(builtInTools()),
    plugins: {
      folder: toolsIn(places.folder),
      servers: { settings: config.mcp, file: manifestIn(places.folder) },
      http: offline?.http ?? createHttp({ allow_private: true, ownPorts }),
      variable: (name) => process.env[name],
      secrets: { read: (name) => credentials.read()[name], keep: credentials.keep },
    },
    sessionFiles: createSessionFiles({
      attachments: join(places.state, "attachments"),
      outputs: protect.outputs,
      hash: world.hash,
      log,
    }),
    objectFiles: environment.objectFiles,
    workflowFiles: workflowFilesIn(workflowsIn(places.folder)),
    isTrusted: environment.isTrusted,
    isAsleep: offline !== undefined,
    serverKinds: offline ? closedKinds : serverKinds,
    gitHistory: config.git.commit
      ? createGitHistory({ folder: places.folder, state: places.state, log })
      : undefined,
    childVariables: (call_id) =>
      childVariables(process.env, { journal_id: store.journal.journal_id, call_id }),
    shutDown: parts.shutDown,
  });
  return runtime;
}

/** Where nothing may go out, nothing comes in either: what is opened is a record only. */
const closedKinds: ServerKinds = { http: () => ({ stop: () => Promise.resolve() }) };

function openLog(
  environment: OpenEnvironment,
  { foreground, isQuiet }: { foreground: boolean; isQuiet: boolean },
): Log {
  const toFile = openLogFile(join(environment.places.state, "daemon.log"));
  return createLog({
    level: environment.config.log_level,
    now: () => new Date().toISOString(),
    write(line) {
      toFile(line);
      if (foreground && !(isQuiet && !/^\S+ error /.test(line))) process.stderr.write(line);
    },
  });
}

function alreadyRunning(name: string, state: string): JameyError {
  const pid = readPid(state);
  const who = pid === undefined ? "another process" : `pid ${pid}`;
  const message = `The daemon of '${name}' already runs (${who}): use it, or stop it with \`jamey daemon stop\`.`;
  return new JameyError("conflict", message);
}
