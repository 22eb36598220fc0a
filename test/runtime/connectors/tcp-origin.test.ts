// Which names the listener answers to, and which web pages may speak to it.
import { describe, expect, test } from "bun:test";
import { createHostRule } from "../../../src/runtime/connectors/origin.ts";
import { rawHttp } from "../../support/raw-http.ts";
import { type Listening, openListening } from "../../support/tcp.ts";
import { localToken } from "../../support/world.ts";

const authorization = `Authorization: Bearer ${localToken}`;
const upgrade = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** The status of one request, with a key that is let in. */
async function statusOf(
  { port }: Listening,
  headers: string[],
  line = "GET /api/pos HTTP/1.1",
): Promise<number | undefined> {
  const text = [line, ...headers, authorization, "", ""].join("\r\n");
  return (await rawHttp(port, text)).status;
}

describe("Host", () => {
  const own = ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "[::1]:PORT"];
  const foreign = [
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1.evil.example:PORT",
    "localhost.evil.example:PORT",
    "localhost.:PORT",
    "127.0.0.1.:PORT",
    "localhost",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:0PORT",
    "127.0.0.1:PORT.evil.example",
    "127.0.0.1:PORT@evil.example",
    "user@127.0.0.1:PORT",
    "0.0.0.0:PORT",
    "127.1:PORT",
    "127.0.0.2:PORT",
    "2130706433:PORT",
    "0x7f000001:PORT",
    "[::ffff:127.0.0.1]:PORT",
    "[0:0:0:0:0:0:0:1]:PORT",
    "::1:PORT",
    "127.0.0.1:PORT, 127.0.0.1:PORT",
    "127.0.0.1:PORT evil.example",
    "",
  ];

  test("is one of our own names with our port; every other is refused, with a key too", async () => {
    await using listening = await openListening();
    const ask = (name: string) =>
      statusOf(listening, [`Host: ${name.replaceAll("PORT", String(listening.port))}`]);
    const found = await Promise.all([...own, ...foreign].map(async (one) => [one, await ask(one)]));
    expect(found).toEqual([
      ...own.map((one) => [one, 200]),
      ...foreign.map((one) => [one, 403]),
    ] as typeof found);
  });

  test("is given once, and given", async () => {
    await using listening = await openListening();
    const host = `Host: ${listening.host}`;
    const statuses = [
      await statusOf(listening, [host, "Host: evil.example"]),
      await statusOf(listening, ["Host: evil.example", host]),
      await statusOf(listening, [host, host]),
      await statusOf(listening, []),
      await statusOf(listening, [], "GET /api/pos HTTP/1.0"),
    ];
    expect(statuses).toEqual([403, 403, 403, 400, 403]);
  });

  test("decides alone: a target with a name of its own changes nothing", async () => {
    await using listening = await openListening();
    const { host } = listening;
    const ask = (target: string, name: string) =>
      statusOf(listening, [`Host: ${name}`], `GET ${target} HTTP/1.1`);
    expect([
      await ask(`http://${host}/api/pos`, host),
      await ask(`http://${host}/api/pos`, "evil.example"),
      await ask("http://evil.example/api/pos", "evil.example"),
    ]).toEqual([200, 403, 403]);
    const methods = [`CONNECT ${host}`, "OPTIONS *", "OPTIONS /api/pos", "TRACE /api/pos"];
    const statuses = await Promise.all(
      methods.map((line) => statusOf(listening, [`Host: ${host}`], `${line} HTTP/1.1`)),
    );
    expect(statuses).toEqual([403, 400, 403, 405]);
  });

  test("is judged before the key, for health too", async () => {
    await using listening = await openListening();
    const { port } = listening;
    const ask = async (line: string) =>
      (await rawHttp(port, `${line} HTTP/1.1\r\nHost: evil.example:${port}\r\n\r\n`)).status;
    expect([await ask("GET /health"), await ask("GET /api/pos")]).toEqual([403, 403]);
  });

  test("is any address, and no name, where it listens on all of them", () => {
    const rule = createHostRule({ hostname: "::", port: 8080, isTls: false, allowedHosts: [] });
    const isLetIn = (host: string) =>
      rule(new Request("http://any/api/pos", { headers: { host } })) === undefined;
    const own = ["203.0.113.9:8080", "10.0.0.1:8080", "[2001:db8::1]:8080", "localhost:8080"];
    const foreign = [
      "203.0.113.9",
      "203.0.113.9:8081",
      "203.0.113.9:08080",
      "203.0.113.9.evil.example:8080",
      "jamey.example:8080",
      "2130706433:8080",
      "127.1:8080",
      "0.0.0.0:8080",
      "[::]:8080",
      "[0:0::0]:8080",
      "2001:db8::1:8080",
      "[203.0.113.9]:8080",
      "[2001:db8::1%eth0]:8080",
      "203.0.113.9:8080@evil.example",
      "",
    ];
    expect([own.filter((host) => !isLetIn(host)), foreign.filter(isLetIn)]).toEqual([[], []]);
    const secure = createHostRule({ hostname: "::", port: 443, isTls: true, allowedHosts: [] });
    const plain = new Request("http://any/", { headers: { host: "203.0.113.9" } });
    expect([secure(plain), secure(new Request("http://any/"))?.code]).toEqual([
      undefined,
      "forbidden",
    ]);
  });

  test("may be a name that settings allow: as it stands, or with our port", async () => {
    await using listening = await openListening({
      options: { allowedHosts: ["Jamey.example.com", "proxy.example:8443"] },
    });
    const ask = (name: string) => statusOf(listening, [`Host: ${name}`]);
    expect([
      await ask("jamey.example.com"),
      await ask(`jamey.example.com:${listening.port}`),
      await ask("proxy.example:8443"),
      await ask("proxy.example"),
      await ask("x.jamey.example.com"),
    ]).toEqual([200, 200, 200, 403, 403]);
  });
});

