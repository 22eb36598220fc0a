// TCP under attack: half-open requests, endless bodies, garbage, guesses. Nothing crashes, the loop stays
// free, memory stays flat, and a client with a key is served throughout.
// JAMEY_FLOOD_FRAMES sets how many malformed frames are sent (1000000 takes minutes).

import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { PROTOCOL_VERSION } from "../../../src/protocol/version.ts";
import { openFloodedDaemon } from "../../support/flooded.ts";
import { rawHttp } from "../../support/raw-http.ts";
import { openRawWire } from "../../support/raw-wire.ts";

const HALF_OPEN = 5_000;
const FRAMES = Number(process.env.JAMEY_FLOOD_FRAMES ?? 20_000);
const GUESSES = 2_000;
const GIGABYTE = 1_000_000_000;

function openSocket(port: number, text: string): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(text);
    resolve(socket);
  });
  // Whoever is refused may find the connection reset.
  socket.on("error", () => resolve(socket));
  socket.resume();
  return promise;
}

test("5,000 half-open upgrades keep nobody out and are closed in time", async () => {
  await using daemon = await openFloodedDaemon();
  const half = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nUpgrade: websocket\r\nX-Slow: `;
  const sockets: Socket[] = [];
  let closed = 0;
  const allClosed = Promise.withResolvers<void>();
  for (let index = 0; index < HALF_OPEN; index += 100) {
    const opened = Array.from({ length: 100 }, () => openSocket(daemon.port, half));
    for (const socket of await Promise.all(opened)) {
      sockets.push(socket);
      const count = () => {
        closed += 1;
        if (closed === HALF_OPEN) allClosed.resolve();
      };
      if (socket.destroyed) count();
      else socket.once("close", count);
    }
    await daemon.honest();
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write("a");
  }, 2_000);
  await allClosed.promise.finally(() => clearInterval(drip));
  await daemon.expectCalm();
}, 60_000);

test("Handshakes without a key are refused at once, however many come", async () => {
  await using daemon = await openFloodedDaemon();
  const text = `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
  const statuses = new Set<number | undefined>();
  for (let index = 0; index < 2_000; index += 100) {
    const answers = Array.from({ length: 100 }, () => rawHttp(daemon.port, text));
    for (const { status } of await Promise.all(answers)) statuses.add(status);
    await daemon.honest();
  }
  expect([...statuses]).toEqual([401]);
  await daemon.expectCalm();
}, 60_000);

/** Sends until the other end has had enough; the number is how many bytes it took. */
async function pour(port: number, head: string, options: { isChunked: boolean }): Promise<number> {
  const bytes = Buffer.alloc(65_536, 97);
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), bytes, Buffer.from("\r\n")]);
  const socket = await openSocket(port, head);
  let sent = 0;
  while (!socket.destroyed && sent < GIGABYTE) {
    sent += bytes.length;
    if (socket.write(options.isChunked ? chunk : bytes)) {
      await new Promise(setImmediate);
      continue;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of ["drain", "close"]) socket.once(name, resolve);
    if (!socket.destroyed) await promise;
    for (const name of ["drain", "close"]) socket.off(name, resolve);
  }
  socket.destroy();
  return sent;
}

test.each([
  ["with its length, without a key", `Content-Length: ${GIGABYTE}`, false, false],
  ["in chunks, without a key", "Transfer-Encoding: chunked", true, false],
  ["of an allowed length, without a key", "Content-Length: 16000000", false, false],
  ["in chunks, with a key", "Transfer-Encoding: chunked", true, true],
] as const)(
  "A body of 1 GB %s is not taken in",
  async (_name, header, isChunked, hasKey) => {
    await using daemon = await openFloodedDaemon();
    const credential = hasKey ? `Authorization: Bearer ${daemon.key}\r\n` : "";
    const head = `POST /api/call/ListPOs HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n${credential}${header}\r\n\r\n`;
    const before = await daemon.memoryBytes();
    const [sent] = await Promise.all([pour(daemon.port, head, { isChunked }), daemon.honest()]);
    // What lies in the buffers of both ends, and with a key the most that a request may have.
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect((await daemon.memoryBytes()) - before).toBeLessThan(96 * 1024 * 1024);
    await daemon.expectCalm();
  },
  60_000,
);

