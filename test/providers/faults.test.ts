// What goes wrong on the way: statuses, redirects, silence, floods, aborts. For every API alike, the
// call ends in one error part that says what to do and never shows a key.
import { describe, expect, test } from "bun:test";
import { statusFailure } from "../../src/providers/failures.ts";
import type { Fetch } from "../../src/providers/index.ts";
import { openModel } from "../../src/providers/index.ts";
import { MAX_ANSWER_BYTES, MAX_LINE_BYTES } from "../../src/providers/wire.ts";
import {
  accessOf,
  answerIn,
  answersOf,
  answerWith,
  bytesOf,
  CANARY,
  endings,
  errorOf,
  partsFrom,
  request,
  rows,
} from "./support.ts";

const said = (text: string) => JSON.stringify({ error: { message: text, type: "x" } });
/** Limits under test; nothing here depends on how fast the machine is. */
const SHORT = { timeouts: { first_byte_ms: 30, idle_ms: 30 } };

describe.each(rows)("$name", (row) => {
  test.each([
    [400, "provider_refused", false],
    [401, "provider_auth", false],
    [402, "provider_refused", false],
    [403, "provider_auth", false],
    [404, "model_not_found", false],
    [408, "provider_error", true],
    [409, "provider_error", true],
    [413, "provider_refused", false],
    [422, "provider_refused", false],
    [429, "provider_rate_limited", true],
    [500, "provider_error", true],
    [502, "provider_error", true],
    [503, "provider_error", true],
    [529, "provider_error", true],
  ])("HTTP %d is %s", async (status, code, retryable) => {
    const body = said(`the reason, not the key ${CANARY}`);
    const headers = { "content-type": "application/json" };
    const parts = await partsFrom(row, answerWith(body, { status, headers }));
    expect(parts).toHaveLength(1);
    const error = errorOf(parts);
    expect([error.code, error.retryable]).toEqual([code, retryable] as never);
    expect(error.message).toContain("the reason, not the key [key]");
    expect(error.message).toStartWith(`${row.name.split("/")[0]}: HTTP ${status}`);
    expect(JSON.stringify(parts)).not.toContain(CANARY);
    if (code === "provider_auth") expect(error.message).toContain(row.key_variable);
    if (code === "model_not_found") expect(error.message).toContain(row.address_variable);
  });

  test.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT" }, 9_000],
    [{ "retry-after-ms": "120", "retry-after": "7" }, 120],
    [{ "retry-after": "99999999999" }, 30 * 24 * 3_600_000],
    [{ "retry-after": "-5" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("the wait of a 429 with %j is %p", async (headers, expected) => {
    const error = errorOf(await partsFrom(row, answerWith("", { status: 429, headers })));
    expect(error.retry_after_ms).toBe(expected as never);
  });

  test("a vendor's words are bounded and a page is not shown", async () => {
    const long = errorOf(await partsFrom(row, answerWith("x".repeat(50_000), { status: 500 })));
    expect(long.message.length).toBeLessThan(2_400);
    const page = errorOf(await partsFrom(row, answerWith("<html>secret</html>", { status: 502 })));
    expect(page.message).not.toContain("secret");
  });

  test("a web page with status 200 is provider_bad_stream and names the address to check", async () => {
    const headers = { "content-type": "text/html" };
    const error = errorOf(await partsFrom(row, answerWith("<html></html>", { headers })));
    expect(error.code).toBe("provider_bad_stream");
    expect(error.message).toContain(row.address_variable);
  });

  test("an empty key header or a header of the environment never leaves; the key goes to its origin", async () => {
    const seen: { origin: string; headers: Record<string, string> }[] = [];
    const fetch: Fetch = async (address, init) => {
      seen.push({
        origin: new URL(address).origin,
        headers: Object.fromEntries(new Headers(init.headers).entries()),
      });
      const location = "https://evil.example/v1";
      return new Response(null, { status: 307, headers: { location } });
    };
    const error = errorOf(await partsFrom(row, fetch));
    expect([error.code, error.retryable]).toEqual(["provider_refused", false]);
    expect(error.message).toContain("https://evil.example");
    expect(seen).toHaveLength(1);
    const names = Object.keys(seen[0]?.headers ?? {});
    const known = ["accept", "anthropic-version", "api-key", "authorization", "content-type"];
    expect(names.filter((name) => !known.includes(name))).toEqual(
      names.includes("x-api-key") ? ["user-agent", "x-api-key"] : ["user-agent"],
    );
    expect(JSON.stringify(seen)).toContain(CANARY);
  });

  test("a redirect within the origin is followed, but not for ever", async () => {
    const [answer] = answersOf(row).filter((each) => each.name === "text");
    const whole = answerIn(row, [answer?.bytes ?? bytesOf("")]);
    let hops = 0;
    const once: Fetch = (address, init) => {
      hops += 1;
      if (hops > 1) return whole(address, init);
      return Promise.resolve(new Response(null, { status: 308, headers: { location: "/moved" } }));
    };
    expect(await partsFrom(row, once)).toEqual(answer?.parts);
    const loop = answerWith("", { status: 307, headers: { location: "/again" } });
    expect(errorOf(await partsFrom(row, loop)).code).toBe("provider_refused");
  });

  test("a server that is not there is provider_unavailable", async () => {
    const refused: Fetch = () =>
      Promise.reject(Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" }));
    const error = errorOf(await partsFrom(row, refused));
    expect([error.code, error.retryable]).toEqual(["provider_unavailable", true]);
    expect(error.message).toContain("nothing answers at");
    expect(error.message).toContain(row.address_variable);
    const unknown: Fetch = () =>
      Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }));
    expect(errorOf(await partsFrom(row, unknown)).code).toBe("provider_unavailable");
  });

  test("a connection that is cut is told from a server that cannot be reached", async () => {
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const before = errorOf(await partsFrom(row, () => Promise.reject(reset)));
    expect(before.code).toBe("provider_unavailable");
    expect(before.message).toContain("broke it off before an answer began (ECONNRESET)");
    const [answer] = answersOf(row).filter((each) => each.name === "text");
    const pieces = [answer?.bytes.slice(0, 200) ?? bytesOf("")];
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift();
          if (piece) controller.enqueue(piece);
          else controller.error(reset);
        },
      });
    const cut: Fetch = () =>
      Promise.resolve(new Response(body(), { headers: { "content-type": row.content_type } }));
    const amid = errorOf(await partsFrom(row, cut));
    expect([amid.code, amid.retryable]).toEqual(["provider_bad_stream", true]);
    expect(amid.message).toContain("its answer broke off in the middle");
  });

  test("no first byte in time is provider_timeout, even where fetch ignores the abort", async () => {
    const never: Fetch = () => new Promise(() => undefined);
    const error = errorOf(await partsFrom(row, never, SHORT));
    expect([error.code, error.retryable]).toEqual(["provider_timeout", true]);
    const headersOnly: Fetch = () =>
      Promise.resolve(
        new Response(new ReadableStream(), { headers: { "content-type": row.content_type } }),
      );
    expect(errorOf(await partsFrom(row, headersOnly, SHORT)).code).toBe("provider_timeout");
  });

  test("silence after the first bytes is provider_timeout", async () => {
    const [answer] = answersOf(row).filter((each) => each.name === "text");
    const start = answer?.bytes.slice(0, 200) ?? bytesOf("");
    const body = () =>
      new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(start) });
    const silent: Fetch = () =>
      Promise.resolve(new Response(body(), { headers: { "content-type": row.content_type } }));
    const parts = await partsFrom(row, silent, SHORT);
    expect(errorOf(parts).code).toBe("provider_timeout");
    expect(endings(parts)).toBe(1);
  });

  test("an abort ends the stream quietly and stops the request", async () => {
    const [answer] = answersOf(row).filter(
      (each) => each.name === "length" || each.name === "incomplete" || each.name === "max-tokens",
    );
    const lines = new TextDecoder().decode(answer?.bytes).split("\n");
    // Everything up to the first text, then nothing.
    const upTo = lines.findIndex((line) => line.includes("Half an ans")) + 2;
    const start = bytesOf(`${lines.slice(0, upTo).join("\n")}\n`);
    const stopped = Promise.withResolvers<void>();
    const fetch: Fetch = (_, init) => {
      init.signal?.addEventListener("abort", () => stopped.resolve());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(start),
      });
      return Promise.resolve(new Response(body, { headers: { "content-type": row.content_type } }));
    };
    const { model } = await openModel(row.name, accessOf(row, fetch));
    const abort = new AbortController();
    const parts: string[] = [];
    for await (const part of model.stream(request(), abort.signal)) {
      parts.push(part.type);
      abort.abort();
    }
    expect(parts).toEqual(["text"]);
    await stopped.promise;
    const late: string[] = [];
    for await (const part of model.stream(request(), abort.signal)) late.push(part.type);
    expect(late).toEqual([]);
  });

  test("an endless line and an endless answer are stopped", async () => {
    const chunk = bytesOf("x".repeat(4 * 1024 * 1024));
    const endless = (piece: Uint8Array) => {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += piece.length;
          controller.enqueue(piece);
        },
      });
      const headers = { "content-type": row.content_type };
      return { fetch: () => Promise.resolve(new Response(body, { headers })), sent: () => sent };
    };
    const line = endless(chunk);
    const error = errorOf(await partsFrom(row, line.fetch));
    expect([error.code, error.retryable]).toEqual(["provider_bad_stream", false]);
    expect(line.sent()).toBeLessThan(MAX_LINE_BYTES + 4 * chunk.length);

    const comments = bytesOf(
      row.fixtures === "ollama" ? "\n".repeat(1024 * 1024) : `: ${"x".repeat(1024 * 1024)}\n\n`,
    );
    const answer = endless(comments);
    expect(errorOf(await partsFrom(row, answer.fetch)).code).toBe("provider_bad_stream");
    expect(answer.sent()).toBeLessThan(MAX_ANSWER_BYTES + 8 * comments.length);
  });
});

