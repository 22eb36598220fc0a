// Waiting for a turn: answered when it ends, whoever waits and whatever happens meanwhile.
import { describe, expect, test } from "bun:test";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const send = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const codeOf = async (world: TestWorld, command: string, params: unknown) => {
  const answer = await world.call(command, params);
  return answer.ok ? "ok" : answer.payload.code;
};

const echo = ({ messages }: { messages: { content: string }[] }) =>
  `You said: ${messages[messages.length - 1]?.content}`;

describe("WaitForTurn", () => {
  test("answers at once where the turn is over, also after a restart", async () => {
    await using world = await openTestWorld({ script: echo });
    const { turn_id } = await send(world, "hi");
    const run = await world.ask("WaitForTurn", { turn_id });
    await world.restart();
    expect(await world.ask("WaitForTurn", { turn_id, timeout_ms: 0 })).toEqual(run);
  });

  test("answers all who wait when the turn ends", async () => {
    await using world = await openTestWorld();
    const { turn_id } = await send(world, "hi");
    const waiting = [1, 2, 3].map(() => world.ask("WaitForTurn", { turn_id }));
    (await world.model.next()).answer("now");
    const runs = await Promise.all(waiting);
    expect(runs.map((run) => run.response)).toEqual(["now", "now", "now"]);
  });

  test("looks only when something has happened in the session of its turn", async () => {
    await using world = await openTestWorld();
    const { views } = world.store;
    const { getRun } = views;
    let looks = 0;
    views.getRun = (turn_id) => {
      looks += 1;
      return getRun(turn_id);
    };
    const { turn_id } = await send(world, "hi");
    const call = await world.model.next();
    const waiting = world.ask("WaitForTurn", { turn_id });
    const before = looks;
    for (let count = 0; count < 20; count += 1) {
      await world.ask("CreateSession", { po_name: "helper" });
    }
    expect(looks - before).toBeLessThan(2);
    call.answer("done");
    expect((await waiting).response).toBe("done");
  });

  test("answers timeout, and the turn goes on", async () => {
    await using world = await openTestWorld();
    const { turn_id } = await send(world, "hi");
    expect(await world.call("WaitForTurn", { turn_id, timeout_ms: 1 })).toEqual({
      ok: false,
      type: "Error",
      payload: {
        code: "timeout",
        message: `The turn ${turn_id} goes on after 1 ms.`,
        details: {},
      },
    });
    (await world.model.next()).answer("late");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("late");
  });

  test("with a time beyond what a timer holds does not answer at once", async () => {
    await using world = await openTestWorld();
    const { turn_id } = await send(world, "hi");
    const waiting = world.ask("WaitForTurn", { turn_id, timeout_ms: 2 ** 40 });
    const call = await world.model.next();
    call.answer("fine");
    expect((await waiting).response).toBe("fine");
  });

  test("of a caller that goes away is over, and the turn is not", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    const { turn_id } = await send(world, "hi");
    const waiting = world.call("WaitForTurn", { turn_id }, client.connection.caller);
    client.close();
    expect((await waiting).payload).toMatchObject({ code: "cancelled" });
    const gone = AbortSignal.abort();
    const late = await world.call("WaitForTurn", { turn_id }, world.passing(gone));
    expect(late.payload).toMatchObject({ code: "cancelled" });
    (await world.model.next()).answer("done");
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  });

  test("of a turn whose session is deleted meanwhile is told so", async () => {
    await using world = await openTestWorld();
    const { turn_id, session_id } = await send(world, "hi");
    const waiting = world.call("WaitForTurn", { turn_id });
    const call = await world.model.next();
    await world.ask("DeleteSession", { session_id });
    expect(call.signal.aborted).toBe(true);
    const { payload } = await waiting;
    expect(JSON.stringify(payload)).toMatch(/cancelled|turn_not_found/);
    expect(await codeOf(world, "WaitForTurn", { turn_id })).toBe("turn_not_found");
  });

  test("of a turn that failed has the error, and what there is of an answer", async () => {
    await using world = await openTestWorld({
      script: (_, index) => (index === 0 ? { fail: "provider_auth" } : "ok"),
    });
    const { turn_id, session_id } = await send(world, "hi");
    const run = await world.ask("WaitForTurn", { turn_id });
    expect([run.status, run.error]).toEqual([
      "failed",
      { code: "provider_auth", message: "test: provider_auth", details: {} },
    ]);
    const next = await send(world, "again", session_id);
    expect((await world.ask("WaitForTurn", { turn_id: next.turn_id })).response).toBe("ok");
  });
});
