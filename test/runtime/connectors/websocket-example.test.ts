// What the documents tell a stranger about the WebSocket, played as it stands there.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { socketExample } from "../../../src/protocol/socket-example.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { openRawWire } from "../../support/raw-wire.ts";
import { objectText, openTestWorld } from "../../support/world.ts";

test("the example of the documents is a conversation that works", async () => {
  const objects = { "assistant.md": objectText({ name: "assistant" }) };
  await using world = await openTestWorld({ objects, script: () => "ok" });
  const socket = join(world.folder, "test.sock");
  const connector = await startUnixConnector(socket, world.runtime(), {});
  await using _stopped = { [Symbol.asyncDispose]: () => connector.stop() };
  const wire = await openRawWire(socket);
  const replies: string[] = [];
  let turn_id = "";
  for (const [frame] of socketExample) {
    const { id = null } = frame as { id?: number };
    wire.send(JSON.stringify(frame).replace("TURN_ID", turn_id));
    const answer = await wire.until((one) => (id === null ? one.type === "hello" : one.id === id));
    replies.push(answer.type);
    turn_id = (answer.payload as { turn_id?: string } | undefined)?.turn_id ?? turn_id;
  }
  expect(replies).toEqual(["hello", "Subscribed", "MessageAccepted", "MessageResponse"]);
  await wire.until((frame) => frame.event_type === "MessageAdded");
  expect(wire.frames.filter(({ type }) => type === "caught_up")).toHaveLength(1);
});
