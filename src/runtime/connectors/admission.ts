// What happens to a request over TCP before and after it is answered: the Host, the Origin, the key, the
// rate; only then the door, and a line in the log. What is refused is closed, its body unread.
// Open to all are `/health` and the files of the static folder, which the human has put there to be seen.
// Rules: 1. An address authenticates nobody, and what a proxy says of one counts for nothing.
//        2. The right key is let in, however many wrong ones come.
import { type ErrorBody, errorCodes } from "../../protocol/errors.ts";
import type { Identity } from "../access.ts";
import type { Gateway } from "../gateway.ts";
import { type AccessLog, createAccessLog } from "./access-log.ts";
import type { Door } from "./http/door.ts";
import { canonicalAddress, createLimiter, type LimiterOptions } from "./limiter.ts";
import type { HostRule } from "./origin.ts";
import type { SocketData } from "./websocket.ts";

/** Requests of one key; more is answered 429. */
const REQUESTS: LimiterOptions = { perSecond: 500, burst: 2_000 };
/** Wrong keys from one address; more is answered 429. */
const FAILURES: LimiterOptions = { perSecond: 1, burst: 20 };
/** Files of the static folder to one address that shows no key; more is answered 429. */
const PAGES: LimiterOptions = { perSecond: 200, burst: 1_000 };
/** How soon who was let in and is no longer loses what is open. Looked at only while something is. */
const REFRESH_MS = 250;

export interface Rates {
  requests?: LimiterOptions;
  failures?: LimiterOptions;
}

export type Answer = (
  request: Request,
  server: Bun.Server<SocketData>,
) => Promise<Response | undefined>;

/** Host, Origin, key, rate, door; and a line in the log. */
export function createAnswer(options: {
  gateway: Gateway;
  door: Door;
  rates: Rates;
  hostRule: HostRule;
}): Answer {
  const { gateway, door, rates, hostRule } = options;
  const failures = createLimiter(rates.failures ?? FAILURES);
  const requests = createLimiter(rates.requests ?? REQUESTS);
  const pages = createLimiter(PAGES);
  const accessLog = createAccessLog(gateway.log);

  function letIn(request: Request, server: Bun.Server<SocketData>): Identity | ErrorBody {
    const secret = secretOf(request.headers);
    const identity = secret === undefined ? undefined : gateway.access.identify(secret);
    if (identity) return requests.take(identity.id) ? identity : tooFast(identity.name);
    const address = canonicalAddress(server.requestIP(request)?.address ?? "");
    if (secret !== undefined && !failures.take(address)) return tooManyFailures;
    return secret === undefined ? noKey : wrongKey;
  }

  return async (request, server) => {
    const startedMs = performance.now();
    const refuse = (error: ErrorBody) => {
      const { status } = errorCodes[error.code];
      accessLog({ request, status, startedMs, identity: undefined, bytes: undefined });
      return refusal(error);
    };
    const foreign = hostRule(request);
    if (foreign) return refuse(foreign);
    if (isHealth(request)) return new Response("OK", { headers: plainHeaders });
    const page = secretOf(request.headers) === undefined && door.file(request);
    if (page) {
      const address = canonicalAddress(server.requestIP(request)?.address ?? "");
      if (!pages.take(address)) return refuse(tooManyPages);
      accessLog({ request, status: page.status, startedMs, identity: undefined, bytes: undefined });
      return page;
    }
    const found = letIn(request, server);
    if ("code" in found) return refuse(found);
    const response = await whileLetIn(found, door.fetch(request, server, found));
    return await logged(response, { request, startedMs, identity: found.name }, accessLog);
  };
}

/** An answer that takes long is not waited for by who has been sent away meanwhile. */
async function whileLetIn(
  { ended }: Identity,
  answering: Promise<Response | undefined>,
): Promise<Response | undefined> {
  const sentAway = Promise.withResolvers<Response>();
  const sendAway = () => sentAway.resolve(refusal(wrongKey));
  ended.addEventListener("abort", sendAway);
  try {
    return await Promise.race([answering, sentAway.promise]);
  } finally {
    ended.removeEventListener("abort", sendAway);
  }
}

/** All that is answered to nobody in particular: whether somebody is there. */
const isHealth = ({ method, url }: Request): boolean =>
  method === "GET" && /^https?:\/\/[^/]+\/health(\?|$)/.test(url);

/** `Authorization: Bearer` or `x-api-key`; both only if they say the same. */
function secretOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  const bearer = authorization === null ? undefined : /^Bearer +(\S+)$/i.exec(authorization);
  const given = [
    ...(authorization === null ? [] : [bearer?.[1] ?? ""]),
    ...(headers.has("x-api-key") ? [headers.get("x-api-key") ?? ""] : []),
  ];
  const [first, second = first] = given;
  return first === second ? first : "";
}

const plainHeaders = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

const noKey: ErrorBody = {
  code: "unauthorized",
  message:
    "A key is needed: 'Authorization: Bearer KEY'. Make one with 'jamey keys create NAME' where the daemon runs.",
  details: {},
};
const wrongKey: ErrorBody = {
  code: "unauthorized",
  message:
    "This key is not known here, is revoked or has expired. See 'jamey keys list' where the daemon runs.",
  details: {},
};
const tooManyFailures: ErrorBody = {
  code: "overloaded",
  message: "Too many wrong keys from this address: try again later.",
  details: {},
};
const tooManyPages: ErrorBody = {
  code: "overloaded",
  message: `Too many files at once: at most ${PAGES.perSecond} a second.`,
  details: {},
};
const tooFast = (name: string): ErrorBody => ({
  code: "overloaded",
  message: `Too many requests with the key '${name}': at most ${REQUESTS.perSecond} a second.`,
  details: {},
});

/** The connection goes with it, so that nothing of a body is read. */
function refusal(error: ErrorBody): Response {
  const { status } = errorCodes[error.code];
  const headers = new Headers({ connection: "close", ...plainHeaders });
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="jamey"');
  if (status === 429) headers.set("retry-after", "1");
  return Response.json({ error }, { status, headers });
}

/** undefined became a WebSocket. The size is told where the whole answer is here already. */
async function logged(
  response: Response | undefined,
  about: { request: Request; startedMs: number; identity: string },
  accessLog: AccessLog,
): Promise<Response | undefined> {
  if (!response) {
    accessLog({ ...about, status: 101, bytes: undefined });
    return undefined;
  }
  const { status, headers } = response;
  if (!headers.get("content-type")?.startsWith("application/json") || !response.body) {
    accessLog({ ...about, status, bytes: undefined });
    return response;
  }
  const body = await response.blob();
  accessLog({ ...about, status, bytes: body.size });
  return new Response(body, { status, headers });
}

/** Looks whether everybody who is here is still let in, for as long as somebody is. */
export function createWatch(gateway: Gateway) {
  let timer: Timer | undefined;
  const end = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    begin(server: Bun.Server<SocketData>) {
      timer ??= setInterval(() => {
        gateway.access.refresh();
        if (server.pendingRequests + server.pendingWebSockets === 0) end();
      }, REFRESH_MS);
    },
    end,
  };
}
