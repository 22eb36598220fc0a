// Messages that wait: taken back, and let go on after a stop, as every list and every follower sees it.
import { expect, test } from "bun:test";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

/** A session whose turn waits for a human, so that what is sent now waits as well. */
async function openBusy() {
  const world = await openTestWorld({
    tools: [testTool("ask_human")],
    script: ({ messages }) =>
      messages.at(-1)?.content === "ask"
        ? { calls: [{ name: "ask_human", args: { question: "Why?" } }] }
        : "fine",
  });
  const asking = await world.ask("SendMessage", { po_name: "helper", message: "ask" });
  await world.happened("HumanRequestQueued");
  const { session_id, turn_id } = asking;
  const say = (message: string, delivery: "queue" | "steer") =>
    world.ask("SendMessage", { po_name: "helper", message, session_id, delivery });
  return { world, session_id, turn_id, say };
}

async function seen(world: TestWorld, session_id: string) {
  const { session } = await world.ask("GetSession", { session_id, messages: "none" });
  return { queued: session.queued, isTurning: session.turn_id !== null };
}

test("a message that is taken back is in no list and no conversation, whether it queued or steered", async () => {
  const { world, session_id, turn_id, say } = await openBusy();
  const [steer, queued] = [await say("left", "steer"), await say("right", "queue")];
  expect(await seen(world, session_id)).toEqual({ queued: 2, isTurning: true });
  await world.ask("WithdrawMessage", { session_id, message_id: steer.message_id });
  expect(await seen(world, session_id)).toEqual({ queued: 1, isTurning: true });
  await world.ask("WithdrawMessage", { session_id, message_id: queued.message_id });
  expect(await seen(world, session_id)).toEqual({ queued: 0, isTurning: true });
  const { requests } = await world.ask("ListPendingRequests", {});
  const request_id = requests[0]?.request_id ?? "";
  await world.ask("RespondToRequest", { request_id, response: { type: "answer", text: "So." } });
  await world.ask("WaitForTurn", { turn_id });
  const { session } = await world.ask("GetSession", { session_id });
  const said = session.conversation.filter(({ role }) => role === "user");
  expect(said.map(({ content }) => content)).toEqual(["ask"]);
  await world[Symbol.asyncDispose]();
});

test("what waits behind a stopped turn goes on when it is let, in its order, and without another message", async () => {
  const { world, session_id, turn_id, say } = await openBusy();
  const [first, second] = [await say("one", "queue"), await say("two", "queue")];
  await world.ask("CancelTurn", { turn_id });
  expect(await seen(world, session_id)).toEqual({ queued: 2, isTurning: false });
  await world.ask("ResumeQueue", { session_id });
  for (const one of [first, second]) await world.ask("WaitForTurn", { turn_id: one.turn_id });
  const { session } = await world.ask("GetSession", { session_id });
  const said = session.conversation.filter(({ turn_id: of }) => of !== turn_id);
  expect(said.map(({ role, content }) => `${role}: ${content}`)).toEqual([
    "user: one",
    "assistant: fine",
    "user: two",
    "assistant: fine",
  ]);
  expect(await seen(world, session_id)).toEqual({ queued: 0, isTurning: false });
  await world[Symbol.asyncDispose]();
});
