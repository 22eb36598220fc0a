// Sessions: lists and filters, the current one of each client, deletion, usage.
import { describe, expect, test } from "bun:test";
import { testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const objects = {
  "helper.md": objectText({ name: "helper" }),
  "other.md": objectText({ name: "other" }),
};

const send = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const done = async (world: TestWorld, message: string, session_id: string | null = null) => {
  const accepted = await send(world, message, session_id);
  await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  return accepted;
};

describe("GetSession", () => {
  test("without the messages says all else that is known", async () => {
    await using world = await openTestWorld({ objects, script: () => "done" });
    const { session_id } = await done(world, "one");
    const { session } = await world.ask("GetSession", { session_id });
    expect(session.conversation.map(({ content }) => content)).toEqual(["one", "done"]);
    expect(await world.ask("GetSession", { session_id, messages: "none" })).toEqual({
      session: { ...session, conversation: [] },
    });
  });
});

describe("ListSessions", () => {
  test("takes object, source and workspace alone and together, newest first", async () => {
    await using world = await openTestWorld({ objects });
    const create = async (client: string, workspace: string, po_name: string) => {
      const { caller } = world.connect({ client, workspace }).connection;
      return (await world.ask("CreateSession", { po_name }, caller)).session.session_id;
    };
    const a = await create("tui", "/a", "helper");
    const b = await create("cli", "/a", "other");
    const c = await create("cli", "/b", "helper");
    const list = async (filter: object) =>
      (await world.ask("ListSessions", filter)).sessions.map((one) => one.session_id);
    expect(await list({})).toEqual([c, b, a]);
    expect(await list({ po_name: "helper" })).toEqual([c, a]);
    expect(await list({ source: "cli" })).toEqual([c, b]);
    expect(await list({ workspace: "/a" })).toEqual([b, a]);
    expect(await list({ po_name: "helper", source: "cli" })).toEqual([c]);
    expect(await list({ po_name: "other", source: "tui" })).toEqual([]);
    expect(await list({ limit: 1 })).toEqual([c]);
  });

  test("finds by a part of a name however many are newer, and says that there are more", async () => {
    await using world = await openTestWorld({ objects });
    const ids: string[] = [];
    for (let count = 0; count < 210; count += 1) {
      const { session } = await world.ask("CreateSession", { po_name: "helper" });
      ids.push(session.session_id);
    }
    const [old = "", other = ""] = ids;
    await world.ask("RenameSession", { session_id: old, name: "Quarterly report" });
    await world.ask("RenameSession", { session_id: other, name: "Report of the week" });
    const named = async (words: string, limit = 50) => {
      const found = await world.ask("ListSessions", { named: words, limit });
      return [found.sessions.map((one) => one.session_id), found.next_cursor !== null];
    };
    expect(await named("quarter")).toEqual([[old], false]);
    expect(await named("REPORT")).toEqual([[other, old], false]);
    expect(await named("report", 1)).toEqual([[other], true]);
    expect(await named("none")).toEqual([[], false]);
    expect((await world.ask("ListSessions", { limit: 200 })).next_cursor).not.toBeNull();
  });

  test("shows a session's state as it changes", async () => {
    await using world = await openTestWorld();
    const { session_id, turn_id } = await send(world, "hi");
    const call = await world.model.next();
    const state = async () => (await world.ask("ListSessions", {})).sessions[0]?.state;
    expect(await state()).toBe("working");
    call.answer("ok");
    await world.ask("WaitForTurn", { turn_id });
    expect(await state()).toBe("idle");
    expect((await world.ask("ListSessions", {})).sessions[0]?.session_id).toBe(session_id);
  });
});

describe("SwitchSession", () => {
  test("moves the current session of one client for one object only", async () => {
    await using world = await openTestWorld({ objects });
    const [one, two] = [world.connect(), world.connect()];
    const make = async (po_name: string) =>
      (await world.ask("CreateSession", { po_name })).session.session_id;
    const [a, b, c] = [await make("helper"), await make("helper"), await make("other")];
    const current = async (client: typeof one, po_name: string) =>
      (await world.ask("InspectPO", { po_name }, client.connection.caller)).session_id;
    const to = (client: typeof one, po_name: string, session_id: string) =>
      world.call("SwitchSession", { po_name, session_id }, client.connection.caller);
    await to(one, "helper", a);
    await to(two, "helper", b);
    await to(two, "other", c);
    expect([await current(one, "helper"), await current(one, "other")]).toEqual([a, null]);
    expect([await current(two, "helper"), await current(two, "other")]).toEqual([b, c]);
    expect((await to(one, "helper", c)).payload).toMatchObject({ code: "session_mismatch" });
    expect((await to(one, "helper", "none")).payload).toMatchObject({ code: "session_not_found" });
    await world.ask("DeleteSession", { session_id: a });
    expect(await current(one, "helper")).toBe(null);
  });

  test("leaves a running turn in its own session", async () => {
    await using world = await openTestWorld();
    const { caller } = world.connect().connection;
    const first = await send(world, "hi");
    const other = (await world.ask("CreateSession", { po_name: "helper" })).session.session_id;
    await world.ask("SwitchSession", { po_name: "helper", session_id: other }, caller);
    (await world.model.next()).answer("mine");
    const run = await world.ask("WaitForTurn", { turn_id: first.turn_id });
    expect([run.session_id, run.response]).toEqual([first.session_id, "mine"]);
  });
});

describe("DeleteSession", () => {
  test("of a running session cancels its turn, and nothing of its text is left", async () => {
    const put = testTool("put");
    await using world = await openTestWorld({ tools: [put] });
    const { session_id, turn_id } = await send(world, "the canary sings");
    const call = await world.model.next();
    await send(world, "another canary", session_id);
    await world.ask("DeleteSession", { session_id });
    expect(call.signal.aborted).toBe(true);
    // What the aborted call still says is heard by nobody.
    call.answer({ text: "canary", calls: [{ name: "put", args: {} }] });
    await world.happened("SessionDeleted");
    expect(JSON.stringify(world.rows())).not.toContain("canary");
    for (const [command, params] of [
      ["GetSession", { session_id }],
      ["RenameSession", { session_id, name: "x" }],
      ["DeleteSession", { session_id }],
      ["GetUsage", { session_id }],
      ["RunTool", { session_id, name: "put", args: {} }],
    ] as const) {
      expect((await world.call(command, params)).payload).toMatchObject({
        code: "session_not_found",
      });
    }
    expect((await world.call("WaitForTurn", { turn_id })).payload).toMatchObject({
      code: "turn_not_found",
    });
    expect((await world.ask("SearchSessions", { query: "canary" })).hits).toEqual([]);
    expect((await world.ask("ListPOs", {})).prompt_objects[0]?.state).toBe("idle");
    expect(put.ledger).toEqual([]);
    await new Promise(setImmediate);
    expect(world.runtime().isIdle()).toBe(true);
  });
});

describe("GetUsage", () => {
  test("sums calls by model, of one session and of all", async () => {
    await using world = await openTestWorld({
      script: () => ({ text: "ok", usage: { input_tokens: 100, output_tokens: 7 } }),
    });
    const one = await done(world, "a");
    await done(world, "b", one.session_id);
    const two = await world.ask("SendMessage", {
      po_name: "helper",
      message: "c",
      session_id: null,
      settings: { model: "test/two" },
    });
    await world.ask("WaitForTurn", { turn_id: two.turn_id });
    const sum = (calls: number) => ({
      input_tokens: 100 * calls,
      output_tokens: 7 * calls,
      cached_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: 0.5 * calls,
    });
    const row = (model: string, calls: number) => ({ model, calls, usage: sum(calls) });
    expect(await world.ask("GetUsage", { session_id: one.session_id })).toEqual({
      total: sum(2),
      models: [row("test/one", 2)],
      groups: [],
    });
    const all = await world.ask("GetUsage", {});
    expect(all.total).toEqual(sum(3));
    expect(all.models.toSorted((x, y) => y.calls - x.calls)).toEqual([
      row("test/one", 2),
      row("test/two", 1),
    ]);
  });
});

describe("GetUsage after a deletion", () => {
  test("says what it said before, also when the views are made anew from the journal", async () => {
    await using world = await openTestWorld({
      objects,
      script: () => ({ text: "ok", usage: { input_tokens: 100, output_tokens: 7 } }),
    });
    const { session_id } = await done(world, "a");
    await done(world, "b", session_id);
    await done(world, "c");
    const sums = async () => [
      await world.ask("GetUsage", { by: "object" }),
      await world.ask("GetUsage", { by: "day" }),
    ];
    const before = await sums();
    await world.ask("DeleteSession", { session_id });
    await world.happened("SessionDeleted");
    expect(await sums()).toEqual(before);
    world.store.views.rebuild();
    expect(await sums()).toEqual(before);
    const { groups } = await world.ask("GetUsage", { by: "session" });
    expect(groups.map(({ key, calls }) => [key, calls])).toContainEqual(["(deleted)", 2]);
  });
});

describe("RunTool", () => {
  const put = testTool("put", { run: () => "put it" });

  test("in a session joins its conversation: the next turn's model is shown call and result", async () => {
    await using world = await openTestWorld({ objects, tools: [put] });
    const { session } = await world.ask("CreateSession", { po_name: "helper" });
    const { session_id } = session;
    const args = { path: "a" };
    const { result, message_id } = await world.ask("RunTool", { session_id, name: "put", args });
    const kept = await world.ask("GetSession", { session_id });
    expect(
      kept.session.conversation.map((one) => [one.role, one.content, one.tool_calls, one.turn_id]),
    ).toEqual([
      ["user", '/put {"path":"a"}', [], null],
      ["assistant", "", [{ id: result.id, name: "put", args }], null],
      ["tool", "put it", [], null],
    ]);
    expect(kept.session.conversation[2]).toMatchObject({ message_id, tool_call_id: result.id });
    expect(kept.session.state).toBe("idle");
    await send(world, "And now?", session_id);
    const { request, answer } = await world.model.next();
    expect(request.messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", '/put {"path":"a"}'],
      ["assistant", ""],
      ["tool", "put it"],
      ["user", "And now?"],
    ]);
    answer("done");
  });

  test("does not disturb a turn that runs", async () => {
    await using world = await openTestWorld({ objects, tools: [put] });
    const { session_id, turn_id } = await send(world, "work");
    const call = await world.model.next();
    const ran = await world.ask("RunTool", { session_id, name: "put", args: {} });
    expect([ran.result.output, ran.message_id]).toEqual(["put it", null]);
    call.answer("done");
    await world.ask("WaitForTurn", { turn_id });
    const { session } = await world.ask("GetSession", { session_id });
    expect(session.conversation.map(({ content }) => content)).toEqual(["work", "done"]);
  });

  test("runs in the session's folder, and without a session in the caller's", async () => {
    const look = testTool("look", {
      run: (_, { workspace, session_id }) => `${workspace} ${session_id}`,
    });
    await using world = await openTestWorld({ tools: [look] });
    const { caller } = world.connect({ workspace: "/tmp" }).connection;
    const { session } = await world.ask("CreateSession", { po_name: "helper" }, caller);
    const { session_id } = session;
    const params = { session_id, name: "look", args: {} };
    const { result } = await world.ask("RunTool", params);
    expect(result.output).toBe(`/tmp ${session_id}`);
    const none = await world.ask("RunTool", { session_id: null, name: "look", args: {} }, caller);
    expect([none.result.output, none.message_id]).toEqual(["/tmp ", null]);
  });

  test("refuses a tool that is not there, and arguments that are not valid", async () => {
    const look = testTool("look", { check: () => "There is no such sky." });
    await using world = await openTestWorld({ tools: [look] });
    const run = async (name: string) =>
      (await world.call("RunTool", { session_id: null, name, args: {} })).payload;
    expect(await run("fly")).toMatchObject({ code: "tool_not_found" });
    expect(await run("look")).toEqual({
      code: "invalid_request",
      message: "look: There is no such sky.",
      details: {},
    });
    expect(look.ledger).toEqual([]);
  });

  test("that fails says so in its result", async () => {
    const look = testTool("look");
    look.call = async () => ({
      output: "It is dark.",
      success: false,
      outcome: "failed",
      output_bytes: 11,
      spilled_to: null,
    });
    await using world = await openTestWorld({ tools: [look] });
    const { result } = await world.ask("RunTool", { session_id: null, name: "look", args: {} });
    expect([result.output, result.success]).toEqual(["It is dark.", false]);
  });
});

