// The dashboard of document 003 as the compiled binary runs it: with a scripted model, and offline as a template.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { type Home, openHome } from "../support/home.ts";
import { dashboardText } from "../support/spawning.ts";
import { openWire, type Wire } from "../support/wire-client.ts";

setDefaultTimeout(120_000);

const page = "<!DOCTYPE html><html><body><h1>Dashboard</h1></body></html>";

/** Its steps follow from the request's own words. */
const scriptFor = (port: number, port_routes: object) => `
- when: The environment has started
  tool_calls: [{ name: spawn_http_server, args: ${JSON.stringify({ port, routes: port_routes })} }]
- when: The environment has started
  text: It is open.
  repeat: true
- when: "Action: render_dashboard"
  text: ${JSON.stringify(page)}
  repeat: true
- when: "Action: get_status"
  tool_calls: [{ name: list_prompt_objects, args: {} }]
- when: "Action: get_status"
  text: '{"objects": ["assistant", "dashboard"]}'
  repeat: true
- when: "Action: get_sessions"
  tool_calls: [{ name: query_sessions, args: {} }]
- when: "Action: get_sessions"
  text: '[]'
  repeat: true
${Array.from({ length: 20 }, (_, index) => `- { when: "Path: /items/${index}\\n", text: "item ${index}", repeat: true }`).join("\n")}
`;

async function homeWithDashboard(port: number): Promise<Home> {
  const home = await openHome();
  const script = join(home.folder, "model.yml");
  const routes = {
    "GET /": "render_dashboard",
    "GET /api/status": "get_status",
    "GET /api/sessions": "get_sessions",
    "GET /items/{id}": "item",
  };
  writeFileSync(script, scriptFor(port, routes));
  home.variables.JAMEY_HTTP_ALLOW_PRIVATE = "true";
  home.variables.JAMEY_MODEL = `scripted/${script}`;
  await home.run(["objects", "list"]);
  await home.run(["daemon", "stop"]);
  const folder = join(home.folder, "jamey/data/environments/default/objects");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "dashboard.md"), dashboardText);
  return home;
}

/** The server that the object opened, once it listens. */
async function untilOpen(wire: Wire): Promise<string> {
  const following = await wire.follow({ event_types: ["ServerSpawned"], after: 0 });
  await following.until("the server", (frame) => frame.event_type === "ServerSpawned");
  const { servers } = await wire.ask("ListConnectors", {});
  wire.close();
  return (servers as { url: string }[])[0]?.url ?? "";
}

const get = async (url: string, path: string): Promise<string> =>
  await (await fetch(`${url}${path}`)).text();

test("the document's dashboard serves without anybody asking, 20 at once, and again after kill -9", async () => {
  const port = await freePort();
  await using home = await homeWithDashboard(port);
  const expected = Array.from({ length: 20 }, (_, index) => `item ${index}`);
  const all = async (url: string) =>
    await Promise.all(expected.map(async (_, index) => await get(url, `/items/${index}`)));
  let daemon = await home.serve();
  const url = await untilOpen(await home.connect());
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await get(url, "/")).toBe(page);
  expect(JSON.parse(await get(url, "/api/status"))).toEqual({
    objects: ["assistant", "dashboard"],
  });
  expect(JSON.parse(await get(url, "/api/sessions"))).toEqual([]);
  expect(await all(url)).toEqual(expected);
  const listed = await home.run(["connectors", "list"]);
  expect(listed.stdout).toMatch(new RegExp(`dashboard +${url} +23 requests, 0 errors, last 20`));
  // A tool of an agent never reaches what jamey itself listens on.
  const reached = await home.run(["tools", "run", "http_request", `url=${url}/`]);
  expect(reached.code).not.toBe(0);
  expect(reached.stdout + reached.stderr).toContain("jamey's own port is never reached by tools");
  await daemon.kill();
  expect(fetch(url)).rejects.toThrow();
  daemon = await home.serve();
  expect(await all(url)).toEqual(expected);
  // It is the same object under another name, and answers as before: nobody opens anything again.
  const renamed = await home.run(["objects", "rename", "dashboard", "board"]);
  expect([renamed.code, renamed.stderr]).toEqual([0, ""]);
  expect(await all(url)).toEqual(expected);
  const moved = await home.run(["connectors", "list"]);
  expect(moved.stdout).toMatch(new RegExp(`board +${url} +40 requests, 0 errors, last 20`));
  const again = await home.run(["connectors", "list", "--json"]);
  const { servers } = JSON.parse(again.stdout) as { servers: { connector_id: string }[] };
  expect(servers.length).toBe(1);
  const closed = await home.run(["connectors", "stop", servers[0]?.connector_id ?? ""]);
  expect([closed.code, closed.stdout]).toEqual([0, `Closed ${servers[0]?.connector_id}.\n`]);
  expect(fetch(url)).rejects.toThrow();
  expect(await daemon.stop()).toBe(0);
});

test("the template shows the page live without a model", async () => {
  await using home = await openHome();
  const made = await home.run(["env", "create", "board", "--template", "dashboard"]);
  expect(made.code).toBe(0);
  const file = join(home.folder, "jamey/data/environments/board/objects/dashboard.md");
  const port = await freePort();
  writeFileSync(file, readFileSync(file, "utf8").replace('"port":8090', `"port":${port}`));
  const run = async (...args: string[]) => (await home.run([...args, "--env", "board"])).stdout;
  await run("daemon", "start");
  const url = await untilOpen(await openWire(join(home.folder, "jamey/state/run/board.sock")));
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await get(url, "/")).toContain("<td>assistant</td><td>idle</td>");
  expect(JSON.parse(await get(url, "/api/status"))).toMatchObject({
    environment: "board",
    pending_requests: 0,
  });
  expect(await run("connectors", "list")).toContain(url);
  await run("daemon", "stop");
});

test("strangers who take every descriptor of a dashboard keep nobody from the daemon", async () => {
  const port = await freePort();
  await using home = await homeWithDashboard(port);
  // With so few, connections that say half a request would leave none for anybody else.
  const program = ["/bin/sh", "-c", 'ulimit -n 200; exec "$0" "$@"', home.binary];
  const daemon = await home.serve({}, { program });
  await untilOpen(await home.connect());
  const strangers: Socket[] = [];
  for (let index = 0; index < 400; index += 1) {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n"));
    socket.on("error", () => socket.destroy());
    strangers.push(socket);
  }
  const listed = await home.run(["connectors", "list"]);
  expect([listed.code, listed.stdout.includes("dashboard")]).toEqual([0, true]);
  const answer = await home.run(["--model", "offline/guide", "/say here"]);
  expect([answer.code, answer.stdout.trim()]).toEqual([0, "here"]);
  for (const socket of strangers) socket.destroy();
  expect(await get(`http://127.0.0.1:${port}`, "/")).toBe(page);
  expect(await daemon.stop()).toBe(0);
});
