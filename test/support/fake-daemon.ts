// A daemon that does only what a test says: greets, answers, streams and breaks off as scripted, over a
// real unix socket in a folder of its own.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerWebSocket } from "bun";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";

export interface Asked {
  id: number;
  type: string;
  payload: Record<string, unknown>;
}

export interface Client {
  attach: Record<string, unknown>;
  send(frames: unknown): void;
  reply(asked: Asked, type: string, payload: unknown): void;
  fail(asked: Asked, code: string, message: string): void;
  /** As if the daemon were killed. */
  drop(): void;
  /** As if it were stopped. */
  close(): void;
}

export interface FakeDaemon {
  /** JAMEY_HOME of its environment. */
  home: string;
  socket: string;
  asked: Asked[];
  stop(): Promise<void>;
}

export interface FakeOptions {
  answer(asked: Asked, client: Client): void;
  protocol_version?: number;
  hello?: boolean;
  home?: string;
}

export const temporaryHome = (): string => mkdtempSync(join(tmpdir(), "jamey-test-"));

export function startFakeDaemon(options: FakeOptions): FakeDaemon {
  const { protocol_version = PROTOCOL_VERSION, home = temporaryHome() } = options;
  const asked: Asked[] = [];
  const run = join(home, "state", "run");
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const socket = join(run, "default.sock");
  rmSync(socket, { force: true });
  const clients = new WeakMap<ServerWebSocket, Client>();

  function greet(ws: ServerWebSocket, attach: Record<string, unknown>): void {
    const send = (frames: unknown) => void ws.send(JSON.stringify(frames));
    const client: Client = {
      attach,
      send,
      reply: ({ id }, type, payload) => send({ id, type, payload }),
      fail: ({ id }, code, message) =>
        send({ id, type: "Error", payload: { code, message, details: {} } }),
      drop: () => ws.terminate(),
      close: () => ws.close(1001, "stopping"),
    };
    clients.set(ws, client);
    if (attach.protocol_version !== protocol_version) {
      const details = { daemon: protocol_version, client: attach.protocol_version };
      const payload = { code: "version_mismatch", message: "another version", details };
      send({ id: null, type: "Error", payload });
      ws.close(1008, "version_mismatch");
    } else if (options.hello !== false) {
      const about = { version: "9.9.9", environment: "default", journal_id: "j1", caller: "cli:1" };
      send({ type: "hello", protocol_version, ...about, seq: 10 });
    }
  }

  const server = Bun.serve({
    unix: socket,
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("no")),
    websocket: {
      message(ws, text) {
        const frame = JSON.parse(String(text));
        const client = clients.get(ws);
        if (!client) return greet(ws, frame);
        asked.push(frame);
        options.answer(frame, client);
      },
    },
  });
  return { home, socket, asked, stop: () => server.stop(true) };
}

const at = "2026-01-01T00:00:00.000Z";

export const eventFrame = (seq: number, event_type: string, payload: object) => ({
  type: "event",
  subscription_id: "s1",
  seq,
  at,
  event_type,
  payload: { session_id: "se1", turn_id: "t1", ...payload },
});

export const messagePayload = (message_id: string, role: string, content: string) => ({
  message_id,
  role,
  content,
  name: null,
  tool_call_id: null,
  tool_calls: [],
  attachments: [],
  reasoning: null,
  source: "cli",
  created_at: at,
});

export const textSignal = (offset: number, text: string, attempt = 0) => ({
  type: "signal",
  subscription_id: "s1",
  signal_type: "TextDelta",
  session_id: "se1",
  turn_id: "t1",
  message_id: "m2",
  attempt,
  offset,
  text,
});

export const finishedRun = (response: string, changed: object = {}) => ({
  po_name: "assistant",
  response,
  session_id: "se1",
  turn_id: "t1",
  message_id: "m2",
  model: "fake/model",
  status: "completed",
  stop_reason: "stop",
  error: null,
  usage: {
    input_tokens: 1,
    output_tokens: 2,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: null,
  },
  model_calls: 1,
  tool_rounds: 0,
  duration_ms: 5,
  denials: [],
  pending_requests: [],
  structured: null,
  ...changed,
});

/** One whole turn: acknowledged, streamed, answered. */
export function answerTurn(
  asked: Asked,
  client: Client,
  turn: { frames?: object[]; response: string; run?: object; warnings?: string[] },
): void {
  const { type } = asked;
  if (type === "SendMessage") {
    const ids = { session_id: "se1", turn_id: "t1", message_id: "m1", seq: 11 };
    client.reply(asked, "MessageAccepted", { ...ids, warnings: turn.warnings ?? [] });
  } else if (type === "Subscribe") {
    client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
    client.send([
      eventFrame(12, "MessageAdded", messagePayload("m1", "user", "q")),
      ...(turn.frames ?? []),
      eventFrame(20, "MessageAdded", messagePayload("m2", "assistant", turn.response)),
      eventFrame(21, "TurnCompleted", { message_id: "m2", stop_reason: "stop" }),
    ]);
  } else if (type === "WaitForTurn") {
    client.reply(asked, "MessageResponse", finishedRun(turn.response, turn.run));
  } else {
    client.reply(asked, "Ok", {});
  }
}
