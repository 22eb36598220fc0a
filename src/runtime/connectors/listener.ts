// The listening socket of TCP, and how it makes room when strangers take every descriptor.
//
// Rule: once it listens, the port is ours without a gap until the end. Whoever else could take it in between,
//       also without a key, would be shown the keys of our clients. So the next listener begins beside the one
//       before, which only one user's processes may do; at the start the port must be nobody's at all.
import { closeSync, openSync } from "node:fs";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Log } from "../log.ts";
import type { Answer } from "./admission.ts";
import type { Certificate } from "./certificate.ts";
import { watchDescriptors } from "./descriptors.ts";
import { MAX_INCOMING_BYTES } from "./http/body.ts";
import type { Door } from "./http/door.ts";
import { IDLE_SECONDS } from "./http/options.ts";
import { stopServer } from "./unix.ts";
import type { SocketData } from "./websocket.ts";

export interface ListenerOptions {
  hostname: string;
  /** 0 takes a free one. */
  port: number;
  certificate: Certificate | undefined;
  door: Door;
  answer: Answer;
  /** Who it is that has the port already, where that is known. */
  whoHas?: ((port: number) => string | undefined) | undefined;
}

export interface Listener {
  port: number;
  /** Closes all that is open and goes on listening. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export function openListener(options: ListenerOptions): Listener {
  const { door } = options;
  let server = listenAlone(options);
  const port = server.port ?? options.port;
  // Where none is left, the next listener has this one.
  let spare = openSpare();
  function closeSpare(): void {
    if (spare !== undefined) closeSync(spare);
    spare = undefined;
  }
  return {
    port,
    async clear() {
      const before = server;
      closeSpare();
      try {
        server = listen({ ...options, port }, { isShared: true });
        await before.stop(true);
      } finally {
        spare = openSpare();
      }
    },
    async stop() {
      closeSpare();
      await stopServer(server, door);
    },
  };
}

/** Listens, and closes all that is open over TCP where it takes the descriptors of everybody else. */
export function startListener(options: ListenerOptions, log: Log): Omit<Listener, "clear"> {
  const listener = openListener(options);
  let clearing: Promise<void> | undefined;

  async function clear(): Promise<void> {
    log.warn("too many connections: those over TCP are closed, so that others find room");
    try {
      await listener.clear();
    } catch (thrown) {
      log.error("the connections over TCP cannot be closed", { reason: messageOf(thrown) });
    }
  }

  const descriptors = watchDescriptors(() => {
    clearing ??= clear().finally(() => {
      clearing = undefined;
    });
  });
  return {
    port: listener.port,
    async stop() {
      descriptors.stop();
      await clearing;
      await listener.stop();
    },
  };
}

/** One that shares cannot tell whether others do: who shares nothing finds out first. */
function listenAlone(options: ListenerOptions): Bun.Server<SocketData> {
  const first = listen(options, { isShared: false });
  const { port = options.port } = first;
  void first.stop(true);
  return listen({ ...options, port }, { isShared: true });
}

function listen(
  options: ListenerOptions,
  { isShared }: { isShared: boolean },
): Bun.Server<SocketData> {
  const { hostname, port, certificate, door, answer } = options;
  try {
    return Bun.serve<SocketData>({
      hostname,
      port,
      idleTimeout: IDLE_SECONDS,
      // Whatever breaks, no page of ours shows where.
      development: false,
      reusePort: isShared,
      maxRequestBodySize: MAX_INCOMING_BYTES,
      ...(certificate ? { tls: { cert: certificate.cert, key: certificate.key } } : {}),
      fetch: answer,
      websocket: door.websocket,
    });
  } catch (cause) {
    throw cannotListen(options, cause);
  }
}

function openSpare(): number | undefined {
  try {
    return openSync("/dev/null", "r");
  } catch (_none) {
    return undefined;
  }
}

function cannotListen({ hostname, port, whoHas }: ListenerOptions, cause: unknown): JameyError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const who = whoHas?.(port);
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${hostname} is taken${who ? ` by ${who}` : ""}: stop that, or choose another with --http PORT.`,
    EACCES: `Port ${port} is not for ordinary users: choose one above 1023 with --http PORT.`,
  };
  const message =
    reasons[code] ?? `Cannot listen on ${hostname}, port ${port}: ${messageOf(cause)}`;
  return new JameyError("config_invalid", message, { cause, details: { port } });
}
