// Every route of the documents once, as a client that is content: each answers well.
import { expect } from "bun:test";
import { fields, roles } from "./api-world.ts";
import { freePort } from "./free-port.ts";
import { objectText, type TestWorld } from "./world.ts";

/** Asks, and is answered well. */
export type Good = (
  method: string,
  target: string,
  body?: unknown,
) => Promise<Record<string, unknown>>;

/** In the world of `api-world.ts`. */
export async function playRoutes(good: Good, world: TestWorld): Promise<void> {
  await playSessions(good);
  await playRest(good, world);
  await playServers(good, world);
}

async function playServers(good: Good, world: TestWorld): Promise<void> {
  const text = objectText({ name: "spawner", front: "capabilities: [spawn_http_server]" });
  await world.ask("CreatePO", { text });
  const { connector_id } = await world.runtime().spawned.spawn({
    ...{ po_name: "spawner", kind: "http", host: "127.0.0.1" },
    ...{ port: await freePort(), routes: { "GET /": "info" } },
  });
  await good("DELETE", `/api/connectors/${connector_id}`);
}

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

async function playRules(good: Good, world: TestWorld): Promise<void> {
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

async function playRest(good: Good, world: TestWorld): Promise<void> {
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
