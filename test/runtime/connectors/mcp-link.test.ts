// What a host is told, and when: nothing is pulled for one that takes nothing.
import { expect, test } from "bun:test";
import { type Changes, followChanges } from "../../../src/runtime/connectors/mcp/changes.ts";
import { attachHost, openLink } from "../../../src/runtime/connectors/mcp/link.ts";
import { createRoom } from "../../../src/runtime/connectors/mcp/room.ts";
import { openTestWorld } from "../../support/world.ts";

const CHANGES = 50;

test("a host that takes nothing is told nothing, and afterwards once what changed", async () => {
  await using world = await openTestWorld();
  const gateway = world.runtime();
  const open = attachHost(gateway, gateway.access.socket, "mcp test");
  const room = createRoom(() => link.flush());
  const link = openLink({ gateway, open, hasRoom: room.isThere });
  const told: Changes[] = [];
  let heard = Promise.withResolvers<void>();
  await followChanges(link, (changes) => {
    told.push(changes);
    heard.resolve();
  });
  const create = () => world.ask("CreateSession", { po_name: "helper" });
  await create();
  await heard.promise;
  expect(told).toHaveLength(1);
  heard = Promise.withResolvers();
  room.take();
  for (let made = 0; made < CHANGES; made += 1) {
    await create();
    // Whoever is rung has had the time to look.
    await new Promise(setImmediate);
  }
  expect(told).toHaveLength(1);
  room.give();
  await heard.promise;
  expect(told).toHaveLength(2);
  const [, late] = told;
  // Each session, the list of them, and the conversation of their object.
  expect(late?.uris.size).toBe(CHANGES + 2);
  expect(late?.hasResources).toBe(true);
  link.close();
});

test("a link that is closed pulls nothing more, and its host is gone", async () => {
  await using world = await openTestWorld();
  const gateway = world.runtime();
  const link = openLink({
    gateway,
    open: attachHost(gateway, gateway.access.socket, "mcp test"),
  });
  const told: Changes[] = [];
  await followChanges(link, (changes) => told.push(changes));
  expect(gateway.connections.list()).toMatchObject([{ connector_type: "mcp", client: "mcp test" }]);
  link.close();
  await world.ask("CreateSession", { po_name: "helper" });
  await new Promise(setImmediate);
  expect([told, gateway.connections.list()]).toEqual([[], []]);
});
