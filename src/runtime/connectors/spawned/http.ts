// The HTTP server that an object opened: who may speak to it at all, and which action it is.
// Without a key: whoever reaches the port may ask, so it answers to its own names only, and to no other page of a
// browser. Cookies and other headers never reach the object.
import { JameyError, messageOf } from "../../../protocol/errors.ts";
import type { OpenServer, SpawnedAnswer, SpawnedDoor } from "../../spawned-port.ts";
import { watchDescriptors } from "../descriptors.ts";
import { IDLE_SECONDS } from "../http/options.ts";
import { createHostRule } from "../origin.ts";
import { BODY_TIMEOUT_MS, createBodies } from "./body.ts";
import { refused, responseOf } from "./response.ts";
import { routeOf } from "./router.ts";

/** What is being answered gets this long when the server is closed. Milliseconds. */
const STOP_TIMEOUT_MS = 1_000;

/** Answers that leave something of their request unread. */
const UNREAD = [403, 408, 413];

export function openSpawnedHttp(
  door: SpawnedDoor,
  { bodyTimeoutMs = BODY_TIMEOUT_MS } = {},
): OpenServer {
  const readBody = createBodies(bodyTimeoutMs);
  const nameNow = createName(door);
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<SpawnedAnswer>();

  async function answered(request: Request, server: Bun.Server<undefined>): Promise<SpawnedAnswer> {
    // First: with a host that is no name the address does not even parse.
    if (nameNow().hostRule(request) || isForeignPage(request))
      return refused(403, "Not for this page or name.");
    const { pathname, search } = new URL(request.url);
    const { method } = request;
    const routed = routeOf(door.routes(), { method, pathname });
    if (routed.type === "nothing") return refused(404, `There is nothing at ${pathname}.`);
    if (routed.type === "method") {
      return { ...refused(405, `Use ${routed.allow}.`), allow: routed.allow };
    }
    const body = await readBody(request);
    if (typeof body !== "string") return body;
    // The body had to come in time; the answer may take as long as a turn does.
    server.timeout(request, 0);
    const signal = AbortSignal.any([request.signal, stopping.signal]);
    const said = { method, path: pathname, query: search.slice(1), body, action: routed.action };
    // Who waits at the end is told so, whatever still runs.
    return await Promise.race([door.answer(said, signal), stopped.promise]);
  }

  async function answerTo(request: Request, self: Bun.Server<undefined>): Promise<Response> {
    const answer = await answered(request, self);
    door.answered(answer.status);
    self.timeout(request, IDLE_SECONDS);
    const isOwnHost = request.headers.get("host")?.toLowerCase() === nameNow().ownHost;
    const response = responseOf(answer, { isOwnHost });
    // Nothing of a body that is refused is read.
    if (UNREAD.includes(answer.status)) response.headers.set("connection", "close");
    return response;
  }

  let server = listen(door, answerTo);
  let isClosed = false;
  /** Strangers took every descriptor: what is open here is closed, so that all others find room. */
  function clear(): void {
    void server.stop(true);
    try {
      if (!isClosed) server = listen(door, answerTo);
    } catch (thrown) {
      isClosed = true;
      descriptors.stop();
      door.lost(messageOf(thrown));
    }
  }
  const descriptors = watchDescriptors(clear);
  return {
    async stop() {
      isClosed = true;
      descriptors.stop();
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, STOP_TIMEOUT_MS);
      await Promise.race([server.stop(), late.promise]);
      clearTimeout(timer);
      stopped.resolve(refused(503, "This server is being closed."));
      stopping.abort();
      await server.stop(true);
    },
  };
}

/** The names it answers to: with its object's they change. */
function createName({ label, host: hostname, port }: SpawnedDoor) {
  const named = (own: string) => {
    const ownHost = `${own}.localhost:${port}`;
    const rule = { hostname, port, isTls: false, allowedHosts: [ownHost] };
    return { own, ownHost, hostRule: createHostRule(rule) };
  };
  let last = named(label());
  return () => {
    const own = label();
    if (own !== last.own) last = named(own);
    return last;
  };
}

function listen(
  { host, port }: SpawnedDoor,
  fetch: (request: Request, server: Bun.Server<undefined>) => Promise<Response>,
): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      fetch,
      // What nobody foresaw, a body that breaks off too: no word of ours goes to a stranger.
      error: () => new Response("This request failed.\n", { status: 500 }),
      idleTimeout: IDLE_SECONDS,
      development: false,
      // The port is this server's alone: two that share one take each other's requests.
      reusePort: false,
      // More than is read, so that it is we who say what is wrong.
      maxRequestBodySize: 2 ** 40,
    });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    const known = {
      EADDRINUSE: `Port ${port} already in use`,
      EACCES: `Port ${port} is not for ordinary users: choose one above 1023`,
    };
    const message =
      code === "EADDRINUSE" || code === "EACCES"
        ? known[code]
        : `Cannot listen on ${host}, port ${port}: ${messageOf(cause)}`;
    throw new JameyError("conflict", message, { cause, details: { port } });
  }
}

/** A page of somebody else may link here, and nothing more. */
function isForeignPage({ headers, method }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return false;
  return !(method === "GET" && headers.get("sec-fetch-mode") === "navigate");
}
