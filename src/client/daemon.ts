// Finds the daemon of an environment, or starts it: what every client does first.
// Rules: 1. Whoever listens decides; pid files and locks are the daemon's own business.
//        2. A folder or socket that is not ours is refused, and nothing is ever deleted here.
//        3. A busy daemon is never replaced.
import { lstatSync, type Stats } from "node:fs";
import { JameyError } from "../protocol/errors.ts";
import type { EnvironmentPlaces } from "../protocol/places.ts";
import { PROTOCOL_VERSION, VERSION } from "../protocol/version.ts";
import { type Connection, type Introduction, openConnection } from "./connection.ts";
import { isAlive } from "./process-alive.ts";
import { readRunning } from "./running.ts";
import { mayAutoStart, startDaemon } from "./start.ts";
import type { Variables } from "./variables.ts";

export interface DaemonOptions {
  environment: string;
  places: EnvironmentPlaces;
  /** The folder of daemon.yml. */
  config: string;
  variables: Variables;
  /** The command line of this program, to which the daemon's own words are added. */
  program: string[];
  introduction: Introduction;
  /** `configured`: unless settings say no. `always`: a human asked for it. `never`: only look. */
  start: "configured" | "always" | "never";
  /** The environment need not be there yet: a human started its daemon by name. */
  mayMake?: boolean;
  /** What a daemon that is started here is told, in the shape of a manifest: no secrets, others see them. */
  settings?: Record<string, unknown>;
}

/** How long an older daemon may take to leave, in milliseconds. */
const LEAVE_TIMEOUT_MS = 10_000;
const LEAVE_POLL_MS = 10;
/** Its pid is only named: one that does not say it by then is named without, in milliseconds. */
const PID_TIMEOUT_MS = 1_000;
/** How long a daemon whose socket was removed may take to put it back: it looks each second. */
const RETURN_TIMEOUT_MS = 2_500;
/** How often one that ends at just this moment is looked for again. */
const MAX_LOOKS = 20;

export async function findOrStart(options: DaemonOptions): Promise<Connection> {
  const found = await findDaemon(options);
  const current = found && (await settleVersion(found, options));
  if (current) return current;
  if (
    options.start === "never" ||
    (options.start === "configured" && !(await mayAutoStart(options)))
  ) {
    throw notRunning(options);
  }
  const started = await startDaemon(options, () => findDaemon(options));
  const settled = await settleVersion(started, options);
  if (settled) return settled;
  throw new JameyError(
    "version_mismatch",
    "Another jamey of another version starts the same daemon.",
  );
}

/** The running daemon, whatever its version; undefined where none listens. */
export async function findDaemon(options: Looking): Promise<Connection | undefined> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await lookOnce(options);
    } catch (thrown) {
      if (!isLeaving(thrown) || looks === MAX_LOOKS) throw thrown;
      await Bun.sleep(LEAVE_POLL_MS);
    }
  }
}

/**
 * The pid of a daemon that runs although nobody can reach it: undefined where none does. Its socket may have
 * been removed; it puts it back, so that looking again soon may help.
 */
export function findUnreachable({ places }: Pick<DaemonOptions, "places">): number | undefined {
  const { pid } = readRunning(places);
  return pid !== undefined && !isSocketThere(places) && isAlive(pid) ? pid : undefined;
}

/** As `findDaemon`; one whose socket was removed is waited for, and named where it stays away. */
export async function findReachable(options: DaemonOptions): Promise<Connection | undefined> {
  const deadline = performance.now() + RETURN_TIMEOUT_MS;
  for (;;) {
    const found = await findDaemon(options);
    const pid = found ? undefined : findUnreachable(options);
    if (pid === undefined) return found;
    if (performance.now() > deadline) throw unreachable(options, pid);
    await Bun.sleep(LEAVE_POLL_MS);
  }
}

function unreachable({ environment, places }: DaemonOptions, pid: number): JameyError {
  return new JameyError(
    "unavailable",
    `The daemon of environment '${environment}' (pid ${pid}) seems to run, but its socket ${places.socket} is gone. If that is a jamey: kill ${pid}`,
    { details: { pid } },
  );
}

type Looking = Pick<DaemonOptions, "places" | "introduction">;

