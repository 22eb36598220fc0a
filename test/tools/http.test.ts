// The HTTP tool against servers on loopback: what it shows, follows, refuses and bounds.
import { describe, expect, test } from "bun:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { createHttp } from "../../src/runtime/world/http.ts";
import { httpRequestTool } from "../../src/tools/http-request.ts";
import { openToolWorld } from "../support/tool-world.ts";

const http = httpRequestTool();

/** A server that remembers what it was sent. */
function serve(answer: (request: Request, url: URL) => Response | Promise<Response>) {
  const seen: { method: string; path: string; headers: Record<string, string>; body: string }[] =
    [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const url = new URL(request.url);
      seen.push({
        method: request.method,
        path: url.pathname + url.search,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return await answer(request, url);
    },
  });
  return {
    seen,
    port: server.port ?? 0,
    base: `http://127.0.0.1:${server.port}`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

describe("http_request", () => {
  test("J147: GET and POST reach the server with their headers and body, and the answer is text", async () => {
    await using rig = await openToolWorld();
    using server = serve(
      (request) => new Response(`hello ${request.method} ✓`, { headers: { etag: "x1" } }),
    );
    const got = await rig.call(http, { url: `${server.base}/a?b=c` });
    const text =
      "HTTP 200 OK\ncontent-type: text/plain;charset=utf-8\ncontent-length: 13\netag: x1\n\nhello GET ✓";
    expect(got).toEqual({
      output: text,
      success: true,
      outcome: "completed",
      output_bytes: Buffer.byteLength(text),
      spilled_to: null,
    });
    const args = { method: "POST", url: `${server.base}/p`, headers: { "x-a": "1" }, body: "bödy" };
    const posted = await rig.call(http, args);
    expect(posted.output).toEndWith("\n\nhello POST ✓");
    expect(server.seen.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", "/a?b=c", ""],
      ["POST", "/p", "bödy"],
    ]);
    expect(server.seen[1]?.headers["x-a"]).toBe("1");
    expect(await http.check(args, rig.context())).toEqual({
      valid: true,
      subject: `POST ${server.base}/p with a body`,
      bare_subject: `POST ${server.base}/p`,
    });
    const { body: _, ...bare } = args;
    const subject = `POST ${server.base}/p`;
    expect(await http.check(bare, rig.context())).toEqual({ valid: true, subject });
  });

  test("J147: an answer other than 2xx is no success, and its body is shown", async () => {
    await using rig = await openToolWorld();
    using server = serve(
      (_, url) => new Response("why not", { status: Number(url.pathname.slice(1)) }),
    );
    for (const status of [400, 404, 500, 503]) {
      const called = await rig.call(http, { url: `${server.base}/${status}` });
      expect([called.success, called.outcome]).toEqual([false, "failed"]);
      expect(called.output).toStartWith(`HTTP ${status} `);
      expect(called.output).toEndWith("\n\nwhy not");
    }
  });

  test("J147: a body that never ends, or unpacks without end, is cut at its limit", async () => {
    await using rig = await openToolWorld();
    const zeros = Buffer.alloc(200 * 1024 * 1024, 97);
    const bombs: Record<string, Uint8Array> = {
      gzip: gzipSync(zeros, { level: 9 }),
      br: brotliCompressSync(zeros.subarray(0, 50 * 1024 * 1024)),
    };
    using server = serve((_, url) => {
      const name = url.pathname.slice(1);
      const bomb = bombs[name];
      if (bomb !== undefined) {
        return new Response(new Uint8Array(bomb), { headers: { "content-encoding": name } });
      }
      const piece = new Uint8Array(65_536).fill(97);
      return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }));
    });
    for (const path of ["gzip", "br", "endless"]) {
      const called = await rig.call(http, { url: `${server.base}/${path}` });
      expect(called.output).toEndWith(
        "[the body is longer than 5,242,880 bytes; the rest was not read]",
      );
      expect(called.success).toBe(true);
      expect(called.output_bytes).toBeLessThan(5 * 1024 * 1024 + 500);
      expect(called.output_bytes).toBeGreaterThanOrEqual(5 * 1024 * 1024);
    }
  });

  test("J147: a server that is too slow is left at the deadline, and a cancelled call at once", async () => {
    await using rig = await openToolWorld();
    const abort = new AbortController();
    using server = serve((_, url) => {
      if (url.pathname === "/abort") abort.abort();
      return new Response(
        new ReadableStream({ pull: async () => await new Promise(() => undefined) }),
      );
    });
    const late = await rig.call(http, { url: `${server.base}/late`, timeout_ms: 100 });
    expect([late.success, late.outcome]).toEqual([false, "timed_out"]);
    expect(late.output).toContain("[timed out after 100 ms");
    const ended = await rig.call(http, { url: `${server.base}/abort` }, { signal: abort.signal });
    expect([ended.success, ended.outcome]).toEqual([false, "cancelled"]);
  });

  test("a broken or unreadable answer is a failure that says why", async () => {
    await using rig = await openToolWorld();
    using server = serve((_, url) => {
      const encoding = url.pathname.slice(1);
      return new Response("not packed at all", { headers: { "content-encoding": encoding } });
    });
    const broken = await rig.call(http, { url: `${server.base}/gzip` });
    expect([broken.success, broken.output.includes("the body broke off after 0 bytes")]).toEqual([
      false,
      true,
    ]);
    const unknown = await rig.call(http, { url: `${server.base}/zip` });
    expect([unknown.success, unknown.output]).toEqual([
      false,
      `${server.base}/zip: the body has an unknown encoding: zip`,
    ]);
    const nested = await rig.call(http, { url: `${server.base}/gzip,gzip,gzip` });
    expect(nested.output).toBe(
      `${server.base}/gzip,gzip,gzip: the body is encoded more than 2 times`,
    );
    const garbage = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket) => void socket.end("SSH-2.0-OpenSSH\r\n") },
    });
    const odd = await rig.call(http, { url: `http://127.0.0.1:${garbage.port}/` });
    garbage.stop(true);
    expect([odd.success, odd.outcome]).toEqual([false, "failed"]);
    const closed = await rig.call(http, { url: `http://127.0.0.1:${garbage.port}/` });
    expect([closed.success, closed.output.startsWith("http://127.0.0.1:")]).toEqual([false, true]);
  });

  test("a header without end is refused", async () => {
    await using rig = await openToolWorld();
    const flood = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(200_000)}`),
      },
    });
    const called = await rig.call(http, { url: `http://127.0.0.1:${flood.port}/` });
    flood.stop(true);
    expect([called.success, called.outcome]).toEqual([false, "failed"]);
  });

  test("what is no text is counted, not shown", async () => {
    await using rig = await openToolWorld();
    using server = serve(() => new Response(new Uint8Array([1, 0, 2])));
    const called = await rig.call(http, { url: server.base });
    expect(called.output).toEndWith("\n\n(3 bytes that are not text)");
  });
});

