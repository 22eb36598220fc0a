// What a daemon that died leaves, the next one finishes: no message lost, no side effect twice.
// A crash here is a store pulled away from under the runtime; `kill -9` of the real process is tested
// end to end.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import type { StoredEventName } from "../../src/protocol/events/index.ts";
import type { Script } from "../support/test-model.ts";
import { heldRun, testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const say = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const wait = async (world: TestWorld, turn_id: string) => {
  const { status, response } = await world.ask("WaitForTurn", { turn_id });
  return { status, response };
};

/** Who said what, in order. */
const conversation = async (world: TestWorld, session_id: string) => {
  const { session } = await world.ask("GetSession", { session_id });
  return session.conversation.map(({ role, content }) => `${role}: ${content}`);
};

/** Answers with the tool call, then with the tool's result, then with what was asked. */
const callsTool =
  (name: string, args: Record<string, string> = {}): Script =>
  ({ messages }) => {
    const last = messages[messages.length - 1];
    if (last?.role === "tool") return `It said: ${last.content}`;
    if (last?.content === "use it") return { calls: [{ name, args }] };
    return `You said: ${last?.content}`;
  };

const UNKNOWN =
  "Interrupted: it is not known whether this call ran. Check before you try it again.";

/** After any crash the same session takes the next message. */
async function expectNextMessageWorks(world: TestWorld, session_id: string): Promise<void> {
  const next = await say(world, "next", session_id);
  expect(await wait(world, next.turn_id)).toEqual({
    status: "completed",
    response: "You said: next",
  });
}

describe("a crash", () => {
  test("before the model call loses no message: the turn runs after the restart", async () => {
    await using world = await openTestWorld({ script: callsTool("put") });
    // The message is committed; the turn's own first events are not.
    world.refuse((append) =>
      append.events.some((event) => event.type === "TurnStarted") ? full() : undefined,
    );
    const { session_id, turn_id } = await say(world, "hello");
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: "You said: hello",
    });
    expect(world.model.requests.length).toBe(1);
    await expectNextMessageWorks(world, session_id);
  });

  test("during the model call asks again, and a higher attempt discards what was streamed", async () => {
    let isBack = false;
    await using world = await openTestWorld({
      script: (request, index) => (isBack ? callsTool("put")(request, index) : undefined),
    });
    const { session_id, turn_id } = await say(world, "hello");
    (await world.model.next()).write("Half an ans");
    isBack = true;
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: "You said: hello",
    });
    const attempts = world
      .rows({ types: ["ModelCallStarted"] })
      .map((row) => (row.type === "ModelCallStarted" ? row.payload.attempt : 0));
    expect(attempts).toEqual([1, 2]);
    expect(await conversation(world, session_id)).toEqual([
      "user: hello",
      "assistant: You said: hello",
    ]);
    await expectNextMessageWorks(world, session_id);
  });

  test("after the model's answer and before its tool runs the tool once", async () => {
    const put = testTool("put");
    await using world = await openTestWorld({ script: callsTool("put"), tools: [put] });
    world.refuse((append) =>
      append.events.some((event) => event.type === "ToolCallStarted") ? full() : undefined,
    );
    const { session_id, turn_id } = await say(world, "use it");
    await world.happened("MessageAdded", (row) => payloadRole(row.payload) === "assistant");
    expect(put.ledger).toEqual([]);
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: "It said: put done",
    });
    expect(put.ledger.length).toBe(1);
    // The answer that named the tool was paid for once.
    expect(world.model.requests.length).toBe(2);
    await expectNextMessageWorks(world, session_id);
  });

  test("during a tool that may not run twice does not run it again, and the model is told", async () => {
    const held = heldRun();
    const put = testTool("put", { run: held.run });
    await using world = await openTestWorld({ script: callsTool("put"), tools: [put] });
    const { session_id, turn_id } = await say(world, "use it");
    await held.started;
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: `It said: ${UNKNOWN}`,
    });
    expect(put.ledger.length).toBe(1);
    // What the dead daemon's tool says now, nobody hears.
    held.finish("too late");
    await expectNextMessageWorks(world, session_id);
    expect(await conversation(world, session_id)).toEqual([
      "user: use it",
      "assistant: ",
      `tool: ${UNKNOWN}`,
      `assistant: It said: ${UNKNOWN}`,
      "user: next",
      "assistant: You said: next",
    ]);
  });

  test("during a tool that is safe to repeat runs it again under the same call", async () => {
    const held = heldRun();
    let runs = 0;
    const look = testTool("look", {
      replay: "safe",
      run: (args, context) => (++runs === 1 ? held.run(args, context) : "seen"),
    });
    await using world = await openTestWorld({ script: callsTool("look"), tools: [look] });
    const { session_id, turn_id } = await say(world, "use it");
    await held.started;
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({ status: "completed", response: "It said: seen" });
    expect(look.ledger.length).toBe(2);
    expect(new Set(look.ledger).size).toBe(1);
    await expectNextMessageWorks(world, session_id);
  });

  test("after the tool and before its result is stored does not run it again", async () => {
    const put = testTool("put");
    await using world = await openTestWorld({ script: callsTool("put"), tools: [put] });
    const refused = Promise.withResolvers<void>();
    world.refuse((append) => {
      if (!append.events.some((event) => event.type === "ToolCallCompleted")) return undefined;
      refused.resolve();
      return full();
    });
    const { session_id, turn_id } = await say(world, "use it");
    await refused.promise;
    await world.restart();
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: `It said: ${UNKNOWN}`,
    });
    expect(put.ledger.length).toBe(1);
    await expectNextMessageWorks(world, session_id);
  });

  test("while a human is awaited leaves the question, which another client answers", async () => {
    await using world = await openTestWorld({
      script: callsTool("ask_human", { question: "Which colour?" }),
      tools: [testTool("ask_human")],
    });
    const { session_id, turn_id } = await say(world, "use it");
    await world.happened("HumanRequestQueued");
    await world.restart();
    const { requests } = await world.ask("ListPendingRequests", {});
    expect(requests.map(({ from_po, question }) => ({ from_po, question }))).toEqual([
      { from_po: "helper", question: "Which colour?" },
    ]);
    expect((await world.ask("ListPOs", {})).prompt_objects[0]?.state).toBe("waiting");
    const other = world.connect({ client: "tui" });
    await world.ask(
      "RespondToRequest",
      {
        request_id: requests[0]?.request_id ?? "",
        response: { type: "answer", text: "blue" },
      },
      other.connection.caller,
    );
    expect(await wait(world, turn_id)).toEqual({ status: "completed", response: "It said: blue" });
    await expectNextMessageWorks(world, session_id);
  });

  test("again and again at every append still ends the turn, with the tool run once", async () => {
    const put = testTool("put");
    await using world = await openTestWorld({ script: callsTool("put"), tools: [put] });
    const { session_id, turn_id } = await say(world, "use it");
    // Each daemon gets one more append of the session through, then dies.
    for (let round = 0; round < 12; round += 1) {
      world.crash();
      await world.start();
      const head = world.store.journal.head();
      await advanced(world, head, turn_id);
    }
    expect((await wait(world, turn_id)).status).toBe("completed");
    expect(put.ledger.length).toBeLessThanOrEqual(1);
    await expectNextMessageWorks(world, session_id);
  });

  test("leaves queued messages queued, in their order", async () => {
    let isBack = false;
    await using world = await openTestWorld({
      script: (request, index) => (isBack ? callsTool("put")(request, index) : undefined),
    });
    const { session_id, turn_id } = await say(world, "one");
    await world.model.next();
    await say(world, "two", session_id);
    const last = await say(world, "three", session_id);
    isBack = true;
    await world.restart();
    await wait(world, turn_id);
    await wait(world, last.turn_id);
    expect(await conversation(world, session_id)).toEqual([
      "user: one",
      "assistant: You said: one",
      "user: two",
      "assistant: You said: two",
      "user: three",
      "assistant: You said: three",
    ]);
  });

  test("of a client and its daemon together is a detachment at the next start", async () => {
    await using world = await openTestWorld();
    const { caller } = world.connect({ client: "tui" }).connection;
    await world.happened("ConnectorAttached");
    await world.restart();
    const detached = await world.happened("ConnectorDetached");
    expect(detached.payload).toEqual({
      connector_id: caller.connector_id,
      connector_type: "tui",
    });
    expect(await world.ask("ListConnectors", {})).toEqual({ connectors: [], servers: [] });
    expect(world.store.views.listConnectors()).toEqual([]);
  });

  test("that left out a change of an object's state has it appended at the next start", async () => {
    await using world = await openTestWorld({ script: () => "done" });
    world.refuse((append) =>
      append.events.some(
        (event) => event.type === "POStateChanged" && event.payload.new_state === "idle",
      )
        ? full()
        : undefined,
    );
    const { turn_id } = await say(world, "hello");
    await wait(world, turn_id);
    expect(states(world)).toEqual(["idle → working"]);
    await world.restart();
    expect(states(world)).toEqual(["idle → working", "working → idle"]);
  });
});

