// `jamey daemon`: starting, stopping and looking at the daemon of an environment.
// Decided: stopping one that does not run is success (0); `status` of one that does not run is 69, unavailable.
import { existsSync } from "node:fs";
import type { Connection } from "../../client/connection.ts";
import {
  type DaemonOptions,
  findDaemon,
  findOrStart,
  findReachable,
  waitUntilGone,
} from "../../client/daemon.ts";
import { isAlive } from "../../client/process-alive.ts";
import { differences, readRunning } from "../../client/running.ts";
import { logPath } from "../../client/start.ts";
import { errorCodes, JameyError } from "../../protocol/errors.ts";
import { showDuration } from "../../terminal/duration.ts";
import { oneLine } from "../../terminal/strip.ts";
import { daemonOptions, withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { readServeSettings } from "../table/serve-flags.ts";

/** The daemon promises to be gone within 5 s; beyond that something is wrong. Milliseconds. */
const STOP_TIMEOUT_MS = 15_000;

export async function start(context: Context): Promise<number> {
  const options = daemonOptions(context);
  const settings = readServeSettings(context.arguments, context.host.directory);
  const running = await findDaemon(options);
  running?.close();
  if (running) checkRunning(options, settings);
  // The default one is made by whoever comes first, and nobody need hear of it.
  const isNew = options.environment !== "default" && !existsSync(options.places.folder);
  const connection = await findOrStart({ ...options, start: "always", mayMake: true, settings });
  if (isNew)
    await context.note(`Environment '${options.environment}' was made in ${options.places.folder}`);
  return await sayRunning(context, connection, running ? "already running" : "started");
}

export async function stop(context: Context): Promise<number> {
  const options = daemonOptions(context);
  const pid = await stopDaemon(options);
  if (context.isJson) await printJson(context, { stopped: pid !== undefined, pid: pid ?? null });
  else if (pid === undefined) {
    await context.out.write(`No daemon runs for environment '${options.environment}'.\n`);
  } else {
    await context.out.write(
      `Stopped the daemon of environment '${options.environment}' (pid ${pid}).\n`,
    );
  }
  return 0;
}

export async function restart(context: Context): Promise<number> {
  const options = daemonOptions(context);
  const given = readServeSettings(context.arguments, context.host.directory);
  // Without flags of its own it is started as it was: a restart takes no door away.
  const settings = Object.keys(given).length > 0 ? given : readRunning(options.places).flags;
  const dropped = keysOf(readRunning(options.places).flags).filter(
    (key) => !keysOf(settings).includes(key),
  );
  if (dropped.length > 0) {
    await context.err.write(
      `jamey: warning: the daemon was started with ${dropped.join(", ")}, which this restart does not say and so drops. Give every option again to keep it.\n`,
    );
  }
  const pid = await stopDaemon(options);
  const connection = await findOrStart({ ...options, start: "always", settings });
  return await sayRunning(context, connection, pid === undefined ? "started" : "restarted");
}

export async function status(context: Context): Promise<number> {
  const given = context.arguments;
  if (given.text("url") ?? given.text("runtime-url")) return await remoteStatus(context);
  const options = daemonOptions(context);
  const connection = await findReachable(options);
  if (!connection) {
    const { environment, places } = options;
    if (context.isJson) {
      await printJson(context, { running: false, environment, socket: places.socket });
    } else if (!context.arguments.has("quiet")) {
      await context.out.write(
        `not running: environment '${environment}', socket ${places.socket}\n`,
      );
    }
    return errorCodes.unavailable.exit;
  }
  try {
    const { places } = options;
    const info = await connection.call("GetStatus", {});
    const { connectors } = await connection.call("ListConnectors", {});
    if (context.isJson) {
      await printJson(context, { running: true, ...info, connectors, log: logPath(options) });
      return 0;
    }
    if (context.arguments.has("quiet")) return 0;
    const uptimeMs = Date.now() - Date.parse(info.started_at);
    await context.out.write(
      columns([
        ["running", `pid ${info.pid}, for ${showDuration(Math.max(0, uptimeMs))}`],
        ["environment", info.environment],
        ["version", `${info.version} (protocol ${info.protocol_version})`],
        ["socket", info.socket ?? places.socket],
        ...(info.url === null ? [] : [["url", info.url]]),
        ...(readRunning(places).again ? [["options", AGAIN]] : []),
        ["log", logPath(options)],
        ["objects", String(info.objects)],
        ["sessions", String(info.sessions)],
        ["running turns", String(info.running_turns)],
        ["open requests", String(info.pending_requests)],
        ["clients", `${info.clients}: ${connectors.map((one) => one.connector_type).join(", ")}`],
        ["memory", `${(info.memory_bytes / 1024 / 1024).toFixed(0)} MiB`],
      ]),
    );
    return 0;
  } finally {
    connection.close();
  }
}

/** Of one elsewhere: what it says, and who one is to it. */
const remoteStatus = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const info = await link.call("GetStatus", {});
    const { caller } = link.hello;
    if (context.isJson) await printJson(context, { running: true, ...info, caller });
    else if (!context.arguments.has("quiet")) {
      await context.out.write(
        columns([
          ["running", `since ${info.started_at}`],
          ["environment", oneLine(info.environment, 200)],
          ["version", `${oneLine(info.version, 64)} (protocol ${info.protocol_version})`],
          ["you are", oneLine(caller, 200)],
          ["objects", String(info.objects)],
          ["sessions", String(info.sessions)],
          ["running turns", String(info.running_turns)],
          ["open requests", String(info.pending_requests)],
        ]),
      );
    }
    return 0;
  });

