// Who is let in over TCP: every place of the table with every kind of key. `access-matrix.test.ts` holds the table to the
// router.
import { describe, expect, test } from "bun:test";
import { scope } from "../../../src/protocol/commands/command.ts";
import { commands } from "../../../src/protocol/commands/index.ts";
import { mayDo, places } from "../../support/access-table.ts";
import { rawHttp } from "../../support/raw-http.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { type Listening, openListening } from "../../support/tcp.ts";
import { heldRun, testTool } from "../../support/test-tools.ts";
import { localToken } from "../../support/world.ts";

const guarded = places.filter(({ need }) => need !== "nothing" && need !== "signature");

/** The status alone: what streams is left at once. */
async function status(
  { url }: Listening,
  { method, target }: { method: string; target: string },
  headers: Record<string, string>,
): Promise<number> {
  const leave = new AbortController();
  const response = await fetch(`${url}${target}`, {
    method,
    headers,
    signal: leave.signal,
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  leave.abort();
  return response.status;
}

/** Its time has come, as the file has it. */
async function expire({ world }: Listening, key_id: string): Promise<void> {
  const file = Bun.file(`${world.folder}/keys.yml`);
  // The file is ours: a list of keys.
  const { keys } = Bun.YAML.parse(await file.text()) as { keys: { key_id: string }[] };
  const past = { expires_at: "2020-01-01T00:00:00.000Z" };
  const left = keys.map((key) => (key.key_id === key_id ? { ...key, ...past } : key));
  await Bun.write(file, Bun.YAML.stringify({ keys: left }, null, 2));
}

describe("A route", () => {
  test("is among those that are judged, and they are many", () => {
    expect(guarded.length).toBeGreaterThan(Object.keys(commands).length);
  });

  test("answers 401 to whoever has no key, and to a key that is wrong, revoked or expired", async () => {
    await using listening = await openListening();
    const revoked = await listening.makeKey([...scope.options]);
    await listening.world.ask("RevokeKey", { key_id: revoked.key_id });
    const expired = await listening.makeKey([...scope.options]);
    await expire(listening, expired.key_id);
    const good = (await listening.makeKey([...scope.options])).text;
    const credentials: Record<string, string>[] = [
      {},
      { authorization: "" },
      { authorization: "Bearer" },
      { authorization: "Bearer wrong" },
      { authorization: `Bearer ${revoked.text}` },
      { authorization: `Bearer ${expired.text}` },
      { authorization: `Basic ${btoa(`user:${good}`)}` },
      { authorization: good },
      { authorization: `Bearer ${good}x` },
      { authorization: `Bearer ${good}, Bearer ${good}` },
      { "x-api-key": "wrong" },
      { "x-api-key": "" },
      { "x-api-key": good, authorization: "Bearer wrong" },
      { "x-api-key": "wrong", authorization: `Bearer ${good}` },
      { cookie: `token=${good}` },
      { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1", "x-real-ip": "127.0.0.1" },
    ];
    for (const headers of credentials) {
      const found: Record<string, number> = {};
      for (const one of guarded) {
        const answer = await status(listening, one, headers);
        if (answer !== 401) found[`${one.method} ${one.path}`] = answer;
      }
      expect([headers, found]).toEqual([headers, {}]);
    }
    expect(listening.world.shutdowns).toEqual([]);
  }, 60_000);

  test.each(scope.options)("lets a key with the scope %s do what the table says", async (one) => {
    await using listening = await openListening();
    const { text } = await listening.makeKey([one]);
    const wrong: Record<string, number> = {};
    for (const entry of guarded) {
      const answer = await status(listening, entry, { authorization: `Bearer ${text}` });
      const isAllowed = mayDo(entry.need, [one]);
      if ((answer !== 403) !== isAllowed || answer === 401) {
        wrong[`${entry.method} ${entry.path}`] = answer;
      }
    }
    expect(wrong).toEqual({});
  });

  test("lets the local token and a key in either field do everything that may travel", async () => {
    await using listening = await openListening();
    const { text } = await listening.makeKey([...scope.options]);
    for (const headers of [
      { authorization: `Bearer ${localToken}` },
      { authorization: `bearer   ${text}` },
      { "x-api-key": text },
      { "x-api-key": text, authorization: `Bearer ${text}` },
    ] as Record<string, string>[]) {
      const refused: Record<string, number> = {};
      for (const entry of guarded) {
        const answer = await status(listening, entry, headers);
        const isRefused = answer === 401 || answer === 403;
        if (isRefused !== (entry.need === "socket"))
          refused[`${entry.method} ${entry.path}`] = answer;
      }
      expect(refused).toEqual({});
    }
  });
});

test("Without a key there is health, and nothing else: not even what there is", async () => {
  await using listening = await openListening();
  const health = await listening.get("/health");
  expect([health.status, await health.text()]).toEqual([200, "OK"]);
  const others = [
    "GET /",
    "GET /nothing",
    "GET /health/",
    "GET /healthz",
    "GET //health",
    "GET /health/../api/pos",
    "GET /%68ealth",
    "GET /HEALTH",
    "GET /health;a",
    "POST /health",
    "DELETE /health",
  ];
  const statuses = await Promise.all(
    others.map(async (line) => {
      const text = `${line} HTTP/1.1\r\nHost: ${listening.host}\r\n\r\n`;
      return `${line} ${(await rawHttp(listening.port, text)).status}`;
    }),
  );
  expect(statuses).toEqual(others.map((line) => `${line} 401`));
});

test("A refusal says how to be let in, closes, and names nothing of ours", async () => {
  await using listening = await openListening();
  const answer = await rawHttp(
    listening.port,
    `GET /api/pos HTTP/1.1\r\nHost: ${listening.host}\r\n\r\n`,
  );
  expect(JSON.parse(answer.body)).toEqual({
    error: {
      code: "unauthorized",
      message:
        "A key is needed: 'Authorization: Bearer KEY'. Make one with 'jamey keys create NAME' where the daemon runs.",
      details: {},
    },
  });
  const names = answer.head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(":")[0]?.toLowerCase());
  expect(names.toSorted()).toEqual([
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "www-authenticate",
    "x-content-type-options",
  ]);
});

test("A WebSocket needs the key too, and does what its scopes say", async () => {
  await using listening = await openListening();
  const handshake = (credential: string) =>
    rawHttp(
      listening.port,
      `GET /ws HTTP/1.1\r\nHost: ${listening.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${credential}\r\n`,
    );
  const { text } = await listening.makeKey(["read"]);
  const statuses = await Promise.all(
    ["", "Authorization: Bearer wrong\r\n", `Authorization: Bearer ${text}\r\n`].map(
      async (credential) => (await handshake(credential)).status,
    ),
  );
  expect(statuses).toEqual([401, 401, 101]);
  const wire = await openRawWire(listening.url, { headers: { "x-api-key": text } });
  await wire.attach({ scopes: ["admin"], workspace: "/etc", variables: { OPENAI_API_KEY: "sk" } });
  expect((await wire.ask("ListPOs")).type).toBe("POList");
  expect(await wire.ask("SendMessage", { po_name: "helper", message: "hi" })).toMatchObject({
    type: "Error",
    payload: { code: "forbidden" },
  });
  wire.close();
});

describe("A key that ends", () => {
  test("closes its WebSockets and its streams, and no others", async () => {
    await using listening = await openListening();
    const [going, staying] = [await listening.makeKey(), await listening.makeKey()];
    const wires = await Promise.all(
      [going, going, staying].map(({ text }) =>
        openRawWire(listening.url, { headers: { authorization: `Bearer ${text}` } }),
      ),
    );
    await wires[0]?.attach();
    await wires[2]?.attach();
    const stream = await listening.get("/api/events", { authorization: `Bearer ${going.text}` });
    const streamed = stream.text().catch(() => "broken off");
    const sent = await listening.world.ask("SendMessage", { po_name: "helper", message: "hi" });
    await listening.world.ask("WaitForTurn", { turn_id: sent.turn_id });
    await listening.world.ask("RevokeKey", { key_id: going.key_id });
    const ends = await Promise.all([wires[0]?.closed, wires[1]?.closed, streamed]);
    expect(ends.slice(0, 2)).toEqual(
      [1, 2].map(() => ({ code: 1008, reason: "no longer let in" })),
    );
    expect((await wires[2]?.ask("ListPOs"))?.type).toBe("POList");
    expect((await listening.call("ListPOs", going.text)).status).toBe(401);
    wires[2]?.close();
  });

  test("by its date, or is taken out of the file, ends who came with it without a word to the daemon", async () => {
    await using listening = await openListening();
    const wireOf = async (text: string) => {
      const wire = await openRawWire(listening.url, { headers: { "x-api-key": text } });
      await wire.attach();
      return wire;
    };
    const key = await listening.makeKey();
    const expiring = await wireOf(key.text);
    await expire(listening, key.key_id);
    expect((await expiring.closed).code).toBe(1008);
    const edited = await wireOf((await listening.makeKey()).text);
    await Bun.write(`${listening.world.folder}/keys.yml`, "keys: []\n");
    expect((await edited.closed).code).toBe(1008);
  });

  test("ends the tool that runs for it, which is answered with 401", async () => {
    const held = heldRun();
    const tools = [testTool("look", { run: held.run })];
    await using listening = await openListening({ world: { tools } });
    const key = await listening.makeKey([...scope.options]);
    const running = listening.call("RunTool", key.text, { name: "look", args: {} });
    const { signal } = await held.started;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    await listening.world.ask("RevokeKey", { key_id: key.key_id });
    await aborted.promise;
    expect((await running).status).toBe(401);
  });

  test("answers who waits for a turn with 401", async () => {
    await using listening = await openListening({ world: {} });
    const key = await listening.makeKey();
    const { turn_id } = await listening.world.ask("SendMessage", {
      po_name: "helper",
      message: "hi",
    });
    await listening.world.model.next();
    const waiting = listening.call("WaitForTurn", key.text, { turn_id });
    while (!listening.world.log.some((line) => line.includes("request"))) {
      await listening.call("ListPOs", key.text);
    }
    await listening.world.ask("RevokeKey", { key_id: key.key_id });
    expect((await waiting).status).toBe(401);
  });
});
