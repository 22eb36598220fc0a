// Plain HTTP where something is wrong: one shape of error with the right status, and nothing was done.
import { describe, expect, test } from "bun:test";
import { MAX_FRAME_BYTES } from "../../../src/protocol/limits.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { codeOf, openApi } from "../../support/api.ts";
import { rawHttp } from "../../support/raw-http.ts";

const messageOf = (body: unknown) => (body as { error: { message: string } }).error.message;
const detailsOf = (body: unknown) => (body as { error: { details: unknown } }).error.details;

describe("plain HTTP", () => {
  test("says which methods there are, and answers HEAD like GET without the body", async () => {
    await using scene = await openApi();
    const { call } = scene;
    const allowed: [string, string, string][] = [
      ["DELETE", "/api/pos", "GET, HEAD, POST"],
      ["PUT", "/api/sessions", "GET, HEAD, POST"],
      ["POST", "/api/sessions/some-session", "GET, HEAD, PATCH, DELETE"],
      ["GET", "/api/pos/helper/message", "POST"],
      ["HEAD", "/api/call/ListPOs", "POST"],
      ["OPTIONS", "/sessions", "POST"],
      ["POST", "/api/events", "GET, HEAD"],
    ];
    for (const [method, target, allow] of allowed) {
      const { status, headers } = await call(method, target);
      expect([target, status, headers.get("allow")]).toEqual([target, 405, allow]);
    }
    for (const target of ["/health", "/api/pos", "/tools", "/openapi.json", "/api/events"]) {
      const { status, body } = await call("HEAD", target);
      expect([target, status, body]).toEqual([target, 200, ""]);
    }
    // Nobody follows events for a HEAD.
    await scene.world.runtime().connections.flush();
    expect(scene.world.rows({ types: ["ConnectorAttached"] })).toEqual([]);
    expect(scene.faults).toEqual([]);
  });

  test("names the field that is wrong, and asks no model", async () => {
    await using scene = await openApi();
    const { call } = scene;
    const wrong: [unknown, string][] = [
      [{}, "'message'"],
      [undefined, "'message'"],
      [{ message: 7 }, "'message'"],
      [
        { message: "x", settings: { limits: { max_iterations: "many" } } },
        "'settings.limits.max_iterations'",
      ],
      [{ message: "x", po_name: "other" }, "'po_name'"],
      ["{", "JSON"],
      ["[1]", "JSON object"],
      ['"text"', "JSON object"],
      ["[".repeat(100_000), "nested"],
    ];
    for (const [body, name] of wrong) {
      const answer = await call("POST", "/api/pos/helper/message", body);
      expect(codeOf(answer)).toEqual([400, "invalid_request"]);
      expect(messageOf(answer.body)).toContain(name);
    }
    const query = await call("GET", "/api/sessions?limit=many");
    expect([...codeOf(query), messageOf(query.body).includes("'limit'")]).toEqual([
      400,
      "invalid_request",
      true,
    ]);
    expect(scene.world.model.requests).toEqual([]);
    expect(scene.world.rows({ types: ["MessageQueued"] })).toEqual([]);
    expect(scene.faults).toEqual([]);
  });

  test("refuses bodies that are too large, with and without their length", async () => {
    await using scene = await openApi();
    // Not one byte more than it takes: a client that still sends when it is answered may lose the answer.
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const bodies = [
      ["Content-Length", String(MAX_FRAME_BYTES + 1), ""],
      ["Transfer-Encoding", "chunked", `${chunk.repeat(MAX_FRAME_BYTES / 0x10000)}1\r\n \r\n`],
    ];
    for (const [name, value, body] of bodies) {
      const head = `POST /api/pos/helper/message HTTP/1.1\r\nHost: jamey\r\n${name}: ${value}`;
      const answer = await rawHttp(scene.socket, `${head}\r\n\r\n${body}`);
      expect([name, answer.status, JSON.parse(answer.body)]).toEqual([
        name,
        413,
        {
          error: {
            code: "too_large",
            message: `A request has at most ${MAX_FRAME_BYTES} bytes.`,
            details: {},
          },
        },
      ]);
    }
    expect((await scene.call("GET", "/health")).body).toBe("OK");
  });

  test("refuses what is not UTF-8, and has nothing at a place that it does not know", async () => {
    await using scene = await openApi();
    const { call } = scene;
    const bytes = new Uint8Array([...Buffer.from('{"message":"'), 0xff, ...Buffer.from('"}')]);
    const init = { method: "POST", body: bytes, unix: scene.socket };
    const response = await fetch("http://jamey/api/pos/helper/message", init);
    expect([response.status, messageOf(await response.json())]).toEqual([
      400,
      "The body is not UTF-8.",
    ]);
    for (const target of [
      "/",
      "/api",
      "/api/",
      "/api/pos/",
      "/api/pos/a/b/c",
      "/%",
      "/api/callListPOs",
      "/sessions/",
    ]) {
      expect([target, ...codeOf(await call("GET", target))]).toEqual([target, 404, "not_found"]);
    }
    for (const command of ["Subscribe", "Unsubscribe"]) {
      const refused = await call("POST", `/api/call/${command}`, {});
      expect([...codeOf(refused), JSON.stringify(refused.body)]).toEqual([
        404,
        "not_found",
        expect.stringContaining("use GET /api/events, or the WebSocket /ws"),
      ]);
    }
    expect(codeOf(await call("POST", "/api/call/toString"))).toEqual([400, "unknown_command"]);
    expect(scene.faults).toEqual([]);
  });

  test("does nothing for who may not do all of it", async () => {
    await using scene = await openApi();
    const { world } = scene;
    const { access } = world.runtime();
    const identity = { ...access.socket, scopes: ["chat" as const] };
    const socket = `${scene.socket}.chat`;
    const gateway = { ...world.runtime(), access: { ...access, socket: identity } };
    const connector = await startUnixConnector(socket, gateway);
    const init = { method: "POST", body: '{"message":"hello"}', unix: socket };
    const response = await fetch("http://jamey/api/pos/helper/message", init);
    expect([response.status, detailsOf(await response.json())]).toEqual([403, { scope: "read" }]);
    expect(world.rows({ types: ["SessionCreated"] })).toEqual([]);
    await connector.stop();
  });
});

describe("a daemon that stops", () => {
  test("answers 503 to who waits for a turn, and the turn goes on at the next start", async () => {
    await using scene = await openApi();
    const { world } = scene;
    const waiting = scene.call("POST", "/api/pos/helper/message", { message: "hello" });
    await world.model.next();
    await scene.stop();
    const answer = await waiting;
    expect(codeOf(answer)).toEqual([503, "unavailable"]);
    expect(messageOf(answer.body)).toContain("goes on at its next start");
    expect(scene.faults).toEqual([]);
    await world.restart();
    (await world.model.next()).answer("done");
    await world.happened("TurnCompleted");
  });

  test("answers the others while one waits", async () => {
    await using scene = await openApi();
    const { world, call } = scene;
    const waiting = call("POST", "/api/pos/helper/message", { message: "hello" });
    const asked = await world.model.next();
    expect((await call("GET", "/health")).body).toBe("OK");
    const { body } = await call("GET", "/api/pos");
    expect(
      (body as { prompt_objects: { state: string }[] }).prompt_objects.map((one) => one.state),
    ).toEqual(["working"]);
    asked.answer("done");
    expect((await waiting).status).toBe(200);
  });
});
