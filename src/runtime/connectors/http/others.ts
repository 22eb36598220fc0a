// The places of the API that are no command: health, the OpenAPI document, the stream of events, and the
// two kinds of WebSocket.
import { JameyError } from "../../../protocol/errors.ts";
import { MAX_CONNECTIONS } from "../../../protocol/limits.ts";
import type { Gateway } from "../../gateway.ts";
import { askAs } from "../asking.ts";
import { createMcpHttp } from "../mcp/http.ts";
import { startMcpSocket } from "../mcp/socket.ts";
import { startSessionSocket } from "../session-socket.ts";
import type { SocketData } from "../websocket.ts";
import { type Asking, requireScopes } from "./calls.ts";
import { openEventStream } from "./events.ts";
import { answerMetrics, createHttpCounts, type HttpCounts } from "./metrics.ts";
import { createOpenAi } from "./openai/index.ts";
import { describeApi } from "./openapi/index.ts";
import type { DoorOptions } from "./options.ts";
import { healthResponse, jsonResponse } from "./responses.ts";
import type { OtherKind } from "./routes.ts";

/** Streams of events at once, beside the plain requests. */
const MAX_EVENT_STREAMS = 500;
/** Of these under one key, so that one program leaves room for the others. */
export const MAX_KEY_EVENT_STREAMS = 64;

export interface Visit {
  request: Request;
  server: Bun.Server<SocketData>;
  pathname: string;
  fields: Record<string, string>;
  asking: Asking;
}

type Answered = Response | undefined;

export interface Others {
  /** undefined: the request became a WebSocket. */
  table: Record<OtherKind, (visit: Visit) => Promise<Answered> | Answered>;
  /** Streams of events that are open. */
  streams(): number;
  /** What lasts longer than a request ends. */
  end(): void;
}

export function createOthers(
  gateway: Gateway,
  options: DoorOptions,
  counts: HttpCounts = createHttpCounts(),
): Others {
  const { hasWebSocket = true, maxSockets = MAX_CONNECTIONS } = options;
  const events = createStreams(options);
  const mcp = createMcpHttp(gateway, { ...gateway.mcp, ...options.mcp }, options.admit);
  const openai = createOpenAi(options);
  let description: object | undefined;

  function upgrade(visit: Visit, start?: SocketData["start"]): undefined {
    const { request, server, asking } = visit;
    if (server.pendingWebSockets >= maxSockets) {
      const message = `${maxSockets} clients are connected already: close one first.`;
      throw new JameyError("overloaded", message);
    }
    const data = { identity: asking.identity, ...(start ? { start } : {}) };
    if (server.upgrade(request, { data })) return undefined;
    const message = `${visit.pathname} is a WebSocket: ask for an upgrade.`;
    throw new JameyError("invalid_request", message);
  }

  return {
    streams: () => events.count() + mcp.streams(),
    end: mcp.end,
    table: {
      health: healthResponse,
      openapi() {
        description ??= describeApi({ hasWebSocket });
        return jsonResponse(description);
      },
      events: events.open,
      socket: (visit) => upgrade(visit),
      metrics: ({ asking }) => answerMetrics(asking, counts),
      openai_models: openai.models,
      openai_chat: openai.chat,
      openai_responses: openai.responses,
      mcp: mcp.fetch,
      mcp_socket: (visit) => upgrade(visit, (socket) => startMcpSocket(socket, gateway, mcp.parts)),
      async session_socket(visit) {
        const session_id = await requireSession(visit);
        return upgrade(visit, (socket) => startSessionSocket(socket, gateway, session_id));
      },
    },
  };
}

function createStreams({ heartbeatMs, maxEventStreams = MAX_EVENT_STREAMS }: DoorOptions) {
  /** Under which key each is. */
  const open = new Map<object, string>();
  const turn = createTurns();

  function requireRoom({ id, name }: Asking["identity"]): void {
    const own = [...open.values()].filter((one) => one === id).length;
    const isFull = id !== "local" && own >= MAX_KEY_EVENT_STREAMS;
    if (open.size < maxEventStreams && !isFull) return;
    const whose = isFull ? ` under the key '${name}'` : "";
    const message = `${isFull ? own : maxEventStreams} streams of events are open already${whose}: close one first.`;
    throw new JameyError("overloaded", message);
  }

  return {
    count: () => open.size,
    async open({ request, asking }: Visit): Promise<Response> {
      requireRoom(asking.identity);
      open.set(request, asking.identity.id);
      const ended = () => {
        open.delete(request);
        asking.answerEnds();
      };
      const timing = heartbeatMs === undefined ? {} : { heartbeatMs };
      try {
        const response = await openEventStream(request, { ...asking, ...timing, turn, ended });
        if (response.body === null) ended();
        return response;
      } catch (thrown) {
        ended();
        throw thrown;
      }
    },
  };
}

/** Waits for one's turn: between two of them everybody else is served, for one may read megabytes. */
function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => void setImmediate(resolve)));
    return last;
  };
}

/** The session that is asked for, which is there and may be looked at. */
async function requireSession({ fields, asking, pathname }: Visit): Promise<string> {
  const { session_id = "" } = fields;
  const { gateway, identity, signal } = asking;
  requireScopes(identity, ["GetSession", "Subscribe"]);
  const ask = askAs(gateway, gateway.connections.passing({ identity, signal }));
  try {
    await ask("GetSession", { session_id, messages: "none" });
    return session_id;
  } catch (thrown) {
    if (!(thrown instanceof JameyError) || thrown.code !== "invalid_request") throw thrown;
    const message = `There is nothing at ${pathname}.`;
    throw new JameyError("not_found", message, { cause: thrown, details: thrown.details });
  }
}
