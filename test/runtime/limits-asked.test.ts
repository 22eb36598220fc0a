// Limits that are asked about, in a whole daemon: who is asked, who may want it so, what becomes of the answer.
import { describe, expect, test } from "bun:test";
import type { Params } from "../../src/protocol/commands/index.ts";
import { say as begin, calling, childrenOf, playing, team } from "../support/delegating.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld } from "../support/world.ts";

const limits = { max_iterations: 1, on_limit: "ask" as const };

/** An agent that looks twice before it answers: three calls of the model. */
const open = (config: Record<string, unknown> = { limits }) =>
  openTestWorld({
    config,
    tools: [testTool("look")],
    script: ({ messages }) =>
      messages.filter((one) => one.role === "tool").length >= 2
        ? "Done."
        : { calls: [{ name: "look", args: { text: "x" } }] },
  });

const say = (world: TestWorld, fields: Partial<Params<"SendMessage">> = {}) =>
  world.ask("SendMessage", { po_name: "helper", message: "go", session_id: null, ...fields });

/** The question number `count` of this turn. */
async function asked(world: TestWorld, turn_id: string, count: number) {
  const request_id = `${turn_id}_limit${count}`;
  await world.happened(
    "HumanRequestQueued",
    ({ payload }) => "request_id" in payload && payload.request_id === request_id,
  );
  const { requests } = await world.ask("ListPendingRequests", {});
  const found = requests.find((one) => one.request_id === request_id);
  if (!found) throw new Error(`${request_id} is not in the inbox`);
  return found;
}

const codeOf = ({ payload }: { payload: unknown }) => (payload as { code?: string }).code; // An error's, or none.

describe("a limit that is asked about", () => {
  test("waits through a crash for a yes of another client, each time it is reached, and ends after a no", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    const first = await asked(world, turn_id, 1);
    expect(first.question).toContain("limit of 1 model call (max_iterations)");
    world.crash();
    await world.start();
    const other = world.connect().connection.caller;
    const yes = { type: "decision", decision: "approve", hash: first.hash ?? "" } as const;
    await world.ask("RespondToRequest", { request_id: first.request_id, response: yes }, other);
    const second = await asked(world, turn_id, 2);
    expect(second.limit).toMatchObject({ name: "model_calls", value: 2, by: 1 });
    const no = { type: "decision", decision: "deny", hash: second.hash ?? "" } as const;
    await world.ask("RespondToRequest", { request_id: second.request_id, response: no }, other);
    const run = await world.ask("WaitForTurn", { turn_id });
    expect([run.error?.code, run.error?.message]).toEqual([
      "limit_reached",
      "The turn reached its limit of 2 model calls (max_iterations).",
    ]);
  });

  test("leads to the answer where enough is given", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    for (const count of [1, 2]) {
      const { request_id, hash } = await asked(world, turn_id, count);
      const response = { type: "decision", decision: "approve", hash: hash ?? "" };
      await world.call("RespondToRequest", { request_id, response });
    }
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("Done.");
  });

  test("is no rule's to give, and not for a session", async () => {
    await using world = await open();
    const { turn_id } = await say(world);
    const { request_id, hash } = await asked(world, turn_id, 1);
    const codes = [];
    for (const scope of ["rule", "session"]) {
      const response = { type: "decision", decision: "approve", hash: hash ?? "", scope };
      const said = await world.call("RespondToRequest", { request_id, response });
      codes.push(codeOf(said));
    }
    expect(codes).toEqual(["invalid_request", "invalid_request"]);
  });

  test("ends the turn where nobody is asked", async () => {
    await using world = await open();
    const { turn_id } = await say(world, { settings: { on_ask: "deny" } });
    expect((await world.ask("WaitForTurn", { turn_id })).error?.code).toBe("limit_reached");
  });

  test("is not what a process of an agent can choose; it can choose the end", async () => {
    await using strict = await open({ limits: { max_iterations: 1 } });
    const wanted = { settings: { limits: { on_limit: "ask" as const } } };
    const process = { ...strict.passing(), isHuman: false };
    const message = { po_name: "helper", message: "go", session_id: null };
    await strict.call("SendMessage", { ...message, ...wanted }, process);
    const started = await strict.happened("TurnStarted");
    expect(started.payload).toMatchObject({ agent: { config: { on_limit: "end" } } });
    await using mild = await open();
    const narrowed = { settings: { limits: { on_limit: "end" as const } } };
    await mild.call(
      "SendMessage",
      { ...message, ...narrowed },
      { ...mild.passing(), isHuman: false },
    );
    const other = await mild.happened("TurnStarted");
    expect(other.payload).toMatchObject({ agent: { config: { on_limit: "end" } } });
  });

  test("of a tree is asked about at its root: below all is stopped, and a yes lets the caller go on", async () => {
    await using world = await openTestWorld({
      objects: team,
      script: playing({ lead: [calling("helper", "What?"), "It is blue."], help: [undefined] }),
      config: { limits: { max_tokens: 30, on_limit: "ask" } },
    });
    const { turn_id, run } = await begin(world);
    (await world.model.next()).answer({ calls: [{ name: "lead", args: { message: "Again!" } }] });
    const { request_id, session_id, hash } = await asked(world, turn_id, 1);
    const { requests } = await world.ask("ListPendingRequests", {});
    expect(requests.map((one) => one.request_id)).toEqual([request_id]);
    expect(await childrenOf(world, session_id)).toHaveLength(1);
    const response = { type: "decision", decision: "approve", hash: hash ?? "" };
    await world.call("RespondToRequest", { request_id, response });
    expect(await run()).toMatchObject({ status: "completed", response: "It is blue." });
  });
});