describe("a request that is longer than the model's context", () => {
  const say = (message: string, fields = {}) => ({ error: { message, ...fields } });
  const plain: [string, number, unknown][] = [
    ["openai", 400, say("x", { code: "context_length_exceeded" })],
    ["openai", 400, say("Your input exceeds the context window of this model.")],
    ["openai", 400, say("This model's maximum context length is 128000 tokens. However, …")],
    ["anthropic", 400, say("prompt is too long: 208310 tokens > 200000 maximum")],
    ["anthropic", 400, say("input length and `max_tokens` exceed context limit: 190000 + 20000")],
    ["gemini", 400, [say("The input token count (1200000) exceeds the maximum number of tokens")]],
    ["ollama", 400, { error: "the input length exceeds the context length" }],
    ["llama.cpp", 400, say("too big", { code: 400, type: "exceed_context_size_error" })],
    ["llama.cpp", 500, say("the request exceeds the available context size, try increasing it")],
    ["lmstudio", 400, { error: "The model is loaded with context length of only 4096 tokens" }],
    ["xai", 400, { error: "This model's maximum prompt length is 131072 but the request has" }],
    ["groq", 413, say("Please reduce the length of the messages or completion.")],
  ];

  test.each(plain)("is context_full as %s says it with HTTP %d", async (_, status, body) => {
    const [row] = rows;
    if (row === undefined) throw new Error("no row");
    const error = errorOf(await partsFrom(row, answerWith(JSON.stringify(body), { status })));
    expect([error.code, error.retryable]).toEqual(["context_full", false]);
    expect(error.message).toEndWith("Send less, begin a new session, or take another model.");
  });

  test("is context_full also where the answer had begun well", async () => {
    const [row] = rows;
    if (row === undefined) throw new Error("no row");
    const body = say("x", { code: "context_length_exceeded" });
    const parts = await partsFrom(
      row,
      answerIn(row, [bytesOf(`data: ${JSON.stringify(body)}\n\n`)]),
    );
    expect(errorOf(parts).code).toBe("context_full");
  });

  test("is not what a rate limit or a refused key speaks of", async () => {
    const [row] = rows;
    if (row === undefined) throw new Error("no row");
    const body = JSON.stringify(say("Request too large: reduce the length of the messages."));
    const codes = [429, 401].map(
      async (status) => errorOf(await partsFrom(row, answerWith(body, { status }))).code,
    );
    expect(await Promise.all(codes)).toEqual(["provider_rate_limited", "provider_auth"]);
  });
});

