// Trees of calls live and die together: they survive a kill, are cancelled, limited, billed, listed and
// deleted as one, and wait for humans as one.
import { describe, expect, test } from "bun:test";
import { askHumanTool } from "../../src/tools/ask-human.ts";
import {
  calling,
  chained,
  childrenOf,
  helper,
  isFor,
  lastIsResult,
  playing,
  say,
  team,
} from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const blue = playing({ lead: [calling("helper", "What?"), "It is blue."], help: ["blue"] });
/** The helper's model call is left to the test. */
const held = playing({ lead: [calling("helper", "What?"), "It is blue."], help: [undefined] });
const endsOf = (world: TestWorld) =>
  world
    .rows({ types: ["TurnCompleted", "TurnFailed", "TurnCancelled"] })
    .map(({ type, payload }) => `${type} ${"session_id" in payload ? payload.session_id : ""}`);

describe("a kill in the middle of a call", () => {
  test("is survived: the same child answers, and the caller goes on", async () => {
    await using world = await openTestWorld({ objects: team, script: held });
    const { session_id, run } = await say(world);
    await world.model.next();
    await world.restart();
    (await world.model.next()).answer("blue");
    expect(await run()).toMatchObject({ status: "completed", response: "It is blue." });
    expect(await childrenOf(world, session_id)).toHaveLength(1);
    const types = world.rows({ session_id }).map((row) => row.type);
    for (const type of ["DelegationStarted", "DelegationCompleted", "ToolCallStarted"] as const) {
      expect(types.filter((one) => one === type)).toHaveLength(1);
    }
  });

  test("of a chain is survived by all of it, each once", async () => {
    await using world = await openTestWorld({ objects: team, script: chained });
    const { run } = await say(world);
    for (let kill = 0; kill < 3; kill += 1) {
      await world.model.next();
      await world.restart();
    }
    (await world.model.next()).answer("judged");
    expect(await run()).toMatchObject({ status: "completed", response: "Done." });
    expect(world.rows({ types: ["SessionCreated"] })).toHaveLength(3);
    expect(world.rows({ types: ["TurnCompleted"] })).toHaveLength(3);
  });

  test("at every commit of a tree leads to the same end", async () => {
    const commits = async (stopAt: number) => {
      await using world = await openTestWorld({ objects: team, script: blue });
      let isDead = false;
      const dead = Promise.withResolvers<void>();
      let count = 0;
      world.store.journal.follow(() => {
        count += 1;
        if (count !== stopAt || isDead) return;
        isDead = true;
        world.crash();
        dead.resolve();
      });
      const sent = say(world).catch(() => undefined);
      const first = await Promise.race([sent.then((one) => one?.run()), dead.promise]);
      if (!isDead) return { run: first ?? undefined, count };
      await world.start();
      const [queued] = world.rows({ types: ["MessageQueued"] });
      if (queued?.type !== "MessageQueued") return { run: undefined, count };
      const run = await world.ask("WaitForTurn", { turn_id: queued.payload.turn_id });
      const { session_id } = run;
      expect(await childrenOf(world, session_id)).toHaveLength(1);
      const usage = world.rows({ session_id, types: ["ChildUsageRecorded"] });
      const calls = usage.map((row) => ("model_calls" in row.payload ? row.payload : undefined));
      // A call that was interrupted is made again and counts once.
      expect(calls.reduce((sum, one) => sum + (one?.model_calls ?? 0), 0)).toBe(1);
      return { run, count };
    };
    const { run: whole, count } = await commits(Number.POSITIVE_INFINITY);
    expect(whole).toMatchObject({ status: "completed", response: "It is blue." });
    for (let stopAt = 2; stopAt < count; stopAt += 1) {
      const { run } = await commits(stopAt);
      expect({ stopAt, run }).toMatchObject({
        stopAt,
        run: { status: "completed", response: "It is blue." },
      });
    }
  }, 60_000);

  test("does not wake a child whose caller does not wait any more", async () => {
    await using world = await openTestWorld({ objects: team, script: held });
    const { turn_id, session_id } = await say(world);
    await world.model.next();
    // The caller's end is kept, the child's is not: the process died between the two.
    world.refuse(({ stream }) =>
      stream === `session/${session_id}` ? undefined : new Error("the disk is gone"),
    );
    await world.ask("CancelTurn", { turn_id });
    await world.restart();
    const [child] = await childrenOf(world, session_id);
    expect(child?.state).toBe("idle");
    expect(endsOf(world)).toEqual([
      `TurnCancelled ${session_id}`,
      `TurnCancelled ${child?.session_id}`,
    ]);
    expect(world.model.requests).toHaveLength(2);
  });
});