describe("the states of an object", () => {
  test("are working around a turn, waiting around a question, idle after a failure", async () => {
    await using world = await openTestWorld({
      tools: [testTool("ask_human")],
      script: ({ messages }) => {
        const last = messages[messages.length - 1];
        if (last?.content === "fail") return { fail: "provider_auth" };
        if (last?.role === "tool") return "thanks";
        return { calls: [{ name: "ask_human", args: { question: "Why?" } }] };
      },
    });
    const { session_id, turn_id } = await send(world, "ask");
    await world.happened("HumanRequestQueued");
    const { requests } = await world.ask("ListPendingRequests", {});
    await world.ask("RespondToRequest", {
      request_id: requests[0]?.request_id ?? "",
      response: { type: "answer", text: "so" },
    });
    await world.ask("WaitForTurn", { turn_id });
    await done(world, "fail", session_id);
    await world.happened(
      "POStateChanged",
      (row) => row.seq > (world.rows({ types: ["TurnFailed"] })[0]?.seq ?? Infinity),
    );
    const states = world
      .rows({ types: ["POStateChanged"] })
      .map((row) => (row.type === "POStateChanged" ? row.payload.new_state : ""));
    expect(states).toEqual(["working", "waiting", "working", "idle", "working", "idle"]);
  });
});
