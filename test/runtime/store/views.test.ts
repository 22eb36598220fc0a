// The views of sessions and turns: what each question answers after the events that matter to it.
import { describe, expect, test } from "bun:test";
import { run as runSchema } from "../../../src/protocol/commands/session.ts";
import type { StoredEvent } from "../../../src/protocol/events/index.ts";
import { session as sessionSchema } from "../../../src/protocol/messages.ts";
import { add, at, created, everySession, queued, said, started } from "./samples.ts";
import { asked, ids, tokens, used } from "./views-events.ts";
import { openMemory } from "./views-support.ts";

const call = (call_id: string, attempt: number): StoredEvent => ({
  type: "ModelCallStarted",
  payload: { ...ids, call_id, attempt, model: "offline/guide", purpose: "answer" },
});
const completed = (message_id: string | null): StoredEvent => ({
  type: "TurnCompleted",
  payload: { ...ids, message_id, stop_reason: "stop" },
});
const cancelled = (turn_id: string): StoredEvent => ({
  type: "TurnCancelled",
  payload: { session_id: "a", turn_id, reason: "enough" },
});
const denied: StoredEvent = {
  type: "ToolCallCompleted",
  payload: {
    ...ids,
    call_id: "c9",
    name: "shell",
    success: false,
    outcome: "denied",
    duration_ms: 0,
    output_bytes: 0,
    spilled_to: null,
    denial: { subject: "rm -rf /", allow_with: "--allow shell" },
  },
};
const toolCalls = [{ id: "c9", name: "shell", args: { command: "rm -rf /" } }];

describe("a session", () => {
  test("is answered whole, as the protocol describes it", async () => {
    await using store = openMemory();
    const metadata = { nested: [1, { deep: null }] };
    await add(store.journal, "session/a", [
      created("a", { name: "first", context: { topic: "tests" }, metadata }),
      queued("a", "t1"),
      started("a", "t1", ["file_read"]),
      said("a", "m1", "hello", { turn_id: "t1" }),
      call("c1", 1),
      call("c1", 2),
    ]);
    const seen = store.views.getSession("a");
    expect(sessionSchema.parse(seen)).toEqual({
      session_id: "a",
      po_name: "assistant",
      name: "first",
      source: "cli",
      agent_mode: "single",
      state: "working",
      message_count: 1,
      title: "hello",
      workspace: "/home/ada/project",
      parent: null,
      forked_from: null,
      ephemeral: false,
      created_at: at,
      updated_at: at,
      conversation: [
        {
          message_id: "m1",
          turn_id: "t1",
          role: "user",
          content: "hello",
          name: null,
          tool_call_id: null,
          tool_calls: [],
          attachments: [],
          reasoning: null,
          source: "cli",
          created_at: at,
        },
      ],
      session_state: {
        active_tools: ["file_read"],
        context: { topic: "tests" },
        iteration_count: 1,
      },
      metadata,
      turn_id: "t1",
      queued: 0,
    });
    expect(store.views.getSession("b")).toBeUndefined();
  });

  test("keeps a message whole: calls, reasoning and attachments", async () => {
    await using store = openMemory();
    const message = {
      role: "assistant" as const,
      name: "critic",
      tool_call_id: "c1",
      tool_calls: [{ id: "c2", name: "shell", args: { list: [1, "two", null] } }],
      attachments: [{ media_type: "image/png", bytes: 3, sha256: "ff", name: null }],
      reasoning: { text: "hm", opaque: { vendor: "openai", items: [{ id: 1 }] } },
    };
    const event = said("a", "m1", "look", message);
    await add(store.journal, "session/a", [created("a"), event]);
    const [kept] = store.views.getSession("a")?.conversation ?? [];
    const { session_id: _, ...payload } = event.payload as { session_id: string };
    expect<unknown>(kept).toEqual(payload);
  });

  test("works while a turn runs or waits its turn, waits for a human, and rests when cancelled", async () => {
    await using store = openMemory();
    const states: unknown[] = [];
    const step = async (event: StoredEvent) => {
      await add(store.journal, "session/a", [event]);
      const { state, queued: waiting, turn_id } = store.views.getSession("a") ?? {};
      states.push([state, waiting, turn_id, store.views.openSessions()]);
    };
    await step(created("a"));
    await step(queued("a", "t1"));
    await step(started("a", "t1"));
    await step(queued("a", "t2"));
    await step(asked("r1"));
    await step({
      type: "HumanRequestResponded",
      payload: { ...ids, request_id: "r1", response: { type: "answer", text: "this" } },
    });
    await step(cancelled("t1"));
    await step(queued("a", "t3"));
    await step(cancelled("t2"));
    await step(cancelled("t3"));
    expect(states).toEqual([
      ["idle", 0, null, []],
      ["working", 1, "t1", ["a"]],
      ["working", 0, "t1", ["a"]],
      ["working", 1, "t1", ["a"]],
      ["waiting", 1, "t1", ["a"]],
      ["working", 1, "t1", ["a"]],
      ["idle", 1, null, ["a"]],
      ["working", 2, "t2", ["a"]],
      ["idle", 1, null, ["a"]],
      ["idle", 0, null, []],
    ]);
  });

  test("is listed by newest activity, filtered by object, source and workspace", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    await add(journal, "session/a", [created("a")]);
    await add(journal, "session/b", [created("b", { po_name: "critic", source: "mcp" })]);
    await add(journal, "session/c", [created("c", { source: "delegation" })]);
    await add(journal, "session/d", [created("d", { workspace: "/elsewhere" })]);
    await add(journal, "session/a", [said("a", "m1", "newest")]);
    const list = (filter: Partial<Parameters<typeof views.listSessions>[0]>) =>
      views
        .listSessions({ ...everySession, ...filter })
        .sessions.map((session) => session.session_id);
    expect(list({})).toEqual(["a", "d", "c", "b"]);
    expect(list({ limit: 2 })).toEqual(["a", "d"]);
    expect(list({ po_name: "critic" })).toEqual(["b"]);
    expect(list({ source: "delegation" })).toEqual(["c"]);
    expect(list({ workspace: "/elsewhere" })).toEqual(["d"]);
    expect(list({ po_name: "' OR 1=1 --" })).toEqual([]);
  });

  test("that is deleted is gone from every view", async () => {
    await using store = openMemory();
    await add(store.journal, "session/a", [
      created("a"),
      queued("a", "t1", { message_key: "k1" }),
      started("a", "t1"),
      said("a", "m1", "text", { turn_id: "t1" }),
      asked("r1"),
      denied,
      used("offline/guide", 1),
      queued("a", "t2"),
      { type: "SessionDeleted", payload: { session_id: "a" } },
    ]);
    expect(Object.values(store.dump()).flat()).toEqual([]);
    expect(store.views.counts()).toEqual({
      objects: 0,
      sessions: 0,
      running_turns: 0,
      pending_requests: 0,
    });
    expect(store.journal.check()).toEqual({ ok: true, problems: [] });
  });
});

