// What Prometheus reads: every line as the exposition format 0.0.4 has it, the numbers as they are.
import { expect, test } from "bun:test";
import { openListening } from "../../support/tcp.ts";
import { localToken } from "../../support/world.ts";

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const help = new RegExp(`^# HELP (${NAME}) (.*)$`);
const type = new RegExp(`^# TYPE (${NAME}) (counter|gauge)$`);
const sample = new RegExp(`^(${NAME})(\\{${label}(?:,${label})*\\})? (-?[0-9.e+]+)$`);

/** Strict: help, type, then the samples of that family, each family and each sample once. */
function parseExposition(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const families = new Set<string>();
  expect(text.endsWith("\n")).toBe(true);
  const lines = text.slice(0, -1).split("\n");
  let family = "";
  for (const [index, line] of lines.entries()) {
    const [, helped] = help.exec(line) ?? [];
    const [, typed] = type.exec(line) ?? [];
    if (helped !== undefined) {
      expect(families.has(helped)).toBe(false);
      families.add(helped);
      family = helped;
    } else if (typed !== undefined) {
      expect(lines[index - 1]).toStartWith(`# HELP ${typed} `);
    } else {
      const [, name, labels = "", value] = sample.exec(line) ?? [];
      expect([line, name]).toEqual([line, family]);
      expect(samples.has(`${name}${labels}`)).toBe(false);
      samples.set(`${name}${labels}`, Number(value));
    }
  }
  return samples;
}

test("metrics are strict exposition, and say what the daemon did", async () => {
  await using scene = await openListening({
    world: { script: () => ({ text: "ok", usage: { input_tokens: 7, output_tokens: 3 } }) },
  });
  const headers = { authorization: `Bearer ${localToken}` };
  const { turn_id } = await scene.world.ask("SendMessage", { po_name: "helper", message: "x" });
  await scene.world.ask("WaitForTurn", { turn_id });
  await scene.get("/no-such-place", headers);
  const response = await scene.get("/metrics", headers);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const found = parseExposition(await response.text());
  const model = [...found.keys()].find((name) => name.startsWith("jamey_model_calls_total")) ?? "";
  const labels = model.slice(model.indexOf("{") + 1, -1);
  expect(Object.fromEntries(found)).toMatchObject({
    jamey_objects: 1,
    jamey_sessions: 1,
    jamey_running_turns: 0,
    jamey_pending_requests: 0,
    [`jamey_model_calls_total{${labels}}`]: 1,
    [`jamey_model_tokens_total{${labels},type="input"}`]: 7,
    [`jamey_model_tokens_total{${labels},type="output"}`]: 3,
    [`jamey_model_cost_usd_total{${labels}}`]: 0.5,
    'jamey_http_requests_total{code="404"}': 1,
  });
});

test("metrics need a key that may read", async () => {
  await using scene = await openListening();
  expect((await scene.get("/metrics")).status).toBe(401);
  const { text } = await scene.makeKey(["read"]);
  expect((await scene.get("/metrics", { authorization: `Bearer ${text}` })).status).toBe(200);
});
