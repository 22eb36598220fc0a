// Batches of JSON-RPC at `/mcp`: as many requests as they hold where the revision has them, refused where it has not.
import { expect, test } from "bun:test";
import { beginSession, postMcp } from "../../support/mcp-wire.ts";
import { openListening } from "../../support/tcp.ts";

const batchOf = (length: number) =>
  Array.from({ length }, (_none, id) => ({ jsonrpc: "2.0", id, method: "tools/list", params: {} }));
/** Nothing comes back within a test. */
const requests = { perSecond: 1e-9, burst: 20 };
const BEFORE = 1;

async function open(limits: object, revision: string) {
  const listening = await openListening({ limits });
  const { text } = await listening.makeKey();
  const options = { url: `${listening.url}/mcp`, headers: { authorization: `Bearer ${text}` } };
  const headers = await beginSession(options, revision);
  return { listening, options: { ...options, headers } };
}

test("every member of a batch counts against the rate of its key", async () => {
  const { listening, options } = await open({ requests }, "2025-03-26");
  await using _ended = listening;
  const left = requests.burst - BEFORE;
  const most = await postMcp(options, batchOf(left - 1));
  expect(most.status).toBe(200);
  const over = await postMcp(options, batchOf(3));
  expect([over.status, JSON.stringify(over.message)]).toEqual([
    429,
    expect.stringContaining("Too many requests with the key"),
  ]);
  // What was counted before the batch was refused is gone; others have their own rate.
  expect((await postMcp(options, batchOf(1)[0])).status).toBe(429);
});

test("each message of a batch is answered where the revision has batches", async () => {
  const { listening, options } = await open({}, "2025-03-26");
  await using _ended = listening;
  const response = await fetch(options.url, {
    method: "POST",
    headers: {
      ...options.headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify(batchOf(4)),
  });
  const ids = [...(await response.text()).matchAll(/^data: (.+)$/gm)].map(
    ([, data]) => JSON.parse(data ?? "").id,
  );
  expect(ids.toSorted()).toEqual([0, 1, 2, 3]);
});

test.each(["2025-06-18", "2025-11-25"])("a session of %s has no batches", async (revision) => {
  const { listening, options } = await open({}, revision);
  await using _ended = listening;
  const { status, message } = await postMcp(options, batchOf(2));
  expect([status, message.error]).toEqual([
    400,
    {
      code: -32_600,
      message: "This revision of the protocol has no batches: send each message alone.",
    },
  ]);
  expect((await postMcp(options, batchOf(1)[0])).status).toBe(200);
});

test("a batch of the era of 2026 is refused, whatever it claims", async () => {
  const { listening, options } = await open({}, "2025-11-25");
  await using _ended = listening;
  const { "mcp-session-id": _own, ...headers } = options.headers;
  const modern = { ...headers, "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" };
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const batch = batchOf(2).map((one) => ({ ...one, params: { _meta } }));
  const { status, message } = await postMcp({ url: options.url, headers: modern }, batch);
  expect([status, typeof message.error]).toEqual([400, "object"]);
});
