// One scenario for every connector: each command once, errors included. What is answered must be the same
// whatever it travels over.
import { expect } from "bun:test";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { commands } from "../../src/protocol/commands/index.ts";
import { freePort } from "./free-port.ts";
import { livingWorkflows, playLiving } from "./scenario-living.ts";
import { testTool } from "./test-tools.ts";
import { objectText, type TestWorld, type TestWorldOptions } from "./world.ts";

export interface Asked {
  type: string;
  payload: unknown;
}

export type Ask = (command: string, params?: unknown) => Promise<Asked>;

export const scenarioWorld: TestWorldOptions = {
  objects: {
    "helper.md": objectText({ name: "helper" }),
    "other.md": objectText({
      name: "other",
      front: "wake: [{webhook: build, message: look}, {webhook: ship, message: look}]",
    }),
  },
  workflows: livingWorkflows,
  pluginSamples: new URL("../fixtures/tools/sh", import.meta.url).pathname,
  tools: [
    testTool("look", { risk: "read" }),
    testTool("ask_human"),
    testTool("put", { risk: "write" }),
  ],
  script({ messages }) {
    const said = messages[messages.length - 1]?.content;
    if (said === "put") return { calls: [{ name: "put", args: { text: "x" } }] };
    return said === "ask"
      ? { calls: [{ name: "ask_human", args: { question: "Why? 🙂" } }] }
      : "fine 🙂";
  },
};

export interface Connected {
  ask: Ask;
  /** Events over this transport: waits for the first of a type after a cursor, and for a gap. */
  follow(params: FollowParams): Promise<Followed>;
}

export interface FollowParams {
  event_types: string[];
  after: number | null;
  journal_id: string | null;
}

/** What was seen up to `caught_up`: names of events, and what else there was. */
export interface Followed {
  names: string[];
  seqs: number[];
  gaps: { from: number; reason: string }[];
}

type Good = (command: string, params?: unknown) => Promise<Record<string, unknown>>;
type Bad = (command: string, params: unknown, code: string) => Promise<void>;
export interface Player {
  world: TestWorld;
  good: Good;
  bad: Bad;
}

/** Each command at least once; one that the scenario does not know fails it. */
export async function playScenario(
  world: TestWorld,
  { ask, follow }: Connected,
  { canSubscribe, isOnSocket }: { canSubscribe: boolean; isOnSocket: boolean },
): Promise<void> {
  const answered = new Set<string>();
  const good = async (command: string, params?: unknown): Promise<Record<string, unknown>> => {
    const { type, payload } = await ask(command, params);
    expect(`${command} → ${type}`).toBe(
      `${command} → ${commands[command as keyof typeof commands].reply}`,
    );
    answered.add(command);
    return payload as Record<string, unknown>;
  };
  const bad = async (command: string, params: unknown, code: string) => {
    const { type, payload } = await ask(command, params);
    expect([type, (payload as { code: string }).code, Object.keys(payload as object)]).toEqual([
      "Error",
      code,
      ["code", "message", "details"],
    ]);
  };

  const player: Player = { world, good, bad };
  const session_id = await playSession(player);
  await playTurns(player, session_id);
  await playQueue(player, session_id);
  await playLiving(player, session_id);
  await playCopies(player, session_id);
  await playObjects(player);
  await playKeys(player);
  await playCursors(player, follow);

  await good("ListTools");
  await playPlugins(player);
  await good("RunTool", { session_id, name: "look", args: {} });
  await bad("RunTool", { session_id, name: "none", args: {} }, "tool_not_found");
  await good("ListModels");
  await good("ListConnectors");
  await playServers(player);
  await good("GetStatus");
  if (canSubscribe) {
    const { subscription_id } = await good("Subscribe", {});
    await good("Unsubscribe", { subscription_id });
    await bad("Unsubscribe", { subscription_id }, "subscription_not_found");
  } else {
    for (const [command, params] of [
      ["Subscribe", {}],
      ["Unsubscribe", { subscription_id: "s" }],
    ] as const) {
      await bad(command, params, "not_found");
      answered.add(command);
    }
  }
  await bad("NoSuchCommand", {}, "unknown_command");
  await good("DeleteSession", { session_id });
  await bad("DeleteSession", { session_id }, "session_not_found");
  const credential = { name: "OPENAI_API_KEY", value: "sk-test" };
  if (isOnSocket) await good("StoreCredential", credential);
  else {
    await bad("StoreCredential", credential, "forbidden");
    answered.add("StoreCredential");
  }
  await good("Shutdown");
  expect(world.shutdowns.length).toBe(1);
  expect([...answered].toSorted()).toEqual(Object.keys(commands).toSorted());
}