async function lookOnce(options: Looking): Promise<Connection | undefined> {
  if (!isSocketThere(options.places)) return undefined;
  const address = { socket: options.places.socket };
  try {
    return await openConnection(address, options.introduction);
  } catch (thrown) {
    if (!(thrown instanceof JameyError)) throw thrown;
    const { connect_error, daemon } = thrown.details;
    // ENOENT: gone since we looked. ECONNREFUSED: left behind by a daemon that was killed.
    if (connect_error === "ENOENT" || connect_error === "ECONNREFUSED") return undefined;
    const isOtherVersion = thrown.code === "version_mismatch" && typeof daemon === "number";
    if (!isOtherVersion) throw thrown;
    return await openConnection(address, options.introduction, daemon);
  }
}

/** It took the connection and ended before it said anything: it was being stopped, or killed. */
function isLeaving(thrown: unknown): boolean {
  if (!(thrown instanceof JameyError) || thrown.code !== "unavailable") return false;
  const { connect_error, close_code } = thrown.details;
  const isBrokenOff = [null, "ECONNRESET", "EPIPE"].some((one) => one === connect_error);
  return isBrokenOff && close_code !== undefined;
}

/** Waits until nothing listens any more. False when it takes too long. */
export async function waitUntilGone(
  options: Pick<DaemonOptions, "places" | "introduction">,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isSocketThere(options.places)) {
    if (performance.now() > deadline) return false;
    await Bun.sleep(LEAVE_POLL_MS);
  }
  return true;
}

/** Whether a socket of ours is there. Throws where something else lies in its place. */
export function isSocketThere(places: EnvironmentPlaces): boolean {
  const folder = statOf(places.run);
  if (!folder) return false;
  if (!folder.isDirectory() || folder.uid !== ownUser()) {
    throw refused(places.run, "it is not a folder that belongs to you");
  }
  if ((folder.mode & 0o022) !== 0) throw refused(places.run, "other users may write into it");
  const socket = statOf(places.socket);
  if (!socket) return false;
  if (socket.isSymbolicLink()) throw refused(places.socket, "it is a symbolic link, not a socket");
  if (!socket.isSocket()) throw refused(places.socket, "it is not a socket");
  if (socket.uid !== ownUser()) throw refused(places.socket, "it belongs to another user");
  return true;
}

const ownUser = (): number => process.getuid?.() ?? 0;

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function refused(path: string, reason: string): JameyError {
  return new JameyError(
    "config_invalid",
    `Refused to use ${path}: ${reason}. Nothing was changed.`,
  );
}

function notRunning(options: DaemonOptions): JameyError {
  return new JameyError(
    "unavailable",
    `No daemon runs for environment '${options.environment}' (${options.places.socket}). Start it with 'jamey daemon start'.`,
  );
}

/** The connection, if its daemon speaks our protocol; undefined if an older one has just left. */
async function settleVersion(
  connection: Connection,
  options: DaemonOptions,
): Promise<Connection | undefined> {
  const { hello } = connection;
  if (hello.protocol_version === PROTOCOL_VERSION) return connection;
  const said = connection.call("GetStatus", {}).then(
    (status) => `, pid ${status.pid}`,
    () => "",
  );
  const pid = await Promise.race([said, Bun.sleep(PID_TIMEOUT_MS).then(() => "")]);
  const both = `The daemon is jamey ${hello.version} (protocol ${hello.protocol_version}${pid}), this is jamey ${VERSION} (protocol ${PROTOCOL_VERSION})`;
  if (hello.protocol_version > PROTOCOL_VERSION) {
    connection.close();
    throw new JameyError("version_mismatch", `${both}. Update this one, or use the newer program.`);
  }
  try {
    // One that is stuck never answers: then it does not stop, which is said below.
    const asked = connection.call("Shutdown", { if_idle: true });
    await Promise.race([asked, Bun.sleep(LEAVE_TIMEOUT_MS)]);
  } catch (thrown) {
    connection.close();
    // It may go before its reply has come: then it did what was asked.
    const hasGone = thrown instanceof JameyError && thrown.code === "unavailable";
    if (hasGone && (await waitUntilGone(options, LEAVE_TIMEOUT_MS))) return undefined;
    throw new JameyError(
      "version_mismatch",
      `${both}, and it is busy. When its work may be interrupted: jamey daemon restart`,
    );
  }
  connection.close();
  if (await waitUntilGone(options, LEAVE_TIMEOUT_MS)) return undefined;
  throw new JameyError(
    "version_mismatch",
    `${both}, and it does not stop. Try 'jamey daemon restart'.`,
  );
}
