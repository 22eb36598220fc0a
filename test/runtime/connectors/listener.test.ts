// The port of TCP is the daemon's own from its start to its end, and a connection that says nothing is closed.
import { expect, test } from "bun:test";
import { connect } from "node:net";
import { createDoor } from "../../../src/runtime/connectors/http/door.ts";
import { openListener } from "../../../src/runtime/connectors/listener.ts";
import { openListening } from "../../support/tcp.ts";
import { localToken, openTestWorld } from "../../support/world.ts";

const ROUNDS = 20;

/** What a program that wants the port hears. */
function tryToTake(port: number): string {
  try {
    const taken = Bun.serve({
      hostname: "127.0.0.1",
      port,
      development: false,
      reusePort: false,
      fetch: () => new Response("a stranger"),
    });
    void taken.stop(true);
    return "taken";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "another";
  }
}

/** Resolves when the other end has closed. */
function openQuiet(port: number, text: string) {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let answers = 0;
  const waiting: (() => void)[] = [];
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(text);
    opened.resolve();
  });
  socket.on("data", (bytes) => {
    answers += bytes.toString("latin1").split("HTTP/1.1 ").length - 1;
    for (const wake of waiting.splice(0)) wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => resolve());
  return {
    closed,
    opened: opened.promise,
    send: (more: string) => socket.write(more),
    async answered(count: number) {
      while (answers < count) await new Promise<void>((wake) => waiting.push(wake));
    },
  };
}

test("Whoever waits for the port never gets it while room is made, and who was there is gone", async () => {
  await using world = await openTestWorld();
  const door = createDoor(world.runtime());
  const listener = openListener({
    hostname: "127.0.0.1",
    port: 0,
    certificate: undefined,
    door,
    answer: async () => new Response("ours"),
  });
  const { port } = listener;
  const heard = new Set([tryToTake(port)]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const stranger = openQuiet(port, "GET / HTTP/1.1\r\nHost: ");
    await stranger.opened;
    const clearing = listener.clear();
    heard.add(tryToTake(port));
    await clearing;
    heard.add(tryToTake(port));
    await stranger.closed;
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("ours");
  }
  await listener.stop();
  expect([...heard]).toEqual(["EADDRINUSE"]);
  expect(tryToTake(port)).toBe("taken");
});

test("A connection that was answered is closed when nothing more comes, also after a stream of events", async () => {
  await using listening = await openListening({ limits: { idleSeconds: 1 } });
  const head = `Host: ${listening.host}\r\nAuthorization: Bearer ${localToken}\r\n`;
  const status = `GET /api/status HTTP/1.1\r\n${head}\r\n`;
  const once = openQuiet(listening.port, status);
  const twice = openQuiet(listening.port, status);
  await twice.answered(1);
  twice.send(status);
  await twice.answered(2);
  const half = openQuiet(listening.port, `${status}GET /api`);
  const refused = openQuiet(listening.port, `GET /api/nothing HTTP/1.1\r\n${head}\r\n`);
  const headers = openQuiet(listening.port, `HEAD /api/events HTTP/1.1\r\n${head}\r\n`);
  await Promise.all([once.closed, twice.closed, half.closed, refused.closed, headers.closed]);
}, 30_000);

test("A turn that takes longer than a connection may be quiet is waited for", async () => {
  await using listening = await openListening({
    limits: { idleSeconds: 1 },
    world: {},
  });
  const idle = openQuiet(
    listening.port,
    `GET /api/status HTTP/1.1\r\nHost: ${listening.host}\r\nAuthorization: Bearer ${localToken}\r\n\r\n`,
  );
  const answering = fetch(`${listening.url}/api/pos/helper/message`, {
    method: "POST",
    headers: { authorization: `Bearer ${localToken}` },
    body: JSON.stringify({ message: "hi" }),
  });
  const call = await listening.world.model.next();
  await idle.closed;
  call.answer("late");
  expect(await (await answering).json()).toMatchObject({ response: "late" });
}, 30_000);
