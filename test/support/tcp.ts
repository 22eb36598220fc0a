// A world that listens on TCP: its port, keys of every kind, and requests as a program would make them.
import type { Scope } from "../../src/protocol/commands/command.ts";
import type { LimiterOptions } from "../../src/runtime/connectors/limiter.ts";
import {
  startTcpConnector,
  type TcpConnector,
  type TcpLimits,
  type TcpOptions,
} from "../../src/runtime/connectors/tcp.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "./world.ts";

/** More than any test asks for. */
export const unlimited: LimiterOptions = { perSecond: 1e9, burst: 1e9 };

export interface Listening extends AsyncDisposable {
  world: TestWorld;
  connector: TcpConnector;
  url: string;
  port: number;
  /** The `Host` that it answers to. */
  host: string;
  /** The text of a new key. */
  makeKey(scopes?: Scope[], expires_at?: string | null): Promise<{ key_id: string; text: string }>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A command over plain HTTP. */
  call(command: string, key: string, params?: unknown): Promise<Response>;
}

export async function openListening(
  given: { world?: TestWorldOptions; options?: Partial<TcpOptions>; limits?: TcpLimits } = {},
): Promise<Listening> {
  const world = await openTestWorld(given.world ?? { script: () => "ok" });
  const connector = startTcpConnector(
    { hostname: "127.0.0.1", port: 0, allowedHosts: [], hasWebSocket: true, ...given.options },
    world.runtime(),
    { requests: unlimited, failures: unlimited, ...given.limits },
  );
  const { port } = connector;
  const url = `http://127.0.0.1:${port}`;
  let made = 0;
  return {
    world,
    connector,
    url,
    port,
    host: `127.0.0.1:${port}`,
    async makeKey(scopes = ["read", "chat"], expires_at = null) {
      made += 1;
      const { key, text } = await world.ask("CreateKey", {
        name: `key-${made}`,
        scopes,
        expires_at,
      });
      return { key_id: key.key_id, text };
    },
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers, redirect: "manual" }),
    call: (command, key, params = {}) =>
      fetch(`${url}/api/call/${command}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify(params),
      }),
    async [Symbol.asyncDispose]() {
      await connector.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}
