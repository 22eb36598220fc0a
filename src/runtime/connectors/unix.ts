// The unix socket: HTTP and WebSocket for the programs of this user. The folder (0700) and the socket
// (0600) are the authentication.
import { lstatSync, unlinkSync } from "node:fs";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { answerHttp, errorResponse } from "./http/calls.ts";
import { createWebSocketHandler, type SocketData } from "./websocket.ts";

/** Running answers get this long when the daemon stops. */
const STOP_TIMEOUT_MS = 1_000;
const PRIVATE_MASK = 0o177;

/** Only for who holds the environment's lock: then a socket that lies there is nobody's. */
export function startUnixConnector(socket: string, gateway: Gateway): Connector {
  removeStale(socket);
  const mask = process.umask(PRIVATE_MASK);
  try {
    const server = Bun.serve<SocketData>({
      unix: socket,
      maxRequestBodySize: MAX_FRAME_BYTES,
      async fetch(request, self) {
        self.timeout(request, 0);
        if (request.headers.has("origin")) {
          const message = "Web pages may not speak to this socket.";
          return errorResponse({ code: "forbidden", message, details: {} });
        }
        if (new URL(request.url).pathname !== "/ws") return await answerHttp(request, gateway);
        if (self.upgrade(request, { data: { isLocal: true } })) return undefined;
        const message = "/ws is a WebSocket: ask for an upgrade.";
        return errorResponse({ code: "invalid_request", message, details: {} });
      },
      websocket: createWebSocketHandler(gateway),
    });
    return { stop: () => stopServer(server) };
  } finally {
    process.umask(mask);
  }
}

async function stopServer(server: Bun.Server<SocketData>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, STOP_TIMEOUT_MS);
  await Promise.race([server.stop(), late.promise]);
  clearTimeout(timer);
  await server.stop(true);
}

/** Removes a dead daemon's socket; anything else at its place is refused and left alone. */
function removeStale(socket: string): void {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) {
    const message = `${socket} is in the way and no socket: move it, then start again.`;
    throw new JameyError("config_invalid", message);
  }
  unlinkSync(socket);
}
