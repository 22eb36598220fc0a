// What a tree of calls uses: counted against the limits of who is at the top, summed, and paid with one key.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { calling, chained, childrenOf, isFor, playing, say, team } from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import { objectText, openTestWorld } from "../support/world.ts";

const blue = playing({ lead: [calling("helper", "What?"), "It is blue."], help: ["blue"] });
/** The helper's model call is left to the test. */
const held = playing({ lead: [calling("helper", "What?"), "It is blue."], help: [undefined] });

describe("the limits of a turn", () => {
  test("count what is used below it, and a breach ends the whole tree", async () => {
    await using world = await openTestWorld({
      objects: team,
      script: chained,
      config: { limits: { max_tokens: 40 } },
    });
    const { session_id, run } = await say(world);
    // Lead, helper and critic have asked once each: 15 tokens for the first two.
    (await world.model.next()).answer({ calls: [{ name: "lead", args: { message: "Again!" } }] });
    expect(await run()).toMatchObject({
      status: "failed",
      error: { code: "limit_reached", details: { limit: "tokens", value: 40 } },
    });
    const [child] = await childrenOf(world, session_id);
    const isChild = ({ payload }: { payload: object }) =>
      "session_id" in payload && payload.session_id === child?.session_id;
    const ended = await Promise.race([
      world.happened("TurnCancelled", isChild),
      world.happened("TurnFailed", isChild),
    ]);
    expect(["TurnCancelled", "TurnFailed"]).toContain(ended.type);
  });

  test("of model calls are those of all of them together", async () => {
    const script: Script = (request) => {
      if (isFor("help", request)) return "blue";
      return calling("helper", `Again, after ${request.messages.length}.`);
    };
    await using world = await openTestWorld({
      objects: team,
      script,
      config: { limits: { max_iterations: 4 } },
    });
    const { run } = await say(world);
    expect(await run()).toMatchObject({
      status: "failed",
      model_calls: 4,
      error: { code: "limit_reached", details: { limit: "model_calls", value: 4 } },
    });
  });

  test("of money hold for those below as well", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const limits = { max_cost_usd: 1 };
    const { run } = await say(world, { settings: { limits } });
    expect(await run()).toMatchObject({
      status: "failed",
      error: { code: "limit_reached", details: { limit: "cost_usd" } },
      usage: { cost_usd: 1 },
    });
  });
});

describe("a budget of money", () => {
  test("is not spent on a model below whose price nobody knows", async () => {
    const dear = objectText({ name: "helper", front: "model: other/model", body: "You help." });
    await using world = await openTestWorld({
      objects: { ...team, "helper.md": dear },
      script: blue,
      models: { costOf: (name) => (name === "other/model" ? null : 0.1) },
    });
    const { session_id, run } = await say(world, { settings: { limits: { max_cost_usd: 1 } } });
    expect(await run()).toMatchObject({ status: "completed", usage: { cost_usd: 0.2 } });
    const [ended] = world.rows({ session_id, types: ["DelegationCompleted"] });
    expect(ended?.payload).toMatchObject({
      error: { code: "config_invalid", message: expect.stringContaining("price of other/model") },
    });
    expect(world.model.requests.some((request) => isFor("help", request))).toBe(false);
  });
});

describe("what a tree used", () => {
  test("is the sum of its sessions, and stands in the run of its root", async () => {
    await using world = await openTestWorld({ objects: team, script: blue });
    const { session_id, run } = await say(world);
    const { usage, model_calls } = await run();
    expect([usage.input_tokens, usage.output_tokens, usage.cost_usd, model_calls]).toEqual([
      30, 15, 1.5, 3,
    ]);
    const [child] = await childrenOf(world, session_id);
    const tree = await world.ask("GetUsage", { session_id });
    const part = await world.ask("GetUsage", { session_id: child?.session_id ?? "" });
    const all = await world.ask("GetUsage", { session_id: null });
    expect(tree.total).toEqual(usage);
    expect(part.total.input_tokens).toBe(10);
    expect(all).toEqual(tree);
  });
});

test("the keys of whoever speaks at the top are those of everybody below, also after a restart", async () => {
  const seen: (string | undefined)[] = [];
  await using world = await openTestWorld({
    objects: team,
    script: held,
    models: {
      open: async (name, { variable }) => {
        seen.push(variable("OPENAI_API_KEY"));
        if (seen.at(-1) === undefined) throw new JameyError("key_missing", "There is no key.");
        return { model: world.model.port, model_name: name };
      },
    },
  });
  const variables = { OPENAI_API_KEY: "sk-mine" };
  const { turn_id } = await say(world, { caller: world.connect({ variables }).connection.caller });
  await world.model.next();
  expect(seen).toEqual(["sk-mine", "sk-mine"]);
  await world.restart();
  // Who comes back to wait for the turn at the top brings the key for the one below.
  const { caller } = world.connect({ variables }).connection;
  const waiting = world.ask("WaitForTurn", { turn_id }, caller);
  (await world.model.next()).answer("blue");
  expect(await waiting).toMatchObject({ status: "completed", response: "It is blue." });
});
