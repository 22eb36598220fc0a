// Clients side by side over TCP: no answer reaches another, and nothing that is sent again happens again.

import { expect, test } from "bun:test";
import { MAX_KEY_CONNECTIONS, MAX_REMOTE_CONNECTIONS } from "../../../src/protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../../src/protocol/version.ts";
import { startTcpConnector } from "../../../src/runtime/connectors/tcp.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { openListening, unlimited } from "../../support/tcp.ts";
import { localToken, openTestWorld } from "../../support/world.ts";

const IDS = 1_000;
const headers = { authorization: `Bearer ${localToken}` };

test("Two clients that use the same ids at once each get their own answers", async () => {
  await using listening = await openListening();
  const marks = ["alice", "bob"] as const;
  const clients = await Promise.all(
    marks.map(async (mark) => {
      const { session } = await listening.world.ask("CreateSession", {
        po_name: "helper",
        name: mark,
      });
      const wire = await openRawWire(listening.url, { headers });
      await wire.attach();
      return { mark, session_id: session.session_id, wire };
    }),
  );
  const crossed: unknown[] = [];
  await Promise.all(
    clients.map(async ({ mark, session_id, wire }) => {
      const other = marks.find((one) => one !== mark) ?? "";
      // In lots, because a client may have only so many requests without an answer.
      for (let from = 1; from <= IDS; from += 100) {
        const replies = Array.from({ length: 100 }, (_, offset) => {
          const id = from + offset;
          const reply = wire.until((frame) => frame.id === id);
          wire.send(JSON.stringify({ id, type: "GetSession", payload: { session_id } }));
          return reply;
        });
        for (const reply of await Promise.all(replies)) {
          const text = JSON.stringify(reply.payload);
          if (!text.includes(mark) || text.includes(other)) crossed.push([mark, reply.id]);
        }
      }
      const ids = wire.frames.flatMap(({ id }) => (typeof id === "number" ? [id] : []));
      expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: IDS }, (_, n) => n + 1));
    }),
  );
  expect(crossed).toEqual([]);
  for (const { wire } of clients) wire.close();
});

test("A message that is sent again with its key runs once, also by another client after a restart", async () => {
  await using world = await openTestWorld({ script: () => "once" });
  const options = { hostname: "127.0.0.1", port: 0, allowedHosts: [], hasWebSocket: true };
  const listen = () =>
    startTcpConnector(options, world.runtime(), { requests: unlimited, failures: unlimited });
  const send = async (url: string, more: { header?: string; field?: string }) => {
    const response = await fetch(`${url}/api/call/SendMessage`, {
      method: "POST",
      headers: { ...headers, ...(more.header ? { "idempotency-key": more.header } : {}) },
      body: JSON.stringify({
        po_name: "helper",
        message: "pay",
        ...(more.field ? { message_key: more.field } : {}),
      }),
    });
    const { payload } = (await response.json()) as { payload: { turn_id: string } };
    return payload.turn_id;
  };
  const first = listen();
  const turns = [
    await send(first.url, { field: "order-1" }),
    await send(first.url, { field: "order-1" }),
    await send(first.url, { header: "order-1" }),
  ];
  await world.ask("WaitForTurn", { turn_id: turns[0] ?? "" });
  await first.stop();
  await world.restart();
  const second = listen();
  turns.push(await send(second.url, { field: "order-1" }));
  turns.push(await send(second.url, { header: "order-1" }));
  expect(new Set(turns).size).toBe(1);
  expect(world.rows({ types: ["MessageQueued"] }).length).toBe(1);
  const other = await send(second.url, { field: "order-2" });
  expect(turns).not.toContain(other);
  await world.ask("WaitForTurn", { turn_id: other });
  await second.stop();
});

test("What is done with a key carries the key's id, over either way", async () => {
  await using listening = await openListening();
  const key = await listening.makeKey();
  const message = { po_name: "helper", message: "hi" };
  await listening.call("SendMessage", key.text, message);
  const wire = await openRawWire(listening.url, { headers: { "x-api-key": key.text } });
  await wire.attach();
  await wire.ask("SendMessage", message);
  wire.close();
  const callers = listening.world.rows({ types: ["MessageQueued"] }).map((row) => row.caller);
  expect(callers).toEqual([
    `api:http:${key.key_id}`,
    expect.stringMatching(new RegExp(`^api:c\\w+@${key.key_id}$`)),
  ]);
});

test("However many come over the network, this user's own clients find room", async () => {
  await using world = await openTestWorld();
  const remote = { isLocal: false };
  const first = world.connect({}, remote);
  for (let count = 1; count < MAX_REMOTE_CONNECTIONS; count += 1) world.connect({}, remote);
  const message = `${MAX_REMOTE_CONNECTIONS} clients are connected over the network already: close one first.`;
  expect(() => world.connect({}, remote)).toThrow(message);
  expect(() => world.connect()).not.toThrow();
  first.close();
  expect(() => world.connect({}, remote)).not.toThrow();
});

test("One key has its share of clients, and takes none from another", async () => {
  await using world = await openTestWorld();
  const { access, connections } = world.runtime();
  const open = (id: string) =>
    connections.open(
      {
        type: "attach",
        client: "api",
        version: "test",
        protocol_version: PROTOCOL_VERSION,
        workspace: null,
        variables: {},
        call_id: null,
      },
      {
        identity: { ...access.socket, id, name: `name of ${id}`, isOnSocket: false },
        ring: { events: () => undefined, signals: () => undefined },
      },
    );
  const opened = Array.from({ length: MAX_KEY_CONNECTIONS }, () => open("k_greedy"));
  const message = `${MAX_KEY_CONNECTIONS} clients are connected with the key 'name of k_greedy' already: close one first.`;
  expect(() => open("k_greedy")).toThrow(message);
  expect(() => open("k_other").close()).not.toThrow();
  opened[0]?.close();
  expect(() => open("k_greedy")).not.toThrow();
});

test("However many come and go at once, each coming and each going is kept", async () => {
  await using world = await openTestWorld();
  const clients = Array.from({ length: MAX_REMOTE_CONNECTIONS }, () =>
    world.connect({}, { isLocal: false }),
  );
  for (const client of clients) client.close();
  const { connections } = world.runtime();
  await connections.flush();
  const count = (type: "ConnectorAttached" | "ConnectorDetached") =>
    world.rows({ types: [type] }).length;
  expect([connections.list(), count("ConnectorAttached"), count("ConnectorDetached")]).toEqual([
    [],
    MAX_REMOTE_CONNECTIONS,
    MAX_REMOTE_CONNECTIONS,
  ]);
  expect(world.log.filter((line) => line.includes("not kept"))).toEqual([]);
});
