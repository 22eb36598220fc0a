// `jamey daemon`: starting, stopping and looking at the daemon of an environment.
// Decided: stopping one that does not run is success (0); `status` of one that does not run is 69, unavailable.
import type { Connection } from "../../client/connection.ts";
import { type DaemonOptions, findDaemon, findOrStart, waitUntilGone } from "../../client/daemon.ts";
import { logPath } from "../../client/start.ts";
import { errorCodes, JameyError } from "../../protocol/errors.ts";
import { daemonOptions } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { showDuration } from "../duration.ts";

/** The daemon promises to be gone within 5 s; beyond that something is wrong. Milliseconds. */
const STOP_TIMEOUT_MS = 15_000;

export async function start(context: Context): Promise<number> {
  const options = daemonOptions(context);
  const running = await findDaemon(options);
  running?.close();
  const connection = await findOrStart({ ...options, start: "always" });
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
  const pid = await stopDaemon(options);
  const connection = await findOrStart({ ...options, start: "always" });
  return await sayRunning(context, connection, pid === undefined ? "started" : "restarted");
}

export async function status(context: Context): Promise<number> {
  const options = daemonOptions(context);
  const connection = await findDaemon(options);
  if (!connection) {
    const { environment, places } = options;
    if (context.isJson) {
      await printJson(context, { running: false, environment, socket: places.socket });
    } else {
      await context.out.write(
        `not running: environment '${environment}', socket ${places.socket}\n`,
      );
    }
    return errorCodes.unavailable.exit;
  }
  try {
    const info = await connection.call("GetStatus", {});
    const { connectors } = await connection.call("ListConnectors", {});
    if (context.isJson) {
      await printJson(context, { running: true, ...info, connectors, log: logPath(options) });
      return 0;
    }
    const uptimeMs = Date.now() - Date.parse(info.started_at);
    await context.out.write(
      columns([
        ["running", `pid ${info.pid}, for ${showDuration(Math.max(0, uptimeMs))}`],
        ["environment", info.environment],
        ["version", `${info.version} (protocol ${info.protocol_version})`],
        ["socket", info.socket],
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

async function sayRunning(context: Context, connection: Connection, how: string): Promise<number> {
  try {
    const { pid, socket, environment } = await connection.call("GetStatus", {});
    if (context.isJson) await printJson(context, { running: true, how, pid, socket, environment });
    else await context.out.write(`Daemon ${how}: pid ${pid}, socket ${socket}\n`);
    return 0;
  } finally {
    connection.close();
  }
}

/** The pid of the daemon that was stopped; undefined when none ran. Returns when it is gone. */
async function stopDaemon(options: DaemonOptions): Promise<number | undefined> {
  const connection = await findDaemon(options);
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
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await Bun.sleep(END_POLL_MS);
  }
  return false;
}