/** `a.b.c` of every value in there. */
const keysOf = (settings: Record<string, unknown>): string[] => differences(settings, {});

const AGAIN = "those of the daemon before, which did not end in order";

/** One that runs keeps the settings that it was started with. */
function checkRunning(options: DaemonOptions, settings: Record<string, unknown>): void {
  const other = differences(settings, readRunning(options.places).settings);
  if (other.length === 0) return;
  throw new JameyError(
    "conflict",
    `The daemon of '${options.environment}' already runs with another ${other.join(", ")}. To change that: jamey daemon restart with the same options.`,
    { details: { settings: other } },
  );
}

async function sayRunning(context: Context, connection: Connection, how: string): Promise<number> {
  try {
    const { pid, socket, url, environment } = await connection.call("GetStatus", {});
    if (context.isJson) {
      await printJson(context, { running: true, how, pid, socket, url, environment });
    } else {
      const address = url === null ? "" : `, ${url}`;
      await context.out.write(`Daemon ${how}: pid ${pid}, socket ${socket ?? ""}${address}\n`);
    }
    return 0;
  } finally {
    connection.close();
  }
}

/** The pid of the daemon that was stopped; undefined when none ran. Returns when it is gone. */
async function stopDaemon(options: DaemonOptions): Promise<number | undefined> {
  const connection = await findReachable(options);
  if (!connection) return undefined;
  const { pid } = await connection.call("GetStatus", {});
  await connection.call("Shutdown", {}).catch((thrown: unknown) => {
    // It may go before its reply has come: then it did what was asked.
    if (!(thrown instanceof JameyError && thrown.code === "unavailable")) throw thrown;
  });
  const isGone = await waitUntilGone(options, STOP_TIMEOUT_MS);
  connection.close();
  if (isGone && (await waitForEnd(pid))) return pid;
  throw new JameyError(
    "timeout",
    `The daemon (pid ${pid}) still runs after ${STOP_TIMEOUT_MS / 1000} s. See ${logPath(options)}.`,
  );
}

const END_POLL_MS = 10;

/** The socket goes before the process does; only then is the lock free for the next. */
async function waitForEnd(pid: number): Promise<boolean> {
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (!isAlive(pid)) return true;
    await Bun.sleep(END_POLL_MS);
  }
  return false;
}
