// Everything that is spoken over HTTP, through a proxy that holds each request and each answer to the OpenAPI
// document: the scenario of all commands, the documents' routes, the clients of OpenAI and of MCP.
import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import OpenAI from "openai";
import type { ApiChecker } from "../../support/api-checker.ts";
import { type Good, playRoutes } from "../../support/api-routes.ts";
import { apiWorld } from "../../support/api-world.ts";
import { type CheckingProxy, openCheckingProxy } from "../../support/checking-proxy.ts";
import { readSource } from "../../support/event-source.ts";
import { eras, openPeer } from "../../support/mcp-peers.ts";
import {
  type Ask,
  type FollowParams,
  playScenario,
  scenarioWorld,
} from "../../support/scenario.ts";
import { type Listening, openListening } from "../../support/tcp.ts";
import { followSource } from "../../support/wire-cursors.ts";
import { localToken, objectText } from "../../support/world.ts";

/** What this proxy cannot see answered well, and where it is. */
const elsewhere: Record<string, string> = {
  openSocket: "a WebSocket: contract.test.ts",
  openSessionSocket: "a WebSocket: http-session-socket.test.ts",
  openMcpSocket: "a WebSocket: mcp-link.test.ts",
  StoreCredential: "only over the unix socket: contract.test.ts",
};

const SECRET = "a secret of more than thirty-two characters";
const bearer = { authorization: `Bearer ${localToken}` };

async function openBehind(
  world: Parameters<typeof openListening>[0],
  checker?: ApiChecker,
): Promise<{ listening: Listening; proxy: CheckingProxy } & AsyncDisposable> {
  const listening = await openListening(world);
  const given = { key: localToken, ...(checker ? { checker } : {}) };
  const proxy = await openCheckingProxy(listening.url, given);
  return {
    listening,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}

async function playCommands({ url }: CheckingProxy, { world }: Listening): Promise<void> {
  const ask: Ask = async (command, params) => {
    const response = await fetch(`${url}/api/call/${command}`, {
      method: "POST",
      headers: bearer,
      ...(params === undefined ? {} : { body: JSON.stringify(params) }),
    });
    // What it is, the proxy has looked at.
    const answer = (await response.json()) as { type: string; payload: unknown; error?: unknown };
    return answer.error === undefined ? answer : { type: "Error", payload: answer.error };
  };
  const send = (target: string, init: RequestInit) =>
    fetch(`${url}${target}`, { ...init, headers: bearer });
  const follow = (params: FollowParams) => followSource(send, params);
  await playScenario(world, { ask, follow }, { canSubscribe: false, isOnSocket: false });
}

async function playPlaces({ url }: CheckingProxy, { world }: Listening): Promise<void> {
  const good: Good = async (method, target, body) => {
    const response = await fetch(`${url}${target}`, {
      method,
      headers: bearer,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect([method, target, response.ok, text]).toEqual([method, target, true, text]);
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return isJson ? JSON.parse(text) : text;
  };
  await playRoutes(good, world);
  await good("GET", "/metrics");
  const leave = new AbortController();
  const { signal } = leave;
  const source = readSource(await fetch(`${url}/api/events?after=0`, { headers: bearer, signal }));
  await source.until((one) => one.event === "caught_up");
  leave.abort();
}

async function playOpenAi({ url }: CheckingProxy): Promise<void> {
  const openai = new OpenAI({ apiKey: localToken, baseURL: `${url}/v1`, maxRetries: 0 });
  await openai.models.list();
  await openai.models.retrieve("agent:helper");
  const messages = [{ role: "user" as const, content: "hello" }];
  await openai.chat.completions.create({ model: "helper", messages });
  const stream_options = { include_usage: true };
  await openai.chat.completions
    .stream({ model: "helper", messages, stream_options })
    .finalChatCompletion();
  await openai.responses.create({ model: "helper", input: "hello" });
  await openai.responses.stream({ model: "helper", input: "hello" }).finalResponse();
}

async function playMcp({ url }: CheckingProxy): Promise<void> {
  for (const era of eras) {
    await using peer = await openPeer(era, { url: `${url}/mcp`, headers: bearer });
    expect(await peer.tools()).toContain("send_message");
    await peer.call("send_message", { po_name: "helper", message: "hello" });
  }
}

async function playHook({ url }: CheckingProxy): Promise<void> {
  const body = '{"ref":"main"}';
  const signed = createHmac("sha256", SECRET).update(body).digest("hex");
  const headers = { "x-hub-signature-256": `sha256=${signed}` };
  const { status } = await fetch(`${url}/hooks/ring`, { method: "POST", headers, body });
  expect(status).toBe(200);
}

/** What is refused, each way to say so. */
async function playRefusals({ url }: CheckingProxy): Promise<void> {
  const asked: [string, string, Record<string, string>, string?][] = [
    ["GET", "/api/pos", {}],
    ["GET", "/v1/models", {}],
    ["POST", "/v1/responses", { authorization: "Bearer none" }, "{}"],
    ["POST", "/v1/responses", bearer, "{}"],
    ["POST", "/v1/chat/completions", bearer, "no json"],
    ["GET", "/v1/models/nobody", bearer],
    ["PUT", "/v1/models", bearer],
    ["GET", "/v1/embeddings", bearer],
    ["POST", "/mcp", {}, "{}"],
    ["POST", "/mcp", bearer, "no json"],
    ["GET", "/mcp", bearer],
    ["POST", "/hooks/ring", {}, "{}"],
    ["GET", "/metrics", {}],
  ];
  for (const [method, path, headers, body] of asked) {
    const response = await fetch(`${url}${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body }),
    });
    await response.text();
    expect([method, path, response.status >= 400]).toEqual([method, path, true]);
  }
}

test("every operation of the document is seen, and all that passes is as it says", async () => {
  const front = "wake: [{ webhook: ring, message: Look at it., cooldown: 0 }]";
  const objects = { ...apiWorld.objects, "ringer.md": objectText({ name: "ringer", front }) };
  await using places = await openBehind({
    world: { ...apiWorld, objects },
    options: { hookSecrets: () => SECRET },
  });
  await using commands = await openBehind({ world: scenarioWorld }, places.proxy.checker);
  await playPlaces(places.proxy, places.listening);
  await playOpenAi(places.proxy);
  await playMcp(places.proxy);
  await playHook(places.proxy);
  await playRefusals(places.proxy);
  await playCommands(commands.proxy, commands.listening);
  await places.proxy[Symbol.asyncDispose]();
  await commands.proxy[Symbol.asyncDispose]();
  expect([...places.proxy.faults, ...commands.proxy.faults]).toEqual([]);
  const { checker } = places.proxy;
  const seen = checker.exercised();
  expect(checker.operations().filter((id) => !seen.includes(id))).toEqual(
    Object.keys(elsewhere).toSorted(),
  );
}, 60_000);
