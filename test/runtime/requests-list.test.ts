// The list of open requests: always a reply that a client can take, whatever is in it, and each request of it whole.
import { expect, test } from "bun:test";
import { fittingRequests } from "../../src/protocol/commands/request.ts";
import { MAX_FRAME_BYTES } from "../../src/protocol/limits.ts";
import type { HumanRequest } from "../../src/protocol/messages.ts";
import { openMcpListening } from "../support/mcp-listening.ts";
import { openPeer } from "../support/mcp-peers.ts";
import { testTool } from "../support/test-tools.ts";
import type { TestWorld } from "../support/world.ts";

const requestOf = (request_id: string, question: string): HumanRequest => ({
  ...{ request_id, session_id: "s", turn_id: "t", from_po: "helper", kind: "question", question },
  ...{ options: [], tool_call: null, hash: null, deadline_at: null },
  created_at: "2026-01-01T00:00:00.000Z",
});

test("each that still fits is listed, the oldest first, and the others are counted", () => {
  const [small, large, last] = [
    requestOf("a", "x"),
    requestOf("b", "ü".repeat(1_000)),
    requestOf("c", "x"),
  ] as const;
  const bytes = Buffer.byteLength(JSON.stringify(large)) + 1;
  expect(fittingRequests([small, large, last], bytes)).toEqual({
    requests: [small, last],
    left_off: 1,
  });
  expect(fittingRequests([large, small], bytes)).toEqual({ requests: [large], left_off: 1 });
  expect(fittingRequests([large], bytes)).toEqual({ requests: [large] });
  expect(fittingRequests([large], bytes - 1)).toEqual({ requests: [], left_off: 1 });
  const many = Array.from({ length: 1_001 }, () => small);
  expect(fittingRequests(many, Number.POSITIVE_INFINITY)).toEqual({
    requests: many.slice(1),
    left_off: 1,
  });
});

/** Of the arguments of a call, which its request says twice: as they are, and as what is asked. */
const LENGTH = 1_000_000;
const COUNT = 9;
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

async function denyAll(world: TestWorld, requests: readonly HumanRequest[]): Promise<void> {
  for (const { request_id, hash } of requests) {
    const response = { type: "decision" as const, decision: "deny" as const, hash: hash ?? "" };
    await world.ask("RespondToRequest", { request_id, response });
  }
}

test("more than a frame of approvals closes nobody's inbox, and all of them are answered in the end", async () => {
  const call = { name: "put", args: { text: "x".repeat(LENGTH) } };
  await using listening = await openMcpListening({
    tools: [testTool("put", { risk: "write" })],
    script: (_request, index) => (index < COUNT ? { calls: [call] } : "Done."),
  });
  const { world } = listening;
  const turns = new Set<string>();
  for (let index = 1; index <= COUNT; index += 1) {
    const message = { po_name: "helper", message: "go", session_id: null };
    turns.add((await world.ask("SendMessage", message)).turn_id);
    const queued = () => world.rows({ types: ["HumanRequestQueued"] }).length === index;
    await world.happened("HumanRequestQueued", queued);
  }
  const first = await world.ask("ListPendingRequests", {});
  expect([bytesOf(first) < MAX_FRAME_BYTES, first.requests.length, first.left_off]).toEqual([
    true,
    8,
    1,
  ]);
  expect(first.requests.every(({ tool_call }) => Bun.deepEquals(tool_call?.args, call.args))).toBe(
    true,
  );
  await using peer = await openPeer("2025-11-25", listening);
  const { structuredContent: shown } = await peer.call("get_pending_requests");
  const few = { requests: first.requests.slice(0, 2), left_off: 7 };
  expect([shown, JSON.parse(await peer.read("requests://pending"))]).toEqual([few, few]);
  await denyAll(world, first.requests);
  const second = await world.ask("ListPendingRequests", {});
  expect([second.requests.length, second.left_off]).toEqual([1, undefined]);
  await denyAll(world, second.requests);
  for (const turn_id of turns) {
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  }
});
