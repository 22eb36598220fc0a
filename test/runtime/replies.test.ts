// What the common commands reply, field by field. That each command has a reply at all, over every transport,
// the scenario of the connectors shows.

import { expect, test } from "bun:test";
import { commands } from "../../src/protocol/commands/index.ts";
import { PROTOCOL_VERSION, VERSION } from "../../src/protocol/version.ts";
import { configSchema } from "../../src/runtime/config.ts";
import { testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

/** The payload of an answer that has to be good, under the name that the table has for it. */
async function good(world: TestWorld, command: string, params: unknown, caller = world.passing()) {
  const answer = await world.call(command, params, caller);
  const { reply } = commands[command as keyof typeof commands];
  expect(answer).toMatchObject({ ok: true, type: reply });
  return answer.payload;
}

test("The common commands are answered by their own replies", async () => {
  await using world = await openTestWorld({
    objects: {
      "helper.md": objectText({
        name: "helper",
        front: "description: Helps\ncapabilities: [look, ask_human, other, none]",
        body: "You help.",
      }),
      "other.md": objectText({ name: "other", front: "description: Another" }),
    },
    tools: [testTool("look", { risk: "read" }), testTool("ask_human")],
    script: ({ messages }) =>
      messages[messages.length - 1]?.content === "ask"
        ? { calls: [{ name: "ask_human", args: { question: "Why?" } }] }
        : "fine",
  });
  const client = world.connect({ client: "tui" });
  const { caller } = client.connection;
  await world.happened("ConnectorAttached");

  const missing = "helper.md: no tool, object or workflow of these names is there: 'none'";
  expect(await good(world, "ListPOs", {})).toEqual({
    prompt_objects: [
      { name: "helper", description: "Helps", state: "idle" },
      { name: "other", description: "Another", state: "idle" },
    ],
    problems: [],
    warnings: [{ po_name: "helper", warning: missing }],
  });
  expect(await good(world, "InspectPO", { po_name: "helper" }, caller)).toEqual({
    name: "helper",
    description: "Helps",
    state: "idle",
    capabilities: [
      { name: "look", kind: "tool", description: "Does look." },
      { name: "ask_human", kind: "tool", description: "Does ask_human." },
      { name: "other", kind: "object", description: "Another" },
      {
        name: "none",
        kind: "unknown",
        description: "There is no tool, object or workflow of this name.",
      },
    ],
    session_id: null,
    mode: "single",
    prompt: "You help.",
    parameters: [],
    model: null,
    limits: configSchema.parse({}).limits,
    rules: [],
    universal: ["ask_human"],
    version: expect.stringMatching(/^[0-9a-f]{64}$/),
    group: {
      members: [],
      rounds: null,
      judge: null,
      author: null,
      reviewer: null,
      workflow: null,
    },
    on_start: null,
    wake: [],
    file: "helper.md",
    warnings: [missing],
  });
  const asked = { po_name: "helper", name: "first", context: { a: "b" }, metadata: { c: 1 } };
  const { session } = (await good(world, "CreateSession", asked, caller)) as {
    session: { session_id: string };
  };
  const { session_id } = session;
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  const summary = {
    session_id,
    po_name: "helper",
    name: "first",
    source: "tui",
    agent_mode: "single",
    state: "idle",
    message_count: 0,
    title: "",
    workspace: world.folder,
    parent: null,
    forked_from: null,
    ephemeral: false,
    created_at: at,
    updated_at: at,
  };
  const whole = {
    ...summary,
    conversation: [],
    session_state: { active_tools: [], context: { a: "b" }, iteration_count: 0 },
    metadata: { c: 1 },
    turn_id: null,
    queued: 0,
  };
  expect(session).toEqual(whole);
  expect(await good(world, "GetSession", { session_id })).toEqual({ session: whole });
  expect(await good(world, "ListSessions", {})).toEqual({
    sessions: [summary],
    next_cursor: null,
  });
  expect(await good(world, "RenameSession", { session_id, name: "second" })).toEqual({});
  expect(await good(world, "SwitchSession", { po_name: "helper", session_id }, caller)).toEqual({});

  const accepted = (await good(world, "SendMessage", {
    po_name: "helper",
    message: "hello there",
    session_id,
  })) as { turn_id: string; message_id: string; seq: number };
  const { turn_id } = accepted;
  expect(accepted).toEqual({
    session_id,
    turn_id: expect.stringMatching(/^t[0-9a-z]{20}$/),
    message_id: expect.stringMatching(/^m[0-9a-z]{20}$/),
    seq: expect.any(Number),
    warnings: ["helper.md: no tool, object or workflow of these names is there: 'none'"],
  } as never);
  expect(await good(world, "WaitForTurn", { turn_id })).toEqual({
    po_name: "helper",
    response: "fine",
    session_id,
    turn_id,
    message_id: `${turn_id}_m1`,
    model: "test/one",
    status: "completed",
    stop_reason: "stop",
    error: null,
    usage: {
      input_tokens: 10,
      output_tokens: 5,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: 0.5,
    },
    model_calls: 1,
    tool_rounds: 0,
    duration_ms: expect.any(Number),
    denials: [],
    pending_requests: [],
    structured: null,
  });
  expect(await good(world, "SearchSessions", { query: "there" })).toEqual({
    hits: [
      {
        session_id,
        message_id: accepted.message_id,
        po_name: "helper",
        session_name: "second",
        role: "user",
        created_at: at,
        snippet: "hello [there]",
      },
    ],
  });
  const usage = {
    input_tokens: 10,
    output_tokens: 5,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.5,
  };
  expect(await good(world, "GetUsage", {})).toEqual({
    total: usage,
    models: [{ model: "test/one", calls: 1, usage }],
    groups: [],
  });
  const asking = await world.ask("SendMessage", {
    po_name: "helper",
    message: "ask",
    session_id,
  });
  await world.happened("HumanRequestQueued");
  const { requests } = (await good(world, "ListPendingRequests", {})) as {
    requests: { request_id: string }[];
  };
  const [request] = requests;
  expect(request).toEqual({
    request_id: `${asking.turn_id}_m1_0_q`,
    session_id,
    turn_id: asking.turn_id,
    from_po: "helper",
    kind: "question",
    question: "Why?",
    options: [],
    tool_call: { id: `${asking.turn_id}_m1_0`, name: "ask_human", args: { question: "Why?" } },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    created_at: at,
    deadline_at: null,
  } as never);
  const response = { type: "answer", text: "Because." };
  const { request_id } = request ?? { request_id: "" };
  expect(await good(world, "RespondToRequest", { request_id, response }, caller)).toEqual({});
  await world.ask("WaitForTurn", { turn_id: asking.turn_id });
  const next = await world.ask("SendMessage", { po_name: "helper", message: "ask", session_id });
  await world.happened("HumanRequestQueued", (row) => JSON.stringify(row).includes(next.turn_id));
  expect(await good(world, "CancelTurn", { turn_id: next.turn_id })).toEqual({});

  expect(await good(world, "ListTools", {})).toEqual({
    tools: [
      { name: "look", description: "Does look.", parameters: { type: "object" }, risk: "read" },
      {
        name: "ask_human",
        description: "Does ask_human.",
        parameters: { type: "object" },
        risk: "none",
      },
    ],
  });
  const id = expect.stringMatching(/^run[0-9a-z]{20}$/);
  expect(await good(world, "RunTool", { session_id: null, name: "look", args: {} })).toEqual({
    result: { id, name: "look", output: "look done", success: true },
    message_id: null,
  });
  expect(await good(world, "ListModels", {})).toEqual({
    default_model: "test/one",
    default_from: "the test",
    vendors: [],
  });
  const { subscription_id } = (await good(world, "Subscribe", {}, caller)) as {
    subscription_id: string;
  };
  expect(await good(world, "Unsubscribe", { subscription_id }, caller)).toEqual({});
  expect(await good(world, "ListConnectors", {})).toEqual({
    connectors: [
      {
        connector_id: caller.connector_id,
        connector_type: "tui",
        client: "tui",
        since: at,
      },
    ],
    servers: [],
  });
  expect(await good(world, "GetStatus", {})).toEqual({
    version: VERSION,
    protocol_version: PROTOCOL_VERSION,
    environment: "test",
    journal_id: world.store.journal.journal_id,
    pid: process.pid,
    socket: `${world.folder}/test.sock`,
    url: null,
    started_at: at,
    seq: world.store.journal.head(),
    objects: 2,
    sessions: 1,
    running_turns: 0,
    pending_requests: 0,
    clients: 1,
    memory_bytes: expect.any(Number),
  });
  expect(await good(world, "ForkSession", { session_id })).toMatchObject({
    session: { forked_from: { session_id, message_id: null } },
  });
  expect(await good(world, "RecordTurn", { turn_id })).toMatchObject({ steps: 1, warnings: [] });
  const walk = { session_id, limit: 1 };
  expect(await good(world, "ReplaySession", walk)).toMatchObject({ steps: [{ depth: 0 }] });
  const last = { session_id, seq: 1_000 };
  expect(await good(world, "GetSessionAt", last)).toMatchObject({ po_name: "helper" });
  const document = (await good(world, "ExportSession", { session_id })) as { text: string };
  const params = { document: JSON.parse(document.text), name: "third" };
  expect(await good(world, "ImportSession", params)).toMatchObject({
    session: { name: "third", title: "hello there" },
  });
  const text = objectText({ name: "third" });
  const { hash } = (await good(world, "CreatePO", { text })) as { hash: string };
  const third = { po_name: "third" };
  expect(await good(world, "GetPOVersion", third)).toMatchObject({ text, hash, is_live: true });
  await good(world, "EditPO", { ...third, text: text.replace("help", "sing"), base_hash: hash });
  expect(await good(world, "RevertPO", { ...third, hash })).toMatchObject({ hash });
  const { versions } = (await good(world, "ListPOHistory", third)) as { versions: unknown[] };
  expect(versions.length).toBe(3);
  await good(world, "RenamePO", { ...third, new_name: "fourth" });
  expect(await good(world, "DeletePO", { po_name: "fourth" })).toEqual({});
  const made = (await good(world, "CreateKey", { name: "phone" })) as { key: { key_id: string } };
  expect(await good(world, "ListKeys", {})).toEqual({ keys: [made.key] });
  expect(await good(world, "RevokeKey", { key_id: made.key.key_id })).toEqual({});
  const credential = { name: "OPENAI_API_KEY", value: "sk-x" };
  expect(await good(world, "StoreCredential", credential)).toEqual({});
  expect(await good(world, "DeleteSession", { session_id })).toEqual({});
  expect(await good(world, "Shutdown", {})).toEqual({});
  expect(world.shutdowns).toEqual(["asked by local"]);
});
