// The places of the API that are no command: health, the OpenAPI document, the stream of events, and the
// two kinds of WebSocket.
import { JameyError } from "../../../protocol/errors.ts";
import type { Gateway } from "../../gateway.ts";
import { startSessionSocket } from "../session-socket.ts";
import type { SocketData } from "../websocket.ts";
import { type Asking, requireScopes } from "./calls.ts";
import { openEventStream } from "./events.ts";
import { describeApi } from "./openapi.ts";
import type { DoorOptions } from "./options.ts";
import { jsonResponse, textResponse } from "./responses.ts";
import type { OtherKind } from "./routes.ts";

/** Sockets open at once, attached or not yet. */
const MAX_SOCKETS = 4_000;
/** Streams of events at once, beside the plain requests. */
const MAX_EVENT_STREAMS = 500;

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
}

export function createOthers(gateway: Gateway, options: DoorOptions): Others {
  const { hasWebSocket = true, maxSockets = MAX_SOCKETS } = options;
  const events = createStreams(options);
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
    streams: events.count,
    table: {
      health: () => textResponse("OK"),
      openapi() {
        description ??= describeApi({ hasWebSocket });
        return jsonResponse(description);
      },
      events: events.open,
      socket: (visit) => upgrade(visit),
      async session_socket(visit) {
        const session_id = await requireSession(visit);
        return upgrade(visit, (socket) => startSessionSocket(socket, gateway, session_id));
      },
    },
  };
}

function createStreams({ heartbeatMs, maxEventStreams = MAX_EVENT_STREAMS }: DoorOptions) {
  const open = new Set<object>();
  return {
    count: () => open.size,
    async open({ request, asking }: Visit): Promise<Response> {
      if (open.size >= maxEventStreams) {
        const message = `${maxEventStreams} streams of events are open already: close one first.`;
        throw new JameyError("overloaded", message);
      }
      open.add(request);
      const ended = () => void open.delete(request);
      const timing = heartbeatMs === undefined ? {} : { heartbeatMs };
      try {
        const response = await openEventStream(request, { ...asking, ...timing, ended });
        if (response.body === null) ended();
        return response;
      } catch (thrown) {
        ended();
        throw thrown;
      }
    },
  };
}

/** The session that is asked for, which is there and may be looked at. */
async function requireSession({ fields, asking, pathname }: Visit): Promise<string> {
  const { session_id = "" } = fields;
  const { gateway, identity, signal } = asking;
  requireScopes(identity, ["GetSession", "Subscribe"]);
  const caller = gateway.connections.passing({ identity, signal });
  const answer = await gateway.handle({ type: "GetSession", payload: { session_id } }, caller);
  if (answer.ok) return session_id;
  const { code, message, details } = answer.payload;
  if (code !== "invalid_request") throw new JameyError(code, message, { details });
  throw new JameyError("not_found", `There is nothing at ${pathname}.`, { details });
}
