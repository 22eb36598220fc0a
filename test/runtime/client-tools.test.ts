// Tools that the caller of a turn runs: the turn ends with the call, and goes on with the result.
import { expect, test } from "bun:test";
import type { Params } from "../../src/protocol/commands/index.ts";
import type { Script } from "../support/test-model.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const clock = { name: "clock", description: "The time.", parameters: { type: "object" } };

/** Calls the caller's tool together with one of its own, then says what came of it. */
const script: Script = ({ messages }) => {
  const results = messages.filter((message) => message.role === "tool");
  if (results.length > 0) return results.map((message) => message.content).join(", ");
  return {
    calls: [
      { name: "clock", args: {} },
      { name: "look", args: {} },
    ],
  };
};

const open = (given: Script = script) =>
  openTestWorld({ script: given, tools: [testTool("look", { risk: "read" })] });

async function say(world: TestWorld, fields: Partial<Params<"SendMessage">>) {
  const said = { po_name: "helper", message: "what time is it", ...fields };
  const { turn_id } = await world.ask("SendMessage", said);
  return await world.ask("WaitForTurn", { turn_id });
}

test("the turn ends with the caller's call once its own have run, and goes on with the result", async () => {
  await using world = await open();
  const first = await say(world, { settings: { client_tools: [clock] } });
  expect(first).toMatchObject({ status: "completed", stop_reason: "client_tools", response: "" });
  const { session_id } = first;
  const { session } = await world.ask("GetSession", { session_id });
  const [call] = session.conversation[1]?.tool_calls ?? [];
  expect(session.conversation.map(({ role, content }) => [role, content])).toEqual([
    ["user", "what time is it"],
    ["assistant", ""],
    ["tool", "look done"],
  ]);
  await world.restart();
  const client_results = [{ call_id: call?.id ?? "", output: "noon" }];
  const settings = { client_tools: [clock], client_results };
  const second = await say(world, { session_id, settings, message: "Results" });
  expect(second).toMatchObject({ status: "completed", stop_reason: "stop" });
  expect(second.response).toBe("noon, look done");
  expect(world.model.requests.at(-1)?.tools.map((tool) => tool.name)).toContain("clock");
});

test("results that nothing waits for are refused before anything is kept", async () => {
  await using world = await open();
  const { session_id } = await say(world, { settings: { client_tools: [clock] } });
  const settings = { client_results: [{ call_id: "made-up", output: "noon" }] };
  const answer = await world.call("SendMessage", {
    po_name: "helper",
    message: "Results",
    session_id,
    settings,
  });
  expect(answer).toMatchObject({ ok: false, payload: { code: "call_not_found" } });
});

test("a call that never gets its result is answered as unknown, and the session goes on", async () => {
  await using world = await open(({ messages }) =>
    messages.at(-1)?.content === "never mind" ? "fine" : { calls: [{ name: "clock", args: {} }] },
  );
  const { session_id } = await say(world, { settings: { client_tools: [clock] } });
  expect((await say(world, { session_id, message: "never mind" })).response).toBe("fine");
  expect(world.model.requests.at(-1)?.messages.map((message) => message.role)).toEqual([
    "user",
    "assistant",
    "tool",
    "user",
  ]);
});

test("the caller's tool goes before the object's own of the same name", async () => {
  await using world = await open(() => ({ calls: [{ name: "look", args: {} }] }));
  const run = await say(world, { settings: { client_tools: [{ ...clock, name: "look" }] } });
  expect(run.stop_reason).toBe("client_tools");
  expect(world.model.requests[0]?.tools.filter((tool) => tool.name === "look")).toHaveLength(1);
});
