// What is refused before anything is read: each place says it in the words of its clients.
import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { openPeer } from "../../support/mcp-peers.ts";
import { type Listening, openListening } from "../../support/tcp.ts";
import { localToken } from "../../support/world.ts";

const sdk = ({ url }: Listening, apiKey: string, maxRetries = 0) =>
  new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries });

const caught = async (asked: Promise<unknown>) =>
  await asked.then(
    () => undefined,
    (thrown) => thrown,
  );

/** Nobody waits for the next one. */
const one = { perSecond: 0.000_1, burst: 1 };
const messages = [{ role: "user" as const, content: "hello" }];

describe("OpenAI's own SDK", () => {
  test("raises AuthenticationError for a key that is none", async () => {
    await using listening = await openListening();
    const error = await caught(sdk(listening, "none").models.list());
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({
      status: 401,
      code: "invalid_api_key",
      type: "invalid_request_error",
      param: null,
      requestID: expect.stringMatching(/^req_/),
    });
    expect(error.headers.get("www-authenticate")).toBe(
      'Bearer realm="jamey", error="invalid_token"',
    );
  });

  test("raises PermissionDeniedError for a key that may not, and for a foreign page", async () => {
    await using listening = await openListening();
    const { text } = await listening.makeKey(["read"]);
    const asked = sdk(listening, text).chat.completions.create({ model: "helper", messages });
    const shape = { status: 403, code: "forbidden", type: "permission_error" };
    const denied = await caught(asked);
    expect(denied).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(denied).toMatchObject(shape);
    const headers = { origin: "https://evil.example" };
    const foreign = await caught(sdk(listening, localToken).models.list({ headers }));
    expect(foreign).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(foreign).toMatchObject(shape);
  });

  test("raises RateLimitError for a key that asks too often, and is told when to ask again", async () => {
    await using listening = await openListening({ limits: { requests: one } });
    const openai = sdk(listening, localToken);
    await openai.models.list();
    const error = await caught(openai.models.list());
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
    const told = (name: string) => error.headers.get(name);
    expect(["retry-after", "x-should-retry"].map(told)).toEqual(["1", "true"]);
  });

  test("raises RateLimitError after too many wrong keys", async () => {
    await using listening = await openListening({ limits: { failures: one } });
    const openai = sdk(listening, "none");
    expect(await caught(openai.models.list())).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(await caught(openai.models.list())).toBeInstanceOf(OpenAI.RateLimitError);
  });

  test("raises NotFoundError for an API that there is not, and asks once", async () => {
    await using listening = await openListening();
    const asked = sdk(listening, localToken, 2).embeddings.create({ model: "helper", input: "x" });
    const error = await caught(asked);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ code: "not_found", type: "invalid_request_error" });
    expect(error.headers.get("x-should-retry")).toBe("false");
  });
});

describe("a host of MCP", () => {
  const ask = ({ url }: Listening, headers: Record<string, string>) =>
    fetch(`${url}/mcp`, { method: "POST", headers, body: "{}" });

  test("is asked for a key as RFC 6750 says, in JSON-RPC's words", async () => {
    await using listening = await openListening();
    const without = await ask(listening, {});
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="jamey"',
    ]);
    expect(await without.json()).toEqual({
      jsonrpc: "2.0",
      error: {
        code: -32_000,
        message: expect.stringContaining("A key is needed"),
        data: { code: "unauthorized" },
      },
      id: null,
    });
    const wrong = await ask(listening, { authorization: "Bearer none" });
    expect(wrong.headers.get("www-authenticate")).toBe(
      'Bearer realm="jamey", error="invalid_token"',
    );
  });

  test("learns from its SDK that the key is wrong", async () => {
    await using listening = await openListening();
    const asked = openPeer("2025-11-25", {
      url: `${listening.url}/mcp`,
      headers: { authorization: "Bearer none" },
    });
    expect(String(await caught(asked))).toContain("not known here");
  });

  test("is told to come later where its key asks too often", async () => {
    await using listening = await openListening({ limits: { requests: one } });
    const headers = { authorization: `Bearer ${localToken}` };
    await ask(listening, headers);
    const late = await ask(listening, headers);
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await late.json()).toMatchObject({ error: { data: { code: "overloaded" } }, id: null });
  });
});

test("everywhere else a refusal is jamey's own", async () => {
  await using listening = await openListening();
  const response = await listening.get("/api/pos");
  expect([response.status, await response.json()]).toEqual([
    401,
    {
      error: {
        code: "unauthorized",
        message: expect.stringContaining("A key is needed"),
        details: {},
      },
    },
  ]);
});