describe("a turn", () => {
  const run = {
    po_name: "assistant",
    response: "done",
    session_id: "a",
    turn_id: "t1",
    message_id: "m3",
    model: "offline/guide",
    status: "completed" as const,
    stop_reason: "stop",
    error: null,
    usage: {
      input_tokens: 20,
      output_tokens: 10,
      cached_tokens: 4,
      reasoning_tokens: 2,
      cost_usd: 0.75,
    },
    model_calls: 2,
    tool_rounds: 1,
    duration_ms: 1500,
    denials: [
      { tool: "shell", subject: "rm -rf /", reason: "denied", allow_with: "--allow shell" },
    ],
    structured: null,
    pending_requests: [],
  };

  test("answers how it ended, with everything that it counted", async () => {
    await using store = openMemory();
    const { journal, views } = store;
    const during: unknown[] = [views.getRun("t1")];
    await add(journal, "session/a", [created("a"), queued("a", "t1")]);
    during.push(views.getRun("t1"), views.findTurn("t1"));
    await add(journal, "session/a", [started("a", "t1")], "2026-01-02T03:04:05.000Z");
    during.push(views.getRun("t1"), views.findTurn("t1"), views.counts().running_turns);
    expect(during).toEqual([
      undefined,
      "open",
      { session_id: "a", status: "queued" },
      "open",
      { session_id: "a", status: "running" },
      1,
    ]);
    await add(journal, "session/a", [
      said("a", "m1", "do it", { turn_id: "t1" }),
      call("c1", 1),
      call("c1", 2),
      used("offline/guide", 0.5),
      said("a", "m2", "", { turn_id: "t1", role: "assistant", tool_calls: toolCalls }),
      denied,
      call("c2", 1),
      used("offline/guide", 0.25),
      said("a", "m3", "done", { turn_id: "t1", role: "assistant" }),
    ]);
    await add(journal, "session/a", [completed("m3")], "2026-01-02T03:04:06.500Z");
    await add(journal, "session/a", [cancelled("t1")], "2026-01-02T03:04:09.000Z");
    expect(runSchema.parse(views.getRun("t1"))).toEqual(run);
    expect(views.findTurn("t1")).toEqual({ session_id: "a", status: "completed" });
  });

  test("that failed says why; a request that was open when it ended is still named", async () => {
    await using store = openMemory();
    const error = { code: "limit_reached" as const, message: "enough", details: { limit: "x" } };
    await add(store.journal, "session/a", [
      created("a"),
      started("a", "t1"),
      used("ollama/one", null),
      asked("r1"),
      asked("r2"),
      {
        type: "HumanRequestExpired",
        payload: { ...ids, request_id: "r1", reason: "deadline" },
      },
      said("a", "m9", "so far", { turn_id: "t1", role: "assistant" }),
      { type: "TurnFailed", payload: { ...ids, error, message_id: "m9" } },
    ]);
    expect(store.views.getRun("t1")).toEqual({
      ...run,
      response: "so far",
      message_id: "m9",
      status: "failed",
      stop_reason: null,
      error,
      usage: { ...tokens, cost_usd: null },
      model_calls: 0,
      tool_rounds: 0,
      duration_ms: 0,
      denials: [],
      pending_requests: ["r2"],
    });
    expect(store.views.listRequests(null)).toEqual([]);
    expect(store.views.findRequest("r1")?.state).toBe("expired");
    expect(store.views.findRequest("r2")?.state).toBe("turn_ended");
  });

  test("cancelled before it started has no model and no duration", async () => {
    await using store = openMemory();
    await add(store.journal, "session/a", [created("a"), queued("a", "t1"), cancelled("t1")]);
    expect(store.views.getRun("t1")).toMatchObject({
      status: "cancelled",
      model: null,
      duration_ms: 0,
      usage: { cost_usd: 0 },
    });
  });

  test("is found by the key of its message, and the first message with a key is the one", async () => {
    await using store = openMemory();
    const key = { message_key: "k1" };
    await add(store.journal, "session/a", [
      created("a"),
      queued("a", "t1", key),
      queued("a", "t2", key),
    ]);
    expect(store.views.findMessageKey("k1")).toEqual({
      session_id: "a",
      turn_id: "t1",
      message_id: "t1-question",
      seq: 2,
    });
    expect(store.views.findMessageKey("k2")).toBeUndefined();
  });
});
