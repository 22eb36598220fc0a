// A collector that hangs: no turn waits for it, nothing piles up behind it, and once it is back it gets what is
// left.
import { expect, test } from "bun:test";
import type { StoredEvent } from "../../../src/protocol/events/index.ts";
import { MAX_WAITING, startTelemetry } from "../../../src/runtime/telemetry/start.ts";
import { startCollector } from "../../support/collector.ts";
import { openTestWorld, type TestWorld } from "../../support/world.ts";

/** The first request hangs until it is let go. */
function startHanging() {
  const held = Promise.withResolvers<void>();
  let requests = 0;
  const collector = startCollector(async () => {
    requests += 1;
    if (requests === 1) await held.promise;
    return Response.json({});
  });
  return { collector, release: held.resolve };
}

function trace(world: TestWorld, endpoint: string) {
  const { journal } = world.store;
  const { log } = world.runtime();
  return startTelemetry({ endpoint, environment: "test", journal, log, flushMs: 0 });
}

/** So many calls of a tool, as the journal has them. */
async function appendCalls(world: TestWorld, session_id: string, count: number): Promise<void> {
  const { journal } = world.store;
  const stream = `session/${session_id}`;
  const events = Array.from({ length: count }, (_, index): StoredEvent[] => {
    const ids = { session_id, turn_id: "t" };
    const tool_call = { id: `call ${index}`, name: "look", args: {} };
    const done = { name: "look", success: true, outcome: "completed" as const, duration_ms: 1 };
    const output = { output_bytes: 0, spilled_to: null, denial: null };
    return [
      { type: "ToolCallStarted", payload: { ...ids, tool_call, hash: "" } },
      {
        type: "ToolCallCompleted",
        payload: { ...ids, call_id: tool_call.id, ...done, ...output },
      },
    ];
  }).flat();
  const at = "2026-01-01T00:00:00.000Z";
  const expected_version = journal.version(stream);
  await journal.append({ stream, expected_version, events, at, caller: "x", causation_id: null });
}

/** What the log says of traces, without time and level. */
const told = ({ log }: TestWorld): string[] =>
  log.flatMap((line) => /traces were .*/.exec(line) ?? []);

test("turns end while the collector keeps its first request waiting", async () => {
  const { collector, release } = startHanging();
  await using _ = collector;
  await using world = await openTestWorld({ script: () => "ok" });
  const telemetry = trace(world, collector.url);
  const say = async () => {
    const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "go" });
    return (await world.ask("WaitForTurn", { turn_id })).status;
  };
  expect(await say()).toBe("completed");
  await collector.received(1);
  for (let turn = 0; turn < 5; turn += 1) expect(await say()).toBe("completed");
  expect(collector.paths.length).toBe(1);
  release();
  // What happened meanwhile comes without anything new happening: two spans a turn.
  await collector.received(12);
  await telemetry.stop();
  expect(collector.spans().length).toBe(12);
});

test("of what ends while the collector hangs, a bounded number waits for it", async () => {
  const { collector, release } = startHanging();
  await using _ = collector;
  await using world = await openTestWorld();
  const { session } = await world.ask("CreateSession", { po_name: "helper" });
  const telemetry = trace(world, collector.url);
  await appendCalls(world, session.session_id, 1);
  await collector.received(1);
  for (let part = 0; part < 5; part += 1) await appendCalls(world, session.session_id, 1_000);
  release();
  await collector.received(1 + MAX_WAITING);
  await telemetry.stop();
  expect(collector.spans().length).toBe(1 + MAX_WAITING);
  expect(told(world)).toEqual([`traces were dropped spans=${5_000 - MAX_WAITING}`]);
}, 60_000);

test("what a collector does not take is said once, and counted when it takes again", async () => {
  let isBroken = true;
  await using collector = startCollector(() =>
    isBroken ? new Response("", { status: 503 }) : Response.json({}),
  );
  await using world = await openTestWorld();
  const { session } = await world.ask("CreateSession", { po_name: "helper" });
  const telemetry = trace(world, collector.url);
  await appendCalls(world, session.session_id, 600);
  // Two requests, for they hold 512 spans.
  await collector.received(600);
  isBroken = false;
  await appendCalls(world, session.session_id, 1);
  await collector.received(601);
  await telemetry.stop();
  expect(told(world)).toEqual([
    `traces were not taken url=${collector.url}/v1/traces reason="the collector answered 503"`,
    "traces were dropped spans=600",
  ]);
});

test("what waits for a collector when the daemon stops is counted", async () => {
  const { collector, release } = startHanging();
  await using _ = collector;
  await using world = await openTestWorld();
  const { session } = await world.ask("CreateSession", { po_name: "helper" });
  const telemetry = trace(world, collector.url);
  await appendCalls(world, session.session_id, 3);
  await collector.received(3);
  await telemetry.stop();
  expect(told(world)).toEqual(["traces were dropped spans=3"]);
  release();
});
