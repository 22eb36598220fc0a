// The `fetch` that the vendors' SDKs are given, one per model call. It keeps what they do not:
// 1. No header leaves but ours, so no variable of the daemon's environment slips in; the key goes to
//    one origin only, and a redirect elsewhere is refused.
// 2. Waiting is bounded: for the first byte, and for silence after it.
// 3. Reading is bounded: decoded bytes of one answer, and of an error's body.
// 4. What went wrong is kept here as a failure, since SDKs wrap, log or swallow it.
import type { Connection } from "./connection.ts";
import {
  bodyFailure,
  checkAddress,
  type Failure,
  failure,
  networkFailure,
  statusFailure,
} from "./failures.ts";
import { fieldsOf } from "./fields.ts";

export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** One line of an answer; SDKs copy an unfinished line with every read. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_BODY_BYTES = 64 * 1024;
const LINE_FEED = 10;
const MAX_REDIRECTS = 3;

/** How a vendor frames its stream; lines are checked here because its SDK skips bad ones in silence. */
export type Framing = "sse" | "ndjson";

export interface Wire {
  /** For the SDK. */
  fetch(input: unknown, init?: RequestInit): Promise<Response>;
  signal: AbortSignal;
  failure(): Failure | undefined;
  /** Stops the timers and the request, if it still runs. */
  close(): void;
}

export function openWire(connection: Connection, framing: Framing, outer: AbortSignal): Wire {
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const limits: Limits = { connection, framing, signal, fail, timer: startTimer() };
  let failed: Failure | undefined;

  function fail(reason: Failure): Error {
    failed ??= reason;
    own.abort();
    return new Error(reason.message);
  }

  return {
    signal,
    failure: () => failed,
    close() {
      limits.timer.stop();
      own.abort();
    },
    async fetch(input, init) {
      const { first_byte_ms } = connection.timeouts;
      const late = Promise.withResolvers<never>();
      limits.timer.start(first_byte_ms, () => {
        const seconds = first_byte_ms / 1000;
        const message = `no answer began within ${seconds} s. ${checkAddress(connection)}`;
        late.reject(fail(failure(connection, "provider_timeout", message)));
      });
      // Where the request wins the race nobody looks at this promise any more.
      late.promise.catch(() => undefined);
      return await Promise.race([answer(String(input), init ?? {}, limits), late.promise]);
    },
  };
}

interface Limits {
  connection: Connection;
  framing: Framing;
  signal: AbortSignal;
  fail(reason: Failure): Error;
  timer: Timer;
}

async function answer(address: string, init: RequestInit, limits: Limits): Promise<Response> {
  const { connection, fail } = limits;
  const response = await send(address, init, limits);
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok) {
    const body = await readBounded(response, MAX_ERROR_BODY_BYTES);
    const { status, headers } = response;
    throw fail(statusFailure(connection, { status, headers, body, now: connection.now() }));
  }
  if (/text\/html/i.test(type)) {
    const message = `it answered with a web page instead of a stream. ${checkAddress(connection)}`;
    throw fail(failure(connection, "provider_bad_stream", message));
  }
  if (/application\/json/i.test(type) && limits.framing === "sse") {
    throw fail(await jsonFailure(response, connection));
  }
  if (response.body === null) {
    const message = `its answer is empty. ${checkAddress(connection)}`;
    throw fail(failure(connection, "provider_bad_stream", message));
  }
  const bytes = boundedBytes(response.body, limits);
  const body = limits.framing === "ndjson" ? checkedLines(bytes, limits) : bytes;
  return new Response(body, { status: response.status, headers: { "content-type": type } });
}

/** JSON where a stream was asked for: an error in the body, or a server that cannot stream. */
async function jsonFailure(response: Response, connection: Connection): Promise<Failure> {
  const body = await readBounded(response, MAX_ERROR_BODY_BYTES);
  try {
    const parsed: unknown = JSON.parse(body);
    if (fieldsOf(parsed)?.error) return bodyFailure(connection, parsed);
  } catch {
    // Cut or malformed: what follows says all that is known.
  }
  const message = `it answered with JSON instead of a stream. ${checkAddress(connection)}`;
  return failure(connection, "provider_bad_stream", message);
}

/** Sends, and follows redirects that repeat the request at the same origin. */
async function send(address: string, init: RequestInit, limits: Limits): Promise<Response> {
  const { connection, fail } = limits;
  const home = new URL(connection.base_url).origin;
  let target = new URL(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (target.origin !== home) {
      const message = `it redirects to ${target.origin}, which does not get the key. ${checkAddress(connection)}`;
      throw fail(failure(connection, "provider_refused", message));
    }
    const response = await sendOnce(target, init, limits);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = URL.parse(location, target.href);
    const isRepeatable = response.status === 307 || response.status === 308;
    if (next === null || (next.origin === home && !isRepeatable)) break;
    target = next;
  }
  const message = `it redirects where the request cannot follow. ${checkAddress(connection)}`;
  throw fail(failure(connection, "provider_refused", message));
}

