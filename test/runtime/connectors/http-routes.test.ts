// Every route of document 003 once, each exchange held to the OpenAPI document.
import { describe, expect, test } from "bun:test";
import { commands } from "../../../src/protocol/commands/index.ts";
import { type ApiScene, codeOf, openApi } from "../../support/api.ts";
import { apiWorld, begin, fields, roles } from "../../support/api-world.ts";
import { freePort } from "../../support/free-port.ts";
import { objectText, type TestWorld } from "../../support/world.ts";

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
    await playSessions(good);
    await playRest(good, scene);
    await playServers(good, scene);
    const silent = ["openSessionSocket", "openSocket", "followEvents"];
    const missing = checker.operations().filter((id) => !checker.exercised().includes(id));
    const called = Object.keys(commands).filter((name) => !/^(Uns|S)ubscribe$/.test(name));
    expect(missing).toEqual([...silent, ...called].toSorted());
    expect(scene.faults).toEqual([]);
  });
});

async function playServers(good: Good, { world }: { world: TestWorld }): Promise<void> {
  const text = objectText({ name: "spawner", front: "capabilities: [spawn_http_server]" });
  await world.ask("CreatePO", { text });
  const { connector_id } = await world.runtime().spawned.spawn({
    ...{ po_name: "spawner", kind: "http", host: "127.0.0.1" },
    ...{ port: await freePort(), routes: { "GET /": "info" } },
  });
  await good("DELETE", `/api/connectors/${connector_id}`);
}

type Good = (method: string, target: string, body?: unknown) => Promise<Record<string, unknown>>;

async function playSessions(good: Good): Promise<void> {
  const { session } = await good("POST", "/api/sessions", { po_name: "helper", name: "one" });
  const { session_id } = fields(session);
  const place = `/api/sessions/${session_id}`;
  await good("POST", `${place}/messages`, { message: "look" });
  await good("GET", "/api/sessions");
  await good("GET", place);
  await good("PATCH", place, { name: "two" });
  await good("POST", `${place}/rename`, { name: null });
  const { messages } = await good("GET", `${place}/messages`);
  expect(roles(messages).length).toBe(4);
  await good("GET", `${place}/usage`);
  await good("GET", `${place}/data`);
  await good("GET", "/api/usage");
  expect((await good("GET", "/api/sessions/search?query=look&limit=3")).hits).not.toEqual([]);
  await good("POST", `${place}/fork`, {});
  const exported = await good("GET", `${place}/export`);
  const imported = await good("POST", "/api/sessions/import?name=again", exported);
  expect(fields(imported.session).name).toBe("again");
  const markdown = await good("GET", `${place}/export?format=markdown`);
  expect(String(markdown)).toContain("look done");
  await good("DELETE", place);
}

async function playObjects(good: Good): Promise<void> {
  const text = objectText({ name: "made" });
  const { hash } = await good("POST", "/api/pos", { text, reason: "wanted" });
  const place = "/api/pos/made";
  const edited = { text: text.replace("help", "sing"), base_hash: hash };
  const { hash: second } = await good("PUT", place, edited);
  const { versions } = await good("GET", `${place}/versions`);
  expect((versions as { hash: string }[]).map((one) => one.hash)).toEqual([second, hash] as never);
  expect((await good("GET", `${place}/versions/${String(hash).slice(0, 8)}`)).text).toBe(text);
  await good("POST", `${place}/revert`, { hash });
  await good("POST", `${place}/rename`, { new_name: "named" });
  await good("DELETE", "/api/pos/named?reason=enough");
}

/** An object that waits for a webhook: made, called, and taken away. */
async function playSchedules(good: Good): Promise<void> {
  const front = "wake: [{webhook: build, message: look, cooldown: 0}]";
  await good("POST", "/api/pos", { text: objectText({ name: "hooked", front }) });
  const { woken } = await good("POST", "/api/hooks/build", { event: "push", of: ["a"] });
  expect((woken as unknown[]).length).toBe(1);
  const { schedules } = await good("GET", "/api/schedules?po_name=hooked");
  const [{ schedule_id } = { schedule_id: "" }] = schedules as { schedule_id: string }[];
  const place = `/api/schedules/${schedule_id}`;
  await good("POST", `${place}/pause`);
  await good("POST", `${place}/run`);
  await good("POST", `${place}/resume`);
  await good("DELETE", "/api/pos/hooked");
}

async function playRules(good: Good, world: ApiScene["world"]): Promise<void> {
  const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "put" });
  await world.happened("HumanRequestQueued", (row) => JSON.stringify(row).includes(turn_id));
  const { requests } = await good("GET", "/api/requests");
  const [request] = requests as { request_id: string; hash: string }[];
  const response = { type: "decision", decision: "approve", hash: request?.hash, scope: "rule" };
  await good("POST", `/api/requests/${request?.request_id}/respond`, { response });
  await good("GET", `/api/turns/${turn_id}`);
  const { rules } = await good("GET", "/api/rules");
  const [rule] = rules as { rule_id: string }[];
  await good("DELETE", `/api/rules/${rule?.rule_id}`);
}

async function playRest(good: Good, { world }: ApiScene): Promise<void> {
  expect(await good("GET", "/health")).toEqual("OK" as never);
  await good("GET", "/openapi.json");
  await good("GET", "/api/pos");
  await good("GET", "/api/pos/helper");
  await playObjects(good);
  await playSchedules(good);
  await good("GET", "/api/workflows");
  await good("GET", "/api/workflows/flow");
  await good("POST", "/api/workflows/validate", { text: "nodes: [{ id: a, object: helper }]" });
  await good("POST", "/api/workflows/flow/run", { message: "hello" });
  await good("GET", "/api/tools");
  await good("POST", "/api/tools/look/run", { args: {} });
  for (const noun of ["models", "status", "connectors", "keys"]) await good("GET", `/api/${noun}`);
  const { key } = await good("POST", "/api/keys", { name: "ci", scopes: ["read"] });
  await good("DELETE", `/api/keys/${fields(key).key_id}`);
  const { session_id } = await good("POST", "/sessions", {});
  await good("POST", `/sessions/${session_id}/messages`, { message: "hello" });
  await good("GET", `/sessions/${session_id}`);
  await good("POST", `/sessions/${session_id}/tools`, { tool_call: { name: "look", args: {} } });
  await good("GET", "/tools");
  await good("POST", "/api/pos/helper/message", { message: "hello" });
  await good("GET", "/api/pos/helper/history");
  const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "ask" });
  await world.happened("HumanRequestQueued");
  const [request] = (await good("GET", "/api/requests")).requests as { request_id: string }[];
  const response = { type: "answer", text: "So." };
  await good("POST", `/api/requests/${request?.request_id}/respond`, { response });
  await good("GET", `/api/turns/${turn_id}?timeout_ms=10000`);
  const second = await world.ask("SendMessage", { po_name: "helper", message: "ask" });
  await good("POST", `/api/turns/${second.turn_id}/cancel`, {});
  const third = await world.ask("SendMessage", { po_name: "helper", message: "ask" });
  await world.happened("TurnStarted", (row) => JSON.stringify(row.payload).includes(third.turn_id));
  const waiting = { po_name: "helper", session_id: third.session_id };
  const taken = await world.ask("SendMessage", { ...waiting, message: "one" });
  await world.ask("SendMessage", { ...waiting, message: "two" });
  const queue = `/api/sessions/${third.session_id}/queue`;
  await good("POST", `/api/sessions/${third.session_id}/cancel`, {});
  await good("DELETE", `${queue}/${taken.message_id}`);
  await good("POST", `${queue}/resume`);
  await playRules(good, world);
}