async function playPlugins({ good, bad }: Player): Promise<void> {
  const { plugins } = await good("ListPlugins");
  const [found] = plugins as { name: string; state: string; hash: string }[];
  expect([found?.name, found?.state]).toEqual(["echo-sh", "waiting"]);
  await bad("ApprovePlugin", { plugin: "echo-sh", hash: "0" }, "stale_hash");
  await good("ApprovePlugin", { plugin: "echo-sh", hash: found?.hash });
  await good("RevokePlugin", { plugin: "echo-sh" });
  await bad("RevokePlugin", { plugin: "echo-sh" }, "not_found");
  await bad("AddMcpServer", { plugin: "echo-sh", endpoint: "http://127.0.0.1:1/mcp" }, "conflict");
  await bad("RemoveMcpServer", { plugin: "echo-sh" }, "invalid_request");
  const server = `server-${crypto.randomUUID().slice(0, 8)}`;
  await good("AddMcpServer", { plugin: server, endpoint: "http://127.0.0.1:1/mcp" });
  const { plugins: all } = await good("ListPlugins");
  const added = (all as { name: string; hash: string }[]).find((one) => one.name === server);
  await bad("ApprovePlugin", { plugin: server, hash: added?.hash }, "config_invalid");
  await good("RemoveMcpServer", { plugin: server });
  await playSignIn({ good });
}

/** A server that wants none. */
async function playSignIn({ good }: Pick<Player, "good">): Promise<void> {
  const handler = createMcpHandler(() => new McpServer({ name: "open", version: "1.0.0" }));
  using web = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => handler.fetch(request),
  });
  await good("AddMcpServer", { plugin: "open", endpoint: `http://127.0.0.1:${web.port}/mcp` });
  const { plugins } = await good("ListPlugins");
  const found = (plugins as { name: string; hash: string }[]).find((one) => one.name === "open");
  await good("ApprovePlugin", { plugin: "open", hash: found?.hash });
  expect(await good("SignInToMcpServer", { plugin: "open" })).toEqual({ url: null });
  await good("RemoveMcpServer", { plugin: "open" });
  await web.stop(true);
}

async function playSession({ good, bad }: Player): Promise<string> {
  const { prompt_objects } = await good("ListPOs");
  expect((prompt_objects as { name: string }[]).map((one) => one.name)).toEqual([
    "helper",
    "other",
  ]);
  await bad("InspectPO", { po_name: "nobody" }, "po_not_found");
  expect((await good("InspectPO", { po_name: "helper" })).prompt).toBe("You help.");

  const { session } = await good("CreateSession", { po_name: "helper", name: "Grüße" });
  const { session_id } = session as { session_id: string };
  await bad("CreateSession", { po_name: "nobody" }, "po_not_found");
  await bad("GetSession", { session_id: "none" }, "session_not_found");
  expect(((await good("GetSession", { session_id })).session as { name: string }).name).toBe(
    "Grüße",
  );
  await good("RenameSession", { session_id, name: null });
  await bad("RenameSession", { session_id, name: "" }, "invalid_request");
  await good("SwitchSession", { po_name: "helper", session_id });
  await bad("SwitchSession", { po_name: "other", session_id }, "session_mismatch");
  expect(((await good("ListSessions", {})).sessions as unknown[]).length).toBe(1);
  await bad("ListSessions", { limit: "many" }, "invalid_request");

  return session_id;
}

