// The TCP listener itself: where it listens, what it refuses to begin with, what it says, its limits.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import { startTcpConnector, type TcpOptions } from "../../../src/runtime/connectors/tcp.ts";
import { makeCertificate } from "../../support/certificates.ts";
import { rawHttp } from "../../support/raw-http.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { openListening } from "../../support/tcp.ts";
import { localToken, openTestWorld, type TestWorld } from "../../support/world.ts";

const folder = mkdtempSync(join(tmpdir(), "jamey-tcp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const plain: TcpOptions = {
  hostname: "127.0.0.1",
  port: 0,
  allowedHosts: [],
  hasWebSocket: true,
};

/** What it says when it does not begin. */
async function refusal(world: TestWorld, options: Partial<TcpOptions>): Promise<string> {
  try {
    const connector = startTcpConnector({ ...plain, ...options }, world.runtime());
    await connector.stop();
    return "began";
  } catch (thrown) {
    return thrown instanceof JameyError ? `${thrown.code}: ${thrown.message}` : String(thrown);
  }
}

describe("The listener", () => {
  test("says its real port, and gives it back at the end", async () => {
    await using world = await openTestWorld();
    const first = startTcpConnector(plain, world.runtime());
    expect(first.port).toBeGreaterThan(0);
    expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
    await first.stop();
    const second = startTcpConnector({ ...plain, port: first.port }, world.runtime());
    expect((await fetch(`${second.url}/health`)).status).toBe(200);
    await second.stop();
  });

  test.each([
    ["localhost", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.1"],
  ])("on %s is reached at %s, and needs no key made for it", async (hostname, name) => {
    await using listening = await openListening({ options: { hostname } });
    expect(listening.connector.url).toBe(`http://${name}:${listening.port}`);
    expect((await fetch(`${listening.connector.url}/health`)).status).toBe(200);
  });

  test("names the port that is taken, and who has it", async () => {
    await using listening = await openListening();
    const { port, world } = listening;
    expect(await refusal(world, { port })).toBe(
      `config_invalid: Port ${port} on 127.0.0.1 is taken: stop that, or choose another with --http PORT.`,
    );
    const whoHas = (asked: number) => (asked === port ? "pid 7" : undefined);
    expect(await refusal(world, { port, whoHas })).toBe(
      `config_invalid: Port ${port} on 127.0.0.1 is taken by pid 7: stop that, or choose another with --http PORT.`,
    );
  });

  test("shows itself to the network only where a human has made a key, and says what that means", async () => {
    await using world = await openTestWorld();
    for (const hostname of ["0.0.0.0", "::", "203.0.113.1", "jamey.example"]) {
      expect(await refusal(world, { hostname })).toContain("there is no key: make one");
    }
    await world.ask("CreateKey", { name: "ci", expires_at: null });
    const connector = startTcpConnector({ ...plain, hostname: "0.0.0.0" }, world.runtime());
    expect(connector.url).toBe(`http://127.0.0.1:${connector.port}`);
    const said = world.log.filter((line) => line.includes("warn"));
    expect([
      said.length,
      said[0]?.includes(connector.url),
      said[1]?.includes("--allow-host"),
      said[2]?.includes("without TLS"),
    ]).toEqual([3, true, true, true]);
    const statuses = await Promise.all(
      ["127.0.0.1", "203.0.113.9", "[2001:db8::1]", "0.0.0.0", "jamey.example"].map(
        async (name) => {
          const host = `${name}:${connector.port}`;
          return (await fetch(`${connector.url}/health`, { headers: { host } })).status;
        },
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 403, 403]);
    await connector.stop();
    expect(await refusal(world, { hostname: "203.0.113.1" })).toStartWith(
      "config_invalid: Cannot listen on 203.0.113.1, port 0: ",
    );
  });

  test("has no WebSocket where that is off", async () => {
    await using listening = await openListening({ options: { hasWebSocket: false } });
    const response = await listening.get("/ws", { authorization: `Bearer ${localToken}` });
    expect(response.status).toBe(404);
  });
});

describe("TLS", () => {
  test("by certificate files encrypts, and answers nobody in the clear", async () => {
    await using world = await openTestWorld();
    const tls = await makeCertificate(folder, "good");
    const connector = startTcpConnector({ ...plain, tls }, world.runtime());
    expect(connector.url).toBe(`https://127.0.0.1:${connector.port}`);
    const ask = (origin?: string) =>
      fetch(`${connector.url}/api/pos`, {
        headers: { authorization: `Bearer ${localToken}`, ...(origin ? { origin } : {}) },
        tls: { ca: Bun.file(tls.cert) },
      });
    expect((await ask()).status).toBe(200);
    expect((await ask(connector.url)).status).toBe(200);
    expect((await ask(connector.url.replace("https", "http"))).status).toBe(403);
    const inTheClear = await fetch(connector.url.replace("https", "http")).catch(() => "no answer");
    expect(inTheClear).toBe("no answer");
    await connector.stop();
  });

  test("with files that are missing, empty or not a pair does not begin, and names the file", async () => {
    await using world = await openTestWorld();
    const good = await makeCertificate(folder, "one");
    const other = await makeCertificate(folder, "two");
    const empty = join(folder, "empty.pem");
    writeFileSync(empty, "");
    const missing = join(folder, "missing.pem");
    const say = (cert: string, key: string) => refusal(world, { tls: { cert, key } });
    expect(await say(missing, good.key)).toStartWith(
      `config_invalid: The TLS certificate ${missing} cannot be read: `,
    );
    expect(await say(good.cert, folder)).toBe(
      `config_invalid: The TLS key ${folder} cannot be read: it is no PEM file`,
    );
    expect(await say(empty, good.key)).toBe(
      `config_invalid: ${empty} holds no certificate that can be read (PEM, without a passphrase).`,
    );
    expect(await say(good.cert, good.cert)).toBe(
      `config_invalid: ${good.cert} holds no private key that can be read (PEM, without a passphrase).`,
    );
    expect(await say(good.cert, other.key)).toBe(
      `config_invalid: The key ${other.key} does not belong to the certificate ${good.cert}.`,
    );
  });
});

describe("A limit", () => {
  const slow = { perSecond: 0.001, burst: 3 };

  test("of requests holds for one key, and no other; it is named", async () => {
    await using listening = await openListening({ limits: { requests: slow } });
    const [busy, calm] = [await listening.makeKey(), await listening.makeKey()];
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      statuses.push((await listening.call("ListPOs", busy.text)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await listening.call("ListPOs", busy.text);
    expect([refused.headers.get("retry-after"), await refused.json()]).toEqual([
      "1",
      {
        error: {
          code: "overloaded",
          message: "Too many requests with the key 'key-1': at most 0.001 a second.",
          details: {},
        },
      },
    ]);
    expect((await listening.call("ListPOs", calm.text)).status).toBe(200);
  });

  test("of requests counts what comes over a WebSocket too", async () => {
    await using listening = await openListening({ limits: { requests: slow } });
    const { text } = await listening.makeKey();
    const wire = await openRawWire(listening.url, { headers: { "x-api-key": text } });
    // The handshake and the attach were two.
    await wire.attach();
    expect((await wire.ask("ListPOs")).type).toBe("POList");
    expect(await wire.ask("ListPOs")).toMatchObject({
      type: "Error",
      payload: { code: "overloaded", message: expect.stringContaining("with the key 'key-1'") },
    });
    expect((await listening.call("ListPOs", text)).status).toBe(429);
    wire.close();
  });

  test("of wrong keys is one for all ways to show them, and the right key is let in nevertheless", async () => {
    await using listening = await openListening({ limits: { failures: slow } });
    const { text } = await listening.makeKey();
    const attempts: Record<string, string>[] = [
      { authorization: "Bearer guess" },
      { "x-api-key": "guess" },
      { authorization: "Basic Z3Vlc3M6" },
      { "x-api-key": "guess", "x-forwarded-for": "203.0.113.7" },
      { authorization: "Bearer guess", forwarded: "for=203.0.113.8" },
      {},
    ];
    const statuses: number[] = [];
    for (const headers of attempts)
      statuses.push((await listening.get("/api/pos", headers)).status);
    // Who shows no key has not guessed.
    expect(statuses).toEqual([401, 401, 401, 429, 429, 401]);
    expect((await listening.call("ListPOs", text)).status).toBe(200);
  });

  test("of sockets leaves room, and is named to who comes too late", async () => {
    await using listening = await openListening({ limits: { maxSockets: 2 } });
    const headers = { authorization: `Bearer ${localToken}` };
    const wires = [
      await openRawWire(listening.url, { headers }),
      await openRawWire(listening.url, { headers }),
    ];
    const third = await fetch(`${listening.url}/ws`, {
      headers: {
        ...headers,
        upgrade: "websocket",
        connection: "upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      },
    });
    expect([third.status, await third.json()]).toMatchObject([
      429,
      { error: { code: "overloaded" } },
    ]);
    for (const wire of wires) wire.close();
  });
});

describe("The access log", () => {
  test("says who asked what and what became of it, without queries, bodies and keys", async () => {
    await using listening = await openListening();
    const key = await listening.makeKey();
    await listening.call("ListPOs", key.text, {});
    await listening.get("/api/pos/no-canary?key=query-canary", { "x-api-key": "wrong-canary" });
    await listening.get("/a%0ab%1b[31m", { authorization: `Bearer ${localToken}` });
    const lines = listening.world.log
      .filter((line) => line.includes(" request "))
      .map((line) => line.slice(line.indexOf("request")).trimEnd());
    expect(lines.map((line) => line.replace(/ms=[\d.]+/, "ms=1"))).toEqual([
      "request method=POST path=/api/call/ListPOs status=200 ms=1 identity=key-1",
      "request method=GET path=/api/pos/no-canary status=401 ms=1 identity=null",
      'request method=GET path="/a%0ab%1b[31m" status=404 ms=1 identity=local',
    ]);
    expect(listening.world.log.join("")).not.toMatch(/query-canary|wrong-canary|jamey_/);
    expect(listening.world.log.join("")).not.toContain(key.text);
  });

  test("has one line for a request, whatever its path is made of", async () => {
    await using listening = await openListening();
    const before = listening.world.log.length;
    const paths = ["/a\x1b[31mred", "/a\x85b", "/a\u202eb", "/a\x0bb\x7f", `/${"a".repeat(8_000)}`];
    for (const path of paths) {
      const text = `GET ${path} HTTP/1.1\r\nHost: ${listening.host}\r\nX-Api-Key: wrong\x1b\r\n\r\n`;
      await rawHttp(listening.port, text);
    }
    const lines = listening.world.log.slice(before);
    expect(lines.every((line) => /^[^\p{Cc}\p{Cf}]{1,3000}\n$/u.test(line))).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(paths.length);
  });

  test("is not filled by who has no key: what comes too fast is counted", async () => {
    await using listening = await openListening();
    const logged = () => listening.world.log.filter((line) => line.includes("status=401"));
    await Promise.all(Array.from({ length: 300 }, () => listening.get("/api/pos")));
    expect(logged().length).toBeLessThan(300);
    while (!listening.world.log.some((line) => line.includes("more requests without a key"))) {
      await listening.get("/api/pos");
    }
  });
});

describe("the static folder over TCP", () => {
  test("is for everybody, and nothing beside its files is", async () => {
    const staticDir = mkdtempSync(join(folder, "static-"));
    writeFileSync(join(staticDir, "index.html"), "<p>hello</p>");
    await using listening = await openListening({ options: { staticDir } });
    const page = await listening.get("/");
    expect([page.status, await page.text()]).toEqual([200, "<p>hello</p>"]);
    const others = ["/missing.html", "/api/pos", "/openapi.json", "/ws", "/..%2fkeys.yml"];
    const statuses = await Promise.all(
      others.map(async (path) => (await listening.get(path)).status),
    );
    expect(statuses).toEqual(others.map(() => 401));
    const posted = await fetch(listening.url, { method: "POST", body: "x" });
    expect(posted.status).toBe(401);
    const foreign = await listening.get("/", { origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    const wrong = await listening.get("/", { authorization: "Bearer wrong" });
    expect(wrong.status).toBe(401);
  });
});

describe("a page without a key", () => {
  test("is looked for only so often, found or not", async () => {
    const staticDir = mkdtempSync(join(folder, "static-"));
    writeFileSync(join(staticDir, "index.html"), "<p>hello</p>");
    const pages = { perSecond: 0.001, burst: 3 };
    await using listening = await openListening({ options: { staticDir }, limits: { pages } });
    const statusOf = async (path: string, headers?: Record<string, string>) =>
      (await listening.get(path, headers)).status;
    const statuses = [
      await statusOf("/"),
      await statusOf("/missing.html"),
      // No file can be there: nothing is looked for.
      await statusOf("/api/pos"),
      await statusOf("/"),
      await statusOf("/missing.html"),
      await statusOf("/"),
      await statusOf("/", { authorization: `Bearer ${localToken}` }),
    ];
    expect(statuses).toEqual([200, 401, 401, 200, 429, 429, 200]);
  });
});

test("Health is answered to everybody, as GET and as HEAD", async () => {
  await using listening = await openListening();
  const answers = await Promise.all(
    ["GET", "HEAD"].map(async (method) => {
      const response = await fetch(`${listening.url}/health`, { method });
      return [response.status, await response.text()];
    }),
  );
  expect(answers).toEqual([
    [200, "OK"],
    [200, ""],
  ]);
});

test("What ends does not wait for a handler that heeds no signal", async () => {
  await using world = await openTestWorld();
  const asked = Promise.withResolvers<void>();
  const handle = () => {
    asked.resolve();
    return Promise.withResolvers<never>().promise;
  };
  const connector = startTcpConnector(plain, { ...world.runtime(), handle });
  const headers = { authorization: `Bearer ${localToken}` };
  const waiting = fetch(`${connector.url}/api/pos`, { headers }).catch(() => "broken off");
  await asked.promise;
  await connector.stop();
  expect(await waiting).toBe("broken off");
});

test("What ends lets running answers out and closes what is open", async () => {
  await using listening = await openListening();
  const wire = await openRawWire(listening.url, {
    headers: { authorization: `Bearer ${localToken}` },
  });
  await wire.attach();
  await listening.connector.stop();
  expect(await wire.closed).toEqual({ code: 1001, reason: "the daemon stops" });
  expect(await fetch(`${listening.url}/health`).catch(() => "nobody")).toBe("nobody");
});
