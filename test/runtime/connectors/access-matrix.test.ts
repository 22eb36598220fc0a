// Who is let in where: every listener, every place of its router, every kind of key, page and name, against a table
// that was written by hand.
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { scope } from "../../../src/protocol/commands/command.ts";
import { commands } from "../../../src/protocol/commands/index.ts";
import { rowsOf } from "../../../src/runtime/connectors/http/door.ts";
import { signedPaths } from "../../../src/runtime/connectors/http/routes.ts";
import { createToolTable } from "../../../src/runtime/connectors/mcp/tools.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { commandNeeds, mayDo, nameOf, type Place, places } from "../../support/access-table.ts";
import { freePort } from "../../support/free-port.ts";
import { eras, openPeer } from "../../support/mcp-peers.ts";
import { rawHttp } from "../../support/raw-http.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { openSpawningWorld, serverOf, startedWith } from "../../support/spawning.ts";
import { openListening } from "../../support/tcp.ts";
import { localToken, openTestWorld } from "../../support/world.ts";

/** Connections at once. */
const TOGETHER = 50;

describe("The table of who may do what", () => {
  test("has every place of the router, and every command, once", () => {
    const routed = rowsOf(true).map(({ path, row }) => nameOf({ method: row.method, path }));
    const signed = Object.entries(signedPaths).map(([path, method]) => nameOf({ method, path }));
    expect(places.map(nameOf).toSorted()).toEqual([...routed, ...signed].toSorted());
    expect([...commandNeeds.keys()].toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  test("knows every listener that there is", async () => {
    const root = join(import.meta.dir, "..", "..", "..");
    const found: string[] = [];
    for await (const path of new Bun.Glob("src/**/*.ts").scan({ cwd: root })) {
      const text = await Bun.file(join(root, path)).text();
      if (/\bBun\.(?:serve|listen|udpSocket)\b|\bcreateServer\(/.test(text)) found.push(path);
    }
    expect(found.toSorted()).toEqual([
      "src/runtime/connectors/listener.ts",
      "src/runtime/connectors/spawned/http.ts",
      "src/runtime/connectors/unix.ts",
      // Waits for one return of a browser; `mcp-sign-in.test.ts`.
      "src/runtime/plugins/sign-ins.ts",
    ]);
  });
});

/** One after the other in groups, so that no limit of connections says anything. */
async function each<One, Out>(all: readonly One[], run: (one: One) => Promise<Out>) {
  const out: Out[] = [];
  for (let from = 0; from < all.length; from += TOGETHER) {
    out.push(...(await Promise.all(all.slice(from, from + TOGETHER).map(run))));
  }
  return out;
}

/** The status alone: what streams is left at once. */
async function statusOf(
  url: string,
  { method, target }: Pick<Place, "method" | "target">,
  options: { headers?: Record<string, string>; unix?: string } = {},
): Promise<number> {
  const leave = new AbortController();
  const body = method === "GET" ? {} : { body: "{}" };
  const response = await fetch(`${url}${target}`, {
    ...{ method, ...body, ...options },
    signal: leave.signal,
  });
  leave.abort();
  return response.status;
}

/** Whoever points a name of theirs at us, or whose page asks: Host first, then what else is sent. */
const strangers = (own: string, port: number): [string, string[]][] => [
  ["a name of others", ["Host: evil.example"]],
  ["a name of others with our port", [`Host: evil.example:${port}`]],
  ["our address as a part of a name", [`Host: 127.0.0.1.evil.example:${port}`]],
  ["a dot at the end", [`Host: localhost.:${port}`]],
  ["an address in another spelling", [`Host: 2130706433:${port}`]],
  ["another port", ["Host: 127.0.0.1:1"]],
  ["a name that is none", ["Host: [::1"]],
  ["two hosts", [own, "Host: evil.example"]],
  ["two hosts, ours last", ["Host: evil.example", own]],
  ["a foreign page", [own, "Origin: https://evil.example"]],
  ["a page without an origin", [own, "Origin: null"]],
  ["a page of another port", [own, "Origin: http://127.0.0.1:1"]],
  ["a page of a name like ours", [own, `Origin: http://127.0.0.1.evil.example:${port}`]],
  ["an extension", [own, "Origin: chrome-extension://abcdefghijklmnop"]],
];

/** Who got something else than 403. */
async function letIn(
  port: number,
  asked: readonly Pick<Place, "method" | "target">[],
  more: readonly string[] = [],
): Promise<string[]> {
  const own = `Host: 127.0.0.1:${port}`;
  const all = asked.flatMap((one) =>
    strangers(own, port).map(([who, headers]) => ({ one, who, headers })),
  );
  const found = await each(all, async ({ one: { method, target }, who, headers }) => {
    const lines = [`${method} ${target} HTTP/1.1`, ...headers, ...more, "Content-Length: 0"];
    const { status, head } = await rawHttp(port, `${lines.join("\r\n")}\r\n\r\n`);
    const isPermitted = /access-control/i.test(head);
    return status === 403 && !isPermitted ? [] : [`${who}: ${method} ${target} ${status}`];
  });
  return found.flat();
}

describe("Over TCP", () => {
  test("no place answers to a foreign page or name, with the best of keys too", async () => {
    await using listening = await openListening({ options: { hookSecrets: () => "secret" } });
    const before = listening.world.store.journal.head();
    const elsewhere = { method: "GET", target: "/nothing" };
    const asked = [...places, elsewhere];
    expect(asked.length).toBeGreaterThan(100);
    const key = [`Authorization: Bearer ${localToken}`];
    expect(await letIn(listening.port, asked, key)).toEqual([]);
    expect(listening.world.store.journal.head()).toBe(before);
  }, 60_000);

  test("a place that wants a signature is opened by no key", async () => {
    await using listening = await openListening({ options: { hookSecrets: () => "secret" } });
    const signed = places.filter(({ need }) => need === "signature");
    const keys = await Promise.all(scope.options.map((one) => listening.makeKey([one])));
    const credentials: Record<string, string>[] = [
      {},
      { "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
      { authorization: "Bearer wrong" },
    ];
    const withKeys = [localToken, ...keys.map((key) => key.text)];
    for (const one of signed) {
      const without = credentials.map((headers) => statusOf(listening.url, one, { headers }));
      const owned = withKeys.map((key) =>
        statusOf(listening.url, one, { headers: { authorization: `Bearer ${key}` } }),
      );
      expect(await Promise.all(without)).toEqual([401, 401, 401]);
      // With a key it is no webhook, and nothing else is there.
      expect(await Promise.all(owned)).toEqual(owned.map(() => 404));
    }
    expect(signed.length).toBe(1);
  });

  test.each(scope.options)(
    "each command over a WebSocket is for who has its scope: %s",
    async (one) => {
      await using listening = await openListening();
      const { text } = await listening.makeKey([one]);
      const headers = { authorization: `Bearer ${text}` };
      const wrong: Record<string, unknown> = {};
      for (const [command, need] of commandNeeds) {
        // One that it lets do more may end the connection.
        const wire = await openRawWire(listening.url, { headers });
        await wire.attach();
        const { type, payload } = await wire.ask(command, {});
        wire.close();
        const { code } = payload as { code?: string }; // What every error has.
        const isRefused = type === "Error" && code === "forbidden";
        if (isRefused === mayDo(need, [one])) wrong[command] = payload;
      }
      expect(wrong).toEqual({});
    },
  );
});

test.each(scope.options)(
  "At /mcp each tool is there for who has the scopes of all that it does: %s",
  async (one) => {
    await using listening = await openListening();
    const { text } = await listening.makeKey([one]);
    const options = { url: `${listening.url}/mcp`, headers: { authorization: `Bearer ${text}` } };
    const rows = createToolTable();
    const mayCall = ({ commands: needed }: (typeof rows)[number]) =>
      needed.every((command) => mayDo(commandNeeds.get(command) ?? "socket", [one]));
    for (const era of eras) {
      await using peer = await openPeer(era, options);
      const offered = await peer.tools();
      const found = rows.map(({ name }) => name).filter((name) => offered.includes(name));
      expect(found).toEqual(rows.filter(mayCall).map(({ name }) => name));
      for (const { name } of rows.filter((row) => !mayCall(row))) {
        expect(peer.call(name)).rejects.toThrow("not found");
      }
    }
    expect(rows.length).toBeGreaterThan(15);
  },
);

test("Over the unix socket everything is its owner's, whatever key, name or address is said; no page may ask", async () => {
  await using world = await openTestWorld({ script: () => "ok" });
  mkdirSync(join(world.folder, "run"));
  const unix = join(world.folder, "run", "x.sock");
  const connector = await startUnixConnector(unix, world.runtime());
  try {
    const behind = places.filter(({ need }) => need !== "signature");
    const all: [Record<string, string>, boolean][] = [
      [{}, true],
      [{ authorization: "Bearer wrong", "x-api-key": "wrong" }, true],
      [{ host: "evil.example" }, true],
      [{ origin: "https://evil.example" }, false],
      [{ origin: "null" }, false],
      [{ origin: "http://localhost" }, false],
    ];
    for (const [headers, isLetIn] of all) {
      const statuses = await each(behind, async (one) => {
        return [nameOf(one), await statusOf("http://localhost", one, { headers, unix })] as const;
      });
      const wrong = statuses.filter(
        ([, status]) => (status !== 401 && status !== 403) !== isLetIn || status === 500,
      );
      expect([headers, wrong]).toEqual([headers, []]);
    }
    const twice = ["GET /api/pos HTTP/1.1", "Host: a", "Host: b", "Connection: close", "", ""];
    const none = ["GET /api/pos HTTP/1.1", "Host: [::1", "Connection: close", "", ""];
    const broken = [
      await rawHttp(unix, twice.join("\r\n")),
      await rawHttp(unix, none.join("\r\n")),
    ];
    expect(broken.map(({ status }) => status)).toEqual([200, 400]);
  } finally {
    await connector.stop();
  }
}, 60_000);

describe("A server that an object opened", () => {
  const routes = {
    "GET /": "home",
    "POST /": "add",
    "PUT /items/{id}": "put",
    "DELETE /a/:b": "b",
  };
  const open = async (host = "127.0.0.1") => {
    const port = await freePort();
    const world = await openSpawningWorld({ port, routes, host });
    if (host !== "127.0.0.1") {
      await world.happened("HumanRequestQueued");
      const [request] = (await world.ask("ListPendingRequests", {})).requests;
      await world.ask("RespondToRequest", {
        request_id: request?.request_id ?? "",
        response: { type: "decision", decision: "approve", hash: request?.hash ?? "" },
      });
    }
    await startedWith(world);
    // As it serves them: what its router is made of.
    const routed = Object.keys((await serverOf(world)).routes).map((name) => {
      const [method = "", path = ""] = name.split(" ");
      return { method, target: path.replaceAll(/\{\w+\}|:\w+/g, "none-such") };
    });
    return { world, port, routed };
  };

  test("asks nobody for a key, and no key makes it give more", async () => {
    const { world, port, routed } = await open();
    await using _ = world;
    const { text, key } = await world.ask("CreateKey", { name: "k", scopes: ["admin"] });
    await world.ask("RevokeKey", { key_id: key.key_id });
    const other = await world.ask("CreateKey", { name: "l", scopes: ["admin"] });
    const url = `http://127.0.0.1:${port}`;
    for (const credential of ["", "Bearer wrong", `Bearer ${text}`, `Bearer ${other.text}`]) {
      const headers: Record<string, string> = credential ? { authorization: credential } : {};
      const ask = (one: Pick<Place, "method" | "target">) => statusOf(url, one, { headers });
      expect(await each(routed, ask)).toEqual(routed.map(() => 200));
      // Nothing of the daemon's own is here, whoever asks.
      const others = places.filter(({ path }) => path !== "/");
      expect(new Set(await each(others, ask))).toEqual(new Set([404]));
    }
    // What a request carries beside its body never comes to the model.
    const told = JSON.stringify(world.model.requests);
    expect([told.includes(text), told.includes(other.text)]).toEqual([false, false]);
  });

  test.each(["127.0.0.1", "0.0.0.0"])(
    "answers to no foreign page or name, at any route of its or at none (%s)",
    async (host) => {
      const { world, port, routed } = await open(host);
      await using _ = world;
      const before = world.model.requests.length;
      const elsewhere = [
        { method: "GET", target: "/nothing" },
        { method: "DELETE", target: "/" },
        { method: "OPTIONS", target: "/" },
      ];
      const asked = [...routed, ...elsewhere];
      expect(asked.length).toBe(7);
      expect(await letIn(port, asked)).toEqual([]);
      expect(world.model.requests.length).toBe(before);
    },
  );
});
