// The tool for HTTP. Addresses are checked where they are dialled (the world); redirects are
// followed here, one checked exchange after the other, and nothing that was meant for one origin
// goes to another.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import type { HttpResponse } from "../core/world.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import { looksBinary } from "./lines.ts";
import { grouped, type OutputLimits } from "./output.ts";

/** For everything together: all redirects and the body. */
const MAX_TIMEOUT_MS = 60_000;
const MAX_REDIRECTS = 5;
/** Decoded bytes of a body. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_REQUEST_BODY_UNITS = 1024 * 1024;
const MAX_HEADERS = 50;
const MAX_HEADER_LENGTH = 8192;
const MAX_URL_LENGTH = 8192;

/** They decide how a message is framed or where it goes: never the caller's to set. */
const framing = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const shownHeaders = [
  "content-type",
  "content-length",
  "last-modified",
  "etag",
  "location",
  "link",
  "allow",
  "retry-after",
  "www-authenticate",
];

const header = z
  .string()
  .max(MAX_HEADER_LENGTH)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must not hold line ends or control characters");

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "is no header name")
  .refine((name) => !framing.includes(name.toLowerCase()), "is set by the connection itself");

const input = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).default("GET"),
  url: z.string().min(1).max(MAX_URL_LENGTH).describe("http or https."),
  headers: z
    .record(headerName, header)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, {
      message: `must not be more than ${MAX_HEADERS}`,
    })
    .default({}),
  body: z.string().max(MAX_REQUEST_BODY_UNITS).optional(),
  timeout_ms: z.number().int().min(1).max(MAX_TIMEOUT_MS).default(MAX_TIMEOUT_MS),
});

type Request = z.output<typeof input>;

/** What is sent is not in a rule, but whether anything is. No address holds a blank. */
const WITH_BODY = " with a body";

export function httpRequestTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "http_request",
      description:
        "Sends an HTTP request and gives the status, some headers and the body as text. Follows up to " +
        `${MAX_REDIRECTS} redirects, leaving headers and body behind when the origin changes.`,
      input,
      risk: "network",
      replay: "never",
      timeoutMs: (args) => args.timeout_ms,
      subject: async ({ method, url, body }) => {
        const parsed = URL.parse(url);
        const isWeb = parsed?.protocol === "http:" || parsed?.protocol === "https:";
        if (parsed === null || !isWeb) {
          return await Promise.resolve({
            ok: false,
            problem: "url: must be an http or https address",
          });
        }
        return {
          ok: true,
          value: `${method} ${parsed.href}${body === undefined ? "" : WITH_BODY}`,
        };
      },
      bareSubject: ({ method, url }) => `${method} ${URL.parse(url)?.href}`,
      run: follow,
    },
    limits,
  );
}

interface Hop {
  method: Request["method"];
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

async function follow(args: Request, context: RunContext): Promise<RunResult> {
  let hop: Hop = { method: args.method, url: args.url, headers: args.headers, body: args.body };
  for (let redirects = 0; ; redirects += 1) {
    const exchanged = await context.world.http.exchange({
      ...hop,
      body: hop.body === undefined ? undefined : new TextEncoder().encode(hop.body),
      signal: context.signal,
    });
    if (!exchanged.ok) return { success: false, output: exchanged.problem };
    const response = exchanged.value;
    const next = nextHop(hop, response);
    if (next === undefined) return await report(hop, response, redirects);
    await discard(response);
    if (typeof next === "string") return { success: false, output: statusOf(response), note: next };
    if (redirects === MAX_REDIRECTS) {
      return { success: false, output: `${args.url}: more than ${MAX_REDIRECTS} redirects` };
    }
    hop = next;
  }
}

/** Where a redirect leads; undefined if there is none, a text if it is not followed. */
function nextHop(hop: Hop, response: HttpResponse): Hop | string | undefined {
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined)
    return undefined;
  const target = URL.parse(location, hop.url);
  if (target === null) return "the redirect leads to no address";
  const isSafe = hop.method === "GET" || hop.method === "HEAD";
  const becomesGet =
    !isSafe && (response.status === 303 || (response.status < 303 && hop.method === "POST"));
  const isSameOrigin = target.origin === new URL(hop.url).origin;
  if (!isSameOrigin && !isSafe && !becomesGet) {
    return `the redirect to ${target.origin} is not followed: it would send the request to another origin`;
  }
  const method = becomesGet ? "GET" : hop.method;
  const body = becomesGet || !isSameOrigin ? undefined : hop.body;
  return { method, url: target.href, headers: isSameOrigin ? hop.headers : {}, body };
}

async function report(hop: Hop, response: HttpResponse, redirects: number): Promise<RunResult> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let note: string | undefined;
  try {
    for await (const chunk of response.body) {
      const fitting = chunk.subarray(0, MAX_BODY_BYTES - bytes);
      chunks.push(fitting);
      bytes += fitting.length;
      if (fitting.length < chunk.length) {
        note = `the body is longer than ${grouped(MAX_BODY_BYTES)} bytes; the rest was not read`;
        break;
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    note = `the body broke off after ${grouped(bytes)} bytes: ${reason}`;
    return { success: false, output: render(hop, response, redirects, chunks), note };
  }
  return {
    success: response.status >= 200 && response.status < 300,
    output: render(hop, response, redirects, chunks),
    ...(note === undefined ? {} : { note }),
  };
}

function render(hop: Hop, response: HttpResponse, redirects: number, chunks: Uint8Array[]): string {
  const body = Buffer.concat(chunks);
  const lines = [statusOf(response)];
  if (redirects > 0) lines.push(`url: ${hop.url}`);
  for (const name of shownHeaders) {
    const value = response.headers[name];
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  const type = response.headers["content-type"] ?? "";
  const text = looksBinary(body)
    ? `(${grouped(body.length)} bytes that are not text)`
    : decoderFor(type).decode(body);
  return `${lines.join("\n")}\n\n${text}`;
}

function statusOf(response: HttpResponse): string {
  return `HTTP ${response.status} ${response.status_text}`.trimEnd();
}

function decoderFor(contentType: string): TextDecoder {
  const [, charset] = /charset="?([\w-]{1,40})/i.exec(contentType) ?? [];
  try {
    // The label comes from outside; whether it is one, only trying shows.
    return new TextDecoder(charset as Bun.Encoding | undefined);
  } catch {
    return new TextDecoder();
  }
}

/** Closes the connection without reading what is left. */
async function discard(response: HttpResponse): Promise<void> {
  const body = response.body[Symbol.asyncIterator]();
  await body.return?.();
}
