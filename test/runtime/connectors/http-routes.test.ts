// Every route of document 003 once, each exchange held to the OpenAPI document.
import { describe, expect, test } from "bun:test";
import { commands } from "../../../src/protocol/commands/index.ts";
import { otherWords } from "../../../src/runtime/connectors/http/openapi/others.ts";
import { codeOf, openApi } from "../../support/api.ts";
import { playRoutes } from "../../support/api-routes.ts";
import { apiWorld, begin, fields, roles } from "../../support/api-world.ts";

describe("document 003's routes", () => {
  test("list objects with exactly the keys it names", async () => {
    await using scene = await openApi(apiWorld);
    const { status, body, headers } = await scene.call("GET", "/api/pos");
    const description = (name: string) =>
      (fields(body).prompt_objects as { name: string; description: string }[]).find(
        (one) => one.name === name,
      )?.description;
    expect([status, body]).toEqual([
      200,
      {
        prompt_objects: ["assistant", "größe.v2", "helper"].map((name) => ({
          name,
          description: description(name),
          state: "idle",
        })),
      },
    ]);
    expect(headers.get("content-type")).toStartWith("application/json");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(scene.faults).toEqual([]);
  });

  test("answer a message that curl sends as a form, in a new session and in the same", async () => {
    await using scene = await openApi(apiWorld);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const first = await scene.call("POST", "/api/pos/helper/message", '{"message":"hello"}', form);
    const { session_id } = fields(first.body);
    expect([first.status, first.body]).toEqual([
      200,
      { po_name: "helper", response: "fine", session_id },
    ]);
    const again = await scene.call("POST", "/api/pos/helper/message", {
      message: "more",
      session_id,
    });
    expect(again.body).toEqual({ po_name: "helper", response: "fine", session_id });
    const { body } = await scene.call("GET", "/api/pos/helper/history");
    expect([fields(body).session_id, roles(fields(body).messages)]).toEqual([
      session_id,
      ["user: hello", "assistant: fine", "user: more", "assistant: fine"],
    ]);
    const sessions = await scene.call("GET", "/api/sessions?po_name=helper&source=api&limit=5");
    expect(
      (fields(sessions.body).sessions as { source: string }[]).map((one) => one.source),
    ).toEqual(["api"]);
    expect(scene.faults).toEqual([]);
  });

  test("show the history of the session that is named, and only of the object's own", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    expect((await call("GET", "/api/pos/helper/history")).body).toEqual({
      po_name: "helper",
      session_id: null,
      messages: [],
    });
    const older = await begin(call);
    await begin(call);
    await call("POST", `/api/sessions/${older}/messages`, { message: "old" });
    const { body } = await call("GET", `/api/pos/helper/history?session_id=${older}`);
    expect(roles(fields(body).messages)).toEqual(["user: old", "assistant: fine"]);
    expect(codeOf(await call("GET", `/api/pos/assistant/history?session_id=${older}`))).toEqual([
      409,
      "session_mismatch",
    ]);
    expect(codeOf(await call("GET", "/api/pos/nobody/history"))).toEqual([404, "po_not_found"]);
    expect(scene.faults).toEqual([]);
  });

  test("find a name however it is written, or nothing: never another route", async () => {
    await using scene = await openApi(apiWorld);
    const { call } = scene;
    const name = encodeURIComponent("größe.v2");
    expect(fields((await call("GET", `/api/pos/${name}`)).body).name).toBe("größe.v2");
    for (const odd of [
      "nobody",
      "helper%2Fmessage",
      "%2e%2e%2fsessions",
      "a%00b",
      "%zz",
      ".hidden",
      "x".repeat(300),
      "helper%2F..%2Fassistant",
      "hel per",
    ]) {
      expect([odd, (await call("GET", `/api/pos/${odd}`)).status]).toEqual([odd, 404]);
    }
    expect(codeOf(await call("POST", "/api/pos/..%2f/message", { message: "x" }))).toEqual([
      404,
      "not_found",
    ]);
    const { body } = await call("GET", "/api/pos/nobody");
    expect(fields(fields(body).error).message).toContain("PO not found");
    expect(scene.faults).toEqual([]);
    expect(scene.world.model.requests).toEqual([]);
  });

  test("answer requests of agents that wait, and the first answer wins", async () => {
    await using scene = await openApi(apiWorld);
    const { call, world } = scene;
    const session_id = await begin(call);
    const waiting = call("POST", `/api/sessions/${session_id}/messages`, {
      message: "ask",
      settings: { on_ask: "queue" },
    });
    await world.happened("HumanRequestQueued");
    const { body } = await call("GET", `/api/requests?session_id=${session_id}`);
    const [request] = fields(body).requests as { request_id: string }[];
    const place = `/api/requests/${request?.request_id}/respond`;
    const response = { type: "answer", text: "So." };
    expect((await call("POST", place, { response })).body).toEqual({});
    expect(codeOf(await call("POST", place, { response }))).toEqual([409, "already_answered"]);
    expect(fields((await waiting).body).response).toBe("fine");
    expect(scene.faults).toEqual([]);
  });
});

describe("the document", () => {
  test("is what every operation does", async () => {
    await using scene = await openApi(apiWorld);
    const { call, checker } = scene;
    const good = async (method: string, target: string, body?: unknown) => {
      const answer = await call(method, target, body);
      expect([target, answer.status < 300, answer.body]).toEqual([target, true, answer.body]);
      return fields(answer.body);
    };
    await playRoutes(good, scene.world);
    // Seen by the test that has a proxy in between.
    const places = Object.values(otherWords).flatMap((words) =>
      Object.values<{ id: string }>(words).map(({ id }) => id),
    );
    const silent = places.filter((id) => id !== "health" && id !== "describe");
    const missing = checker.operations().filter((id) => !checker.exercised().includes(id));
    const called = Object.keys(commands).filter((name) => !/^(Uns|S)ubscribe$/.test(name));
    expect(missing).toEqual([...silent, ...called].toSorted());
    expect(scene.faults).toEqual([]);
  });
});
