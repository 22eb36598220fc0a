// The doors as a client stands before them: one request of each, over a connection that is kept.

import type { Connection } from "../../src/client/connection.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { openRawDisk } from "./exchange.ts";

export interface Scene {
  /** Where the daemon and Bun alone listen, and their sockets. */
  url: string;
  raw_url: string;
  socket: string;
  raw_socket: string;
  spawned_url: string;
  /** A file that SQLite alone may write. */
  raw_disk: string;
  /** The secret of webhooks. */
  secret: string;
  /** The text of a key that nobody used yet: each may ask only so often. */
  newKey(): Promise<string>;
}

export interface Asker {
  /** One request, its answer read to the end. */
  ask(): Promise<void>;
  close?(): void;
}

export interface DoorRow {
  name: string;
  /** What a turn waits for is the disk: each of its steps is kept before the next. */
  floor:
    | "raw GET"
    | "raw GET, unix socket"
    | "raw POST"
    | "raw WebSocket"
    | "one SQLite transaction";
  /** Requests one after the other, and as many again at once, in each round. */
  requests: number;
  open(scene: Scene): Promise<Asker>;
}

const QUICK = 250;
/** Each is a whole turn, kept. */
const TURNS = 60;
const HOOKS = 40;

async function send(
  url: string,
  { fine = [], ...init }: RequestInit & { unix?: string; fine?: number[] } = {},
): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.ok || fine.includes(response.status)) return text;
  throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
}

const json = { "content-type": "application/json" };

const posting =
  (path: string, body: () => object, headers: Record<string, string> = {}) =>
  async ({ url, newKey }: Scene): Promise<Asker> => {
    const all = { ...json, ...headers, authorization: `Bearer ${await newKey()}` };
    return {
      async ask() {
        await send(`${url}${path}`, { method: "POST", headers: all, body: JSON.stringify(body()) });
      },
    };
  };

const call = { jsonrpc: "2.0", id: 1, method: "tools/call" };
const tool = { name: "list_prompt_objects", arguments: {} };
const accept = { accept: "application/json, text/event-stream" };
const modern = {
  ...tool,
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

async function openOlderMcp({ url, newKey }: Scene): Promise<Asker> {
  const headers = { ...json, ...accept, authorization: `Bearer ${await newKey()}` };
  const clientInfo = { name: "bench", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params });
  const begun = await fetch(`${url}/mcp`, { method: "POST", headers, body });
  await begun.text();
  const own = { ...headers, "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  let id = 0;
  return {
    async ask() {
      id += 1;
      const asked = JSON.stringify({ ...call, id, params: tool });
      await send(`${url}/mcp`, { method: "POST", headers: own, body: asked });
    },
  };
}

/** Bun's WebSocket takes headers; the web's type, which is declared, does not. */
async function openSocket(url: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { headers } as never);
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  return socket;
}

async function openAsking(url: string, headers: Record<string, string>): Promise<Asker> {
  const socket = await openSocket(url, headers);
  const waiting = new Map<number, () => void>();
  socket.onmessage = ({ data }) => {
    // Many frames may travel as one.
    const frames = [JSON.parse(String(data)) as { id?: number } | { id?: number }[]].flat();
    for (const { id } of frames) if (id !== undefined) waiting.get(id)?.();
  };
  const about = { client: "bench", version: "1", protocol_version: PROTOCOL_VERSION };
  socket.send(JSON.stringify({ type: "attach", ...about }));
  let last = 0;
  return {
    async ask() {
      last += 1;
      const id = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, type: "ListPOs", payload: {} }));
      await promise;
      waiting.delete(id);
    },
    close: () => socket.close(),
  };
}

const getting = (
  url: string,
  options: { unix?: string; headers?: Record<string, string> } = {},
) => ({
  async ask() {
    await send(url, options);
  },
});

export const floors: Record<DoorRow["floor"], (scene: Scene) => Promise<Asker>> = {
  "raw GET": async ({ raw_url }) => await Promise.resolve(getting(`${raw_url}/api/pos`)),
  "raw GET, unix socket": async ({ raw_socket: unix }) =>
    await Promise.resolve(getting("http://localhost/api/pos", { unix })),
  "raw POST": async ({ raw_url }) => {
    const body = JSON.stringify({ message: "/say hello" });
    const ask = async () => void (await send(raw_url, { method: "POST", headers: json, body }));
    return await Promise.resolve({ ask });
  },
  "raw WebSocket": ({ raw_url }) => openAsking(raw_url, {}),
  "one SQLite transaction": async ({ raw_disk }) => {
    const { append, close } = openRawDisk(raw_disk);
    return await Promise.resolve({ ask: async () => append(), close });
  },
};

