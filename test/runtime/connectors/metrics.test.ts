// What Prometheus reads: every line as the exposition format 0.0.4 has it, the numbers as they are.
import { expect, test } from "bun:test";
import { parseExposition } from "../../support/exposition.ts";
import { openListening } from "../../support/tcp.ts";
import { localToken, objectText } from "../../support/world.ts";

const headers = { authorization: `Bearer ${localToken}` };
const usage = { input_tokens: 7, output_tokens: 3 };

test("metrics are strict exposition, and say what the daemon did", async () => {
  await using scene = await openListening({
    world: { script: () => ({ text: "ok", usage }) },
  });
  const { turn_id } = await scene.world.ask("SendMessage", { po_name: "helper", message: "x" });
  await scene.world.ask("WaitForTurn", { turn_id });
  await scene.get("/no-such-place", headers);
  const response = await scene.get("/metrics", headers);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const families = parseExposition(await response.text());
  const one = (name: string) => families.get(name)?.samples.map(({ value }) => value);
  expect([one("jamey_objects"), one("jamey_sessions")]).toEqual([[1], [1]]);
  expect([one("jamey_running_turns"), one("jamey_pending_requests")]).toEqual([[0], [0]]);
  const labels = { model: "test/one" };
  const counter = { type: "counter" as const, help: expect.stringMatching(/\.$/) };
  expect(families.get("jamey_model_calls_total")).toEqual({
    ...counter,
    samples: [{ labels, value: 1 }],
  });
  expect(families.get("jamey_model_tokens_total")).toEqual({
    ...counter,
    samples: [
      { labels: { ...labels, type: "input" }, value: 7 },
      { labels: { ...labels, type: "output" }, value: 3 },
      { labels: { ...labels, type: "cached" }, value: 0 },
      { labels: { ...labels, type: "reasoning" }, value: 0 },
    ],
  });
  expect(one("jamey_model_cost_usd_total")).toEqual([0.5]);
  expect(families.get("jamey_http_requests_total")?.samples).toContainEqual({
    labels: { code: "404" },
    value: 1,
  });
  expect([...families.keys()].filter((name) => !name.startsWith("jamey_"))).toEqual([]);
});

test("a model whose name holds what the format is made of is named exactly", async () => {
  const model = 'test/a"b\\c\\n, d="e"} 7';
  await using scene = await openListening({
    world: {
      script: () => ({ text: "ok", usage }),
      objects: {
        "helper.md": objectText({ name: "helper", front: `model: ${JSON.stringify(model)}` }),
      },
    },
  });
  const { turn_id } = await scene.world.ask("SendMessage", { po_name: "helper", message: "x" });
  expect((await scene.world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  const families = parseExposition(await (await scene.get("/metrics", headers)).text());
  expect(families.get("jamey_model_calls_total")?.samples).toEqual([
    { labels: { model }, value: 1 },
  ]);
});

test("counters of metrics never fall, whatever sessions are deleted, also after a restart", async () => {
  await using scene = await openListening({
    world: { script: () => ({ text: "ok", usage }) },
  });
  const ofModels = async () => {
    const text = await (await scene.get("/metrics", headers)).text();
    return [...parseExposition(text)].filter(([name]) => name.startsWith("jamey_model_"));
  };
  const { world } = scene;
  const sent = await world.ask("SendMessage", { po_name: "helper", message: "x" });
  await world.ask("WaitForTurn", { turn_id: sent.turn_id });
  const before = await ofModels();
  const values = before.flatMap(([, { samples }]) => samples.map(({ value }) => value));
  expect(values).toEqual([1, 7, 3, 0, 0, 0.5]);
  await world.ask("DeleteSession", { session_id: sent.session_id });
  expect(await ofModels()).toEqual(before);
  await world.restart();
  const { models } = await world.ask("GetUsage", {});
  expect(models.map(({ calls, usage: used }) => [calls, used.input_tokens])).toEqual([[1, 7]]);
});

test("metrics need a key that may read", async () => {
  await using scene = await openListening();
  expect((await scene.get("/metrics")).status).toBe(401);
  const { text } = await scene.makeKey(["read"]);
  expect((await scene.get("/metrics", { authorization: `Bearer ${text}` })).status).toBe(200);
});
