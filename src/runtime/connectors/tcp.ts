// TCP: HTTP and WebSocket for whoever carries a key: where it listens, what it refuses to begin with, and how
// it makes room when strangers take all of it. Who is let in is decided in `admission.ts`.
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { type Answer, createAnswer, createWatch, type Rates } from "./admission.ts";
import { type Certificate, type CertificateFiles, readCertificate } from "./certificate.ts";
import { watchDescriptors } from "./descriptors.ts";
import { MAX_INCOMING_BYTES } from "./http/body.ts";
import { createDoor, type Door, type DoorOptions } from "./http/door.ts";
import { bracketed, createHostRule, type HostRule, isLoopback, isWildcard } from "./origin.ts";
import { stopServer } from "./unix.ts";
import type { SocketData } from "./websocket.ts";

/** Sockets of TCP at once: fewer than there may be in all, so that the unix socket has room. */
const MAX_TCP_SOCKETS = 1_500;
/** Without a byte for this long a connection is closed, and headers and bodies must be here. Seconds. */
const IDLE_SECONDS = 10;
export interface TcpOptions {
  hostname: string;
  /** 0 takes a free one. */
  port: number;
  tls?: CertificateFiles | undefined;
  allowedHosts: readonly string[];
  hasWebSocket: boolean;
  staticDir?: string | undefined;
  /** Who it is that has the port already, where that is known. */
  whoHas?: (port: number) => string | undefined;
}

/** Other limits than ours, for who cannot wait. */
export type TcpLimits = DoorOptions & Rates;

export interface TcpConnector extends Connector {
  /** How clients on this machine reach it, such as http://127.0.0.1:8080. */
  url: string;
  port: number;
}

export function startTcpConnector(
  given: TcpOptions,
  gateway: Gateway,
  limits: TcpLimits = {},
): TcpConnector {
  const options = { ...given, hostname: addressOf(given.hostname) };
  const { hostname, hasWebSocket, staticDir } = options;
  refuseExposed(options, gateway);
  const certificate = options.tls && readCertificate(options.tls);
  if (certificate?.warning) gateway.log.warn(certificate.warning);
  // A broken file of keys is said now, not when somebody is refused for it.
  gateway.access.refresh();
  const door = createDoor(gateway, {
    maxSockets: MAX_TCP_SOCKETS,
    ...limits,
    hasWebSocket,
    ...(staticDir === undefined ? {} : { staticDir }),
  });
  // The names depend on the port, which is known only when it listens.
  let hostRule: HostRule = () => ({ code: "unavailable", message: "Not yet.", details: {} });
  const answer = createAnswer({
    gateway,
    door,
    rates: limits,
    hostRule: (request) => hostRule(request),
  });
  const watch = createWatch(gateway);
  const listener = startListener({ options, certificate, door, gateway }, (request, server) => {
    watch.begin(server);
    return answer(request, server);
  });
  const { port } = listener;
  hostRule = createHostRule({
    hostname,
    port,
    isTls: certificate !== undefined,
    allowedHosts: options.allowedHosts,
  });
  const url = urlOf(hostname, port, certificate !== undefined);
  if (!isLoopback(hostname)) warnExposed(url, options, gateway);
  return {
    url,
    port,
    async stop() {
      await listener.stop();
      watch.end();
    },
  };
}

/** Of two addresses that `localhost` may be, clients would have to guess: it is the one that all know. */
function addressOf(hostname: string): string {
  return hostname.toLowerCase() === "localhost" ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
}

/** How to reach it from this machine: what listens everywhere listens on loopback too. */
function urlOf(hostname: string, port: number, isTls: boolean): string {
  const everywhere = hostname.includes(":") ? "[::1]" : "127.0.0.1";
  const name = isWildcard(hostname) ? everywhere : bracketed(hostname);
  return `${isTls ? "https" : "http"}://${name}:${port}`;
}

function refuseExposed({ hostname }: TcpOptions, { access }: Gateway): void {
  if (isLoopback(hostname) || access.hasMadeKey()) return;
  throw new JameyError(
    "config_invalid",
    `Listening on ${hostname} shows jamey to the network, and there is no key: make one with 'JAMEY_CONNECTORS_HTTP_ENABLED=false jamey keys create NAME' and then 'jamey daemon restart', or set JAMEY_TOKEN to 32 characters or more.`,
  );
}

function warnExposed(url: string, { hostname, tls }: TcpOptions, { log }: Gateway): void {
  const who = isWildcard(hostname) ? "whoever reaches this machine" : `whoever reaches ${hostname}`;
  log.warn(
    `${who} and has a key can read all conversations and run what agents may run, at ${url}`,
  );
  if (!tls) log.warn("without TLS keys and conversations travel readable: give a certificate");
}

interface Listener {
  port: number;
  stop(): Promise<void>;
}

/** Between two attempts to listen again at the port that was ours. */
const RELISTEN_MS = 1_000;

/** Listens, and closes all that is open over TCP where it takes the descriptors of everybody else. */
function startListener(
  given: {
    options: TcpOptions;
    certificate: Certificate | undefined;
    door: Door;
    gateway: Gateway;
  },
  answer: Answer,
): Listener {
  const { options, certificate, door, gateway } = given;
  const { log } = gateway;
  let server = listen(options, certificate, door, answer);
  const port = server.port ?? options.port;
  let isStopped = false;
  let clearing: Promise<void> | undefined;

  async function clear(): Promise<void> {
    log.warn("too many connections: those over TCP are closed, so that others find room");
    await server.stop(true);
    while (!isStopped) {
      try {
        server = listen({ ...options, port }, certificate, door, answer);
        return;
      } catch (thrown) {
        log.error("cannot listen again", { reason: messageOf(thrown) });
        await Bun.sleep(RELISTEN_MS);
      }
    }
  }

  const descriptors = watchDescriptors(() => {
    clearing ??= clear().finally(() => {
      clearing = undefined;
    });
  });
  return {
    port,
    async stop() {
      isStopped = true;
      descriptors.stop();
      await clearing;
      await stopServer(server, door);
    },
  };
}

function listen(
  options: TcpOptions,
  certificate: Certificate | undefined,
  door: Door,
  answer: Answer,
): Bun.Server<SocketData> {
  const { hostname, port } = options;
  try {
    return Bun.serve<SocketData>({
      hostname,
      port,
      idleTimeout: IDLE_SECONDS,
      // Whatever breaks, no page of ours shows where. Bun would then share the port with who comes next.
      development: false,
      reusePort: false,
      maxRequestBodySize: MAX_INCOMING_BYTES,
      ...(certificate ? { tls: { cert: certificate.cert, key: certificate.key } } : {}),
      fetch: answer,
      websocket: door.websocket,
    });
  } catch (cause) {
    throw cannotListen(options, cause);
  }
}

function cannotListen({ hostname, port, whoHas }: TcpOptions, cause: unknown): JameyError {
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
