// The unix socket: HTTP and WebSocket for the programs of this user. The folder (0700) and the socket
// (0600) are the authentication.
//
// It listens under a name of its own, which is then moved to the place where clients look: so it appears
// with its mode and ready, and what happens to lie there at the end is removed only if it is this one.
import { lstatSync, renameSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { JameyError } from "../../protocol/errors.ts";
import type { Identity } from "../access.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { MAX_INCOMING_BYTES } from "./http/body.ts";
import { createDoor, type Door, type DoorOptions } from "./http/door.ts";
import { errorResponse } from "./http/responses.ts";
import type { SocketData } from "./websocket.ts";

/** Running answers get this long when the daemon stops. */
const STOP_TIMEOUT_MS = 1_000;
const PRIVATE_MASK = 0o177;

/** Refuses what lies at the place unless it is a socket that nobody answers on. */
export async function startUnixConnector(
  socket: string,
  gateway: Gateway,
  options: DoorOptions = {},
): Promise<Connector> {
  await refuseTaken(socket);
  const door = createDoor(gateway, options);
  // No longer than the name that the path was measured with.
  const own = join(dirname(socket), `.${crypto.randomUUID().slice(0, 4)}`);
  const mask = process.umask(PRIVATE_MASK);
  let server: Bun.Server<SocketData>;
  try {
    server = listen(own, door, gateway.access.socket);
  } finally {
    process.umask(mask);
  }
  const { ino } = lstatSync(own);
  renameSync(own, socket);
  return {
    async stop() {
      await stopServer(server, door);
      if (lstatSync(socket, { throwIfNoEntry: false })?.ino === ino) unlinkSync(socket);
    },
  };
}

function listen(path: string, door: Door, identity: Identity) {
  return Bun.serve<SocketData>({
    unix: path,
    maxRequestBodySize: MAX_INCOMING_BYTES,
    async fetch(request, server) {
      if (request.headers.has("origin")) {
        const message = "Web pages may not speak to this socket.";
        return errorResponse({ code: "forbidden", message, details: {} });
      }
      return await door.fetch(request, server, identity);
    },
    websocket: door.websocket,
  });
}

export async function stopServer(server: Bun.Server<SocketData>, door: Door): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, STOP_TIMEOUT_MS);
  const answered = server.stop();
  await door.end(late.promise);
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
