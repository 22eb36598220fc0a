// Traces of turns, as a collector gets them: which spans, under which, with which names; and never a word of
// what was said.
import { expect, test } from "bun:test";
import { calledModel } from "../../../src/runtime/telemetry/names.ts";
import { startTelemetry } from "../../../src/runtime/telemetry/start.ts";
import { attributesOf, startCollector } from "../../support/collector.ts";
import type { Script } from "../../support/test-model.ts";
import { testTool } from "../../support/test-tools.ts";
import { objectText, openTestWorld } from "../../support/world.ts";

const script: Script = ({ messages, agent }) => {
  const last = messages.at(-1);
  if (last?.role === "tool") return "secret answer";
  if (agent === "other") return "secret answer of the other";
  if (last?.content === "secret question") {
    return {
      calls: [
        { name: "look", args: { at: "secret argument" } },
        { name: "other", args: { message: "secret message" } },
      ],
    };
  }
  return { fail: "provider_auth" };
};

async function open(endpoint: string) {
  const world = await openTestWorld({
    objects: {
      "helper.md": objectText({ name: "helper", front: "capabilities: [look, other]" }),
      "other.md": objectText({ name: "other", front: "capabilities: []" }),
    },
    tools: [testTool("look", { run: () => "secret result" })],
    script,
  });
  const { journal } = world.store;
  const { log } = world.runtime();
  const telemetry = startTelemetry({ endpoint, environment: "test", journal, log });
  const say = async (message: string) => {
    const accepted = await world.ask("SendMessage", { po_name: "helper", message });
    return await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  };
  return { world, telemetry, say };
}

test("a turn, its model calls, its tools and who it calls are spans of one trace", async () => {
  await using collector = startCollector();
  const { world, telemetry, say } = await open(collector.url);
  await using _ = world;
  const run = await say("secret question");
  expect(run.status).toBe("completed");
  await telemetry.stop();
  expect(new Set(collector.paths)).toEqual(new Set(["POST /v1/traces"]));
  const spans = collector.spans();
  const byId = new Map(spans.map((span) => [span.spanId, span.name]));
  const tree = spans.map(({ name, parentSpanId }) => `${byId.get(parentSpanId ?? "")} > ${name}`);
  expect(tree.sort()).toEqual([
    "execute_tool other > invoke_agent other",
    "invoke_agent helper > chat one",
    "invoke_agent helper > chat one",
    "invoke_agent helper > execute_tool look",
    "invoke_agent helper > execute_tool other",
    "invoke_agent other > chat one",
    "undefined > invoke_agent helper",
  ]);
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  }
  const named = (name: string) => spans.filter((span) => span.name === name).map(attributesOf);
  expect(named("invoke_agent helper")).toEqual([
    {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "test",
      "gen_ai.agent.name": "helper",
      "gen_ai.agent.version": expect.stringMatching(/^[0-9a-f]{64}$/),
      "gen_ai.conversation.id": run.session_id,
      "gen_ai.request.model": "one",
    },
  ]);
  expect(named("chat one")[0]).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "test",
    "gen_ai.conversation.id": expect.any(String),
    "gen_ai.request.model": "one",
    "gen_ai.request.stream": true,
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 0,
    "gen_ai.usage.reasoning.output_tokens": 0,
  });
  expect(named("execute_tool look")).toEqual([
    {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "look",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": expect.any(String),
    },
  ]);
  expect(collector.bodies.join("")).not.toContain("secret");
});

test("what failed says with which code", async () => {
  await using collector = startCollector();
  const { world, telemetry, say } = await open(collector.url);
  await using _ = world;
  expect((await say("fail")).status).toBe("failed");
  await telemetry.stop();
  const errors = collector
    .spans()
    .map((span) => [span.name, span.status, attributesOf(span)["error.type"]]);
  expect(errors).toEqual([
    ["chat one", { code: 2 }, "provider_auth"],
    ["invoke_agent helper", { code: 2 }, "provider_auth"],
  ]);
});

test("a collector that refuses costs one line in the log, and no turn", async () => {
  await using collector = startCollector(() => new Response("", { status: 503 }));
  const { world, telemetry, say } = await open(collector.url);
  await using _ = world;
  expect((await say("secret question")).status).toBe("completed");
  await telemetry.stop();
  expect(world.log.filter((line) => line.includes("traces were not taken"))).toHaveLength(1);
});

test("each attempt of a model's call is a span of its own, and what a cancelled turn leaves open ends with it", async () => {
  await using collector = startCollector();
  await using world = await openTestWorld();
  const { journal } = world.store;
  const { log } = world.runtime();
  const telemetry = startTelemetry({ endpoint: collector.url, environment: "test", journal, log });
  const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "go" });
  (await world.model.next()).fail("provider_rate_limited", 1);
  const second = await world.model.next();
  await world.ask("CancelTurn", { turn_id });
  expect(second.signal.aborted).toBe(true);
  await telemetry.stop();
  const spans = collector.spans();
  expect(
    spans.map((span) => [span.name, span.status.code, attributesOf(span)["error.type"]]),
  ).toEqual([
    ["chat one", 2, "provider_rate_limited"],
    ["chat one", 2, "cancelled"],
    ["invoke_agent helper", 2, "cancelled"],
  ]);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3);
});

test("models and vendors are called as the conventions call them", () => {
  const named = ["openai/gpt-5", "groq/openai/gpt-oss-120b", "azure/mine", "mistral/m", "xai/g"];
  expect(
    [...named, "gemini/g", "openai-chat/a", "constructor/a", "alone"].map(calledModel),
  ).toEqual([
    { provider: "openai", model: "gpt-5" },
    { provider: "groq", model: "openai/gpt-oss-120b" },
    { provider: "azure.ai.openai", model: "mine" },
    { provider: "mistral_ai", model: "m" },
    { provider: "x_ai", model: "g" },
    { provider: "gcp.gemini", model: "g" },
    { provider: "openai", model: "a" },
    { provider: "constructor", model: "a" },
    { provider: "alone", model: "alone" },
  ]);
});
