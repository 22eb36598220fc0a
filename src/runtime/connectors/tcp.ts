// TCP: HTTP and WebSocket for whoever carries a key: where it listens and what it refuses to begin with. How it
// holds its port is `listener.ts`, who is let in `admission.ts`.
import { JameyError } from "../../protocol/errors.ts";
import { MAX_REMOTE_CONNECTIONS } from "../../protocol/limits.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { createAdmit, createAnswer, createWatch, type Rates } from "./admission.ts";
import { type CertificateFiles, readCertificate } from "./certificate.ts";
import { createDoor, type DoorOptions } from "./http/door.ts";
import type { HookSecrets } from "./http/signed-hooks.ts";
import { startListener } from "./listener.ts";
import { bracketed, createHostRule, type HostRule, isLoopback, isWildcard } from "./origin.ts";

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
  /** Of programs that sign their webhooks; left out, there are none. */
  hookSecrets?: HookSecrets;
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
  const admit = createAdmit(limits.requests);
  const door = createDoor(gateway, {
    maxSockets: MAX_REMOTE_CONNECTIONS,
    ...limits,
    admit,
    hasWebSocket,
    ...(staticDir === undefined ? {} : { staticDir }),
  });
  // The names depend on the port, which is known only when it listens.
  let hostRule: HostRule = () => ({ code: "unavailable", message: "Not yet.", details: {} });
  const answer = createAnswer({
    gateway,
    door,
    admit,
    rates: limits,
    hostRule: (request) => hostRule(request),
    hookSecrets: options.hookSecrets,
  });
  const watch = createWatch(gateway);
  const listener = startListener(
    {
      hostname,
      port: options.port,
      certificate,
      door,
      answer(request, server) {
        watch.begin(server);
        return answer(request, server);
      },
      whoHas: options.whoHas,
    },
    gateway.log,
  );
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
    `Listening on ${hostname} shows jamey to the network, and there is no key: make one with 'jamey keys create NAME', or set JAMEY_TOKEN to 32 characters or more.`,
  );
}

function warnExposed(
  url: string,
  { hostname, tls, allowedHosts }: TcpOptions,
  { log }: Gateway,
): void {
  const isAny = isWildcard(hostname);
  const who = isAny ? "whoever reaches this machine" : `whoever reaches ${hostname}`;
  log.warn(
    `${who} and has a key can read all conversations and run what agents may run, at ${url}`,
  );
  if (isAny && allowedHosts.length === 0) {
    log.warn("it answers to addresses only; to be reached by a name it needs --allow-host NAME");
  }
  if (!tls) log.warn("without TLS keys and conversations travel readable: give a certificate");
}
