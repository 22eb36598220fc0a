// Starts a daemon in the background and waits until it answers.
// Rules: 1. Many may start one at once: the daemon's lock decides, and the losers exit with code 75.
//        2. The daemon outlives its starter: own session, no terminal, output in a 0600 log file, which
//           the daemon itself keeps short.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statfsSync,
} from "node:fs";
import { dirname } from "node:path";
import { errorCodes, JameyError, messageOf } from "../protocol/errors.ts";
import { isObject } from "../protocol/json.ts";
import type { Connection } from "./connection.ts";
import type { DaemonOptions } from "./daemon.ts";
import { readRegularFile } from "./regular-file.ts";
import { readRunning } from "./running.ts";
import { daemonVariables } from "./variables.ts";

/** From the start of the daemon until it answers, in milliseconds. */
const READY_TIMEOUT_MS = 10_000;
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 50;
/** Slow enough that little is lost when it comes up, and still few looks at one that takes seconds. */
const POLL_GROWTH = 1.05;
/** After a start that failed, another's daemon may still come up. Milliseconds. */
const FAILED_START_GRACE_MS = 500;
/** A start that lost the lock to a daemon that was just leaving is tried again; so often at most. */
const MAX_STARTS = 10;
/** Settings beyond this are none. */
const MAX_SETTINGS_BYTES = 1024 * 1024;
/** How much of the log an error shows. */
const LOG_TAIL_BYTES = 4096;
const LOG_TAIL_LINES = 8;

export const logPath = (options: Pick<DaemonOptions, "places">): string =>
  `${options.places.state}/daemon.log`;

export async function startDaemon(
  options: DaemonOptions,
  find: () => Promise<Connection | undefined>,
): Promise<Connection> {
  const log = openLog(options);
  try {
    return await waitUntilReady(options, find, log);
  } finally {
    closeSync(log.file);
  }
}

/** JAMEY_AUTO_START, then `auto_start` of the manifest, then of daemon.yml, then yes: as every setting. */
export async function mayAutoStart(
  options: Pick<DaemonOptions, "variables" | "config" | "places">,
): Promise<boolean> {
  const variable = options.variables.JAMEY_AUTO_START;
  if (variable) return !/^(false|0|no|off)$/i.test(variable);
  for (const path of [`${options.places.folder}/manifest.yml`, `${options.config}/daemon.yml`]) {
    const said = await autoStartIn(path);
    if (said !== undefined) return said;
  }
  return true;
}

async function autoStartIn(path: string): Promise<boolean | undefined> {
  const read = await readRegularFile(path, MAX_SETTINGS_BYTES);
  // What else is wrong with it the daemon says, which reads it too.
  if (read.type !== "text" || read.isCut) return undefined;
  try {
    const settings: unknown = Bun.YAML.parse(read.text);
    const said = isObject(settings) ? settings.auto_start : undefined;
    return typeof said === "boolean" ? said : undefined;
  } catch (cause) {
    const why = cause instanceof RangeError ? "it is nested too deeply" : messageOf(cause);
    const message = `${path} cannot be read: ${why}`;
    throw new JameyError("config_invalid", message, { cause });
  }
}

interface Log {
  file: number;
  path: string;
  /** Where the output of this start begins. */
  from: number;
}

