// HTTP of the real world for agents: one exchange with an address that was checked.
// Rules: 1. The name is resolved once; if any of its addresses is refused, all are.
//        2. The checked address is the one that is dialled.
//        3. jamey's own listeners are never reached.
//        4. Proxies of the environment are not used: through one, nobody knows what is dialled.
import type { IncomingMessage, RequestOptions } from "node:http";
import type { Readable, Transform } from "node:stream";
import type { Attempt, Http, HttpRequest, HttpResponse } from "../../core/world.ts";
import { bytesOf, canonical, isLoopback, kindOfAddress } from "./addresses.ts";

const MAX_HEADER_BYTES = 64 * 1024;
/** "gzip, br, gzip" is an attack, not a web page. */
const MAX_ENCODINGS = 2;
const MAX_ADDRESSES = 64;

export interface HttpOptions {
  /** Loopback, private networks and the like may be reached. Metadata services never. */
  allow_private: boolean;
  /** TCP ports on which this daemon listens itself. */
  ownPorts: () => readonly number[];
}

export interface Target {
  address: string;
  family: 4 | 6;
}

/** All addresses of a name. */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<string[]>;

export function createHttp(options: HttpOptions, resolveName: ResolveName = askSystem): Http {
  return {
    exchange: async (request) => {
      const url = URL.parse(request.url);
      const resolve = async (name: string) => await resolveName(name, request.signal);
      const target = await chooseTarget(url, { ...options, resolve, ownAddresses });
      if (!target.ok || url === null) return target.ok ? badUrl : target;
      return await dial(request, url, target.value);
    },
  };
}

const ALLOW_PRIVATE =
  " (the setting http.allow_private allows private ones; for a tool's endpoint its manifest may, too)";
// Every other problem names the address first.
const badUrl = { ok: false, problem: "the address is not a URL" } as const;

/** The one address to dial for this URL, or why there is none. */
export async function chooseTarget(
  url: URL | null,
  options: HttpOptions & {
    resolve: (name: string) => Promise<string[]>;
    ownAddresses: () => Promise<string[]>;
  },
): Promise<Attempt<Target>> {
  if (url === null) return badUrl;
  const refuse = (problem: string) => ({ ok: false, problem: `${url.href}: ${problem}` }) as const;
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refuse("only http and https are allowed");
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("a name or password in the address is not allowed; use a header");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  let addresses: string[];
  try {
    addresses = bytesOf(host) === undefined ? await options.resolve(host) : [host];
  } catch (error) {
    return refuse(`the name cannot be resolved: ${messageOf(error)}`);
  }
  for (const address of addresses) {
    const kind = kindOfAddress(address);
    if (kind === "forbidden" || (kind === "private" && !options.allow_private)) {
      const advice = kind === "private" ? ALLOW_PRIVATE : "";
      return refuse(
        `its address ${address} is ${kind}, and only public addresses are allowed${advice}`,
      );
    }
  }
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  if (options.ownPorts().includes(port)) {
    const own = (await options.ownAddresses()).map(canonical);
    if (addresses.some((address) => isLoopback(address) || own.includes(canonical(address)))) {
      return refuse("jamey's own port is never reached by tools");
    }
  }
  const [address] = addresses;
  if (address === undefined) return refuse("the name has no address");
  return { ok: true, value: { address, family: address.includes(":") ? 6 : 4 } };
}

async function askSystem(name: string, signal: AbortSignal): Promise<string[]> {
  const { lookup } = await import("node:dns/promises");
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(new Error("it took too long"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    const found = await Promise.race([lookup(name, { all: true }), aborted.promise]);
    return found.slice(0, MAX_ADDRESSES).map(({ address }) => address);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function ownAddresses(): Promise<string[]> {
  const { networkInterfaces } = await import("node:os");
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
}

async function dial(
  request: HttpRequest,
  url: URL,
  target: Target,
): Promise<Attempt<HttpResponse>> {
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const options: RequestOptions & { servername?: string } = {
    method: request.method,
    hostname: host,
    port: url.port || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: { "accept-encoding": "gzip, deflate, br", ...request.headers },
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: request.signal,
    // Whatever name is asked for, the answer is the address that was checked.
    lookup: (_name, asked, answer) => {
      if (asked.all) answer(null, [target]);
      else answer(null, target.address, target.family);
    },
  };
  if (isSecure && bytesOf(host) === undefined) options.servername = host;
  const { promise, resolve } = Promise.withResolvers<Attempt<HttpResponse>>();
  const fail = (thrown: unknown) =>
    resolve({ ok: false, problem: `${url.href}: ${messageOf(thrown)}` });
  try {
    const { request: open } = await (isSecure ? import("node:https") : import("node:http"));
    const { pipeline } = await import("node:stream");
    const zlib = await import("node:zlib");
    const exchange = open(options, (response) => {
      const decoders = decodersFor(response, request.method, zlib);
      if (!decoders.ok) {
        exchange.destroy();
        fail(decoders.problem);
        return;
      }
      // An error reaches whoever reads the last stream; the others are torn down with it.
      const last: Readable = decoders.value.reduce<Readable>(
        (from, decoder) => pipeline(from, decoder, () => undefined),
        response,
      );
      resolve({
        ok: true,
        value: describe(
          response,
          bodyOf(last, () => exchange.destroy()),
        ),
      });
    });
    exchange.on("error", fail);
    exchange.on("upgrade", (_response, socket) => {
      socket.destroy();
      fail("the server wants to change the protocol");
    });
    exchange.end(request.body);
  } catch (error) {
    fail(error);
  }
  return await promise;
}

async function* bodyOf(stream: Readable, close: () => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield chunk;
  } finally {
    close();
  }
}

function describe(response: IncomingMessage, body: AsyncIterable<Uint8Array>): HttpResponse {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    status: response.statusCode ?? 0,
    status_text: response.statusMessage ?? "",
    headers,
    body,
  };
}

function decodersFor(
  response: IncomingMessage,
  method: string,
  zlib: typeof import("node:zlib"),
): Attempt<Transform[]> {
  const names = (response.headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  const hasNoBody = method === "HEAD" || response.statusCode === 204 || response.statusCode === 304;
  if (hasNoBody) return { ok: true, value: [] };
  if (names.length > MAX_ENCODINGS) {
    return { ok: false, problem: `the body is encoded more than ${MAX_ENCODINGS} times` };
  }
  const decoders: Transform[] = [];
  for (const name of names.toReversed()) {
    if (name === "gzip" || name === "x-gzip") decoders.push(zlib.createGunzip());
    else if (name === "deflate") decoders.push(zlib.createInflate());
    else if (name === "br") decoders.push(zlib.createBrotliDecompress());
    else return { ok: false, problem: `the body has an unknown encoding: ${name.slice(0, 40)}` };
  }
  return { ok: true, value: decoders };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