test("Whoever sends a body slowly is not waited for", async () => {
  await using daemon = await openFloodedDaemon();
  const head = (credential: string) =>
    `POST /api/call/ListPOs HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n${credential}Content-Length: 1000\r\n\r\n`;
  const sockets = [
    await openSocket(daemon.port, head("")),
    await openSocket(daemon.port, head(`Authorization: Bearer ${daemon.key}\r\n`)),
  ];
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write(" ");
  }, 500);
  await Promise.all(
    sockets.map(async (socket) => {
      if (!socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
    }),
  ).finally(() => clearInterval(drip));
  await daemon.expectCalm();
}, 60_000);

test("Deep JSON in a body is refused before it costs anything", async () => {
  await using daemon = await openFloodedDaemon();
  const headers = { authorization: `Bearer ${daemon.key}` };
  for (const open of ["[", '{"a":']) {
    for (const depth of [1_000, 100_000, 3_000_000]) {
      const response = await fetch(`${daemon.url}/api/call/SendMessage`, {
        method: "POST",
        headers,
        body: open.repeat(depth),
      });
      expect([open, depth, response.status]).toEqual([open, depth, 400]);
    }
  }
  await daemon.expectCalm();
}, 60_000);

test("Guesses never tire it, and the right key is let in among them", async () => {
  await using daemon = await openFloodedDaemon();
  const fields = [
    (guess: string) => ({ authorization: `Bearer ${guess}` }),
    (guess: string) => ({ "x-api-key": guess }),
    (guess: string) => ({ authorization: `Basic ${guess}` }),
    (guess: string) => ({ "x-api-key": guess, "x-forwarded-for": guess }),
  ];
  const counts: Record<number, number> = {};
  for (let index = 0; index < GUESSES; index += 50) {
    const guesses = Array.from({ length: 50 }, async (_, offset) => {
      const field = fields[(index + offset) % fields.length];
      const headers = field?.(`jamey_${index + offset}`) ?? {};
      const { status } = await fetch(`${daemon.url}/api/pos`, { headers });
      counts[status] = (counts[status] ?? 0) + 1;
    });
    await Promise.all([...guesses, daemon.honest()]);
  }
  const { 401: unauthorized = 0, 429: tooMany = 0, ...others } = counts;
  expect([unauthorized + tooMany, others]).toEqual([GUESSES, {}]);
  expect(tooMany).toBeGreaterThan(GUESSES / 2);
  await daemon.expectCalm();
}, 60_000);

const deep = "[".repeat(100_000);
const malformed: (string | Uint8Array)[] = [
  "",
  "{",
  "null",
  "[]",
  '"text"',
  "{}",
  '{"type":"attach"}',
  '{"id":1}',
  '{"id":{},"type":"ListPOs"}',
  '{"id":1,"type":"__proto__","payload":{}}',
  '{"id":1,"type":"constructor"}',
  '{"id":1,"type":"ListPOs","payload":{"__proto__":{"a":1}}}',
  '{"id":1e999,"type":"ListPOs"}',
  `{"id":"${"x".repeat(10_000)}","type":"ListPOs"}`,
  '{"id":1,"type":"\\ud800"}',
  "\u0000\u001b[31m",
  deep,
];

test(`${FRAMES} malformed frames are answered or end their connection, and nothing else`, async () => {
  await using daemon = await openFloodedDaemon();
  const headers = { authorization: `Bearer ${daemon.key}` };
  const open = async () => {
    const opened = await openRawWire(daemon.url, { headers, take: () => undefined });
    const hello = opened.until((frame) => frame.type === "hello");
    const attach = { type: "attach", client: "api", version: "0" };
    opened.send(JSON.stringify({ ...attach, protocol_version: PROTOCOL_VERSION }));
    await hello;
    let isOpen = true;
    void opened.closed.then(() => {
      isOpen = false;
    });
    return { ...opened, isOpen: () => isOpen };
  };
  let wire = await open();
  for (let index = 0; index < FRAMES; index += 1) {
    const frame = malformed[index % malformed.length] ?? "";
    // Deep JSON is long: a few of them do.
    if (frame === deep && index > 50 * malformed.length) continue;
    if (!wire.isOpen()) wire = await open();
    wire.send(frame);
    if (index % 100 === 99) {
      const answered = wire.until((one) => one.id === `ping-${index}`).catch(() => undefined);
      wire.send(`{"id":"ping-${index}","type":"ListPOs"}`);
      await answered;
    }
    if (index % 5_000 === 0) await daemon.honest();
  }
  wire.close();
  await daemon.expectCalm();
}, 600_000);
