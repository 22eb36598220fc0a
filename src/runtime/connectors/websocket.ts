// The WebSocket connector: attach, requests in, replies and batches of events out. What goes out, and
// its bounds, are in `outbox.ts`. A client with too many requests in flight is closed. A socket may also
// be another kind of client: `SocketData.start` says which.
import type { ServerWebSocket, WebSocketHandler } from "bun";
import { bytesOf, parseJson } from "../../protocol/decode.ts";
import { type ErrorBody, JameyError, messageOf, toErrorBody } from "../../protocol/errors.ts";
import { attach as attachSchema, request as requestSchema } from "../../protocol/frames.ts";
import { readGiven } from "../../protocol/given.ts";
import {
  ATTACH_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_IN_FLIGHT,
} from "../../protocol/limits.ts";
import { PROTOCOL_VERSION } from "../../protocol/version.ts";
import type { Identity } from "../access.ts";
import type { Connection } from "../connections.ts";
import type { Gateway } from "../gateway.ts";
import type { DoorOptions } from "./http/options.ts";
import { createOutbox, HIGH_WATER_BYTES } from "./outbox.ts";

/** WebSocket close codes. */
const GOING_AWAY = 1001;
export const POLICY_VIOLATION = 1008;
export const INTERNAL_ERROR = 1011;
export const TRY_AGAIN_LATER = 1013;

export interface SocketData {
  identity: Identity;
  client?: Client;
  /** What speaks over it; left out, it is a client that attaches and asks. */
  start?: (socket: Socket) => Client;
}

export type Socket = ServerWebSocket<SocketData>;

export interface Client {
  /** `refused` where it is too much: then nothing is done with it. */
  receive(text: string, refused: ErrorBody | undefined): void;
  flush(): void;
  /** Answers what was asked, then says goodbye. */
  end(): Promise<void>;
  close(): void;
  /** Aborted by `close`. */
  closed: AbortSignal;
}

export interface WebSockets {
  handler: WebSocketHandler<SocketData>;
  /** Takes no more requests, lets running answers out, closes. */
  end(deadline: Promise<void>): Promise<void>;
}

export function createWebSockets(
  gateway: Gateway,
  {
    attachTimeoutMs = ATTACH_TIMEOUT_MS,
    admit,
  }: Pick<DoorOptions, "attachTimeoutMs" | "admit"> = {},
): WebSockets {
  const clients = new Map<Socket, Client>();
  return {
    handler: {
      maxPayloadLength: MAX_FRAME_BYTES,
      // One frame beyond the high water must fit, or Bun would drop it without a word. An event may
      // be somewhat larger than its payload in the journal, because text in text is escaped twice.
      backpressureLimit: 4 * MAX_FRAME_BYTES + HIGH_WATER_BYTES,
      closeOnBackpressureLimit: true,
      idleTimeout: 120,
      sendPings: true,
      open(socket) {
        const client = socket.data.start?.(socket) ?? startClient(socket, gateway, attachTimeoutMs);
        socket.data.client = client;
        clients.set(socket, client);
        const { ended } = socket.data.identity;
        ended.addEventListener("abort", () => socket.close(POLICY_VIOLATION, "no longer let in"), {
          signal: client.closed,
        });
      },
      message(socket, message) {
        const { identity, client } = socket.data;
        if (typeof message === "string") client?.receive(message, admit?.(identity));
        else socket.close(POLICY_VIOLATION, "frames are JSON text");
      },
      drain: (socket) => socket.data.client?.flush(),
      close(socket) {
        clients.delete(socket);
        socket.data.client?.close();
      },
    },
    async end(deadline) {
      await Promise.race([
        Promise.all([...clients.values()].map((client) => client.end())),
        deadline,
      ]);
      for (const socket of clients.keys()) socket.close(GOING_AWAY, "the daemon stops");
    },
  };
}

