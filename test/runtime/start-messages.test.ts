// on_start: sent once at each start, to a session of its own.
import { describe, expect, test } from "bun:test";
import { createLog } from "../../src/runtime/log.ts";
import { sendStartMessages } from "../../src/runtime/start-messages.ts";
import { objectText, openTestWorld } from "../support/world.ts";

const objects = {
  "board.md": objectText({ name: "board", front: "on_start: open the dashboard" }),
  "helper.md": objectText({ name: "helper" }),
};

const queued = (world: Awaited<ReturnType<typeof openTestWorld>>) =>
  world
    .rows({ types: ["MessageQueued"] })
    .flatMap(({ type, caller, payload, stream }) =>
      type === "MessageQueued" ? [{ caller, stream, ...payload }] : [],
    );

describe("on_start", () => {
  test("is sent once at each start, by the object itself, to a session of its own", async () => {
    await using world = await openTestWorld({ objects, script: () => "It is open." });
    await world.happened("TurnCompleted");
    await world.restart();
    const [first, second] = queued(world);
    await world.happened("TurnCompleted", (row) => row.stream === second?.stream);
    expect(queued(world).map(({ caller, content, source }) => [caller, content, source])).toEqual([
      ["po:daemon", "open the dashboard", "po"],
      ["po:daemon", "open the dashboard", "po"],
    ]);
    expect(first?.session_id).not.toBe(second?.session_id);
    expect(first?.message_key).not.toBe(second?.message_key);
    const { sessions } = await world.ask("ListSessions", {});
    expect(sessions.map(({ po_name, message_count }) => [po_name, message_count])).toEqual([
      ["board", 2],
      ["board", 2],
    ]);
  });

  test("that cannot be sent is reported, and holds up no other", async () => {
    await using world = await openTestWorld();
    const { handle, connections } = world.runtime();
    const lines: string[] = [];
    await sendStartMessages({
      objects: [
        { name: "gone", on_start: "hello", capabilities: [] },
        { name: "helper", on_start: "hello", capabilities: [] },
      ],
      key: "start:x",
      handle,
      caller: connections.own(),
      log: createLog({ level: "info", now: () => "", write: (line) => void lines.push(line) }),
    });
    expect(queued(world).map((one) => one.message_key)).toEqual(["start:x:helper"]);
    expect(lines.map((line) => line.includes("There is no object 'gone' (PO not found)"))).toEqual([
      true,
    ]);
  });
});
