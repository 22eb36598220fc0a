// What a listener does with a request once it knows who asks: the routes, the places that are no command,
// then the static folder. The unix socket and TCP share it; what lets somebody in is each listener's own
// business.
import { JameyError, toErrorBody } from "../../../protocol/errors.ts";
import type { Identity } from "../../access.ts";
import type { Gateway } from "../../gateway.ts";
import { createWebSockets, type SocketData, type WebSockets } from "../websocket.ts";
import { createPlay, type Play } from "./calls.ts";
import { isEventStream } from "./events.ts";
import { createMatcher, type Match } from "./match.ts";
import { createHttpCounts } from "./metrics.ts";
import { type DoorOptions, IDLE_SECONDS } from "./options.ts";
import { createOthers, type Others, type Visit } from "./others.ts";
import { refusal } from "./refusals.ts";
import { errorResponse } from "./responses.ts";
import type { Method } from "./route.ts";
import {
  CALL_PATH,
  followingCommands,
  methodsOf,
  type OtherKind,
  otherPaths,
  routes,
} from "./routes.ts";
import { createStaticFiles, type StaticFiles } from "./static-files.ts";

/** Who was told that the daemon stops gets this long to say so; whoever does not listen is left. */
const FAREWELL_MS = 500;
/** Requests of plain HTTP at once; one that waits for a turn is one of them. */
const MAX_HTTP_REQUESTS = 1_000;

/** Places that are no command and yet answer one request, as a command does. */
const PASSING_KINDS: readonly OtherKind[] = ["mcp", "openai_chat", "openai_responses"];

export type { DoorOptions } from "./options.ts";

export interface Door {
  /** undefined: the request became a WebSocket. */
  fetch(
    request: Request,
    server: Bun.Server<SocketData>,
    identity: Identity,
  ): Promise<Response | undefined>;
  /** What is there for everybody; undefined: no folder was given. */
  files: StaticFiles | undefined;
  websocket: WebSockets["handler"];
  /** Takes no more requests, lets running answers out, ends streams and WebSockets. */
  end(deadline: Promise<void>): Promise<void>;
}

type Row = { method: Method; play: Play } | { method: Method; kind: OtherKind };

export function createDoor(gateway: Gateway, options: DoorOptions = {}): Door {
  const webSockets = createWebSockets(gateway, options);
  const files = options.staticDir === undefined ? undefined : createStaticFiles(options.staticDir);
  const counts = createHttpCounts();
  const others = createOthers(gateway, options, counts);
  const answer = createAnswer({ gateway, options, files, others });
  const { idleSeconds = IDLE_SECONDS } = options;
  const stopping = new AbortController();
  const answering = new Set<Promise<unknown>>();
  let isEnding = false;

  async function answered(visit: Visit): Promise<Response | undefined> {
    try {
      if (isEnding) throw new JameyError("unavailable", "The daemon is stopping.");
      return await answer(visit);
    } catch (thrown) {
      const error = toErrorBody(stopping.signal.aborted ? stopped(thrown) : thrown);
      return refusal(error, visit.request);
    }
  }

  return {
    async fetch(request, server, identity) {
      const signal = AbortSignal.any([request.signal, stopping.signal, identity.ended]);
      // The body has to come in time; the answer may take as long as a turn does; the next request has to
      // come in time again.
      const received = () => server.timeout(request, 0);
      const answerEnds = () => server.timeout(request, idleSeconds);
      const { pathname } = new URL(request.url);
      const asking = { gateway, identity, signal, received, answerEnds };
      const running = answered({ request, server, pathname, fields: {}, asking });
      answering.add(running);
      const response = await running.finally(() => answering.delete(running));
      if (response && !isEventStream(response)) answerEnds();
      if (response) counts.count(response.status);
      return response;
    },
    files,
    websocket: webSockets.handler,
    async end(deadline) {
      isEnding = true;
      await webSockets.end(deadline);
      await Promise.race([Promise.allSettled(answering), deadline]);
      // What still waits for a turn is told so; the streams of events end.
      stopping.abort();
      others.end();
      await withinMs(FAREWELL_MS, Promise.allSettled(answering));
      await new Promise(setImmediate);
    },
  };
}

async function withinMs(ms: number, ending: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([ending, late.promise]);
  clearTimeout(timer);
}

function createAnswer({
  gateway,
  options,
  files,
  others,
}: {
  gateway: Gateway;
  options: DoorOptions;
  files: StaticFiles | undefined;
  others: Others;
}) {
  const { hasWebSocket = true, maxHttpRequests = MAX_HTTP_REQUESTS } = options;
  const match = createMatcher(rowsOf(hasWebSocket));

  /** Where no route is: a command that there is not, a file, or nothing. */
  async function elsewhere({ request, pathname, asking }: Visit): Promise<Response> {
    if (request.method === "POST" && pathname.startsWith(CALL_PATH)) {
      const type = pathname.slice(CALL_PATH.length);
      if (followingCommands.some((name) => name === type)) {
        const message = `${type} needs a connection that events can travel over: use GET /api/events, or the WebSocket /ws.`;
        throw new JameyError("not_found", message);
      }
      const caller = gateway.connections.passing(asking);
      const refused = await gateway.handle({ type, payload: undefined }, caller);
      if (!refused.ok) return errorResponse(refused.payload);
    }
    const file = files?.read(request.method, pathname);
    if (file) return file;
    throw new JameyError("not_found", `There is nothing at ${pathname}.`);
  }

  return async (visit: Visit): Promise<Response | undefined> => {
    const { request, server, pathname } = visit;
    const found = match(pathname);
    if (!found) return await elsewhere(visit);
    const row = rowOf(found, request);
    const isStaying = "kind" in row && !PASSING_KINDS.includes(row.kind);
    if (!isStaying && server.pendingRequests - others.streams() > maxHttpRequests) {
      const message = `${maxHttpRequests} requests are being answered already: try again later.`;
      throw new JameyError("overloaded", message);
    }
    if ("kind" in row) return await others.table[row.kind]({ ...visit, fields: found.fields });
    return await row.play(request, found.fields, visit.asking);
  };
}

/** Every place that is answered here, with each of its methods: the router is made of these and of no others. */
export function rowsOf(hasWebSocket: boolean): { path: string; row: Row }[] {
  const played = routes.map((route) => ({
    path: route.path,
    row: { method: route.method, play: createPlay(route) },
  }));
  const others = Object.entries(otherPaths)
    .filter(([, kind]) => hasWebSocket || !kind.endsWith("socket"))
    .flatMap(([path, kind]) => methodsOf(kind).map((method) => ({ path, row: { method, kind } })));
  return [...others, ...played];
}

/** HEAD is GET without the body, which the server leaves out by itself. */
function rowOf({ rows }: Match<Row>, request: Request): Row {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = rows.find((row) => row.method === method);
  if (found) return found;
  const methods = rows.flatMap((row) => (row.method === "GET" ? ["GET", "HEAD"] : [row.method]));
  const allow = methods.join(", ");
  const message = `${request.method} is not allowed here; use ${allow}.`;
  throw new JameyError("method_not_allowed", message, { details: { allow } });
}

/** A caller that the daemon's end took away is told what happened instead. */
function stopped(thrown: unknown): unknown {
  if (!(thrown instanceof JameyError) || thrown.code !== "cancelled") return thrown;
  const message = "The daemon is stopping; a running turn goes on at its next start.";
  return new JameyError("unavailable", message, { details: thrown.details });
}
