// Traces of turns, as a collector gets them: which spans, under which, with which names; and never a word of
// what was said.
import { expect, test } from "bun:test";
import { startTelemetry } from "../../../src/runtime/telemetry/start.ts";
import type { Script } from "../../support/test-model.ts";
import { testTool } from "../../support/test-tools.ts";
import { objectText, openTestWorld } from "../../support/world.ts";

interface Received {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
  status: { code?: number };
}

/** A collector: what it was sent, and where. */
function startCollector(status = 200) {
  const bodies: string[] = [];
  const paths: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      paths.push(`${request.method} ${new URL(request.url).pathname}`);
      bodies.push(await request.text());
      return Response.json({}, { status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    bodies,
    paths,
    spans: (): Received[] =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: { spans: Received[] }[] }) =>
          one.scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const plain = ({ attributes }: Received) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );

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
    "invoke_agent helper > chat test/one",
    "invoke_agent helper > chat test/one",
    "invoke_agent helper > execute_tool look",
    "invoke_agent helper > execute_tool other",
    "invoke_agent other > chat test/one",
    "undefined > invoke_agent helper",
  ]);
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  }
  const named = (name: string) => spans.filter((span) => span.name === name).map(plain);
  expect(named("invoke_agent helper")).toEqual([
    {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "test",
      "gen_ai.agent.name": "helper",
      "gen_ai.conversation.id": run.session_id,
      "gen_ai.request.model": "test/one",
    },
  ]);
  expect(named("chat test/one")[0]).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "test",
    "gen_ai.request.model": "test/one",
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
    .map((span) => [span.name, span.status, plain(span)["error.type"]]);
  expect(errors).toEqual([
    ["chat test/one", { code: 2 }, "provider_auth"],
    ["invoke_agent helper", { code: 2 }, "provider_auth"],
  ]);
});

test("a collector that refuses costs one line in the log, and no turn", async () => {
  await using collector = startCollector(503);
  const { world, telemetry, say } = await open(collector.url);
  await using _ = world;
  expect((await say("secret question")).status).toBe("completed");
  await telemetry.stop();
  expect(world.log.filter((line) => line.includes("traces were not taken"))).toHaveLength(1);
});