describe("cancelling a turn", () => {
  test("cancels everybody below it", async () => {
    await using world = await openTestWorld({ objects: team, script: chained });
    const { turn_id, session_id, run } = await say(world);
    const call = await world.model.next();
    await world.ask("CancelTurn", { turn_id });
    expect(await run()).toMatchObject({ status: "cancelled" });
    const [child] = await childrenOf(world, session_id);
    const [below] = await childrenOf(world, child?.session_id ?? "");
    const isBelow = ({ payload }: { payload: object }) =>
      "session_id" in payload && payload.session_id === below?.session_id;
    await world.happened("TurnCancelled", isBelow);
    expect(call.signal.aborted).toBe(true);
    expect(endsOf(world)).toHaveLength(3);
    const [ended] = world.rows({ session_id, types: ["DelegationCompleted"] });
    expect(ended?.payload).toMatchObject({ success: false, error: { code: "cancelled" } });
  });

  test("of a called object is a failed call of its caller", async () => {
    await using world = await openTestWorld({ objects: team, script: held });
    const { session_id, run } = await say(world);
    await world.model.next();
    const [child] = await childrenOf(world, session_id);
    const { session } = await world.ask("GetSession", { session_id: child?.session_id ?? "" });
    await world.ask("CancelTurn", { turn_id: session.turn_id ?? "" });
    expect(await run()).toMatchObject({ status: "completed", response: "It is blue." });
    expect(world.model.requests.at(-1)?.messages.at(-1)?.content).toBe(
      "helper gave no answer: its turn was cancelled.",
    );
  });
});

describe("a question of a called object", () => {
  const asking: Script = (request) => {
    if (isFor("help", request)) {
      return lastIsResult(request)
        ? (request.messages.at(-1)?.content ?? "")
        : { calls: [{ name: "ask_human", args: { question: "Which colour?" } }] };
    }
    return lastIsResult(request) ? "Thanks." : calling("helper", "Ask the human.");
  };

  test("stands in the one inbox under its name; time stands still for its caller", async () => {
    await using world = await openTestWorld({
      objects: team,
      script: asking,
      tools: [askHumanTool()],
      config: { limits: { max_wall_ms: 3_600_000 } },
    });
    const { session_id, run } = await say(world);
    await world.happened("DelegationPaused");
    const { requests } = await world.ask("ListPendingRequests", {});
    expect(requests).toMatchObject([{ from_po: "helper", question: "Which colour?" }]);
    const state = async () => (await world.ask("GetSession", { session_id })).session.state;
    expect(await state()).toBe("waiting");
    await world.restart();
    expect(await state()).toBe("waiting");
    const [request] = requests;
    const response = { type: "answer" as const, text: "green" };
    await world.ask("RespondToRequest", { request_id: request?.request_id ?? "", response });
    expect(await run()).toMatchObject({ status: "completed", response: "Thanks." });
    expect(await state()).toBe("idle");
    const types = world.rows({ session_id }).map((row) => row.type);
    expect(types.filter((type) => type.startsWith("Delegation"))).toEqual([
      "DelegationStarted",
      "DelegationPaused",
      "DelegationResumed",
      "DelegationCompleted",
    ]);
  });

  test("with nobody there ends the run of its caller as blocked", async () => {
    await using world = await openTestWorld({
      objects: team,
      script: asking,
      tools: [askHumanTool()],
    });
    const { run } = await say(world, { settings: { on_ask: "fail" } });
    expect(await run()).toMatchObject({ status: "failed", error: { code: "blocked" } });
    const other = await say(world, { settings: { on_ask: "deny" } });
    expect(await other.run()).toMatchObject({
      status: "completed",
      denials: [{ tool: "helper", subject: "helper: ask_human Which colour?" }],
    });
  });
});

