// The unix socket: HTTP and WebSocket for the programs of this user. The folder (0700) and the socket
// (0600) are the authentication.
//
// Rules: 1. A request of a web page, which has an Origin, is refused. The Host says nothing here: no name leads
//           a browser to a socket, and clients write into it what they like.
//        2. Plain HTTP is a human's word; a WebSocket's attach may name the call of an agent that it comes
//           from. That keeps apart who does not pretend: around an approved shell command there is no
//           sandbox, and any secret that would tell it from a human, it could read.
//
// It listens under a name of its own, which is then moved to the place where clients look: so it appears
// with its mode and ready, and what happens to lie there at the end is removed only if it is this one. Where
// the place is empty, because somebody tidied it away, it is put back: nobody could reach the daemon.
import { existsSync, lstatSync, mkdirSync, renameSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Identity } from "../access.ts";
import type { Connector, Gateway } from "../gateway.ts";
import { MAX_INCOMING_BYTES } from "./http/body.ts";
import { createDoor, type Door, type DoorOptions } from "./http/door.ts";
import { refusal } from "./http/refusals.ts";
import type { SocketData } from "./websocket.ts";

/** Running answers get this long when the daemon stops. */
const STOP_TIMEOUT_MS = 1_000;
const PRIVATE_MASK = 0o177;
/** How often it is looked whether the socket is still there. Milliseconds. */
const LOOK_MS = 1_000;

/** Refuses what lies at the place unless it is a socket that nobody answers on. */
export async function startUnixConnector(
  socket: string,
  gateway: Gateway,
  { lookMs = LOOK_MS, ...options }: DoorOptions & { lookMs?: number } = {},
): Promise<Connector> {
  await refuseTaken(socket);
  const { log, access } = gateway;
  const door = createDoor(gateway, options);
  const settle = () => takePlace(socket, (path) => listen(path, door, access.socket));
  let place = settle();
  const before: Bun.Server<SocketData>[] = [];
  let said = "";
  function look(): void {
    try {
      if (lstatSync(socket, { throwIfNoEntry: false })) return;
      const { server } = place;
      place = settle();
      // Who came in through it stays.
      void server.stop();
      before.push(server);
      log.warn("the socket was gone and is there again", { socket });
      said = "";
    } catch (thrown) {
      const reason = messageOf(thrown);
      if (reason !== said) log.error("the socket is gone", { socket, reason });
      said = reason;
    }
  }
  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await stopServer(place.server, door);
      for (const server of before) await server.stop(true);
      if (lstatSync(socket, { throwIfNoEntry: false })?.ino === place.ino) unlinkSync(socket);
    },
  };
}

function takePlace(socket: string, listenAt: (path: string) => Bun.Server<SocketData>) {
  const folder = dirname(socket);
  // Not its parents: where those are gone too, nobody wants anything there.
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  // No longer than the name that the path was measured with.
  const own = join(folder, `.${crypto.randomUUID().slice(0, 4)}`);
  const mask = process.umask(PRIVATE_MASK);
  let server: Bun.Server<SocketData>;
  try {
    server = listenAt(own);
  } finally {
    process.umask(mask);
  }
  const { ino } = lstatSync(own);
  renameSync(own, socket);
  return { server, ino };
}

function listen(path: string, door: Door, identity: Identity) {
  return Bun.serve<SocketData>({
    unix: path,
    // Whatever breaks, no page of ours shows where.
    development: false,
    maxRequestBodySize: MAX_INCOMING_BYTES,
    async fetch(request, server) {
      if (request.headers.has("origin")) {
        const message = "Web pages may not speak to this socket.";
        return refusal({ code: "forbidden", message, details: {} }, request);
      }
      if (!URL.canParse(request.url)) {
        const message = "The Host or the target of this request is none.";
        return refusal({ code: "invalid_request", message, details: {} }, request);
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
export async function refuseTaken(socket: string): Promise<void> {
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