describe("a redirect", () => {
  test("within its origin keeps headers and body, and 303 becomes GET", async () => {
    await using rig = await openToolWorld();
    using server = serve((_, url) => {
      const status = Number(url.pathname.slice(1));
      return status > 0
        ? new Response(null, { status, headers: { location: "/end" } })
        : new Response("end");
    });
    const headers = { "x-api-key": "k" };
    for (const [status, method] of [
      [307, "POST"],
      [308, "POST"],
      [303, "GET"],
      [302, "GET"],
      [301, "GET"],
    ] as const) {
      server.seen.length = 0;
      const url = `${server.base}/${status}`;
      const called = await rig.call(http, { method: "POST", url, headers, body: "b" });
      expect(called.output).toStartWith(`HTTP 200 OK\nurl: ${server.base}/end\n`);
      const [, last] = server.seen;
      const body = method === "POST" ? "b" : "";
      expect([status, last?.method, last?.body, last?.headers["x-api-key"]]).toEqual([
        status,
        method,
        body,
        "k",
      ]);
    }
  });

  test("to another origin leaves every header and the body behind", async () => {
    await using rig = await openToolWorld();
    using other = serve(() => new Response("other"));
    using server = serve(
      (_, url) =>
        new Response(null, {
          status: Number(url.pathname.slice(1)),
          headers: { location: `${other.base}/x` },
        }),
    );
    const headers = { authorization: "Bearer s", cookie: "s=1", "x-api-key": "s", "x-more": "s" };
    for (const status of [301, 302, 303, 307, 308]) {
      await rig.call(http, { url: `${server.base}/${status}`, headers });
    }
    expect(other.seen.length).toBe(5);
    for (const { headers: sent } of other.seen) {
      expect(Object.keys(sent).toSorted()).toEqual(["accept-encoding", "connection", "host"]);
    }
    const posted = await rig.call(http, {
      method: "POST",
      url: `${server.base}/307`,
      headers,
      body: "s",
    });
    expect(posted.success).toBe(false);
    expect(posted.output).toContain("it would send the request to another origin");
    expect(other.seen.length).toBe(5);
    await rig.call(http, { method: "POST", url: `${server.base}/302`, headers, body: "s" });
    expect(other.seen.slice(5).map(({ method, body }) => [method, body])).toEqual([["GET", ""]]);
  });

  test("is followed five times and no more", async () => {
    await using rig = await openToolWorld();
    using server = serve((_, url) => {
      const left = Number(url.pathname.slice(1));
      if (left === 0) return new Response("end");
      return new Response(null, { status: 302, headers: { location: `/${left - 1}` } });
    });
    expect((await rig.call(http, { url: `${server.base}/5` })).success).toBe(true);
    const sixth = await rig.call(http, { url: `${server.base}/6` });
    expect([sixth.success, sixth.output]).toEqual([
      false,
      `${server.base}/6: more than 5 redirects`,
    ]);
  });

  test("is checked like any address: other schemes and forbidden hosts are refused", async () => {
    await using rig = await openToolWorld();
    const targets = [
      "file:///etc/passwd",
      "data:text/plain,x",
      "http://169.254.169.254/latest/",
      "ftp://127.0.0.1/",
    ];
    using server = serve((_, url) => {
      const location = targets[Number(url.pathname.slice(1))] ?? "/";
      return new Response(null, { status: 302, headers: { location } });
    });
    for (const index of targets.keys()) {
      const called = await rig.call(http, { url: `${server.base}/${index}` });
      expect([index, called.success]).toEqual([index, false]);
      expect(called.output).toMatch(/only http and https are allowed|is forbidden/);
    }
  });
});