describe("a start", () => {
  test("says of each object that it is live, and of one whose file has gone that it is not", async () => {
    await using world = await openTestWorld({
      objects: { "helper.md": objectText({ name: "helper" }), "b.md": objectText({ name: "b" }) },
    });
    world.crash();
    world.objects.delete("b.md");
    await world.start();
    const seen = world.rows({ types: ["POLoaded", "POUnloaded"] }).map((row) => {
      return `${row.type} ${row.type === "POLoaded" || row.type === "POUnloaded" ? row.payload.po_name : ""}`;
    });
    expect(seen.toSorted()).toEqual([
      "POLoaded b",
      "POLoaded helper",
      "POLoaded helper",
      "POUnloaded b",
    ]);
    expect(world.store.views.listObjects().map((one) => one.po_name)).toEqual(["helper"]);
  });

  test("that cannot write recovers a session later, before anything of it runs again", async () => {
    const held = heldRun();
    const put = testTool("put", { run: held.run });
    await using world = await openTestWorld({ script: callsTool("put"), tools: [put] });
    const { session_id, turn_id } = await say(world, "use it");
    await held.started;
    world.crash();
    world.store.journal.append = refuseOnce(world, "TurnResumed");
    await world.start();
    expect(put.ledger.length).toBe(1);
    expect(world.log.filter((line) => line.includes("session not revived")).length).toBe(1);
    await say(world, "next", session_id);
    expect(await wait(world, turn_id)).toEqual({
      status: "completed",
      response: `It said: ${UNKNOWN}`,
    });
    expect(put.ledger.length).toBe(1);
  });
});

const full = () => new JameyError("storage_failed", "The disk is full.");

/** The journal's own append, except that the first with such an event is refused. */
function refuseOnce({ store }: TestWorld, type: StoredEventName) {
  const append = store.journal.append;
  let isRefused = false;
  return (given: Parameters<typeof append>[0]) => {
    if (isRefused || !given.events.some((event) => event.type === type)) return append(given);
    isRefused = true;
    return Promise.reject(full());
  };
}

const payloadRole = (payload: object): unknown => ("role" in payload ? payload.role : undefined);

function states(world: TestWorld): string[] {
  return world
    .rows({ types: ["POStateChanged"] })
    .map((row) =>
      row.type === "POStateChanged" ? `${row.payload.old_state} → ${row.payload.new_state}` : "",
    );
}

/** Resolves when something new is committed, or the turn has ended. */
async function advanced(world: TestWorld, head: number, turn_id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (world.store.journal.head() > head || world.store.views.getRun(turn_id) !== "open") {
      resolve();
    }
  };
  const stop = world.store.journal.follow(look);
  look();
  await promise;
  stop();
}
