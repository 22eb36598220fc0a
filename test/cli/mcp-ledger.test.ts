// What the bridge remembers of a host's conversation, on plain values.
import { expect, test } from "bun:test";
import { createLedger } from "../../src/cli/mcp/ledger.ts";
import { readLines } from "../../src/cli/mcp/lines.ts";

const line = (message: object) => JSON.stringify({ jsonrpc: "2.0", ...message });
const call = (id: number, name: string, args: object = {}) =>
  line({ id, method: "tools/call", params: { name, arguments: args } });
const parsed = (texts: string[]): unknown[] => texts.map((text) => JSON.parse(text));

function begun() {
  let keys = 0;
  const ledger = createLedger(() => {
    keys += 1;
    return `key-${keys}`;
  });
  ledger.begin();
  return ledger;
}

test("the next daemon hears the handshake again, and its answer reaches nobody", () => {
  const ledger = begun();
  const initialize = { id: 0, method: "initialize", params: { protocolVersion: "2025-11-25" } };
  ledger.fromHost(line(initialize));
  expect(ledger.fromDaemon(line({ id: 0, result: {} }))).toBe(line({ id: 0, result: {} }));
  ledger.fromHost(line({ method: "notifications/initialized" }));
  const subscribe = { id: 1, method: "resources/subscribe", params: { uri: "bus://messages" } };
  ledger.fromHost(line(subscribe));
  ledger.fromDaemon(line({ id: 1, result: {} }));
  const { send, tell } = ledger.begin();
  expect(parsed(send)).toEqual([
    { jsonrpc: "2.0", ...initialize, id: "jamey-bridge-2-1" },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", ...subscribe, id: "jamey-bridge-2-2" },
  ]);
  // What changed meanwhile, nobody knows.
  expect(parsed(tell)).toEqual([
    {
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri: "bus://messages" },
    },
  ]);
  expect(ledger.fromDaemon(line({ id: "jamey-bridge-2-1", result: {} }))).toBeUndefined();
});

test("a message is asked again under the key that it had, other changes are told to have an unknown end", () => {
  const ledger = begun();
  const { send: first } = ledger.fromHost(call(1, "send_message", { message: "hello" }));
  ledger.fromHost(call(2, "list_sessions"));
  ledger.fromHost(call(3, "delete_session", { session_id: "s" }));
  const { send, tell } = ledger.begin();
  expect(JSON.parse(first ?? "").params.arguments).toEqual({
    message: "hello",
    message_key: "key-1",
  });
  expect(send).toEqual([first ?? "", call(2, "list_sessions")]);
  expect(parsed(tell)).toMatchObject([{ id: 3, error: { code: -32_603 } }]);
  expect(ledger.open()).toBe(2);
});

test("a host of the era of 2026 listens again, and hears that what it listens to may be another", () => {
  const ledger = begun();
  const notifications = { resourceSubscriptions: ["sessions://list"] };
  const listen = line({ id: 7, method: "subscriptions/listen", params: { notifications } });
  ledger.fromHost(listen);
  expect(ledger.open()).toBe(0);
  const { send, tell } = ledger.begin();
  expect(send).toEqual([listen]);
  expect(parsed(tell)).toEqual([
    {
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: {
        uri: "sessions://list",
        _meta: { "io.modelcontextprotocol/subscriptionId": 7 },
      },
    },
  ]);
});

test("an answer to a daemon that is gone never reaches the next one", () => {
  const ledger = begun();
  const asked = { id: 0, method: "elicitation/create", params: { message: "Delete all?" } };
  const shown = JSON.parse(ledger.fromDaemon(line(asked)) ?? "");
  expect(shown).toEqual({ jsonrpc: "2.0", ...asked, id: "jamey-bridge-1-1" });
  const { tell } = ledger.begin();
  expect(parsed(tell)).toMatchObject([
    { method: "notifications/cancelled", params: { requestId: "jamey-bridge-1-1" } },
  ]);
  const other = JSON.parse(ledger.fromDaemon(line(asked)) ?? "");
  expect(other.id).toBe("jamey-bridge-2-2");
  const yes = { result: { action: "accept" } };
  expect(ledger.fromHost(line({ id: shown.id, ...yes }))).toEqual({});
  expect(ledger.fromHost(line({ id: other.id, ...yes }))).toEqual({
    send: line({ id: 0, ...yes }),
  });
});

test("a request that the host gave up is not asked again", () => {
  const ledger = begun();
  ledger.fromHost(call(1, "list_sessions"));
  ledger.fromHost(line({ method: "notifications/cancelled", params: { requestId: 1 } }));
  expect(ledger.begin()).toEqual({ send: [], tell: [] });
});

test("what is no message is answered as such, and goes nowhere", () => {
  const ledger = begun();
  for (const text of ["garbage", "[1]", "7", '"text"']) {
    const { send, tell } = ledger.fromHost(text);
    expect([send, JSON.parse(tell ?? "")]).toMatchObject([undefined, { error: { code: -32_700 } }]);
  }
});

test("lines come whole however they are cut, and one without an end is refused", async () => {
  const text = new TextEncoder().encode('{"a":"ü"}\n\n{"b":2}\nlast');
  const cut = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of text) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await Array.fromAsync(readLines(cut, 100))).toEqual(['{"a":"ü"}', "", '{"b":2}', "last"]);
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64).fill(97)),
  });
  expect(Array.fromAsync(readLines(endless, 1_000))).rejects.toThrow("longer than 1000 characters");
});

test("a line that is nested too deeply, or whose id is none, is refused, and the next one is heard", () => {
  const ledger = begun();
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const nested = `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${deep}}}`;
  expect(JSON.parse(ledger.fromHost(nested).tell ?? "")).toMatchObject({
    id: null,
    error: { code: -32_700 },
  });
  const no_text = { toString: 1, valueOf: 1 };
  const refused = ledger.fromHost(line({ id: no_text, method: "ping" }));
  expect(refused.send).toBeUndefined();
  expect(JSON.parse(refused.tell ?? "")).toMatchObject({ id: null, error: { code: -32_600 } });
  expect(ledger.fromHost(line({ id: no_text, result: {} }))).toEqual({});
  const subscribe = { id: 3, method: "resources/subscribe", params: { uri: no_text } };
  expect(ledger.fromHost(line(subscribe))).toEqual({ send: line(subscribe) });
  expect(ledger.fromHost(line({ id: 2, method: "ping" }))).toEqual({
    send: line({ id: 2, method: "ping" }),
  });
});
