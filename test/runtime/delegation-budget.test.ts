// What a tree of calls uses: counted against the limits of who is at the top, summed, and paid with one key.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { calling, chained, childrenOf, isFor, playing, say, team } from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import { testTool } from "../support/test-tools.ts";
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

describe("the budget of a tree whose members work at once", () => {
  const names = Array.from({ length: 8 }, (_, index) => `m${index}`);
  const TOKENS_OF_A_CALL = 15;

  /** Each member calls a tool, or has a clerk of its own that does, for as long as it is let. */
  async function spend(options: { max_tokens: number; isDeep: boolean; answersAfter: number }) {
    const { max_tokens, isDeep, answersAfter } = options;
    const note = testTool("note", { risk: "read" });
    const worker = (name: string, front: string) => objectText({ name, front, body: "You work." });
    const members = names.map((name) =>
      isDeep
        ? [
            [
              `${name}.md`,
              objectText({ name, front: `capabilities: [${name}c]`, body: "You ask." }),
            ],
            [`${name}c.md`, worker(`${name}c`, "capabilities: [note]")],
          ]
        : [[`${name}.md`, worker(name, "capabilities: [note]")]],
    );
    const front = `mode: parallel\ncapabilities: [${names.join(", ")}]`;
    await using world = await openTestWorld({
      objects: {
        "lead.md": objectText({ name: "lead", front, body: "You lead." }),
        ...Object.fromEntries(members.flat()),
      },
      tools: [note],
      config: { limits: { max_tokens, max_parallel_tools: 8, max_iterations: 1_000 } },
      script(request) {
        const results = request.messages.filter(({ role }) => role === "tool").length;
        if (isFor("lead", request)) return "Done.";
        if (isFor("ask", request)) {
          const [clerk = ""] = request.tools
            .map(({ name }) => name)
            .filter((n) => /^m\dc$/.test(n));
          return results === 0 ? calling(clerk, "Work.") : "Asked.";
        }
        if (results >= answersAfter) return "Worked.";
        return { calls: [{ name: "note", args: {} }] };
      },
    });
    const { run, session_id } = await say(world);
    const { status, error } = await run();
    const { total } = await world.ask("GetUsage", { session_id });
    return {
      status,
      code: error?.code,
      asked: world.model.requests.length,
      used: total.input_tokens + total.output_tokens,
    };
  }

  test("is overrun by one model call for each of them at most, at every depth", async () => {
    for (const isDeep of [false, true]) {
      for (const answersAfter of [1, 1_000]) {
        for (const max_tokens of [16, 100, 121, 250, 375, 600]) {
          const options = { max_tokens, isDeep, answersAfter };
          const { status, code, asked, used } = await spend(options);
          const most = Math.ceil(max_tokens / TOKENS_OF_A_CALL) - 1 + names.length;
          // Its last call may be the one that takes it beyond.
          const isWhole = status === "completed" && used - TOKENS_OF_A_CALL < max_tokens;
          expect([options, isWhole || [status, code]]).toEqual([
            options,
            isWhole || ["failed", "limit_reached"],
          ]);
          expect([options, asked > most ? asked : "fits"]).toEqual([options, "fits"]);
        }
      }
    }
  });

  test("is not begun upon by a member that waits for its turn once it is used up", async () => {
    await using world = await openTestWorld({
      objects: {
        "lead.md": objectText({
          name: "lead",
          front: "mode: parallel\ncapabilities: [m0, m1, m2]",
          body: "You lead.",
        }),
        ...Object.fromEntries(
          names.map((name) => [`${name}.md`, objectText({ name, body: "You work." })]),
        ),
      },
      config: { limits: { max_tokens: 15, max_parallel_tools: 1 } },
      script: () => "Worked.",
    });
    const { run } = await say(world);
    expect(await run()).toMatchObject({ status: "failed", error: { code: "limit_reached" } });
    expect(world.model.requests.length).toBe(1);
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
