// The unix socket: its modes, what may lie at its place, plain HTTP, and how it ends.
import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MAX_FRAME_BYTES } from "../../../src/protocol/limits.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { openTestWorld, type TestWorld } from "../../support/world.ts";

const place = (world: TestWorld) => join(world.folder, "run", "x.sock");

async function openWorld(): Promise<TestWorld> {
  const world = await openTestWorld({ script: () => "ok" });
  mkdirSync(join(world.folder, "run"));
  return world;
}

describe("the socket", () => {
  test("is its owner's alone whatever the mask is, and gone at the end", async () => {
    await using world = await openWorld();
    const mask = process.umask(0);
    const connector = await startUnixConnector(place(world), world.runtime());
    expect(process.umask(mask)).toBe(0);
    expect(lstatSync(place(world)).mode & 0o777).toBe(0o600);
    expect(lstatSync(place(world)).isSocket()).toBe(true);
    expect(readdirSync(join(world.folder, "run"))).toEqual(["x.sock"]);
    await connector.stop();
    expect(readdirSync(join(world.folder, "run"))).toEqual([]);
  });

  test("that somebody removed is there again, and who came in before stays", async () => {
    await using world = await openWorld();
    const connector = await startUnixConnector(place(world), world.runtime(), { lookMs: 1 });
    const before = await openRawWire(place(world));
    await before.attach();
    for (const gone of [place(world), join(world.folder, "run")]) {
      rmSync(gone, { recursive: true });
      while (!existsSync(place(world))) await new Promise((resolve) => setImmediate(resolve));
      const wire = await openRawWire(place(world));
      expect((await wire.attach()).type).toBe("hello");
      expect((await before.ask("GetStatus")).type).toBe("Status");
    }
    expect(lstatSync(place(world)).mode & 0o777).toBe(0o600);
    await connector.stop();
    expect(readdirSync(join(world.folder, "run"))).toEqual([]);
  });

  test("of a dead daemon is replaced", async () => {
    await using world = await openWorld();
    // A process that listens and is killed leaves its socket behind.
    const script = `Bun.listen({ unix: ${JSON.stringify(place(world))}, socket: { data() {} } });
      process.kill(process.pid, "SIGKILL");`;
    await Bun.spawn([process.execPath, "-e", script]).exited;
    expect(lstatSync(place(world)).isSocket()).toBe(true);
    const connector = await startUnixConnector(place(world), world.runtime());
    const wire = await openRawWire(place(world));
    expect((await wire.attach()).type).toBe("hello");
    await connector.stop();
  });

  test("answers so many requests at once, and says to the next that these are too many", async () => {
    await using world = await openTestWorld();
    mkdirSync(join(world.folder, "run"));
    const connector = await startUnixConnector(place(world), world.runtime(), {
      maxHttpRequests: 2,
    });
    const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "hi" });
    const gone = new AbortController();
    const first = await Promise.race(
      Array.from({ length: 3 }, async () => {
        const response = await fetch("http://jamey/api/call/WaitForTurn", {
          unix: place(world),
          method: "POST",
          body: JSON.stringify({ turn_id }),
          signal: gone.signal,
        }).catch(() => new Promise<never>(() => undefined));
        return [response.status, await response.json()];
      }),
    );
    const message = "2 requests are being answered already: try again later.";
    expect(first).toEqual([429, { error: { code: "overloaded", message, details: {} } }]);
    gone.abort();
    (await world.model.next()).answer("done");
    const { response } = await world.ask("WaitForTurn", { turn_id });
    expect(response).toBe("done");
    await connector.stop();
  });

  test("of a live daemon is refused and goes on answering", async () => {
    await using world = await openWorld();
    const connector = await startUnixConnector(place(world), world.runtime());
    const refused = await startUnixConnector(place(world), world.runtime()).catch((one) => one);
    expect([refused.code, refused.message]).toEqual([
      "conflict",
      `Another program answers on ${place(world)}: stop it first.`,
    ]);
    const response = await fetch("http://jamey/health", { unix: place(world) });
    expect(await response.text()).toBe("OK");
    await connector.stop();
  });

  test("where something else lies is refused, and that is left alone", async () => {
    await using world = await openWorld();
    const start = () => startUnixConnector(place(world), world.runtime()).catch((one) => one.code);
    writeFileSync(place(world), "precious");
    expect(await start()).toBe("config_invalid");
    expect(readFileSync(place(world), "utf8")).toBe("precious");
    renameSync(place(world), join(world.folder, "elsewhere"));
    symlinkSync(join(world.folder, "elsewhere"), place(world));
    expect(await start()).toBe("config_invalid");
    expect(lstatSync(place(world)).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(world.folder, "run"))).toEqual(["x.sock"]);
  });

  test("that another has taken meanwhile is left to the other at the end", async () => {
    await using world = await openWorld();
    const connector = await startUnixConnector(place(world), world.runtime());
    renameSync(place(world), join(world.folder, "run", "moved"));
    writeFileSync(place(world), "precious");
    await connector.stop();
    expect(readFileSync(place(world), "utf8")).toBe("precious");
  });

  test("says goodbye to its clients when it ends, after what they asked is answered", async () => {
    await using world = await openWorld();
    const connector = await startUnixConnector(place(world), world.runtime());
    const wire = await openRawWire(place(world));
    await wire.attach();
    wire.send(
      JSON.stringify({ id: 1, type: "SendMessage", payload: { po_name: "helper", message: "hi" } }),
    );
    await world.happened("MessageQueued");
    await connector.stop();
    expect(await wire.closed).toEqual({ code: 1001, reason: "the daemon stops" });
    expect(wire.frames.find((frame) => frame.id === 1)?.type).toBe("MessageAccepted");
    await world.runtime().connections.flush();
    expect(world.rows({ types: ["ConnectorDetached"] }).length).toBe(1);
  });
});

