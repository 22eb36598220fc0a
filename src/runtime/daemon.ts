// The daemon: the one composition root. It takes the environment's lock, opens what is on disk, starts the
// runtime and its doors, and ends them in order.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { VERSION } from "../protocol/version.ts";
import { builtInTools, createToolbox } from "../tools/index.ts";
import { createBlobs } from "./blobs.ts";
import { startUnixConnector } from "./connectors/unix.ts";
import { type OpenEnvironment, openEnvironment } from "./environment/open.ts";
import type { Connector } from "./gateway.ts";
import { watchIdle } from "./idle.ts";
import { createKeyring, readCredentials } from "./keyring.ts";
import { takeLock } from "./lock.ts";
import { createLog, type Log, openLogFile } from "./log.ts";
import { createModels } from "./models.ts";
import { createRuntime, type Runtime } from "./runtime.ts";
import { openStore, type Store } from "./store/open.ts";
import { endLeftovers } from "./world/leftovers.ts";
import { childVariables } from "./world/variables.ts";
import { createWorld } from "./world.ts";

export interface DaemonOptions {
  /** A name, or a real path. */
  environment: string;
  /** In the foreground the log goes to stderr too. */
  foreground: boolean;
}

/** The end of the daemon at the latest, once it is asked to stop. */
const STOP_TIMEOUT_MS = 5_000;

/** Runs until it is told to stop. Resolves to the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const variables = process.env;
  const hash = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
  const environment = openEnvironment({ environment: options.environment, variables, hash });
  const { places } = environment;
  const lock = takeLock(join(places.state, "lock.db"));
  if (!lock) {
    const { code, message } = alreadyRunning(environment);
    if (!options.foreground) return 0;
    throw new JameyError(code, message);
  }
  const log = openLog(environment, options.foreground);
  for (const warning of environment.warnings) log.warn(warning);
  const ending = Promise.withResolvers<string>();
  const stopListening = listenToSignals(ending.resolve);
  let store: Store | undefined;
  let runtime: Runtime | undefined;
  let connector: Connector | undefined;
  try {
    store = openStore({
      folder: places.state,
      onError: (thrown) => log.error("store", { reason: messageOf(thrown) }),
    });
    runtime = assemble({ environment, store, log, shutDown: ending.resolve });
    const { journal_id } = store.journal;
    const ended = await endLeftovers({ journal_id, keep: new Set() });
    if (ended > 0) log.warn("ended processes of the last daemon's tools", { count: ended });
    await runtime.start();
    connector = startUnixConnector(places.socket, runtime);
    writePid(environment);
    log.info("Jamey Runtime started", { socket: places.socket, pid: process.pid, version: VERSION });
    if (options.foreground) {
      process.stderr.write(`jamey ${VERSION} serves '${environment.name}' on ${places.socket}\n`);
    }
    const idle = watchIdle({
      isIdle: runtime.isIdle,
      timeoutSeconds: environment.config.idle_timeout,
      end: () => ending.resolve("nobody needed it"),
    });
    log.info("stopping", { reason: await ending.promise });
    idle.stop();
    return 0;
  } finally {
    const forced = setTimeout(() => process.exit(1), STOP_TIMEOUT_MS);
    forced.unref();
    await connector?.stop();
    await runtime?.stop();
    await store?.close();
    removeTraces(environment);
    lock.release();
    stopListening();
    clearTimeout(forced);
    log.info("stopped");
  }
}

function assemble(parts: {
  environment: OpenEnvironment;
  store: Store;
  log: Log;
  shutDown(reason: string): void;
}): Runtime {
  const { environment, store, log } = parts;
  const { places, config } = environment;
  const world = createWorld({ http: { allow_private: config.http.allow_private, ownPorts: () => [] } });
  const spillFolder = join(places.state, "outputs");
  mkdirSync(spillFolder, { recursive: true, mode: 0o700 });
  const credentialsFile = join(environment.configFolder, "credentials");
  return createRuntime({
    environment: environment.name,
    workspace: places.folder,
    socket: places.socket,
    config,
    log,
    store,
    world,
    models: createModels(config),
    keyring: createKeyring({
      environment: process.env,
      credentials: () =>
        existsSync(credentialsFile) ? readCredentials(readFileSync(credentialsFile, "utf8")) : {},
    }),
    tools: createToolbox(builtInTools()),
    blobs: createBlobs(join(places.state, "attachments"), world.hash),
    objectFiles: environment.objectFiles,
    spillFolder,
    childVariables: (call_id) =>
      childVariables(process.env, { journal_id: store.journal.journal_id, call_id }),
    shutDown: parts.shutDown,
  });
}

function openLog(environment: OpenEnvironment, foreground: boolean): Log {
  const toFile = openLogFile(join(environment.places.state, "daemon.log"));
  return createLog({
    level: environment.config.log_level,
    now: () => new Date().toISOString(),
    write(line) {
      toFile(line);
      if (foreground) process.stderr.write(line);
    },
  });
}

function listenToSignals(end: (reason: string) => void): () => void {
  let count = 0;
  const listener = (name: NodeJS.Signals) => {
    count += 1;
    // The second one does not wait: what is committed is safe.
    if (count > 1) process.exit(1);
    end(name);
  };
  const ignore = () => undefined;
  process.on("SIGTERM", listener);
  process.on("SIGINT", listener);
  process.on("SIGHUP", ignore);
  return () => {
    process.off("SIGTERM", listener);
    process.off("SIGINT", listener);
    process.off("SIGHUP", ignore);
  };
}

const pidFile = ({ places }: OpenEnvironment) => join(places.state, "daemon.json");

function writePid(environment: OpenEnvironment): void {
  const { socket } = environment.places;
  const content = JSON.stringify({ pid: process.pid, socket, version: VERSION });
  writeFileSync(pidFile(environment), `${content}\n`, { mode: 0o600 });
}

function removeTraces(environment: OpenEnvironment): void {
  rmSync(pidFile(environment), { force: true });
  rmSync(environment.places.socket, { force: true });
}

function alreadyRunning(environment: OpenEnvironment): { code: "conflict"; message: string } {
  const file = pidFile(environment);
  const pid = existsSync(file) ? /"pid":(\d+)/.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  const who = pid === undefined ? "another process" : `pid ${pid}`;
  const message = `The daemon of '${environment.name}' already runs (${who}): use it, or stop it with \`jamey daemon stop\`.`;
  return { code: "conflict", message };
}
