// Endpoints as tools, and what they must not become: a way into the private network, to the daemon itself, to
// another server, or into its memory.
import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { createLog } from "../../src/runtime/log.ts";
import { createHosts } from "../../src/runtime/plugins/hosts.ts";
import { isOpenlyPrivate } from "../../src/runtime/plugins/openly-private.ts";
import { filledIn, programTool } from "../../src/runtime/plugins/program-tool.ts";
import { createHttp } from "../../src/runtime/world/http.ts";
import { readManifest } from "../../src/tools/external/manifest.ts";
import { openToolWorld } from "../support/tool-world.ts";

interface Given {
  endpoint: string;
  allow_private?: boolean;
  timeout_ms?: number;
  max_output_bytes?: number;
  own_ports?: number[];
}

/** Calls it as the daemon would, after a human approved it; every name leads to this machine. */
async function call({ own_ports = [], ...values }: Given) {
  await using opened = await openToolWorld();
  const { world, workspace } = opened;
  const manifest = readManifest("there", { description: "x", mode: "http", ...values });
  if (!manifest.ok) throw new Error(manifest.problem);
  const log = createLog({ level: "error", now: world.now, write: () => undefined });
  const http = (allow_private: boolean) =>
    createHttp({ allow_private, ownPorts: () => own_ports }, async () => ["127.0.0.1"]);
  const tool = programTool({
    ...{ manifest: manifest.value, variable: () => undefined },
    hosts: createHosts({ world, log, folder: workspace, childVariables: () => ({}) }),
    ...{ http: http(true), others: http(false) },
    standing: async () => ({
      ok: true,
      value: { hash: "h", isApproved: true, question: "", argv: null },
    }),
    approved: async () => undefined,
  });
  const context = opened.context();
  await tool.check({}, context);
  return await tool.call({}, context);
}

function serve(answer: (path: string) => Response | Promise<Response> = () => new Response("hi")) {
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return answer(pathname);
    },
  });
  // Bun.serve listens on a port unless it was given a socket.
  const port = server.port ?? 0;
  return { asked, port, [Symbol.dispose]: () => void server.stop(true) };
}

describe("an endpoint", () => {
  test("that says itself that it is private is reached", async () => {
    using there = serve();
    for (const host of ["127.0.0.1", "localhost", "printer", "box.lan", "a.localhost"]) {
      const { outcome, output } = await call({ endpoint: `http://${host}:${there.port}/` });
      expect([host, outcome, output]).toEqual([host, "completed", "hi"]);
    }
  });

  test("whose name looks public and leads into the private network is not, unless its manifest says so", async () => {
    using there = serve();
    const endpoint = `http://tools.example.com:${there.port}/`;
    const refused = await call({ endpoint });
    expect(refused.outcome).toBe("failed");
    // Once: the address, and why it is refused.
    expect(refused.output).toStartWith(
      `${endpoint}: its address 127.0.0.1 is private, and only public addresses are allowed`,
    );
    expect(there.asked).toEqual([]);
    expect((await call({ endpoint, allow_private: true })).output).toBe("hi");
  });

  test("at a port of the daemon, or at a cloud's metadata, is reached in no spelling", async () => {
    using there = serve();
    const own = { allow_private: true, own_ports: [there.port] };
    for (const host of ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "any.example"]) {
      const { output } = await call({ endpoint: `http://${host}:${there.port}/`, ...own });
      expect([host, output]).toEqual([host, expect.stringContaining("jamey's own port")]);
    }
    for (const host of ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"]) {
      const { output } = await call({ endpoint: `http://${host}/`, allow_private: true });
      expect([host, output]).toEqual([host, expect.stringContaining("is forbidden")]);
    }
    expect(there.asked).toEqual([]);
  });

  test("that answers with a redirect has failed, and nobody else is asked", async () => {
    using other = serve();
    using there = serve(() => Response.redirect(`http://127.0.0.1:${other.port}/`, 307));
    const { outcome, output } = await call({ endpoint: `http://127.0.0.1:${there.port}/` });
    expect([outcome, output]).toEqual(["failed", expect.stringContaining("HTTP 307")]);
    expect(other.asked).toEqual([]);
  });

  test("whose answer unpacks without end is cut at its limit, one that never comes at its time", async () => {
    const packed = gzipSync(new Uint8Array(16 * 1024 * 1024));
    using bomb = serve(
      () =>
        new Response(packed, { headers: { "content-encoding": "gzip", "content-type": "x/y" } }),
    );
    const max_output_bytes = 1_000;
    const cut = await call({ endpoint: `http://127.0.0.1:${bomb.port}/`, max_output_bytes });
    expect(cut.output.length).toBeLessThan(2 * max_output_bytes);
    const forever = Promise.withResolvers<Response>();
    using silent = serve(() => forever.promise);
    const late = await call({ endpoint: `http://127.0.0.1:${silent.port}/`, timeout_ms: 50 });
    expect(late.outcome).toBe("timed_out");
    forever.resolve(new Response(""));
  });
});

test("which addresses say themselves that they are private", () => {
  const said = (host: string) =>
    isOpenlyPrivate({ endpoint: `https://${host}/`, allow_private: false });
  const open = ["10.1.2.3", "192.168.0.1", "0x0a000001", "[::1]", "[fd12::1]", "localhost"];
  const names = ["api", "API.", "nas.local", "a.b.internal", "x.home.arpa", "LOCALHOST."];
  expect([...open, ...names].filter((host) => !said(host))).toEqual([]);
  const others = ["8.8.8.8", "[2606:4700::1]", "example.com", "localhost.example.com", "local.net"];
  expect([...others, "10.1.2.3.nip.io", "169.254.169.254"].filter(said)).toEqual([]);
});

test("only an endpoint may be allowed into the private network", () => {
  const read = readManifest("a", { description: "x", command: ["x"], allow_private: true });
  expect(read).toEqual({ ok: false, problem: "allow_private: is for an endpoint" });
});

test("a header is filled in with variables that there are, and with nothing else", () => {
  const said = "{{KEY}}-{{OTHER}}-{{constructor}}-{{__proto__}}-{{toString}}";
  expect(filledIn(said, { KEY: "k" })).toBe("k----");
});