describe("sessions that answer calls", () => {
  test("are listed under who called, not among the others; their id is found", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const { session_id, run } = await say(world);
    await run();
    const { sessions } = await world.ask("ListSessions", {});
    expect(sessions.map((one) => [one.session_id, one.parent])).toEqual([[session_id, null]]);
    const [child] = await childrenOf(world, session_id);
    const found = await world.ask("ListSessions", { match: child?.session_id ?? "" });
    expect(found.sessions.map((one) => one.po_name)).toEqual(["helper"]);
  });

  test("speak with their caller alone, and may be forked", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const { session_id, run } = await say(world);
    await run();
    const [child] = await childrenOf(world, session_id);
    const there = child?.session_id ?? "";
    const asked = { po_name: "helper", message: "And you?", session_id: there };
    expect(await world.call("SendMessage", asked)).toMatchObject({
      ok: false,
      payload: { code: "session_mismatch", message: expect.stringContaining("fork it") },
    });
    const { session } = await world.ask("ForkSession", { session_id: there });
    expect(session).toMatchObject({ parent: null, forked_from: { session_id: there } });
  });

  test("are deleted with who called, text and all", async () => {
    await using world = await openTestWorld({ objects: team, script: chained });
    const { session_id, run } = await say(world);
    (await world.model.next()).answer("a secret judgement");
    await run();
    expect(await world.ask("GetStatus", {})).toMatchObject({ sessions: 3 });
    await world.ask("DeleteSession", { session_id });
    expect(await world.ask("GetStatus", {})).toMatchObject({ sessions: 0 });
    expect(JSON.stringify(world.rows())).not.toContain("a secret judgement");
  });

  test("that a crash left without their root are deleted at the next start", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const { session_id, run } = await say(world);
    await run();
    world.refuse(({ stream }) =>
      stream === `session/${session_id}` ? undefined : new Error("the disk is gone"),
    );
    await world.call("DeleteSession", { session_id });
    await world.restart();
    expect(await world.ask("GetStatus", {})).toMatchObject({ sessions: 0 });
  });

  test("that a crash left below a deleted one are deleted at the next start, the root stays", async () => {
    await using world = await openTestWorld({ objects: team, script: chained });
    const { session_id, run } = await say(world);
    (await world.model.next()).answer("judged");
    await run();
    const [child] = await childrenOf(world, session_id);
    const there = child?.session_id ?? "";
    world.refuse(({ stream }) =>
      stream === `session/${there}` ? undefined : new Error("the disk is gone"),
    );
    await world.call("DeleteSession", { session_id: there });
    await world.restart();
    expect(await world.ask("GetStatus", {})).toMatchObject({ sessions: 1 });
    expect((await world.ask("GetSession", { session_id })).session.message_count).toBe(4);
  });

  test("have what their caller has: folder, context, and what the human allowed", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const { session } = await world.ask("CreateSession", {
      po_name: "lead",
      context: { project: "jamey" },
    });
    const rules = [{ tool: "critic", match: null, action: "deny" as const }];
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "lead",
      message: "Go.",
      session_id: session.session_id,
      settings: { rules },
    });
    await world.ask("WaitForTurn", { turn_id });
    const [child] = await childrenOf(world, session.session_id);
    const whole = await world.ask("GetSession", { session_id: child?.session_id ?? "" });
    expect(whole.session).toMatchObject({
      workspace: session.workspace,
      session_state: { context: { project: "jamey" } },
    });
    const [started] = world.rows({ session_id: child?.session_id ?? "", types: ["TurnStarted"] });
    expect(started?.payload).toMatchObject({ agent: { rules } });
  });
});

test("an object of a called one's name answers on the model of its caller where it names none", async () => {
  const own = objectText({ name: "helper", front: "model: other/model", body: "You help." });
  const modelOf = async (objects: Record<string, string>) => {
    await using world = await openTestWorld({ objects, script: blue });
    const { session_id, run } = await say(world, { settings: { model: "chosen/model" } });
    await run();
    const [child] = await childrenOf(world, session_id);
    const [row] = world.rows({ session_id: child?.session_id ?? "", types: ["TurnStarted"] });
    return row?.type === "TurnStarted" ? row.payload.agent.model : undefined;
  };
  expect(await modelOf({ ...team, "helper.md": helper })).toBe("chosen/model");
  expect(await modelOf({ ...team, "helper.md": own })).toBe("other/model");
});