function openLog(options: DaemonOptions): Log {
  const { folder, state } = options.places;
  const mayMake = options.environment === "default" || options.mayMake === true;
  if (!mayMake && !existsSync(folder)) throw unknownEnvironment(options);
  const path = logPath(options);
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = openSync(path, flags, 0o600);
    return { file, path, from: fstatSync(file).size };
  } catch (cause) {
    throw new JameyError(
      "config_invalid",
      `Cannot write the daemon's log ${path}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function unknownEnvironment({ environment, places }: DaemonOptions): JameyError {
  if (environment.startsWith("/")) {
    return new JameyError("environment_not_found", `There is no environment at ${environment}.`);
  }
  const parent = dirname(places.folder);
  const known = existsSync(parent)
    ? readdirSync(parent).filter((name) => !name.startsWith("."))
    : [];
  const names = known.length > 0 ? known.sort().join(", ") : "none but 'default' yet";
  return new JameyError(
    "environment_not_found",
    `There is no environment '${environment}' (known: ${names}). To make it: jamey env create ${environment}`,
    { details: { known } },
  );
}

interface Start {
  readonly exitCode: number | null;
  readonly at: number;
}

function spawnDaemon(options: DaemonOptions, log: Log): Start {
  const at = performance.now();
  const words = ["__daemon", "--env", options.environment];
  if (options.settings && Object.keys(options.settings).length > 0) {
    words.push("--settings", JSON.stringify(options.settings));
  }
  const child = Bun.spawn([...options.program, ...words], {
    detached: true,
    cwd: "/",
    env: daemonVariables(options.variables),
    stdin: "ignore",
    stdout: log.file,
    stderr: log.file,
  });
  child.unref();
  return {
    at,
    get exitCode() {
      // Ended by a signal counts as a failure too.
      return child.exitCode ?? (child.signalCode ? 1 : null);
    },
  };
}

async function waitUntilReady(
  options: DaemonOptions,
  find: () => Promise<Connection | undefined>,
  log: Log,
): Promise<Connection> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let pollMs = FIRST_POLL_MS;
  let starts = 1;
  let start = spawnDaemon(options, log);
  while (performance.now() < deadline) {
    await Bun.sleep(pollMs);
    pollMs = Math.min(pollMs * POLL_GROWTH, LONGEST_POLL_MS);
    const connection = await find();
    if (connection) return connection;
    const hasWaited = performance.now() - start.at > FAILED_START_GRACE_MS;
    if (start.exitCode === null || !hasWaited) continue;
    const hasLost = start.exitCode === 0 || start.exitCode === errorCodes.conflict.exit;
    if (!hasLost || starts === MAX_STARTS) throw failedStart(options, log, start.exitCode);
    starts += 1;
    start = spawnDaemon(options, log);
  }
  throw failedStart(options, log, null);
}

function failedStart(options: DaemonOptions, log: Log, exitCode: number | null): JameyError {
  const other = readRunning(options.places);
  if (exitCode === 0 && other.socket !== undefined && other.socket !== options.places.socket) {
    // The lock lies in the environment, the socket where the home says.
    const message = `The environment '${options.environment}' is held by a daemon (pid ${other.pid}) that listens on ${other.socket}, not on ${options.places.socket}: it was started with another JAMEY_HOME. Use that one, or end it.`;
    return new JameyError("unavailable", message, { details: { ...other } });
  }
  const tail = readTail(log);
  const reason =
    exitCode === null
      ? `it did not answer within ${READY_TIMEOUT_MS / 1000} s`
      : `it ended with exit code ${exitCode}`;
  const full = fullDisk(options.places.state);
  // Its own code goes on to whoever started it: settings that do not hold are no daemon that is away.
  const isMisconfigured = exitCode === errorCodes.config_invalid.exit;
  return new JameyError(
    isMisconfigured ? "config_invalid" : "unavailable",
    `The daemon of environment '${options.environment}' did not start: ${reason}. ${full}${tail ? `It said:\n${tail}\n` : ""}Its log: ${log.path}`,
    { details: { log: log.path } },
  );
}

/** With less, a daemon cannot write down what it must. */
const LEAST_FREE_BYTES = 1024 * 1024;

/** Said here, because a daemon whose log lies on a full disk can say nothing. */
function fullDisk(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free >= LEAST_FREE_BYTES) return "";
    return `The disk of ${folder} is full (${Math.floor(free / 1024)} KiB free): free some space there, then try again. `;
  } catch (_away) {
    return "";
  }
}

function readTail({ file, from }: Log): string {
  const { size } = fstatSync(file);
  const start = Math.max(from, size - LOG_TAIL_BYTES);
  const bytes = Buffer.alloc(Math.max(0, size - start));
  const length = readSync(file, bytes, 0, bytes.length, start);
  const lines = bytes.toString("utf8", 0, length).trimEnd().split("\n");
  return (
    lines
      .slice(-LOG_TAIL_LINES)
      // The reader of an error has been told already who speaks.
      .map((line) => `  ${line.replace(/^jamey: /, "")}`)
      .join("\n")
      .trimEnd()
  );
}
