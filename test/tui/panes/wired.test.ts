// Panes inside the whole interface, beside a real daemon: keys in, what the daemon then holds out.
import { expect, test } from "bun:test";
import type { CommandName, Params } from "../../../src/protocol/commands/index.ts";
import { toErrorBody } from "../../../src/protocol/errors.ts";
import type { Effect, Input } from "../../../src/tui/shapes.ts";
import { initialState, type State, update } from "../../../src/tui/update.ts";
import { view } from "../../../src/tui/view/index.ts";
import { subscribe } from "../../support/following.ts";
import { letters } from "../../support/screens.ts";
import { testTool } from "../../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../../support/world.ts";

const size = { columns: 90, rows: 30 };

/** The interface without its terminal: calls go to the daemon, its answers and frames come back. */
async function openInterface(world: TestWorld) {
  const client = world.connect({ client: "tui" });
  await subscribe(world, client);
  let now = Date.now();
  let state: State = initialState({ environment: "test", session_id: null, workspace: "/", now });
  let taken = 0;
  const editors: Extract<Effect, { type: "edit" }>[] = [];

  async function perform(effect: Effect): Promise<void> {
    if (effect.type === "edit") editors.push(effect);
    if (effect.type !== "call") return;
    const { command, params, purpose } = effect;
    await give(await answerOf(command, params, purpose));
  }

  async function answerOf(command: CommandName, params: unknown, purpose: string): Promise<Input> {
    try {
      // The effect pairs a command with its own parameters, and so does its reply.
      const reply = await world.ask(
        command,
        params as Params<typeof command>,
        client.connection.caller,
      );
      return { type: "replied", command, purpose, reply } as Input;
    } catch (thrown) {
      return { type: "call_failed", command, purpose, error: toErrorBody(thrown) };
    }
  }

  async function give(input: Input): Promise<void> {
    const next = update(state, input);
    state = update(next.state, { type: "drawn", now }).state;
    for (const effect of next.effects) await perform(effect);
  }

  const tui = {
    client,
    editors,
    give,
    state: () => state,
    screen: () => letters(view(state, size).lines),
    /** All frames that came until this one was seen. */
    async follow(until: Promise<unknown>): Promise<void> {
      await until;
      const frames = client.frames.slice(taken);
      taken = client.frames.length;
      await give({ type: "frames", frames });
    },
    async pass(milliseconds: number): Promise<void> {
      now += milliseconds;
      await give({ type: "tick", now });
    },
    async press(...names: string[]): Promise<void> {
      for (const name of names) {
        await give({ type: "key", key: { name, text: [...name].length === 1 ? name : "" } });
      }
    },
  };
  await give({ type: "resize", size });
  return tui;
}

test("an approval is read and given in the inbox, and the tool runs with what was shown", async () => {
  const put = testTool("put", { risk: "write" });
  await using world = await openTestWorld({
    tools: [put],
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? "Done."
        : { calls: [{ name: "put", args: { what: "the plan" } }] },
  });
  const tui = await openInterface(world);
  await world.ask("SendMessage", { po_name: "helper", message: "Put it." });
  await tui.follow(tui.client.event("HumanRequestQueued"));
  await tui.press("ctrl+y", "y");
  const ranEarly = put.ledger.length;
  await tui.pass(10);
  await tui.pass(400);
  const screen = tui.screen();
  await tui.press("y");
  await tui.follow(tui.client.event("TurnCompleted"));
  expect([ranEarly, screen.includes('"what": "the plan"'), put.ledger.length]).toEqual([
    0,
    true,
    1,
  ]);
  expect([tui.state().open, tui.state().focus]).toEqual([null, "composer"]);
});

test("an object is opened, edited in the editor, and its next answer follows the new text", async () => {
  await using world = await openTestWorld({ script: ({ system }) => system });
  const tui = await openInterface(world);
  await tui.press("f3");
  const screen = tui.screen();
  await tui.press("e");
  const text = objectText({ name: "helper", body: "You sing." });
  await tui.give({ type: "edited", purpose: "objects:edited", text });
  await tui.follow(tui.client.event("POModified"));
  const { turn_id } = await world.ask("SendMessage", { po_name: "helper", message: "Now." });
  const { response } = await world.ask("WaitForTurn", { turn_id });
  expect([
    screen.includes("You help."),
    tui.editors.length,
    response.includes("You sing."),
  ]).toEqual([true, 1, true]);
});

test("a conversation that somebody else began shows as unread, and is opened by its number", async () => {
  await using world = await openTestWorld({ script: () => "An answer." });
  const tui = await openInterface(world);
  const { session_id } = await world.ask("SendMessage", { po_name: "helper", message: "Hello." });
  await tui.follow(tui.client.event("TurnCompleted"));
  await tui.press("ctrl+s");
  const screen = tui.screen();
  await tui.press("1");
  expect([
    screen.includes("1 new"),
    tui.state().session_id,
    tui.screen().includes("An answer."),
  ]).toEqual([true, session_id, true]);
});
