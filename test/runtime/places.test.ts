// Turns that run at once: so many and no more; the others wait in order, queued, and none waits for ever.
import { describe, expect, test } from "bun:test";
import { initialSessionState, type SessionActorState } from "../../src/core/session/state.ts";
import { turnSettings } from "../../src/protocol/agents.ts";
import { createPlaces } from "../../src/runtime/places.ts";
import { heldRun, testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const send = async (world: TestWorld, message: string, attach: { call_id?: string } = {}) =>
  await world.ask(
    "SendMessage",
    { po_name: "helper", message, session_id: null },
    world.connect(attach).connection.caller,
  );

const statusOf = (world: TestWorld, turn_id: string) => world.store.views.findTurn(turn_id)?.status;

const config = { max_running_turns: 1 };

describe("a turn", () => {
  test("waits queued while as many run as may, and begins in its order", async () => {
    await using world = await openTestWorld({ config });
    const first = await send(world, "one");
    const call = await world.model.next();
    const second = await send(world, "two");
    const third = await send(world, "three");
    const statuses = () => [first, second, third].map(({ turn_id }) => statusOf(world, turn_id));
    expect(statuses()).toEqual(["running", "queued", "queued"]);
    call.answer("done");
    const next = await world.model.next();
    expect(next.request.messages.at(-1)?.content).toBe("two");
    expect(statuses()).toEqual(["completed", "running", "queued"]);
    next.answer("done");
    (await world.model.next()).answer("done");
    await world.ask("WaitForTurn", { turn_id: third.turn_id });
    expect(statuses()).toEqual(["completed", "completed", "completed"]);
  });

  test("gives its place on when it waits for a human, and goes on without another", async () => {
    await using world = await openTestWorld({
      config,
      tools: [testTool("ask_human")],
      script: ({ messages }) => {
        const last = messages.at(-1);
        if (last?.role === "tool") return "thanks";
        return last?.content === "ask"
          ? { calls: [{ name: "ask_human", args: { question: "Which?" } }] }
          : undefined;
      },
    });
    const asking = await send(world, "ask");
    const queued = await world.happened("HumanRequestQueued");
    const other = await send(world, "work");
    const call = await world.model.next();
    const request_id = "request_id" in queued.payload ? queued.payload.request_id : "";
    const response = { type: "answer" as const, text: "blue" };
    await world.ask("RespondToRequest", { request_id, response });
    const run = await world.ask("WaitForTurn", { turn_id: asking.turn_id });
    expect([run.response, statusOf(world, other.turn_id)]).toEqual(["thanks", "running"]);
    call.answer("done");
    await world.ask("WaitForTurn", { turn_id: other.turn_id });
  });

  test("that is cancelled or deleted while it waits leaves its place in the line", async () => {
    await using world = await openTestWorld({ config });
    await send(world, "one");
    const call = await world.model.next();
    const second = await send(world, "two");
    const third = await send(world, "three");
    const fourth = await send(world, "four");
    await world.ask("CancelTurn", { turn_id: second.turn_id });
    await world.ask("DeleteSession", { session_id: third.session_id });
    call.answer("done");
    const next = await world.model.next();
    expect(next.request.messages.at(-1)?.content).toBe("four");
    next.answer("done");
    await world.ask("WaitForTurn", { turn_id: fourth.turn_id });
  });

  test("that could not begin gives its place back", async () => {
    await using world = await openTestWorld({ config, script: () => "done" });
    const broken = await world.ask("SendMessage", {
      po_name: "helper",
      message: "one",
      session_id: null,
      settings: { limits: { max_cost_usd: 1 }, model: "test/priceless" },
    });
    await world.ask("WaitForTurn", { turn_id: broken.turn_id });
    const { turn_id } = await send(world, "two");
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  });

  test("of an agent's process does not wait for the turn that waits for it", async () => {
    const held = heldRun();
    await using world = await openTestWorld({
      config,
      tools: [testTool("look", { risk: "read", run: held.run })],
      script: ({ messages }) =>
        messages.at(-1)?.content === "one" ? { calls: [{ name: "look", args: {} }] } : "done",
    });
    const outer = await send(world, "one");
    await held.started;
    const inner = await send(world, "inner", { call_id: "t1_m1_0" });
    expect((await world.ask("WaitForTurn", { turn_id: inner.turn_id })).status).toBe("completed");
    held.finish("looked");
    await world.ask("WaitForTurn", { turn_id: outer.turn_id });
  });

  test("of an agent's process is let in however many were before that had begun already", async () => {
    const places = createPlaces(1);
    const { signal } = new AbortController();
    const queued = (turn_id: string): SessionActorState => ({
      ...initialSessionState,
      queue: [
        {
          turn_id,
          message_id: `${turn_id}_m`,
          content: "",
          attachments: [],
          delivery: "queue",
          source: "api",
          settings: turnSettings.parse({}),
        },
      ],
    });
    places.changed("outer", queued("outer"));
    expect(await places.enter({ session_id: "outer", turn_id: "outer" }, signal)).toBe(true);
    for (let index = 0; index < 3_000; index += 1) {
      const turn = { session_id: "inner", turn_id: `inner${index}` };
      places.changed("inner", queued(turn.turn_id));
      const entered = places.enter(turn, signal);
      places.letIn(turn);
      expect(await entered).toBe(true);
      places.changed("inner", initialSessionState);
      // The answer to the client, and with it this word, may come after the turn is over.
      places.letIn(turn);
    }
    const last = { session_id: "inner", turn_id: "last" };
    places.changed("inner", queued("last"));
    places.letIn(last);
    expect(await places.enter(last, signal)).toBe(true);
  });

  test("that ran when the daemon ended runs again, and the others wait for it", async () => {
    await using world = await openTestWorld({ config });
    const first = await send(world, "one");
    await world.model.next();
    const second = await send(world, "two");
    // The one that runs is now the newer of the two.
    await world.ask("RenameSession", { session_id: first.session_id, name: "the first" });
    await world.restart();
    const call = await world.model.next();
    expect(call.request.messages.at(-1)?.content).toBe("one");
    expect(statusOf(world, second.turn_id)).toBe("queued");
    call.answer("done");
    (await world.model.next()).answer("done");
    await world.ask("WaitForTurn", { turn_id: second.turn_id });
    expect(statusOf(world, first.turn_id)).toBe("completed");
  });
});