describe("Origin", () => {
  const foreign = [
    "https://evil.example",
    "http://evil.example:PORT",
    "null",
    "",
    "http://localhost:1",
    "http://localhost",
    "https://127.0.0.1:PORT",
    "http://127.0.0.1.evil.example:PORT",
    "http://127.0.0.1:PORT.evil.example",
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@evil.example",
    "HTTP://127.0.0.1:PORT",
    "http://localhost:PORT",
    "http://[::1]:PORT",
    "chrome-extension://abcdefghijklmnop",
    "moz-extension://abc",
    "file://",
    "http://127.0.0.1:PORT http://evil.example",
    "http://127.0.0.1:PORT, http://evil.example",
  ];

  test("of a foreign page is refused with 403 before anything is done, sockets included", async () => {
    await using listening = await openListening();
    const host = `Host: ${listening.host}`;
    const wrong: unknown[] = [];
    for (const origin of foreign) {
      const header = `Origin: ${origin.replaceAll("PORT", String(listening.port))}`;
      const body = '{"po_name":"helper","message":"hi"}';
      const statuses = [
        await statusOf(listening, [host, header]),
        await statusOf(listening, [host, header, ...upgrade], "GET /ws HTTP/1.1"),
        await statusOf(
          listening,
          [host, header, "Content-Type: text/plain", `Content-Length: ${body.length}`],
          "POST /api/call/SendMessage HTTP/1.1",
        ),
        (await rawHttp(listening.port, `GET /ws HTTP/1.1\r\n${host}\r\n${header}\r\n\r\n`)).status,
      ];
      if (statuses.some((status) => status !== 403)) wrong.push([origin, statuses]);
    }
    expect(wrong).toEqual([]);
    expect(listening.world.rows({ types: ["MessageQueued", "ConnectorAttached"] })).toEqual([]);
  });

  test("of our own page is let in, by the name that it was asked for", async () => {
    await using listening = await openListening({ options: { allowedHosts: ["a.example"] } });
    const { port } = listening;
    const ask = (host: string, origin: string) =>
      statusOf(listening, [`Host: ${host}`, `Origin: ${origin}`]);
    expect([
      await ask(`127.0.0.1:${port}`, `http://127.0.0.1:${port}`),
      await ask(`localhost:${port}`, `http://localhost:${port}`),
      await ask("a.example", "https://a.example"),
      await ask("a.example", "http://a.example"),
      await ask("a.example", "https://b.example"),
      await ask("a.example", `http://127.0.0.1:${port}`),
    ]).toEqual([200, 200, 200, 200, 403, 403]);
    const own = [`Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}`];
    expect(await statusOf(listening, [...own, ...upgrade], "GET /ws HTTP/1.1")).toBe(101);
    const twice = [...own, `Origin: http://127.0.0.1:${port}`];
    expect(await statusOf(listening, twice)).toBe(403);
  });

  test("is never answered with a permission for other pages", async () => {
    await using listening = await openListening();
    const { port, host } = listening;
    const heads = await Promise.all(
      ["https://evil.example", "null", `http://${host}`].flatMap((origin) =>
        ["GET", "POST", "OPTIONS"].map(async (method) => {
          const preflight = "Access-Control-Request-Method: POST\r\nContent-Length: 0\r\n";
          const text = `${method} /api/pos HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n${authorization}\r\n${preflight}\r\n`;
          const { status, head } = await rawHttp(port, text);
          return [method, status === 200, /access-control/i.test(head)];
        }),
      ),
    );
    expect(heads.filter(([, , isPermitted]) => isPermitted)).toEqual([]);
    expect(heads.filter(([method, isAnswered]) => method === "OPTIONS" && isAnswered)).toEqual([]);
  });
});
