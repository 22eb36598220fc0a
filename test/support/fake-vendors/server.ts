// A model vendor on a raw TCP socket: reads whole HTTP requests, remembers them byte for byte, and answers
// as it is told, which includes everything that a proper server would never do.
import { type AddressInfo, createServer, type Socket } from "node:net";

const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

export interface Asked {
  /** Milliseconds of a clock that never jumps. */
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The how many-th request this is, from 1. */
  count: number;
}

export type Reply =
  /** Nothing at all, while the connection stays open. */
  | { type: "never" }
  /** Closes without a byte. */
  | { type: "hang_up" }
  | {
      type: "answer";
      status?: number;
      headers?: Record<string, string>;
      /** Each piece is a write of its own. */
      pieces: string[];
      /** Milliseconds before each piece: how fast this vendor thinks. */
      pace_ms?: number;
      /** `whole` ends properly, `cut` resets the connection, `silent` leaves it open for ever. */
      end: "whole" | "cut" | "silent";
    };

export interface FakeVendor extends AsyncDisposable {
  origin: string;
  asked: Asked[];
}

export async function startFakeVendor(
  answer: (asked: Asked) => Reply | Promise<Reply>,
): Promise<FakeVendor> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Clients that are killed reset their connections; that is nothing to this vendor.
    socket.on("error", () => socket.destroy());
    void readRequest(socket).then(async (request) => {
      if (!request) return;
      const one = { ...request, at: performance.now(), count: asked.length + 1 };
      asked.push(one);
      await send(socket, await answer(one));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** A port of this machine on which nobody listens. */
export async function refusingOrigin(): Promise<string> {
  const vendor = await startFakeVendor(() => ({ type: "never" }));
  await vendor[Symbol.asyncDispose]();
  return vendor.origin;
}

type Request = Pick<Asked, "method" | "path" | "headers" | "body">;

function readRequest(socket: Socket): Promise<Request | undefined> {
  const { promise, resolve } = Promise.withResolvers<Request | undefined>();
  const pieces: Buffer[] = [];
  let length = 0;
  socket.on("data", (piece: Buffer) => {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_REQUEST_BYTES) socket.destroy();
    const request = parse(Buffer.concat(pieces));
    if (request) resolve(request);
  });
  socket.on("close", () => resolve(undefined));
  return promise;
}

/** undefined while something is missing. */
function parse(bytes: Buffer): Request | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const size = Number(headers["content-length"] ?? 0);
  const body = bytes.subarray(end + 4, end + 4 + size);
  return body.length < size ? undefined : { method, path, headers, body: body.toString("utf8") };
}

async function send(socket: Socket, reply: Reply): Promise<void> {
  if (reply.type === "never") return;
  if (reply.type === "hang_up") {
    socket.destroy();
    return;
  }
  const { status = 200, headers = {}, pieces, pace_ms = 0, end } = reply;
  const head = { "transfer-encoding": "chunked", connection: "close", ...headers };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  await write(socket, `HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`);
  for (const piece of pieces) {
    if (pace_ms > 0) await Bun.sleep(pace_ms);
    if (socket.destroyed) return;
    await write(socket, `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`);
  }
  if (end === "whole") socket.end("0\r\n\r\n");
  // What was written has left by now; the reset comes after it.
  if (end === "cut") socket.resetAndDestroy();
}

function write(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.write(text, () => resolve());
  });
}