async function playTurns({ world, good, bad }: Player, session_id: string): Promise<void> {
  const message = "a message with 🙂 and \u0001 and \ud83d in it";
  await bad("SendMessage", { po_name: "helper", message: "" }, "invalid_request");
  await bad("SendMessage", { po_name: "other", message, session_id }, "session_mismatch");
  const sent = await good("SendMessage", { po_name: "helper", message, session_id });
  const run = await good("WaitForTurn", { turn_id: sent.turn_id });
  expect([run.status, run.response]).toEqual(["completed", "fine 🙂"]);
  await bad("WaitForTurn", { turn_id: "none" }, "turn_not_found");
  const whole = (await good("GetSession", { session_id })).session as {
    conversation: { content: string }[];
  };
  expect(whole.conversation[0]?.content.toWellFormed()).toBe(message.toWellFormed());
  await good("SearchSessions", { query: "message" });
  await good("GetUsage", { session_id });
  await good("ListOutcomes", { session_id });
  await bad("ListOutcomes", { session_id: "nobody-0001" }, "session_not_found");
  await good("GetSharedData", { session_id });
  await bad("GetSharedData", { session_id: "nobody-0001" }, "session_not_found");

  const asking = await good("SendMessage", { po_name: "helper", message: "ask", session_id });
  await world.happened("HumanRequestQueued");
  await bad("WaitForTurn", { turn_id: asking.turn_id, timeout_ms: 1 }, "timeout");
  const { requests } = await good("ListPendingRequests", {});
  const [request] = requests as { request_id: string; question: string }[];
  expect(request?.question).toBe("Why? 🙂");
  const response = { type: "answer", text: "So." };
  await bad("RespondToRequest", { request_id: "none", response }, "request_not_found");
  await good("RespondToRequest", { request_id: request?.request_id, response });
  await bad("RespondToRequest", { request_id: request?.request_id, response }, "already_answered");
  await good("WaitForTurn", { turn_id: asking.turn_id });
  const third = await good("SendMessage", { po_name: "helper", message: "ask", session_id });
  await world.happened("HumanRequestQueued", (row) =>
    JSON.stringify(row.payload).includes(String(third.turn_id)),
  );
  await good("CancelTurn", { turn_id: third.turn_id });
  await bad("CancelTurn", { turn_id: third.turn_id }, "turn_not_found");
}

/** Messages that wait behind a turn that was stopped. */
async function playQueue({ world, good, bad }: Player, session_id: string): Promise<void> {
  const say = (message: string) => good("SendMessage", { po_name: "helper", message, session_id });
  await bad("ResumeQueue", { session_id }, "not_found");
  await bad("ResumeQueue", { session_id: "none" }, "session_not_found");
  const asking = await say("ask");
  await world.happened("HumanRequestQueued", (row) =>
    JSON.stringify(row.payload).includes(String(asking.turn_id)),
  );
  const [taken, kept] = [await say("one"), await say("two")];
  await bad("WithdrawMessage", { session_id, message_id: asking.message_id }, "not_found");
  await good("CancelTurn", { turn_id: asking.turn_id });
  const waits = (content: string, { message_id, turn_id }: Record<string, unknown>) => {
    return { message_id, turn_id, content, delivery: "queue" };
  };
  const { waiting, is_parked } = await good("ListOutcomes", { session_id });
  expect([waiting, is_parked]).toEqual([[waits("one", taken), waits("two", kept)], true]);
  await good("WithdrawMessage", { session_id, message_id: taken.message_id });
  await bad("WithdrawMessage", { session_id, message_id: taken.message_id }, "not_found");
  expect((await good("WaitForTurn", { turn_id: taken.turn_id })).status).toBe("cancelled");
  await good("ResumeQueue", { session_id });
  expect((await good("WaitForTurn", { turn_id: kept.turn_id })).response).toBe("fine 🙂");
}

/** What is copied out of a session and into another. */
async function playCopies({ good, bad }: Player, session_id: string): Promise<void> {
  const said = async (id: unknown) => {
    const { session } = await good("GetSession", { session_id: id });
    const { conversation } = session as { conversation: { role: string; content: string }[] };
    return conversation.map((one) => [one.role, one.content]);
  };
  const idOf = ({ session }: Record<string, unknown>) =>
    (session as { session_id: string }).session_id;
  const fork = idOf(await good("ForkSession", { session_id, name: "again" }));
  expect(await said(fork)).toEqual(await said(session_id));
  await bad("ForkSession", { session_id: "none" }, "session_not_found");
  const { text, format } = await good("ExportSession", { session_id });
  expect(format).toBe("json");
  await bad("ExportSession", { session_id, format: "pdf" }, "invalid_request");
  const document: unknown = JSON.parse(String(text));
  const copy = idOf(await good("ImportSession", { document }));
  expect(await said(copy)).toEqual(await said(session_id));
  await bad("ImportSession", { document: { format: "another" } }, "invalid_request");
}

