// What the daemon holds in memory of sessions, objects and the environment: let go, read again, never two.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import type { StoredEvent } from "../../src/protocol/events/index.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const send = (world: TestWorld, message: string, session_id: string | null = null) =>
  world.ask("SendMessage", { po_name: "helper", message, session_id });

const done = async (world: TestWorld, message: string, session_id: string | null = null) => {
  const accepted = await send(world, message, session_id);
  await world.ask("WaitForTurn", { turn_id: accepted.turn_id });
  return accepted;
};

test("streams that another wrote to are read again: environment and objects go on", async () => {
  await using world = await openTestWorld({
    objects: {
      "helper.md": objectText({ name: "helper", front: "wake: [{webhook: go, message: x}]" }),
    },
    script: () => "done",
  });
  await world.runtime().look();
  const [schedule] = (await world.ask("ListSchedules", {})).schedules;
  const { journal } = world.store;
  const write = (stream: string, event: StoredEvent) =>
    journal.append({
      ...{ stream, expected_version: journal.version(stream), events: [event] },
      ...{ at: new Date().toISOString(), caller: "daemon", causation_id: null },
    });
  const connector = { connector_id: "z", connector_type: "cli" as const, client: "z" };
  await write("environment", { type: "ConnectorAttached", payload: connector });
  const change = { po_name: "helper", old_state: "idle" as const, new_state: "idle" as const };
  await write("object/helper", { type: "POStateChanged", payload: change });
  const { schedule_id = "" } = schedule ?? {};
  const pause = () => world.call("PauseSchedule", { schedule_id });
  const text = objectText({ name: "helper", body: "New." });
  const edit = () => world.call("EditPO", { po_name: "helper", text, base_hash: null });
  expect([(await pause()).ok, (await edit()).ok]).toEqual([false, false]);
  expect([(await pause()).ok, (await edit()).ok]).toEqual([true, true]);
});

describe("sessions in memory", () => {
  test("that are not as the journal has them begin again from it, by themselves once", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    let refused = 0;
    const conflict = new JameyError("conflict", "Another wrote.");
    world.refuse((append) => {
      const isAnswer = append.events.some(
        (event) => event.type === "MessageAdded" && event.payload.role === "assistant",
      );
      refused += isAnswer ? 1 : 0;
      return isAnswer && refused !== 2 ? conflict : undefined;
    });
    const { session_id, turn_id } = await send(world, "hi");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("ok");
    expect([refused, world.model.requests.length]).toEqual([2, 2]);
    const again = await send(world, "again", session_id);
    while (refused < 3) await new Promise(setImmediate);
    for (let count = 0; count < 10; count += 1) {
      await world.ask("CreateSession", { po_name: "helper" });
    }
    // It is over until somebody says something: no circle in which the model is asked for ever.
    expect([refused, world.model.requests.length]).toEqual([3, 3]);
    world.refuse(undefined);
    await world.ask("RenameSession", { session_id, name: "woken" });
    expect((await world.ask("WaitForTurn", { turn_id: again.turn_id })).response).toBe("ok");
  });

  test("that wait for nothing are let go, and come back from the journal as they were", async () => {
    const text = "x".repeat(1024 * 1024);
    await using world = await openTestWorld({
      script: ({ messages }) => `${messages.length} messages`,
    });
    const first = await done(world, `${text} the first`);
    // More text than stays loaded: every one of these is let go when the next ones come.
    for (let count = 0; count < 40; count += 1) await done(world, text);
    await world.ask("RenameSession", { session_id: first.session_id, name: "found again" });
    const next = await send(world, "more", first.session_id);
    const { response } = await world.ask("WaitForTurn", { turn_id: next.turn_id });
    expect(response).toBe("3 messages");
    const { session } = await world.ask("GetSession", { session_id: first.session_id });
    expect([session.name, session.message_count]).toEqual(["found again", 4]);
  });

  test("are one actor each, however many commands come at once to one that was let go", async () => {
    await using world = await openTestWorld({ script: () => "ok" });
    const { session_id } = await done(world, "hi");
    await world.restart();
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const answers = await Promise.all(
      names.map((name) => world.call("RenameSession", { session_id, name })),
    );
    expect(answers.filter((answer) => !answer.ok)).toEqual([]);
    expect((await world.ask("GetSession", { session_id })).session.name).toBe("n49");
  });

  test("with more of them than stay loaded all work, and so does one that comes back", async () => {
    await using world = await openTestWorld();
    const { session } = await world.ask("CreateSession", { po_name: "helper" });
    const { session_id } = session;
    const accepted = await Promise.all(
      Array.from({ length: 300 }, (_, index) => send(world, `m${index}`)),
    );
    // All the others are busy, and this one was let go for them.
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const renamed = await Promise.all(
      names.map((name) => world.call("RenameSession", { session_id, name })),
    );
    expect(renamed.filter((answer) => !answer.ok)).toEqual([]);
    for (let count = 0; count < 300; count += 1) (await world.model.next()).answer("ok");
    const runs = await Promise.all(
      accepted.map(({ turn_id }) => world.ask("WaitForTurn", { turn_id })),
    );
    expect(runs.filter((run) => run.status !== "completed")).toEqual([]);
  }, 20_000);
});
