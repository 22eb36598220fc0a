// The port of an interface that an object opens is nobody else's: not the daemon's own, not that of another object.
import { expect, setDefaultTimeout, test } from "bun:test";
import { openDaemonHome } from "../support/daemon-process.ts";
import { freePort } from "../support/free-port.ts";
import { openRawWire } from "../support/raw-wire.ts";
import { openSpawningWorld, startedWith } from "../support/spawning.ts";

setDefaultTimeout(60_000);

const routes = { "GET /": "home" };

test.each(["127.0.0.1", "0.0.0.0"])(
  "A port that whoever listens at %s would share is taken all the same",
  async (hostname) => {
    // As the daemon's own listener does.
    const other = Bun.serve({
      ...{ hostname, port: 0, development: false, reusePort: true },
      fetch: () => new Response("mine"),
    });
    const port = other.port ?? 0;
    await using world = await openSpawningWorld({ port, routes });
    expect(await startedWith(world)).toBe(`Port ${port} already in use`);
    const texts = Array.from({ length: 8 }, async () =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text(),
    );
    expect(await Promise.all(texts)).toEqual(Array.from({ length: 8 }, () => "mine"));
    await other.stop(true);
  },
);

test("Two objects of two environments never have one port", async () => {
  const port = await freePort();
  await using first = await openSpawningWorld({ port, routes });
  expect(await startedWith(first)).toStartWith(`HTTP server started on port ${port}`);
  await using second = await openSpawningWorld({ port, routes });
  expect(await startedWith(second)).toBe(`Port ${port} already in use`);
});

test("A port that the daemon itself is to have is taken before it listens there", async () => {
  const port = await freePort();
  const config = { connectors: { http: { enabled: true, port } } };
  await using world = await openSpawningWorld({ port, routes, config });
  expect(await startedWith(world)).toBe(`Port ${port} already in use`);
  const off = { connectors: { http: { enabled: false, port } } };
  await using free = await openSpawningWorld({ port, routes, config: off });
  expect(await startedWith(free)).toStartWith(`HTTP server started on port ${port}`);
});

test("A daemon that is given the port of its own object starts, and the object's server says why it is closed", async () => {
  const port = await freePort();
  await using home = openDaemonHome();
  const call = `/spawn_http_server ${JSON.stringify({ port, routes: { "GET /": "info" } })}`;
  const front = `name: page\ncapabilities: [spawn_http_server]\non_start: '${call}'`;
  home.write("data/environments/default/manifest.yml", "model: offline/guide\n");
  home.write(
    "data/environments/default/objects/page.md",
    `---\n${front}\n---\nYou serve a page.\n`,
  );
  const before = home.start();
  await before.ready;
  const servers = async () => {
    const wire = await openRawWire(home.socket);
    await wire.attach();
    return (await wire.ask("ListConnectors")).payload;
  };
  const found = { po_name: "page", port };
  const wire = await openRawWire(home.socket);
  await wire.attach();
  await wire.ask("Subscribe", { event_types: ["ServerSpawned"], after: 0 });
  await wire.until((frame) => frame.event_type === "ServerSpawned");
  expect(await servers()).toMatchObject({ servers: [{ ...found, problem: null }] });
  before.kill("SIGTERM");
  expect(await before.exited).toBe(0);
  const after = home.start({
    variables: {
      JAMEY_CONNECTORS_HTTP_ENABLED: "true",
      JAMEY_CONNECTORS_HTTP_PORT: String(port),
    },
  });
  await after.ready;
  const problem = `Port ${port} already in use`;
  expect(await servers()).toMatchObject({ servers: [{ ...found, problem }] });
  const statuses = Array.from(
    { length: 8 },
    async () => (await fetch(`http://127.0.0.1:${port}/api/status`)).status,
  );
  expect(await Promise.all(statuses)).toEqual(Array.from({ length: 8 }, () => 401));
});
