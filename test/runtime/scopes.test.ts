// What the scopes of a key are worth: only `admin` gives an agent what it did not have.
import { expect, test } from "bun:test";
import { type Scope, scope, widened } from "../../src/protocol/commands/command.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "../support/world.ts";

const withScopes = (world: TestWorld, scopes: readonly Scope[]) => ({
  ...world.passing(),
  scopes,
});
const chat: readonly Scope[] = ["read", "chat"];

async function answered(
  world: TestWorld,
  asked: { command: string; params: unknown; scopes?: readonly Scope[] },
): Promise<string> {
  const { command, params, scopes = chat } = asked;
  const answer = await world.call(command, params, withScopes(world, scopes));
  return answer.ok ? "ok" : `${answer.payload.code} ${answer.payload.details.scope ?? ""}`;
}

/** The object asks for what `call` says, and says goodbye once it was told. */
async function openAsking(
  call: { name: string; args: { [key: string]: string } },
  more: TestWorldOptions = {},
): Promise<{ world: TestWorld; request_id: string; hash: string }> {
  const world = await openTestWorld({
    tools: [testTool("ask_human"), testTool("put", { risk: "write" })],
    script: ({ messages }) => (messages.at(-1)?.role === "tool" ? "bye" : { calls: [call] }),
    ...more,
  });
  await world.ask("SendMessage", { po_name: "helper", message: "go" });
  await world.happened("HumanRequestQueued");
  const [request] = (await world.ask("ListPendingRequests", {})).requests;
  return { world, request_id: request?.request_id ?? "", hash: request?.hash ?? "" };
}

test("Each scope includes those before it", () => {
  expect(scope.options.map((one) => widened([one]))).toEqual([
    ["read"],
    ["read", "chat"],
    ["read", "chat", "admin"],
  ]);
  expect([widened(["chat", "read", "chat"]), widened([])]).toEqual([["read", "chat"], []]);
});

test("A key is made with all that its scopes include", async () => {
  await using world = await openTestWorld();
  const { key } = await world.ask("CreateKey", { name: "ci", scopes: ["chat"] });
  expect(key.scopes).toEqual(["read", "chat"]);
});

test("Only with admin does a message allow more than the environment does", async () => {
  await using world = await openTestWorld({
    tools: [testTool("put", { risk: "write" })],
    config: { limits: { max_iterations: 5, max_tokens: 1_000 } },
    script: () => "done",
  });
  const send = (settings: unknown, scopes?: readonly Scope[]) =>
    answered(world, {
      command: "SendMessage",
      params: { po_name: "helper", message: "go", settings },
      ...(scopes ? { scopes } : {}),
    });
  const rules = (action: string) => ({ rules: [{ tool: "put", action }] });
  const wider = [
    rules("allow"),
    { limits: { max_iterations: 6 } },
    { limits: { max_tokens: null } },
    { limits: { on_limit: "ask" } },
    { limits: { max_tokens: 1_001 } },
  ];
  const narrower = [
    rules("deny"),
    rules("ask"),
    { limits: { max_iterations: 5, max_tokens: 999 } },
    { tools: ["put"], on_ask: "deny" },
    { system: "Be brief." },
  ];
  const head = world.store.journal.head();
  for (const settings of wider) {
    expect([settings, await send(settings)]).toEqual([settings, "forbidden admin"]);
  }
  expect(world.store.journal.head()).toBe(head);
  for (const settings of narrower) {
    expect([settings, await send(settings)]).toEqual([settings, "ok"]);
  }
  for (const settings of wider) {
    expect([settings, await send(settings, scope.options)]).toEqual([settings, "ok"]);
  }
});

test("To approve needs admin, to deny does not", async () => {
  const { world, request_id, hash } = await openAsking({ name: "put", args: { text: "x" } });
  await using _ = world;
  const decide = (decision: string, scopes?: readonly Scope[]) =>
    answered(world, {
      command: "RespondToRequest",
      params: { request_id, response: { type: "decision", decision, hash } },
      ...(scopes ? { scopes } : {}),
    });
  expect(await decide("approve")).toBe("forbidden admin");
  expect(world.rows({ types: ["HumanRequestResponded"] })).toEqual([]);
  expect(await decide("deny")).toBe("ok");
});

test("To give a secret needs admin, to answer a question does not", async () => {
  const asked = await openAsking({
    name: "ask_human",
    args: { question: "Which?", kind: "secret" },
  });
  await using _ = asked.world;
  const respond = (world: TestWorld, request_id: string, response: unknown) =>
    answered(world, { command: "RespondToRequest", params: { request_id, response } });
  const secret = { type: "secret", value: "s3cret" };
  expect(await respond(asked.world, asked.request_id, secret)).toBe("forbidden admin");
  const question = await openAsking({ name: "ask_human", args: { question: "Which?" } });
  await using __ = question.world;
  const answer = { type: "answer", text: "this" };
  expect(await respond(question.world, question.request_id, answer)).toBe("ok");
});

test("A file of the daemon's machine is a model only for its user, for admin, and where the environment names it", async () => {
  const own = "scripted/own.yml";
  await using world = await openTestWorld({
    config: { model: own },
    script: () => "done",
  });
  const { session_id } = await world.ask("SendMessage", { po_name: "helper", message: "go" });
  const ask = async (model: string, more: { scopes?: readonly Scope[]; isOnSocket?: boolean }) => {
    const caller = { ...world.passing(), scopes: chat, isOnSocket: false, ...more };
    const settings = { model };
    const sent = { po_name: "helper", message: "go", settings };
    const answers = [
      await world.call("SendMessage", sent, caller),
      await world.call("ForkSession", { session_id, model }, caller),
    ];
    return answers.map((one) => (one.ok ? "ok" : one.payload.code));
  };
  const files = ["scripted//etc/passwd", "scripted/../../up.yml", "scripted/here.yml"];
  for (const model of files) {
    expect([model, ...(await ask(model, {}))]).toEqual([model, "forbidden", "forbidden"]);
    expect(await ask(model, { scopes: scope.options })).toEqual(["ok", "ok"]);
    expect(await ask(model, { isOnSocket: true })).toEqual(["ok", "ok"]);
  }
  expect((await ask(own, {}))[0]).toBe("ok");
  expect(await ask("openai/gpt-5", {})).toEqual(["ok", "ok"]);
});
