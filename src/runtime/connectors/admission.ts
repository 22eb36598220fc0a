// What happens to a request over TCP before and after it is answered: the Host, the Origin, the key, the
// rate; only then the door, and a line in the log. What is refused is closed, its body unread.
// Open to all are `/health` and the files of the static folder, which the human has put there to be seen.
// Rules: 1. An address authenticates nobody, and what a proxy says of one counts for nothing.
//        2. The right key is let in, however many wrong ones come.
import { type ErrorBody, errorCodes } from "../../protocol/errors.ts";
import type { Identity } from "../access.ts";
import type { Gateway } from "../gateway.ts";
import { createAccessLog } from "./access-log.ts";
import type { Door } from "./http/door.ts";
import type { Admit } from "./http/options.ts";
import { refusal } from "./http/refusals.ts";
import { healthResponse } from "./http/responses.ts";
import { createSignedHooks, type HookSecrets } from "./http/signed-hooks.ts";
import { canonicalAddress, createLimiter, type LimiterOptions } from "./limiter.ts";
import type { HostRule } from "./origin.ts";
import type { SocketData } from "./websocket.ts";

/** Requests of one key, over WebSockets too; more is answered 429, or an error frame. */
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
  pages?: LimiterOptions;
}

export type Answer = (
  request: Request,
  server: Bun.Server<SocketData>,
) => Promise<Response | undefined>;

/** One rate for each key, whether it asks over plain HTTP or over WebSockets. */
export function createAdmit(options: LimiterOptions = REQUESTS): Admit {
  const requests = createLimiter(options);
  return ({ id, name }) => (requests.take(id) ? undefined : tooFast(name, options.perSecond));
}

/** Host, Origin, key, rate, door; and a line in the log. */
export function createAnswer(options: {
  gateway: Gateway;
  door: Door;
  admit: Admit;
  rates: Rates;
  hostRule: HostRule;
  /** Of programs that sign their webhooks; left out, there are none. */
  hookSecrets?: HookSecrets | undefined;
}): Answer {
  const { gateway, door, admit, rates, hostRule } = options;
  const hooks = createSignedHooks(gateway, options.hookSecrets ?? (() => undefined));
  const failures = createLimiter(rates.failures ?? FAILURES);
  const pages = createLimiter(rates.pages ?? PAGES);
  const accessLog = createAccessLog(gateway.log);

  function letIn(request: Request, server: Bun.Server<SocketData>): Identity | ErrorBody {
    const secret = secretOf(request.headers);
    const identity = secret === undefined ? undefined : gateway.access.identify(secret);
    if (identity) return admit(identity) ?? identity;
    if (secret !== undefined && !failures.take(addressOf(request, server))) return tooManyFailures;
    return secret === undefined ? noKey : wrongKey;
  }

  /** The page that is there for everybody; undefined: it is for who has a key. */
  function pageFor(
    request: Request,
    server: Bun.Server<SocketData>,
  ): Response | ErrorBody | undefined {
    const { method, url, headers } = request;
    if (!door.files || secretOf(headers) !== undefined || !isLooking(method)) return undefined;
    const { pathname } = new URL(url);
    if (!door.files.mayHave(pathname)) return undefined;
    // Also what is not there has to be looked for.
    if (!pages.take(addressOf(request, server))) return tooManyPages;
    return door.files.read(method, pathname);
  }

  return async (request, server) => {
    const about = { request, startedMs: performance.now() };
    const refuse = (error: ErrorBody) => {
      accessLog({ ...about, status: errorCodes[error.code].status, identity: undefined });
      const isWrongKey = secretOf(request.headers) !== undefined;
      return refusal(error, { url: request.url, closes: true, isWrongKey });
    };
    const foreign = hostRule(request);
    if (foreign) return refuse(foreign);
    if (isHealth(request)) return healthResponse();
    const page = pageFor(request, server);
    if (page instanceof Response) {
      accessLog({ ...about, status: page.status, identity: undefined });
      return page;
    }
    const mayFail = () => failures.take(addressOf(request, server));
    const hook =
      secretOf(request.headers) === undefined ? await hooks(request, mayFail) : undefined;
    if (hook) {
      accessLog({ ...about, status: hook.status, identity: undefined });
      return hook;
    }
    const found = page ?? letIn(request, server);
    if ("code" in found) return refuse(found);
    const response = await whileLetIn(found, request.url, door.fetch(request, server, found));
    // What has no response became a WebSocket.
    accessLog({ ...about, status: response?.status ?? 101, identity: found.name });
    return response;
  };
}

const addressOf = (request: Request, server: Bun.Server<SocketData>): string =>
  canonicalAddress(server.requestIP(request)?.address ?? "");

const isLooking = (method: string): boolean => method === "GET" || method === "HEAD";

/** An answer that takes long is not waited for by who has been sent away meanwhile. */
async function whileLetIn(
  { ended }: Identity,
  url: string,
  answering: Promise<Response | undefined>,
): Promise<Response | undefined> {
  const sentAway = Promise.withResolvers<Response>();
  const sendAway = () =>
    sentAway.resolve(refusal(wrongKey, { url, closes: true, isWrongKey: true }));
  ended.addEventListener("abort", sendAway);
  try {
    return await Promise.race([answering, sentAway.promise]);
  } finally {
    ended.removeEventListener("abort", sendAway);
  }
}

/** All that is answered to nobody in particular: whether somebody is there. */
const isHealth = ({ method, url }: Request): boolean =>
  isLooking(method) && /^https?:\/\/[^/]+\/health(\?|$)/.test(url);

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
const tooFast = (name: string, perSecond: number): ErrorBody => ({
  code: "overloaded",
  message: `Too many requests with the key '${name}': at most ${perSecond} a second.`,
  details: {},
});

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
