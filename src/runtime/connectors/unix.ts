// The unix socket: HTTP and WebSocket for the programs of this user. The folder (0700) and the socket
// (0600) are the authentication.
//
// It listens under a name of its own, which is then moved to the place where clients look: so it appears
// with its mode and ready, and what happens to lie there at the end is removed only if it is this one.
import { lstatSync, renameSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { answerHttp, errorResponse } from "./http/calls.ts";
import { createWebSockets, type SocketData, type WebSockets } from "./websocket.ts";

/** Running answers get this long when the daemon stops. */
const STOP_TIMEOUT_MS = 1_000;
/** Sockets open at once, attached or not yet. */
const MAX_SOCKETS = 4_000;
/** Requests of plain HTTP at once; one that waits for a turn is one of them. */
const MAX_HTTP_REQUESTS = 1_000;
const PRIVATE_MASK = 0o177;

export interface UnixOptions {
  attachTimeoutMs?: number;
  maxHttpRequests?: number;
}

/** Refuses what lies at the place unless it is a socket that nobody answers on. */
export async function startUnixConnector(
  socket: string,
  gateway: Gateway,
  options: UnixOptions = {},
): Promise<Connector> {
  await refuseTaken(socket);
  const { maxHttpRequests = MAX_HTTP_REQUESTS } = options;
  const webSockets = createWebSockets(gateway, options);
  // No longer than the name that the path was measured with.
  const own = join(dirname(socket), `.${crypto.randomUUID().slice(0, 4)}`);
  const mask = process.umask(PRIVATE_MASK);
  let server: Bun.Server<SocketData>;
  try {
    server = listen(own, { gateway, webSockets, maxHttpRequests });
  } finally {
    process.umask(mask);
  }
  const { ino } = lstatSync(own);
  renameSync(own, socket);
  return {
    async stop() {
      await stopServer(server, webSockets);
      if (lstatSync(socket, { throwIfNoEntry: false })?.ino === ino) unlinkSync(socket);
    },
  };
}

function listen(
  path: string,
  parts: { gateway: Gateway; webSockets: WebSockets; maxHttpRequests: number },
) {
  const { gateway, webSockets, maxHttpRequests } = parts;
  return Bun.serve<SocketData>({
    unix: path,
    // One more than allowed, so that it is we who say what is wrong.
    maxRequestBodySize: MAX_FRAME_BYTES + 1,
    async fetch(request, server) {
      if (request.headers.has("origin")) {
        const message = "Web pages may not speak to this socket.";
        return errorResponse({ code: "forbidden", message, details: {} });
      }
      if (new URL(request.url).pathname !== "/ws") {
        if (server.pendingRequests > maxHttpRequests) {
          const message = `${maxHttpRequests} requests are being answered already: try again later.`;
          return errorResponse({ code: "overloaded", message, details: {} });
        }
        // The body has to come in time; the answer may take as long as a turn does.
        return await answerHttp(request, gateway, () => server.timeout(request, 0));
      }
      if (server.pendingWebSockets >= MAX_SOCKETS) {
        const message = `${MAX_SOCKETS} clients are connected already: close one first.`;
        return errorResponse({ code: "overloaded", message, details: {} });
      }
      if (server.upgrade(request, { data: { isLocal: true } })) return undefined;
      const message = "/ws is a WebSocket: ask for an upgrade.";
      return errorResponse({ code: "invalid_request", message, details: {} });
    },
    websocket: webSockets.handler,
  });
}

async function stopServer(server: Bun.Server<SocketData>, webSockets: WebSockets): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, STOP_TIMEOUT_MS);
  const answered = server.stop();
  await webSockets.end(late.promise);
  await Promise.race([answered, late.promise]);
  clearTimeout(timer);
  await server.stop(true);
}

/** A dead daemon's socket may be replaced; anything else at its place is refused and left alone. */
async function refuseTaken(socket: string): Promise<void> {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) {
    const message = `${socket} is in the way and no socket: move it, then start again.`;
    throw new JameyError("config_invalid", message);
  }
  if (await isDead(socket)) return;
  throw new JameyError("conflict", `Another program answers on ${socket}: stop it first.`);
}

async function isDead(socket: string): Promise<boolean> {
  try {
    const connection = await Bun.connect({ unix: socket, socket: { data: () => undefined } });
    connection.terminate();
    return false;
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    return code === "ECONNREFUSED" || code === "ENOENT";
  }
}
