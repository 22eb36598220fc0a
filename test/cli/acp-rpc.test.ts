// JSON-RPC with an editor, on plain streams: what is no message of it is refused, and the next one is answered.
import { expect, test } from "bun:test";
import { serveRpc } from "../../src/cli/acp/rpc.ts";

test("a line that is nested too deeply, or whose id is none, is refused, and the next one is answered", async () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const lines = [
    `{"jsonrpc":"2.0","id":${deep},"method":"ping"}`,
    `{"jsonrpc":"2.0","id":1,"error":${deep}}`,
    '{"jsonrpc":"2.0","id":{"toString":1,"valueOf":1},"method":"ping"}',
    '{"jsonrpc":"2.0","id":{"toString":1,"valueOf":1},"result":{}}',
    '{"jsonrpc":"2.0","id":2,"method":"ping"}',
    "",
  ];
  const input = new Response(lines.join("\n")).body;
  if (!input) throw new Error("no stream");
  const told: unknown[] = [];
  const tell = (line: string) => {
    const { id, error, result } = JSON.parse(line);
    told.push([id, error?.code ?? result]);
    return Promise.resolve();
  };
  const requests = { ping: () => Promise.resolve({ pong: true }) };
  await serveRpc({ input, tell }, () => ({ requests, notifications: {} }));
  expect(told).toEqual([
    [null, -32_700],
    [null, -32_700],
    [null, -32_600],
    [2, { pong: true }],
  ]);
});
