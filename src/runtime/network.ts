// The daemon's side towards the network: who is let in, and the TCP listener where settings ask for one.
// The token of this user's own clients is there for as long as that listens.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { JameyError } from "../protocol/errors.ts";
import { type Access, createAccess } from "./access.ts";
import { startTcpConnector, type TcpOptions } from "./connectors/tcp.ts";
import type { OpenEnvironment } from "./environment/open.ts";
import type { Connector, Gateway } from "./gateway.ts";
import { createKeys, type Keys } from "./keys.ts";
import { createToken, writeToken } from "./local-token.ts";
import type { Log } from "./log.ts";
import { readAbout } from "./pid-file.ts";

/** A shorter one can be guessed. */
const MIN_TOKEN_LENGTH = 32;
const ENCODED_PREFIX = "whsec_";
const MIN_HOOK_KEY_BYTES = 24;

export interface Network {
  keys: Keys;
  access: Access;
  /** Of the listener; null where there is none. */
  url(): string | null;
  /** Ports of ours, which no tool may reach. */
  ports(): readonly number[];
  /** Nothing where settings ask for no listener. */
  listen(gateway: Gateway): Connector;
}

export function createNetwork(options: {
  environment: OpenEnvironment;
  variables: Record<string, string | undefined>;
  log: Log;
}): Network {
  const { environment, variables, log } = options;
  const { config, configFolder, places } = environment;
  const isListening = config.connectors.http.enabled;
  const now = () => new Date().toISOString();
  const keys = createKeys({ file: join(configFolder, "keys.yml"), log, now });
  const token = createToken();
  const variable = isListening ? readToken(variables.JAMEY_TOKEN) : undefined;
  const hookSecret = isListening ? readHookKey(variables.JAMEY_HOOK_SECRET) : undefined;
  const hookSecrets = () => hookSecret;
  let listening: { url: string; port: number } | undefined;
  return {
    keys,
    access: createAccess({ keys, local: token, variable }),
    url: () => listening?.url ?? null,
    ports: () => (listening ? [listening.port] : []),
    listen(gateway) {
      if (!isListening) return { stop: () => Promise.resolve() };
      // First: where it cannot be written nothing listens yet that would have to be stopped.
      const removeToken = writeToken(places.token, token);
      const connector = listenOr(removeToken, () =>
        startTcpConnector({ ...tcpOptions(environment), hookSecrets }, gateway),
      );
      listening = connector;
      return {
        async stop() {
          removeToken();
          await connector.stop();
        },
      };
    },
  };
}

/** What was made for a listener goes where there is none. */
function listenOr<Listener>(undo: () => void, listen: () => Listener): Listener {
  try {
    return listen();
  } catch (thrown) {
    undo();
    throw thrown;
  }
}

function readToken(text: string | undefined, name = "JAMEY_TOKEN"): string | undefined {
  if (!text) return undefined;
  if (text.length >= MIN_TOKEN_LENGTH) return text;
  throw new JameyError(
    "config_invalid",
    `${name} has ${text.length} characters and needs ${MIN_TOKEN_LENGTH} or more, such as: openssl rand -hex 32`,
  );
}

/** Standard Webhooks write secrets as whsec_ and Base64; every other one is its own bytes. */
function readHookKey(text: string | undefined): string | Uint8Array | undefined {
  const secret = readToken(text, "JAMEY_HOOK_SECRET");
  if (!secret?.startsWith(ENCODED_PREFIX)) return secret;
  const unpadded = secret.slice(ENCODED_PREFIX.length).replace(/={1,2}$/, "");
  const key = Buffer.from(unpadded, "base64");
  // What is no Base64 would be left out silently: in the end anybody knows an empty key.
  const isWhole = key.toString("base64").replace(/=+$/, "") === unpadded;
  if (isWhole && key.length >= MIN_HOOK_KEY_BYTES) return key;
  throw new JameyError(
    "config_invalid",
    `JAMEY_HOOK_SECRET begins with ${ENCODED_PREFIX}, and needs Base64 of ${MIN_HOOK_KEY_BYTES} bytes or more after it, such as: echo ${ENCODED_PREFIX}$(openssl rand -base64 32)`,
  );
}

function tcpOptions({ config, places, environments }: OpenEnvironment): TcpOptions {
  const { http, websocket } = config.connectors;
  const path = (file: string) => resolve(places.folder, file);
  return {
    hostname: http.host,
    port: http.port,
    tls: certificateFiles(http.tls, path),
    allowedHosts: http.allowed_hosts,
    hasWebSocket: websocket.enabled ?? true,
    staticDir: http.static_dir === null ? undefined : checkedFolder(path(http.static_dir)),
    whoHas: (port) => findNeighbour(environments, port),
  };
}

/** Its files may come and go; a folder that is not there is a mistake that nobody would see. */
function checkedFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  const message = `connectors.http.static_dir (--static): there is no folder ${folder}.`;
  throw new JameyError("config_invalid", message);
}

function certificateFiles(
  { cert, key }: { cert: string | null; key: string | null },
  path: (file: string) => string,
) {
  if (cert === null && key === null) return undefined;
  if (cert !== null && key !== null) return { cert: path(cert), key: path(key) };
  const missing = cert === null ? "cert" : "key";
  throw new JameyError(
    "config_invalid",
    `connectors.http.tls.${missing} is missing: TLS needs a certificate and its key.`,
  );
}

/** Another daemon of this user that says it listens there. */
function findNeighbour(environments: string, port: number): string | undefined {
  for (const name of existsSync(environments) ? readdirSync(environments) : []) {
    try {
      const { url, pid } = readAbout(join(environments, name, ".state")) ?? {};
      if (typeof url !== "string" || typeof pid !== "number") continue;
      if (Number(new URL(url).port) !== port) continue;
      process.kill(pid, 0);
      return `the daemon of environment '${name}' (pid ${pid})`;
    } catch (_gone) {
      // No daemon, or one that is gone: none that has the port.
    }
  }
  return undefined;
}
