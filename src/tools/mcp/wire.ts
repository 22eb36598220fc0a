// What an MCP client speaks through: the stdio of a process, and HTTP through the checked exchange of the world.
// Rules: 1. A line that is too long, or no JSON-RPC, ends what said it. 2. An address is checked as it is dialled;
//           redirects are not followed. 3. The body of an answer is read as it comes, never gathered here.
import type { FetchLike, JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { Http, SpokenProcess } from "../../core/world.ts";
import { createTail, linesOf } from "../external/lines.ts";
import type { RunningCalls } from "./running-calls.ts";

export interface ProcessWire {
  transport: Transport;
  /** Why it ended, with the end of what it said on stderr. */
  ended: Promise<string>;
}

/** `parse` makes a message of a line, or throws. Of the messages of all calls `calls` knows which is whose. */
export function processWire(
  running: SpokenProcess,
  parse: (line: string) => JSONRPCMessage,
  calls: Pick<RunningCalls, "sent" | "heard">,
): ProcessWire {
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
  const hear = async (): Promise<string | undefined> => {
    try {
      for await (const line of linesOf(running.output)) {
        const message = parse(line);
        calls.heard(message, () => transport.onmessage?.(message));
      }
      return undefined;
    } catch (thrown) {
      return `it said what is no message: ${thrown instanceof Error ? thrown.message : thrown}`;
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

/** HTTP for the SDK. */
export function worldFetch(http: Http): FetchLike {
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
    return new Response(isEmpty ? null : streamOf(chunks), {
      status,
      statusText: status_text,
      headers: kept,
    });
  };
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