/** An object is made, changed, taken back, named anew and removed. */
async function playObjects({ good, bad }: Player): Promise<void> {
  const text = objectText({ name: "made", body: "You find. 🙂" });
  const { hash } = await good("CreatePO", { text, reason: "wanted" });
  await bad("CreatePO", { text }, "already_exists");
  await bad("CreatePO", { text: "no front matter" }, "config_invalid");
  const other = text.replace("find", "seek");
  const edited = await good("EditPO", { po_name: "made", text: other, base_hash: hash });
  expect([edited.base_hash, edited.is_live]).toEqual([hash, true]);
  await bad("EditPO", { po_name: "made", text, base_hash: hash }, "stale_hash");
  await bad("EditPO", { po_name: "nobody", text }, "po_not_found");
  expect((await good("RevertPO", { po_name: "made", hash })).hash).toBe(hash);
  await bad("RevertPO", { po_name: "made", hash: "0000" }, "not_found");
  expect(((await good("ListPOHistory", { po_name: "made" })).versions as unknown[]).length).toBe(3);
  await bad("ListPOHistory", { po_name: "nobody" }, "po_not_found");
  expect((await good("GetPOVersion", { po_name: "made", hash: edited.hash })).text).toBe(other);
  await bad("GetPOVersion", { po_name: "made", hash: "0000" }, "not_found");
  await good("RenamePO", { po_name: "made", new_name: "named" });
  await bad("RenamePO", { po_name: "named", new_name: "helper" }, "already_exists");
  await good("DeletePO", { po_name: "named" });
  await bad("DeletePO", { po_name: "named" }, "po_not_found");
}

/** An interface that an object opened is listed and closed. */
async function playServers({ world, good, bad }: Player): Promise<void> {
  const front = "capabilities: [spawn_connector]";
  await good("CreatePO", { text: objectText({ name: "spawner", front }) });
  const { connector_id } = await world.runtime().spawned.spawn({
    ...{ po_name: "spawner", kind: "http", host: "127.0.0.1" },
    ...{ port: await freePort(), routes: { "GET /": "info" } },
  });
  const { servers } = await good("ListConnectors");
  expect(servers).toMatchObject([{ connector_id, po_name: "spawner", problem: null }]);
  await bad("StopConnector", { connector_id: "none" }, "not_found");
  await good("StopConnector", { connector_id });
  expect((await good("ListConnectors")).servers).toEqual([]);
  await good("DeletePO", { po_name: "spawner" });
}

async function playKeys({ good, bad }: Player): Promise<void> {
  const { key, text } = await good("CreateKey", { name: "ci", scopes: ["read"] });
  const { keys } = await good("ListKeys");
  expect(keys).toEqual([key]);
  expect(JSON.stringify(keys)).not.toContain(String(text));
  await bad("CreateKey", { name: "ci", scopes: [] }, "invalid_request");
  const { key_id } = key as { key_id: string };
  await good("RevokeKey", { key_id });
  expect((await good("ListKeys")).keys).toEqual([]);
}

/** The same cursor shows the same events over every transport that has them. */
async function playCursors({ world }: Player, follow: Connected["follow"]): Promise<void> {
  const { journal_id } = world.store.journal;
  const event_types = ["SessionCreated", "SessionRenamed", "TurnCompleted"];
  const rows = world.rows().filter((row) => event_types.includes(row.type));
  const all = { names: rows.map((row) => row.type), seqs: rows.map((row) => row.seq), gaps: [] };
  expect(await follow({ event_types, after: 0, journal_id })).toEqual(all);
  const after = rows[0]?.seq ?? 0;
  expect(await follow({ event_types, after, journal_id: null })).toEqual({
    names: all.names.slice(1),
    seqs: all.seqs.slice(1),
    gaps: [],
  });
  expect(await follow({ event_types, after, journal_id: "another" })).toEqual({
    names: [],
    seqs: [],
    gaps: [{ from: after, reason: "other_journal" }],
  });
}
