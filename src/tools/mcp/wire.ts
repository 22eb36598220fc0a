// What an MCP client speaks through: the stdio of a process, and HTTP through the checked exchange of the world.
// Rules: 1. A line that is too long, or no JSON-RPC, ends what said it. 2. An address is checked as it is dialled;
//           redirects are not followed. 3. The body of an answer is read as it comes, never gathered here; one that
//           is too long ends what sent it, too.
import type {
  FetchLike,
  JSONRPCMessage,
  StreamableHTTPClientTransport,
  Transport,
} from "@modelcontextprotocol/client";
import type { Http, SpokenProcess } from "../../core/world.ts";
import { messageOf } from "../../protocol/errors.ts";
import { createTail, linesOf } from "../external/lines.ts";
import { bounded, type Counting } from "./bounded-body.ts";
import type { RunningCalls } from "./running-calls.ts";

export interface Wire<Kind extends Transport = Transport> {
  transport: Kind;
  /** Why it ended by itself, known before what waits for it is told: of a process with the end of its stderr. */
  ended: Promise<string>;
}

/** `parse` makes a message of a line, or throws. Of the messages of all calls `calls` knows which is whose. */
export function processWire(
  running: SpokenProcess,
  parse: (line: string) => JSONRPCMessage,
  calls: Pick<RunningCalls, "sent" | "heard">,
): Wire {
  const ended = Promise.withResolvers<string>();
  const errors = createTail();
  const transport: Transport = {
    start: () => {
      void listen();
      return Promise.resolve();
    },
    async send(message) {
      calls.sent(message);
      const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
      if (!(await running.write(bytes))) throw new Error("the server does not read any more");
    },
    async close() {
      running.closeInput();
      await running.end();
    },
  };
  const parsed = (line: string): JSONRPCMessage => {
    try {
      return parse(line);
    } catch (thrown) {
      throw new Error(`it said what is no message: ${messageOf(thrown)}`, { cause: thrown });
    }
  };
  const hear = async (): Promise<string | undefined> => {
    try {
      for await (const line of linesOf(running.output)) {
        const message = parsed(line);
        calls.heard(message, () => transport.onmessage?.(message));
      }
      return undefined;
    } catch (thrown) {
      return messageOf(thrown);
    } finally {
      void running.end();
    }
  };
  const listen = async () => {
    const [problem, exit] = await Promise.all([
      hear(),
      running.exited,
      errors.read(running.errors),
    ]);
    const how = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
    const said = errors.text();
    ended.resolve(`${problem ?? `it ended: ${how}`}${said === "" ? "" : `\n[stderr]\n${said}`}`);
    transport.onclose?.();
  };
  return { transport, ended: ended.promise };
}

/** `make` makes the transport that speaks through this exchange. */
export function httpWire(
  http: Http,
  make: (fetch: FetchLike) => StreamableHTTPClientTransport,
): Wire<StreamableHTTPClientTransport> {
  const ended = Promise.withResolvers<string>();
  const transport = make(
    worldFetch(http, (why) => {
      ended.resolve(why);
      void transport.close();
    }),
  );
  return { transport, ended: ended.promise };
}

/** HTTP for the SDK; `refused` hears of a body that is too long. */
function worldFetch(http: Http, refused: (why: string) => void): FetchLike {
  return async (url, init = {}) => {
    const headers: Record<string, string> = {};
    new Headers(init.headers).forEach((value, key) => {
      headers[key] = value;
    });
    const body = await bytesOf(init.body);
    const answered = await http.exchange({
      method: init.method ?? "GET",
      url: String(url),
      headers,
      body,
      signal: init.signal ?? new AbortController().signal,
    });
    if (!answered.ok) throw new TypeError(answered.problem);
    const { status, status_text, headers: said, body: chunks } = answered.value;
    // What the exchange has decoded is not encoded any more.
    const { "content-encoding": _decoded, "content-length": _length, ...kept } = said;
    const isEmpty = status === 204 || status === 205 || status === 304;
    const isStream = /^\s*text\/event-stream\b/i.test(said["content-type"] ?? "");
    const counting = { isGathered: !isStream };
    const response = new Response(isEmpty ? null : streamOf(bounded(chunks, counting, refused)), {
      status,
      statusText: status_text,
      headers: kept,
    });
    return countedWhole(response, counting);
  };
}

/** What the SDK takes as text or JSON it gathers, whatever the server calls it. */
function countedWhole(response: Response, counting: Counting): Response {
  const { text, json } = response;
  return Object.assign(response, {
    async text() {
      counting.isGathered = true;
      return await text.call(response);
    },
    async json() {
      counting.isGathered = true;
      return await json.call(response);
    },
  });
}

async function bytesOf(body: RequestInit["body"]): Promise<Uint8Array | undefined> {
  if (body === undefined || body === null) return undefined;
  return new Uint8Array(await new Response(body).arrayBuffer());
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
