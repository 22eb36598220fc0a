// `/mcp` on the TCP listener: whose key may do what, whose session is whose, and what strangers send.
import { describe, expect, test } from "bun:test";
import { openPeer } from "../../support/mcp-peers.ts";
import { type Listening, openListening } from "../../support/tcp.ts";

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const json = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "peer", version: "1" },
  },
};

const post = (
  { url }: Listening,
  key: string,
  body: unknown,
  headers: Record<string, string> = {},
) =>
  fetch(`${url}/mcp`, {
    method: "POST",
    headers: { ...json, ...bearer(key), ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

async function begin(listening: Listening, key: string): Promise<string> {
  const response = await post(listening, key, initialize);
  await response.text();
  return response.headers.get("mcp-session-id") ?? "";
}

const list = { jsonrpc: "2.0", id: 2, method: "tools/list", params: {} };

describe("A key", () => {
  test("decides which tools a host finds, and which it may call", async () => {
    await using listening = await openListening();
    const { text: reader } = await listening.makeKey(["read"]);
    const { text: talker } = await listening.makeKey(["chat"]);
    const url = `${listening.url}/mcp`;
    await using reading = await openPeer("2025-11-25", { url, headers: bearer(reader) });
    await using talking = await openPeer("2026-07-28", { url, headers: bearer(talker) });
    const [few, more] = [await reading.tools(), await talking.tools()];
    expect(few).not.toContain("send_message");
    expect(few).toContain("list_sessions");
    expect(more).toContain("send_message");
    const refused = reading.call("send_message", { po_name: "helper", message: "hello" });
    expect(refused).rejects.toThrow("not found");
    const said = await talking.call("send_message", { po_name: "helper", message: "hello" });
    expect(said.structuredContent).toMatchObject({ response: "ok" });
  });

  test("has its own sessions: under another they are not there", async () => {
    await using listening = await openListening();
    const [{ text: one }, { text: other }] = [await listening.makeKey(), await listening.makeKey()];
    const id = await begin(listening, one);
    const mine = await post(listening, one, list, { "mcp-session-id": id });
    expect(mine.status).toBe(200);
    await mine.text();
    const foreign = await post(listening, other, list, { "mcp-session-id": id });
    expect([foreign.status, await foreign.json()]).toEqual([
      404,
      {
        jsonrpc: "2.0",
        error: { code: -32_001, message: "Session not found: begin a new one with initialize." },
        id: null,
      },
    ]);
  });

  test("that is revoked ends its sessions and their streams", async () => {
    await using listening = await openListening();
    const { key_id, text } = await listening.makeKey();
    const id = await begin(listening, text);
    const stream = await fetch(`${listening.url}/mcp`, {
      headers: { accept: "text/event-stream", "mcp-session-id": id, ...bearer(text) },
    });
    expect(stream.status).toBe(200);
    expect(listening.world.runtime().connections.list()).toHaveLength(1);
    await listening.world.ask("RevokeKey", { key_id });
    await stream.text();
    expect(listening.world.runtime().connections.list()).toEqual([]);
  });
});

describe("A stranger's message", () => {
  test("that is no JSON, too deep, or too much of a batch is refused as such, and others go on", async () => {
    await using listening = await openListening();
    const { text } = await listening.makeKey();
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    for (const body of ["", "{", "null", "[]", '"text"', deep, "\u0000", JSON.stringify([1, 2])]) {
      const response = await post(listening, text, body);
      expect([body.slice(0, 9), response.status >= 400 && response.status < 500]).toEqual([
        body.slice(0, 9),
        true,
      ]);
      await response.text();
    }
    const wrong = await post(listening, text, list, { "content-type": "text/plain" });
    expect(wrong.status).toBeGreaterThanOrEqual(400);
    expect(await begin(listening, text)).not.toBe("");
  });

  test("does not hang the daemon with a name of a resource that is a trap", async () => {
    await using listening = await openListening();
    const { text } = await listening.makeKey();
    const id = await begin(listening, text);
    const startedMs = performance.now();
    for (const uri of [
      `po://${"a/".repeat(5_000)}prompt`,
      `sessions://${"%".repeat(20_000)}`,
      `po://${"{".repeat(2_000)}/config`,
      `bus://messages/${"9".repeat(5_000)}`,
    ]) {
      const read = { jsonrpc: "2.0", id: 3, method: "resources/read", params: { uri } };
      const response = await post(listening, text, read, { "mcp-session-id": id });
      expect(await response.text()).toContain('"error"');
    }
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  test("is answered to whom it came from, whatever ids others use", async () => {
    await using listening = await openListening();
    const url = `${listening.url}/mcp`;
    const peers = await Promise.all(
      ["2025-11-25", "2026-07-28", "2025-11-25"].map(async (era) => {
        const { text } = await listening.makeKey();
        // Each of them counts its requests from the same number.
        return await openPeer(era as "2025-11-25", { url, headers: bearer(text) });
      }),
    );
    await Promise.all(
      peers.flatMap((peer, index) =>
        Array.from({ length: 30 }, async (_none, step) => {
          const name = `mark-${index}-${step}`;
          const made = await peer.call("create_session", { po_name: "helper", name });
          expect(made.structuredContent).toMatchObject({ session: { name } });
        }),
      ),
    );
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  });
});
