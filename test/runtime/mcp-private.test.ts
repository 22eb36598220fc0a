// MCP servers that have an address, and what they must not become: a way into the private network by a name that
// looks public, or from one service of a machine to the others.
import { expect, test } from "bun:test";
import { configSchema } from "../../src/runtime/config.ts";
import { createLog } from "../../src/runtime/log.ts";
import { createHosts } from "../../src/runtime/plugins/hosts.ts";
import { reachOf } from "../../src/runtime/plugins/mcp-tool.ts";
import { namedServers } from "../../src/runtime/plugins/plugin-files.ts";
import { createSignIns } from "../../src/runtime/plugins/sign-ins.ts";
import { createHttp } from "../../src/runtime/world/http.ts";
import { readManifest } from "../../src/tools/external/manifest.ts";
import { openToolWorld } from "../support/tool-world.ts";

/** The exchange of an approved server; every name leads to this machine. */
async function reach(endpoint: string, values = {}) {
  await using opened = await openToolWorld();
  const { world, workspace: folder } = opened;
  const read = readManifest("far", { mode: "mcp", endpoint, ...values });
  if (!read.ok) throw new Error(read.problem);
  const log = createLog({ level: "error", now: world.now, write: () => undefined });
  const secrets = { read: () => undefined, keep: () => undefined };
  const http = (allow_private: boolean) =>
    createHttp({ allow_private, ownPorts: () => [] }, async () => ["127.0.0.1"]);
  return reachOf({
    ...{ manifest: read.value, http: http(true), others: http(false), hash: world.hash },
    hosts: createHosts({ world, log, folder, childVariables: () => ({}) }),
    ...{ variable: () => undefined, seen: () => undefined },
    signIns: createSignIns({ secrets, folder, hash: world.hash, log }),
  }).http;
}

function serve() {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hi") });
  // Bun.serve listens on a port unless it was given a socket.
  const port = server.port ?? 0;
  return { port, [Symbol.dispose]: () => void server.stop(true) };
}

async function status(http: Awaited<ReturnType<typeof reach>>, url: string) {
  const signal = AbortSignal.timeout(10_000);
  const said = await http.exchange({ method: "POST", url, headers: {}, body: undefined, signal });
  return said.ok ? said.value.status : said.problem;
}

const refused = expect.stringContaining(
  "127.0.0.1 is private, and only public addresses are allowed",
);

test("a server whose name looks public and leads into the private network is not reached, unless its manifest says so", async () => {
  using there = serve();
  const url = `http://mcp.example.com:${there.port}/mcp`;
  expect(await status(await reach(url), url)).toEqual(refused);
  expect(await status(await reach(url, { allow_private: true }), url)).toBe(200);
});

test("a server that says itself that it is private is reached at its own origin, and nowhere else on that machine", async () => {
  using there = serve();
  using other = serve();
  const origin = `http://localhost:${there.port}`;
  const http = await reach(`${origin}/mcp`);
  expect(await status(http, `${origin}/.well-known/oauth-protected-resource`)).toBe(200);
  for (const url of [`http://localhost:${other.port}/`, `http://127.0.0.1:${there.port}/`]) {
    expect([url, await status(http, url)]).toEqual([url, refused]);
  }
});

test("only what has an address may be allowed into the private network", () => {
  const read = readManifest("far", { mode: "mcp", command: ["x"], allow_private: true });
  expect(read).toEqual({ ok: false, problem: "allow_private: is for an endpoint" });
});

test("a server that the settings name may be allowed there too", () => {
  const url = "https://mcp.example.com/mcp";
  const { mcp } = configSchema.parse({ mcp: { far: { url, allow_private: true } } });
  const [far] = namedServers(mcp, "manifest.yml");
  expect([far?.problem, far?.manifest?.allow_private]).toEqual([null, true]);
});
