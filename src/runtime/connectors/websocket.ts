// The WebSocket connector: attach, requests in, replies and batches of events out.
//
// 1. Nothing is sent into a full socket: replies and events wait where they are until it has drained.
// 2. Events are pulled, never pushed; a client that does not read costs one batch.
// 3. Replies are bounded by the requests in flight; a client over that bound is closed.
import type { ServerWebSocket, WebSocketHandler } from "bun";
import { parseJson } from "../../protocol/decode.ts";
import { JameyError, toErrorBody } from "../../protocol/errors.ts";
import { attach as attachSchema, request as requestSchema } from "../../protocol/frames.ts";
import {
  ATTACH_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_IN_FLIGHT,
} from "../../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../protocol/version.ts";
import type { Connection } from "../connections.ts";
import type { Gateway } from "../gateway.ts";

/** Above this the socket counts as full. */
const HIGH_WATER_BYTES = 512 * 1024;
/** Signals are gathered for this long before they are sent. */
const GATHER_MS = 8;
/** WebSocket close codes. */
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

export interface SocketData {
  isLocal: boolean;
  client?: Client;
}

type Socket = ServerWebSocket<SocketData>;

interface Client {
  receive(text: string): void;
  flush(): void;
  close(): void;
}

export function createWebSocketHandler(gateway: Gateway): WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: MAX_FRAME_BYTES,
    // One frame beyond the high water must fit, or Bun would drop it without a word.
    backpressureLimit: MAX_FRAME_BYTES + 2 * HIGH_WATER_BYTES,
    closeOnBackpressureLimit: true,
    idleTimeout: 120,
    sendPings: true,
    open(socket) {
      socket.data.client = startClient(socket, gateway);
    },
    message(socket, message) {
      if (typeof message === "string") socket.data.client?.receive(message);
      else socket.close(POLICY_VIOLATION, "frames are JSON text");
    },
    drain: (socket) => socket.data.client?.flush(),
    close: (socket) => socket.data.client?.close(),
  };
}

function startClient(socket: Socket, gateway: Gateway): Client {
  let connection: Connection | undefined;
  let isOpen = true;
  let inFlight = 0;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const replies: string[] = [];
  const attachTimer = setTimeout(
    () => socket.close(POLICY_VIOLATION, "no attach in time"),
    ATTACH_TIMEOUT_MS,
  );

  const isFull = () => socket.getBufferedAmount() > HIGH_WATER_BYTES;

  function flush(): void {
    while (isOpen && !isFull() && replies.length > 0) socket.send(replies.shift() ?? "");
    while (isOpen && !isFull() && connection) {
      const { frames, hasMore } = connection.pull();
      if (frames.length > 0) {
        socket.send(JSON.stringify(frames.length === 1 ? frames[0] : frames));
      }
      if (!hasMore) return;
    }
  }

  function ring(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      flush();
    }, GATHER_MS);
  }

  function reply(frame: unknown): void {
    replies.push(JSON.stringify(frame));
    flush();
  }

  function attach(frame: unknown): void {
    const result = attachSchema.safeParse(frame);
    if (!result.success) {
      return refuse(new JameyError("invalid_request", "The first frame must be a valid attach."));
    }
    if (result.data.protocol_version !== PROTOCOL_VERSION) {
      const asked = result.data.protocol_version;
      const message = `This daemon speaks protocol version ${PROTOCOL_VERSION}, the client ${asked}: use the same jamey for both.`;
      const details = { daemon: PROTOCOL_VERSION, client: asked };
      return refuse(new JameyError("version_mismatch", message, { details }));
    }
    clearTimeout(attachTimer);
    const { isLocal } = socket.data;
    connection = gateway.connections.open(result.data, { isLocal, ring });
    reply(connection.hello);
  }

  function refuse(error: JameyError): void {
    reply({ id: null, type: "Error", payload: toErrorBody(error) });
    socket.close(POLICY_VIOLATION, error.code);
  }

  async function request(frame: unknown, { caller }: Connection): Promise<void> {
    const result = requestSchema.safeParse(frame);
    if (!result.success) {
      const error = new JameyError("invalid_request", "A frame needs id, type and payload.");
      return reply({ id: null, type: "Error", payload: toErrorBody(error) });
    }
    const { id, type, payload } = result.data;
    inFlight += 1;
    const answer = await gateway.handle({ type, payload }, caller);
    inFlight -= 1;
    if (isOpen) reply({ id, type: answer.type, payload: answer.payload });
  }

  return {
    receive(text) {
      if (inFlight + replies.length >= MAX_REQUESTS_IN_FLIGHT) {
        return socket.close(TRY_AGAIN_LATER, "too many requests without reading their replies");
      }
      try {
        const frame = parseJson(text);
        if (connection) void request(frame, connection);
        else attach(frame);
      } catch (thrown) {
        reply({ id: null, type: "Error", payload: toErrorBody(thrown) });
      }
    },
    flush,
    close() {
      isOpen = false;
      clearTimeout(attachTimer);
      clearTimeout(gathering);
      connection?.close();
    },
  };
}
