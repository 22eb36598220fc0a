// The daemon from outside: its lock, its file, its socket, its version and its log. Nothing is changed, and
// no process is signalled: a pid may long be another's.
import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../../protocol/upkeep.ts";
import { VERSION } from "../../../protocol/version.ts";
import { takeLock } from "../../lock.ts";
import { readAbout, readPid } from "../../pid-file.ts";
import { bad, type Check, good } from "./check.ts";

/** How long a socket may take to answer, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000;
/** The end of the log that is looked at. */
const LOG_TAIL_BYTES = 128 * 1024;
const SHOWN_ERRORS = 3;

/** `silent`: it takes connections, and says nothing. */
type SocketState = "missing" | "foreign" | "answers" | "silent" | "dead";

export const checkDaemon: Check = async ({ found }) => {
  const { state, socket } = found.places;
  const isHeld = isLocked(join(state, "lock.db"));
  const answer = await socketState(socket);
  const pid = readPid(state);
  const who = pid === undefined ? "a daemon" : `the daemon (pid ${pid})`;
  if (answer === "foreign") {
    return [
      bad("broken", "socket", {
        what: `${socket} is not a socket of yours`,
        why: "Clients refuse it, and so does the daemon.",
        advice: `Look at what it is, then take it away: ls -l ${socket}`,
      }),
    ];
  }
  if (isHeld && answer === "answers")
    return [good("daemon", `runs: ${who}, ${socket}`), ...version(state)];
  if (isHeld) {
    return [
      bad("broken", "daemon", {
        what: `${who} holds the lock, but ${socket} does not answer`,
        why: "It is starting or stopping this moment, it hangs, or it was suspended.",
        advice: `See ${join(state, "daemon.log")}. If it stays so: kill ${pid ?? "its pid"}`,
      }),
    ];
  }
  if (answer === "answers" || answer === "silent") {
    return [
      bad("broken", "socket", {
        what: `something listens on ${socket}, and no daemon holds the lock`,
        why: "A program that is not jamey listens there.",
        advice: `Find it: lsof ${socket}`,
      }),
    ];
  }
  return [
    good("daemon", "does not run; the next client starts it"),
    ...leftovers(state, socket, answer),
  ];
};

function leftovers(state: string, socket: string, answer: SocketState): Finding[] {
  const left = [
    ...(answer === "dead" ? [socket] : []),
    ...(readPid(state) === undefined ? [] : [join(state, "daemon.json")]),
  ];
  if (left.length === 0) return [];
  return [
    bad("note", "socket", {
      what: `stale: ${left.join(", ")}`,
      why: "The last daemon was killed before it could clean up.",
      advice: "Nothing: the next start replaces it.",
    }),
  ];
}

function version(state: string): Finding[] {
  const running = readAbout(state)?.version ?? "unknown";
  if (running === VERSION) return [good("version", `daemon and program are ${VERSION}`)];
  return [
    bad("weak", "version", {
      what: `the daemon is jamey ${running}, this program is ${VERSION}`,
      why: "It was started before the program was replaced.",
      advice: "jamey daemon restart",
    }),
  ];
}

/** Taken for a moment where it is free: a daemon that starts just then waits longer, or is started again. */
function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const lock = takeLock(file);
  lock?.release();
  return lock === undefined;
}

async function socketState(path: string): Promise<SocketState> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return "missing";
  const uid = process.getuid?.();
  if (!found.isSocket() || (uid !== undefined && found.uid !== uid)) return "foreign";
  const { promise, resolve } = Promise.withResolvers<SocketState>();
  let isOpen = false;
  const timer = setTimeout(() => resolve(isOpen ? "silent" : "dead"), CONNECT_TIMEOUT_MS);
  const socket = {
    // The kernel takes connections for a process that hangs: only what it says tells that it works.
    open(connection: Bun.Socket) {
      isOpen = true;
      connection.write("GET /health HTTP/1.1\r\nHost: jamey\r\nConnection: close\r\n\r\n");
    },
    data: () => resolve("answers"),
    close: () => resolve(isOpen ? "silent" : "dead"),
  };
  const opening = Bun.connect({ unix: path, socket });
  opening.catch(() => resolve("dead"));
  const state = await promise;
  clearTimeout(timer);
  void opening.then((connection) => connection.end()).catch(() => undefined);
  return state;
}

export const checkLog: Check = ({ found }) => {
  const file = join(found.places.state, "daemon.log");
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return [];
  const errors = readFileSync(file)
    .subarray(Math.max(0, size - LOG_TAIL_BYTES))
    .toString("utf8")
    .split("\n")
    .filter((line) => /^\S+ error /.test(line));
  if (errors.length === 0) return [good("log", `no error in the end of ${file}`)];
  return [
    bad("note", "log", {
      what: `${errors.length} errors in the end of ${file}`,
      why: errors.slice(-SHOWN_ERRORS).join("\n"),
      advice: "jamey daemon logs",
    }),
  ];
};