describe("plain HTTP", () => {
  const call = async (world: TestWorld, path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://jamey${path}`, { ...init, unix: place(world) } as never);
    const text = await response.text();
    const body: unknown = text.startsWith("{") ? JSON.parse(text) : text;
    return { status: response.status, body, allow: response.headers.get("allow") };
  };
  const codeOf = ({ status, body }: { status: number; body: unknown }) => [
    status,
    (body as { error?: { code: string } }).error?.code,
  ];

  test("answers with typed errors and the right status whatever is wrong", async () => {
    await using world = await openWorld();
    const connector = await startUnixConnector(place(world), world.runtime());
    const post = (body: string | Uint8Array) =>
      call(world, "/api/call/ListPOs", { method: "POST", body: body as string });
    expect(await call(world, "/health")).toEqual({ status: 200, body: "OK", allow: null });
    expect(codeOf(await post("{"))).toEqual([400, "invalid_request"]);
    expect(codeOf(await post("[".repeat(100_000)))).toEqual([400, "invalid_request"]);
    expect(codeOf(await post(Buffer.from('{"a":"\xff"}', "latin1")))).toEqual([
      400,
      "invalid_request",
    ]);
    expect(codeOf(await post(" ".repeat(MAX_FRAME_BYTES + 1)))).toEqual([413, "too_large"]);
    expect(codeOf(await post(" ".repeat(2 * MAX_FRAME_BYTES)))).toEqual([413, "too_large"]);
    expect((await post("")).status).toBe(200);
    expect(codeOf(await call(world, "/api/call/None", { method: "POST" }))).toEqual([
      400,
      "unknown_command",
    ]);
    expect(codeOf(await call(world, "/nothing"))).toEqual([404, "not_found"]);
    const wrong = await call(world, "/api/call/ListPOs");
    expect([...codeOf(wrong), wrong.allow]).toEqual([405, "method_not_allowed", "POST"]);
    const health = await call(world, "/health", { method: "POST" });
    expect([...codeOf(health), health.allow]).toEqual([405, "method_not_allowed", "GET, HEAD"]);
    expect(codeOf(await call(world, "/ws"))).toEqual([400, "invalid_request"]);
    expect(codeOf(await call(world, "/health", { headers: { origin: "http://a" } }))).toEqual([
      403,
      "forbidden",
    ]);
    await connector.stop();
  });

  test("of a caller that goes away ends its waiting", async () => {
    await using world = await openTestWorld();
    mkdirSync(join(world.folder, "run"));
    const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "hi" });
    const arrived = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<unknown>();
    const runtime = world.runtime();
    const connector = await startUnixConnector(place(world), {
      ...runtime,
      async handle(request, caller) {
        arrived.resolve();
        const answer = await runtime.handle(request, caller);
        answered.resolve(answer.payload);
        return answer;
      },
    });
    const abort = new AbortController();
    const waiting = fetch("http://jamey/api/call/WaitForTurn", {
      unix: place(world),
      method: "POST",
      body: JSON.stringify({ turn_id }),
      signal: abort.signal,
    });
    waiting.catch(() => undefined);
    await arrived.promise;
    abort.abort();
    expect(await answered.promise).toMatchObject({ code: "cancelled" });
    await connector.stop();
  });
});