const hello = { model: "assistant", messages: [{ role: "user", content: "/say hello" }] };

export const doors: readonly DoorRow[] = [
  {
    ...{ name: "GET /api/pos", floor: "raw GET", requests: QUICK },
    open: async ({ url, newKey }) =>
      getting(`${url}/api/pos`, { headers: { authorization: `Bearer ${await newKey()}` } }),
  },
  {
    ...{ name: "GET /api/pos, unix socket", floor: "raw GET, unix socket", requests: QUICK },
    open: async ({ socket: unix }) =>
      await Promise.resolve(getting("http://localhost/api/pos", { unix })),
  },
  {
    ...{ name: "ListPOs, WebSocket", floor: "raw WebSocket", requests: QUICK },
    open: async ({ url, newKey }) =>
      await openAsking(url, { authorization: `Bearer ${await newKey()}` }),
  },
  {
    ...{ name: "tools/call, /mcp of 2025", floor: "raw POST", requests: QUICK },
    open: openOlderMcp,
  },
  {
    ...{ name: "tools/call, /mcp of 2026", floor: "raw POST", requests: QUICK },
    open: posting("/mcp", () => ({ ...call, params: modern }), {
      ...{ ...accept, "mcp-protocol-version": "2026-07-28" },
      ...{ "mcp-method": "tools/call", "mcp-name": tool.name },
    }),
  },
  {
    ...{ name: "a server of an object", floor: "raw GET", requests: QUICK },
    open: async ({ spawned_url }) => await Promise.resolve(getting(spawned_url)),
  },
  {
    ...{
      name: "a turn, POST /api/pos/…/message",
      floor: "one SQLite transaction",
      requests: TURNS,
    },
    open: posting("/api/pos/assistant/message", () => ({ message: "/say hello" })),
  },
  {
    ...{ name: "a turn, /v1/chat/completions", floor: "one SQLite transaction", requests: TURNS },
    open: posting("/v1/chat/completions", () => hello),
  },
  {
    ...{
      name: "a turn, /v1/chat/completions streamed",
      floor: "one SQLite transaction",
      requests: TURNS,
    },
    open: posting("/v1/chat/completions", () => ({ ...hello, stream: true })),
  },
  {
    ...{ name: "POST /hooks, signed", floor: "one SQLite transaction", requests: HOOKS },
    open: async ({ url, secret }) =>
      await Promise.resolve({
        async ask() {
          const body = JSON.stringify({ id: crypto.randomUUID() });
          const sum = new Bun.CryptoHasher("sha256", secret).update(body).digest("hex");
          const headers = { ...json, "x-hub-signature-256": `sha256=${sum}` };
          // An object that still works is woken later, and the caller told so.
          await send(`${url}/hooks/bench`, { method: "POST", headers, body, fine: [429] });
        },
      }),
  },
];

/** Makes what the table asks: an object that hooks wake, and one that serves. Resolves to where it does. */
export async function prepare(connection: Connection, spawned_port: number): Promise<string> {
  const woken = "wake: [{ webhook: bench, message: /say woken, cooldown: 0, max_per_hour: 1000 }]";
  const head = (name: string, more: string) =>
    `---\nname: ${name}\ndescription: x\n${more}\n---\n\nWork.\n`;
  await connection.call("CreatePO", { text: head("woken", woken) });
  const may = "capabilities: [spawn_http_server]";
  await connection.call("CreatePO", { text: head("server", may) });
  const asked = JSON.stringify({ port: spawned_port, routes: { "GET /": "info" } });
  const { turn_id } = await connection.call("SendMessage", {
    ...{ po_name: "server", message: `/spawn_http_server ${asked}` },
  });
  await connection.call("WaitForTurn", { turn_id });
  const [server] = (await connection.call("ListConnectors", {})).servers;
  if (!server) throw new Error("the object opened no server");
  return server.url;
}