test("a used-up quota is not retried, although its status is 429", async () => {
  const [row] = rows;
  if (row === undefined) throw new Error("no row");
  const body = JSON.stringify({ error: { message: "no quota", code: "insufficient_quota" } });
  const error = errorOf(await partsFrom(row, answerWith(body, { status: 429 })));
  expect([error.code, error.retryable]).toEqual(["provider_refused", false]);
});

test("an Ollama that does not run says how to start it", async () => {
  const row = rows.find((each) => each.fixtures === "ollama");
  if (row === undefined) throw new Error("no row");
  const refused: Fetch = () =>
    Promise.reject(Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" }));
  expect(errorOf(await partsFrom(row, refused)).message).toBe(
    "ollama: nothing answers at http://127.0.0.1:11434. Is Ollama running? Start it with `ollama serve`. Check OLLAMA_HOST (now http://127.0.0.1:11434).",
  );
});

test("an answer whose finish reason came is whole, although the connection broke after it", async () => {
  const [row] = rows;
  if (row === undefined) throw new Error("no row");
  const [answer] = answersOf(row).filter((each) => each.name === "content-filter");
  const parts = await partsFrom(
    row,
    answerIn(row, [answer?.bytes.slice(0, -10) ?? bytesOf("")], true),
  );
  expect(parts).toEqual(answer?.parts);
});

test("more tool calls than one answer may hold, and arguments that are too long, are not collected", async () => {
  const [row] = rows;
  if (row === undefined) throw new Error("no row");
  const chunk = (tool_calls: unknown[], finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: "c", choices: [{ delta: { tool_calls }, finish_reason }] })}\n\n`;
  const many = Array.from({ length: 129 }, (_, index) => ({
    index,
    id: `c${index}`,
    function: { name: "a", arguments: "{}" },
  }));
  const flood = await partsFrom(row, answerIn(row, [bytesOf(chunk(many, "tool_calls"))]));
  expect(flood.map((part) => part.type)).toEqual(["error"]);

  const long = "x".repeat(300_000);
  const start = chunk([{ index: 0, id: "c", function: { name: "a", arguments: '{"a":"' } }]);
  const more = chunk([{ index: 0, function: { arguments: long } }]).repeat(4);
  const end = chunk([{ index: 0, function: { arguments: '"}' } }], "tool_calls");
  expect(await partsFrom(row, answerIn(row, [bytesOf(start + more + end)]))).toEqual([
    {
      type: "tool_call",
      id: "c",
      name: "a",
      args: {},
      problem: "The arguments are larger than 1048576 bytes.",
    },
    { type: "end", reason: "tool_calls" },
  ]);
});

test("a vendor's words that end without a full stop get one before the advice", () => {
  const connection = {
    ...{ vendor: "openai", model: "m", base_url: "https://a/v1", base_url_variable: null },
    ...{ key_variable: "OPENAI_API_KEY", secrets: [] },
  };
  const said = (message: string) =>
    statusFailure(connection, {
      ...{ status: 401, headers: new Headers(), now: 0 },
      body: JSON.stringify({ error: { message } }),
    }).message.slice(-70);
  expect(said("Incorrect key")).toEndWith(
    "says: Incorrect key. Set OPENAI_API_KEY to a valid key.",
  );
  expect(said("Which key?")).toEndWith("says: Which key? Set OPENAI_API_KEY to a valid key.");
});