describe("the address", () => {
  test("that was checked is the one that is dialled, and its name is asked for once", async () => {
    await using rig = await openToolWorld();
    using server = serve(() => new Response("here"));
    const asked: string[] = [];
    const options = { allow_private: true, ownPorts: () => [] };
    // A name whose second answer would lead elsewhere.
    const world = {
      ...rig.world,
      http: createHttp(options, async (name) => {
        asked.push(name);
        return [asked.length === 1 ? "127.0.0.1" : "192.0.2.1"];
      }),
    };
    const url = `http://rebind.example:${server.port}/`;
    const called = await rig.call(http, { url }, { world });
    expect([called.success, asked]).toEqual([true, ["rebind.example"]]);
    expect(server.seen[0]?.headers.host).toBe(`rebind.example:${server.port}`);
  });

  test("of a private network is refused unless the owner allows it", async () => {
    await using rig = await openToolWorld({ allow_private: false });
    using server = serve(() => new Response("inside"));
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0177.0.0.1"]) {
      const called = await rig.call(http, { url: `http://${host}:${server.port}/` });
      expect([host, called.success]).toEqual([host, false]);
      expect(called.output).toContain("only public addresses are allowed");
    }
    expect(server.seen).toEqual([]);
  });

  test("of jamey itself is refused even where private ones are allowed", async () => {
    using server = serve(() => new Response("daemon"));
    await using rig = await openToolWorld({ ownPorts: () => [server.port] });
    for (const host of ["127.0.0.1", "localhost", "127.1.2.3", "[::1]", "[::ffff:7f00:1]"]) {
      const called = await rig.call(http, { url: `http://${host}:${server.port}/` });
      expect([host, called.output]).toEqual([host, expect.stringContaining("jamey's own port")]);
    }
    expect(server.seen).toEqual([]);
  });

  test("and the headers are validated before anything is sent", async () => {
    await using rig = await openToolWorld();
    const wrong: Record<string, unknown>[] = [
      { url: "file:///etc/passwd" },
      { url: "unix:/run/x.sock" },
      { url: "no address" },
      { url: "http://h/", method: "CONNECT" },
      { url: "http://h/", headers: { host: "other" } },
      { url: "http://h/", headers: { "Transfer-Encoding": "chunked" } },
      { url: "http://h/", headers: { "x y": "1" } },
      { url: "http://h/", headers: { x: "1\r\ny: 2" } },
    ];
    for (const args of wrong) {
      const given = JSON.parse(JSON.stringify(args));
      expect([args, (await http.check(given, rig.context())).valid]).toEqual([args, false]);
      expect((await rig.call(http, given)).success).toBe(false);
    }
    const named = await rig.call(http, { url: "http://user:pass@127.0.0.1/" });
    expect(named.output).toContain("a name or password in the address is not allowed");
  });
});