function startClient(socket: Socket, gateway: Gateway, attachTimeoutMs: number): Client {
  let connection: Connection | undefined;
  let isEnding = false;
  const inFlight = new Set<Promise<void>>();
  const closing = new AbortController();
  const outbox = createOutbox({ socket, broke });
  const attachTimer = setTimeout(
    () => socket.close(POLICY_VIOLATION, "no attach in time"),
    attachTimeoutMs,
  );

  function broke(thrown: unknown): void {
    gateway.log.error("events could not be read", { reason: messageOf(thrown) });
    refuse(thrown, INTERNAL_ERROR);
  }

  function reply(frame: { id: string | number | null; type: string; payload: unknown }): void {
    if (outbox.reply(encodeReply(frame))) return;
    socket.close(TRY_AGAIN_LATER, "too many replies that are not read");
  }

  function replyError(thrown: unknown, text = ""): void {
    reply({ id: idIn(text), type: "Error", payload: toErrorBody(thrown) });
  }

  function refuse(thrown: unknown, code = POLICY_VIOLATION): void {
    replyError(thrown);
    socket.close(code, toErrorBody(thrown).code);
  }

  function attach(text: string): void {
    try {
      const asked = readAttach(parseJson(text));
      const { identity } = socket.data;
      connection = gateway.connections.open(asked, { identity, ring: outbox.ring });
      outbox.follow(connection.pull);
      outbox.reply(JSON.stringify(connection.hello));
      clearTimeout(attachTimer);
    } catch (thrown) {
      refuse(thrown);
    }
  }

  async function request(text: string, { caller }: Connection, refused?: ErrorBody): Promise<void> {
    let isHeld = false;
    try {
      const { id, type, payload } = readRequest(parseJson(text));
      if (refused) return reply({ id, type: "Error", payload: refused });
      isHeld = type === "Subscribe";
      if (isHeld) outbox.hold();
      const answer = await gateway.handle({ type, payload }, caller);
      reply({ id, type: answer.type, payload: answer.payload });
    } catch (thrown) {
      replyError(thrown, text);
    } finally {
      if (isHeld) outbox.release();
    }
  }

  return {
    receive(text, refused) {
      if (!connection) return attach(text);
      if (isEnding) return replyError(new JameyError("unavailable", STOPPING), text);
      if (inFlight.size + outbox.count() >= MAX_REQUESTS_IN_FLIGHT) {
        return socket.close(TRY_AGAIN_LATER, "too many requests without reading their replies");
      }
      const answering = request(text, connection, refused).finally(() =>
        inFlight.delete(answering),
      );
      inFlight.add(answering);
    },
    flush: outbox.flush,
    async end() {
      isEnding = true;
      await Promise.all(inFlight);
    },
    closed: closing.signal,
    close() {
      closing.abort();
      clearTimeout(attachTimer);
      outbox.close();
      connection?.close();
    },
  };
}

export function readAttach(frame: unknown) {
  const given = readGiven({ id: "The first frame must be an attach", asks: attachSchema }, frame);
  const asked = given.protocol_version;
  if (asked === PROTOCOL_VERSION) return given;
  const both = `This daemon speaks protocol version ${PROTOCOL_VERSION}, the client ${asked}`;
  const advice =
    asked < PROTOCOL_VERSION
      ? "update the client"
      : "where the daemon runs, with the newer jamey: jamey daemon restart";
  const message = `${both}: ${advice}.`;
  const details = { daemon: PROTOCOL_VERSION, client: asked };
  throw new JameyError("version_mismatch", message, { details });
}

function readRequest(frame: unknown) {
  const result = requestSchema.safeParse(frame);
  if (result.success) return result.data;
  throw new JameyError("invalid_request", "A frame needs id, type and payload.");
}

/**
 * The id of a frame that nobody reads, where it begins with one as those of our clients do: who asked learns what
 * is wrong with this request and goes on with the others.
 */
function idIn(text: string): string | number | null {
  const [, number, name] = BEGINS_WITH_ID.exec(text) ?? [];
  return number === undefined ? (name ?? null) : Number(number);
}

const BEGINS_WITH_ID = /^\{"id":(?:(\d{1,15})|"([^"\\]{1,128})"),/;
const STOPPING = "The daemon is stopping.";

/** A reply that no client could take becomes the error that says so. */
function encodeReply(frame: {
  id: string | number | null;
  type: string;
  payload: unknown;
}): string {
  const text = JSON.stringify(frame);
  if (text.length * 3 <= MAX_FRAME_BYTES || bytesOf(text, MAX_FRAME_BYTES) <= MAX_FRAME_BYTES) {
    return text;
  }
  const message = `The ${frame.type} is larger than ${MAX_FRAME_BYTES} bytes: follow the events instead.`;
  const payload = toErrorBody(new JameyError("too_large", message));
  return JSON.stringify({ id: frame.id, type: "Error", payload });
}
