// Signing in to MCP servers by OAuth: a human is shown where, the browser comes back to this machine, and what it
// brings is kept in the credentials file.
// Rules: 1. Only at a server that a human lets be reached. 2. The listener is loopback, answers one return that
//           carries our own state, and closes. 3. Addresses that the server names are dialled only where agents'
//           requests may go too, unless they lie at its own origin (`openly-private.ts`).
import { randomBytes } from "node:crypto";
import type { Http } from "../../core/world.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Manifest } from "../../tools/external/manifest.ts";
import { connectMcp, type HttpReach } from "../../tools/mcp/client.ts";
import {
  type KeptSignIn,
  keptSignIn,
  type SignIn,
  type SignInStore,
  signInProvider,
} from "../../tools/mcp/sign-in.ts";
import type { Log } from "../log.ts";

/** A human who has not come back from the browser by then begins anew. */
const SIGN_IN_TIMEOUT_MS = 600_000;
const STATE_BYTES = 32;

export interface Secrets {
  read(name: string): string | undefined;
  keep(name: string, value: string): void;
}

export interface SignIns {
  /** For a server where somebody signed in. */
  of(manifest: Manifest): SignIn | undefined;
  /** Where a human signs in; null where that is not needed. */
  begin(manifest: Manifest, reach: Omit<HttpReach, "type">): Promise<string | null>;
  stop(): void;
}

export function createSignIns(parts: {
  secrets: Secrets;
  /** Tells this environment's sign-ins from those of others in the same file. */
  folder: string;
  hash(text: string): string;
  log: Log;
}): SignIns {
  const { secrets, folder, hash, log } = parts;
  const open = new Map<string, () => void>();
  const storeOf = ({ name, endpoint }: Manifest): SignInStore => {
    const key = `MCP_SIGN_IN_${hash(JSON.stringify([folder, name, endpoint])).slice(0, 16)}`;
    return {
      read: () => readKept(secrets.read(key)),
      write: (kept) => secrets.keep(key, JSON.stringify(kept)),
    };
  };

  return {
    of(manifest) {
      const store = storeOf(manifest);
      const kept = store.read();
      if (!kept?.tokens) return undefined;
      const provider = signInProvider({
        ...{ store, redirect_url: kept.redirect_url, state: "" },
        redirect: () => {
          throw new Error(`it wants to be signed in to again: jamey mcp login ${manifest.name}`);
        },
      });
      return { provider };
    },
    async begin(manifest, reach) {
      const { name } = manifest;
      open.get(name)?.();
      const shown = Promise.withResolvers<string>();
      const state = randomBytes(STATE_BYTES).toString("base64url");
      const listener = listenForReturn(state);
      const timer = setTimeout(listener.close, SIGN_IN_TIMEOUT_MS);
      timer.unref();
      open.set(name, listener.close);
      const provider = signInProvider({
        ...{ store: storeOf(manifest), redirect_url: listener.url, state },
        redirect: ({ href }) => shown.resolve(href),
      });
      const sign_in = { provider, answered: () => listener.returned };
      const connecting = connectMcp({ name, hash, reach: { type: "http", ...reach, sign_in } })
        .then(async (server) => {
          log.info("signed in", { plugin: name });
          await server.stop();
          return null;
        })
        .finally(() => {
          clearTimeout(timer);
          listener.close();
          if (open.get(name) === listener.close) open.delete(name);
        });
      // Once a human was shown the page, what goes wrong is said in the log: nobody waits here any more.
      connecting.catch((thrown) => {
        log.warn("not signed in", { plugin: name, reason: messageOf(thrown) });
      });
      return await Promise.race([shown.promise, connecting]);
    },
    stop() {
      for (const close of open.values()) close();
    },
  };
}

function readKept(text: string | undefined): KeptSignIn | undefined {
  if (text === undefined) return undefined;
  try {
    return keptSignIn.safeParse(JSON.parse(text)).data;
  } catch {
    // Somebody wrote something else there: it is as if nobody had signed in.
    return undefined;
  }
}

function listenForReturn(state: string) {
  const returned = Promise.withResolvers<URLSearchParams>();
  // Where nobody waits for it, an end without a return is no error.
  returned.promise.catch(() => undefined);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    // What comes back is for nobody else who listens.
    reusePort: false,
    fetch(request, { port }) {
      // First: with a host that is no name the address does not even parse.
      const isOurHost = request.headers.get("host") === `127.0.0.1:${port}`;
      const url = isOurHost ? URL.parse(request.url) : null;
      const searchParams = url?.searchParams ?? new URLSearchParams();
      const isOurs =
        request.method === "GET" &&
        url?.pathname === "/callback" &&
        searchParams.get("state") === state;
      if (!isOurs) return new Response("This is no return from signing in.\n", { status: 400 });
      returned.resolve(searchParams);
      const text = "jamey has what it needs. You can close this page.\n";
      return new Response(text, { headers: { "Cache-Control": "no-store" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/callback`,
    returned: returned.promise,
    close() {
      returned.reject(new Error("nobody came back from signing in"));
      void server.stop();
    },
  };
}

/** Requests to the approved origin go by `own`, those to any other by `others`: also of the same host. */
export function guardedHttp(endpoint: string, own: Http, others: Http): Http {
  const origin = URL.parse(endpoint)?.origin;
  return {
    exchange: (request) =>
      (URL.parse(request.url)?.origin === origin ? own : others).exchange(request),
  };
}