async function sendOnce(target: URL, init: RequestInit, limits: Limits): Promise<Response> {
  const { connection, fail, framing } = limits;
  try {
    return await connection.fetch(target.href, {
      method: init.method ?? "GET",
      body: init.body ?? null,
      headers: {
        "content-type": "application/json",
        accept: framing === "sse" ? "text/event-stream" : "application/x-ndjson",
        "user-agent": "jamey",
        ...connection.headers,
      },
      redirect: "manual",
      signal: init.signal ? AbortSignal.any([limits.signal, init.signal]) : limits.signal,
      // Bun's own five minutes: our timers are the ones that count.
      timeout: false,
    });
  } catch (thrown) {
    if (limits.signal.aborted) throw thrown;
    throw fail(networkFailure(connection, thrown));
  }
}

/** The body with a clock and a scale on it. The clock runs only while somebody waits for bytes. */
function boundedBytes(
  body: ReadableStream<Uint8Array>,
  limits: Limits,
): ReadableStream<Uint8Array> {
  const { connection, fail, timer, signal } = limits;
  const reader = body.getReader();
  let bytes = 0;
  let lineBytes = 0;
  let isOver = false;

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const stop = (error: unknown) => {
          if (isOver) return;
          isOver = true;
          timer.stop();
          controller.error(error);
          // Nobody reads on, so a failing cancel has nothing to tell.
          reader.cancel().catch(() => undefined);
        };
        signal.addEventListener("abort", () => stop(signal.reason), { once: true });
      },
      async pull(controller) {
        if (bytes > 0) {
          timer.start(connection.timeouts.idle_ms, () => {
            const seconds = connection.timeouts.idle_ms / 1000;
            fail(
              failure(connection, "provider_timeout", `its answer fell silent for ${seconds} s.`),
            );
          });
        }
        try {
          const { done, value } = await reader.read();
          if (isOver) return;
          if (done || value.length > 0) timer.stop();
          if (done) {
            isOver = true;
            return controller.close();
          }
          bytes += value.length;
          const lineEnd = value.lastIndexOf(LINE_FEED);
          lineBytes = lineEnd < 0 ? lineBytes + value.length : value.length - lineEnd;
          if (bytes > MAX_ANSWER_BYTES || lineBytes > MAX_LINE_BYTES) {
            const limit = bytes > MAX_ANSWER_BYTES ? MAX_ANSWER_BYTES : MAX_LINE_BYTES;
            const message = `its answer, or one line of it, is larger than ${limit} bytes.`;
            fail(failure(connection, "provider_bad_stream", message, { retryable: false }));
            return;
          }
          controller.enqueue(value);
        } catch (thrown) {
          if (isOver || signal.aborted) return;
          const cause = shortCause(thrown);
          const message = `its answer broke off in the middle: the connection was cut (${cause}). Try again. ${checkAddress(connection)}`;
          fail(failure(connection, "provider_bad_stream", message));
        }
      },
      cancel(reason) {
        isOver = true;
        timer.stop();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Passes on whole lines of JSON only; a line that is none, or reports an error, ends the answer. */
function checkedLines(bytes: ReadableStream<Uint8Array>, limits: Limits) {
  const { connection, fail } = limits;
  const decoder = new TextDecoder();
  let rest = "";
  const check = (line: string) => {
    if (line.trim() === "") return;
    const problem = lineFailure(line, connection);
    if (problem !== undefined) throw fail(problem);
  };
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
        rest += first;
        if (others.length === 0) return;
        const lines = [rest, ...others];
        rest = lines.pop() ?? "";
        for (const line of lines) {
          check(line);
          if (line.trim() !== "") controller.enqueue(new TextEncoder().encode(`${line}\n`));
        }
      },
      flush(controller) {
        const line = rest + decoder.decode();
        check(line);
        if (line.trim() !== "") controller.enqueue(new TextEncoder().encode(`${line}\n`));
      },
    }),
  );
}

function lineFailure(line: string, connection: Connection): Failure | undefined {
  try {
    const parsed = fieldsOf(JSON.parse(line));
    if (parsed?.error) return bodyFailure(connection, parsed);
    if (parsed !== undefined) return undefined;
  } catch {
    // Said below: not JSON and not an object are one and the same here.
  }
  return failure(connection, "provider_bad_stream", "a line of its answer is cut or is not JSON.");
}

async function readBounded(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > limit) break;
    }
  } catch {
    // The status is known and is what counts; the rest of the words is lost.
  }
  return text.slice(0, limit);
}

function shortCause(thrown: unknown): string {
  const code = fieldsOf(thrown)?.code;
  return typeof code === "string" ? code : "no more bytes";
}

interface Timer {
  start(ms: number, onEnd: () => void): void;
  stop(): void;
}

/** One clock that is wound up again and again: starting it anew stops the old run. */
function startTimer(): Timer {
  let handle: ReturnType<typeof setTimeout> | undefined;
  return {
    start(ms, onEnd) {
      clearTimeout(handle);
      handle = setTimeout(onEnd, ms);
    },
    stop() {
      clearTimeout(handle);
      handle = undefined;
    },
  };
}
