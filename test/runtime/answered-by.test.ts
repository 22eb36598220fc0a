// The audit of answers: the event says what was decided, and who did.
import { expect, test } from "bun:test";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld } from "../support/world.ts";

test("the event of an answer names who gave it; other events name nobody", async () => {
  await using world = await openTestWorld({
    tools: [testTool("put", { risk: "write" })],
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool" ? "done" : { calls: [{ name: "put", args: {} }] },
  });
  const watcher = world.connect();
  const human = world.connect({ client: "tui" });
  const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "go" });
  await world.happened("HumanRequestQueued");
  const [request] = (await world.ask("ListPendingRequests", {})).requests;
  const { request_id = "", hash } = request ?? {};
  const response = { type: "decision" as const, decision: "approve" as const, hash: hash ?? "" };
  await world.ask("RespondToRequest", { request_id, response }, human.connection.caller);
  await world.ask("WaitForTurn", { turn_id });
  await world.ask("Subscribe", { after: 0 }, watcher.connection.caller);
  await watcher.until((frame) => frame.type === "caught_up");
  const answered = watcher.frames.filter((frame) => "caller" in frame);
  expect(answered).toMatchObject([
    { event_type: "HumanRequestResponded", caller: expect.stringMatching(/^tui:/) },
  ]);
});
