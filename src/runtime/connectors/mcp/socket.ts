// The bridge's WebSocket: it attaches like every client, then each message is one of JSON-RPC, in both eras. So a
// host that speaks over stdio is on the daemon's own stream of events, under its own name.
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { bytesOf, parseJson } from "../../../protocol/decode.ts";
import { type ErrorBody, JameyError, messageOf, toErrorBody } from "../../../protocol/errors.ts";
import type { Attach } from "../../../protocol/frames.ts";
import { isObject } from "../../../protocol/json.ts";
import {
  ATTACH_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_IN_FLIGHT,
} from "../../../protocol/limits.ts";
import type { Connection } from "../../connections.ts";
import type { Gateway } from "../../gateway.ts";
import { createOutbox, HIGH_WATER_BYTES } from "../outbox.ts";
import {
  type Client,
  POLICY_VIOLATION,
  readAttach,
  type Socket,
  TRY_AGAIN_LATER,
} from "../websocket.ts";
import { openLink } from "./link.ts";
import { createMcpServer, type McpParts } from "./server.ts";

const LISTEN = "subscriptions/listen";
const INTERNAL_ERROR = -32_603;
const PARSE_ERROR = -32_700;
const OVERLOADED = -32_000;

export function startMcpSocket(
  socket: Socket,
  gateway: Gateway,
  parts: () => Promise<McpParts>,
): Client {
  const closing = new AbortController();
  const outbox = createOutbox({
    socket,
    isBatched: false,
    broke: () => undefined,
  });
  let host: ReturnType<typeof startHost> | undefined;
  const timer = setTimeout(
    () => socket.close(POLICY_VIOLATION, "no attach in time"),
    ATTACH_TIMEOUT_MS,
  );

  function say(message: object): void {
    if (outbox.reply(sendable(message))) return;
    socket.close(TRY_AGAIN_LATER, "too much that is not read");
  }

  function refuse(thrown: unknown): void {
    say({ id: null, type: "Error", payload: toErrorBody(thrown) });
    socket.close(POLICY_VIOLATION, toErrorBody(thrown).code);
  }

  function attach(text: string): void {
    try {
      const asked = readAttach(parseJson(text));
      clearTimeout(timer);
      host = startHost({ socket, gateway, parts, asked, say });
      say(host.hello);
    } catch (thrown) {
      refuse(thrown);
    }
  }

  return {
    receive(text, refused) {
      if (!host) return attach(text);
      const message = readMessage(text, refused);
      if ("error" in message && !("jsonrpc" in message)) return say(answerTo(message));
      if (host.receive(message)) return;
      socket.close(TRY_AGAIN_LATER, "too many requests without reading their replies");
    },
    flush() {
      outbox.flush();
      host?.flush();
    },
    async end() {
      await host?.end();
    },
    closed: closing.signal,
    close() {
      closing.abort();
      clearTimeout(timer);
      outbox.close();
      host?.close();
    },
  };
}

type Refused = { error: ErrorBody; code: number; id: unknown };

function readMessage(text: string, refused: ErrorBody | undefined): JSONRPCMessage | Refused {
  try {
    const value = parseJson(text);
    const id = isObject(value) ? value.id : undefined;
    if (refused) return { error: refused, code: OVERLOADED, id };
    // The SDK holds each message against its own schema.
    if (isObject(value)) return value as unknown as JSONRPCMessage;
    throw new JameyError("invalid_request", "A message is an object of JSON-RPC.");
  } catch (thrown) {
    return { error: toErrorBody(thrown), code: PARSE_ERROR, id: undefined };
  }
}

const answerTo = ({ error, code, id }: Refused) => ({
  jsonrpc: "2.0",
  id: typeof id === "string" || typeof id === "number" ? id : null,
  error: { code, message: error.message, data: { code: error.code } },
});

function startHost(options: {
  socket: Socket;
  gateway: Gateway;
  parts: () => Promise<McpParts>;
  asked: Attach;
  say(message: object): void;
}) {
  const { socket, gateway, asked, say } = options;
  const { identity } = socket.data;
  let connection: Connection | undefined;
  const link = openLink({
    gateway,
    open(ring) {
      connection = gateway.connections.open(asked, { identity, ring });
      return connection;
    },
    hasRoom: () => socket.getBufferedAmount() <= HIGH_WATER_BYTES,
  });
  const inFlight = new Set<unknown>();
  const waiting: JSONRPCMessage[] = [];
  const settled = Promise.withResolvers<void>();
  let isEnding = false;
  let serving: { close(): Promise<void> } | undefined;
  const transport: Transport = {
    start: () => Promise.resolve(),
    send(message) {
      if ("id" in message && !("method" in message)) inFlight.delete(message.id);
      say(message);
      if (isEnding && inFlight.size === 0) settled.resolve();
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };

  async function begin(): Promise<void> {
    const [{ serveStdio }, loaded] = await Promise.all([
      import("@modelcontextprotocol/server/stdio"),
      options.parts(),
    ]);
    serving = serveStdio(
      async () =>
        await createMcpServer(loaded, { link, identity_id: identity.id, isLasting: true }),
      { transport, onerror: (error) => gateway.log.debug("mcp", { reason: messageOf(error) }) },
    );
    for (const message of waiting.splice(0)) transport.onmessage?.(message);
  }

  begin().catch((thrown: unknown) => {
    gateway.log.error("mcp could not begin", { reason: messageOf(thrown) });
    socket.close(POLICY_VIOLATION, "mcp could not begin");
  });
  // It was just opened.
  const hello = connection?.hello ?? {};
  return {
    hello,
    /** False where too much is asked at once. */
    receive(message: JSONRPCMessage): boolean {
      // What listens is never answered before the end.
      if ("method" in message && "id" in message && message.method !== LISTEN) {
        if (inFlight.size >= MAX_REQUESTS_IN_FLIGHT) return false;
        inFlight.add(message.id);
      }
      if (serving) transport.onmessage?.(message);
      else waiting.push(message);
      return waiting.length <= MAX_REQUESTS_IN_FLIGHT;
    },
    flush: link.flush,
    async end() {
      isEnding = true;
      if (inFlight.size > 0) await settled.promise;
    },
    close() {
      link.close();
      settled.resolve();
      serving?.close().catch(() => undefined);
    },
  };
}

/** A message that no host could take becomes the error that says so. */
function sendable(message: object): string {
  const text = JSON.stringify(message);
  if (text.length * 3 <= MAX_FRAME_BYTES || bytesOf(text, MAX_FRAME_BYTES) <= MAX_FRAME_BYTES) {
    return text;
  }
  const id = "id" in message ? message.id : null;
  const error = { code: INTERNAL_ERROR, message: "too_large: ask for less of it." };
  return JSON.stringify({ jsonrpc: "2.0", id, error });
}
