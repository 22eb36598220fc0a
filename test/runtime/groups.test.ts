// Objects that work in groups: the mode comes from the file, the session or the message, the members from
// the file, and every member answers in a session of its own.
import { describe, expect, test } from "bun:test";
import { childrenOf, isFor, lastIsResult, say } from "../support/delegating.ts";
import type { Script } from "../support/test-model.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const member = (name: string) =>
  objectText({ name, front: `description: ${name}`, body: `You ${name}.` });
const group = (front: string, body = "You lead.") => ({
  "lead.md": objectText({ name: "lead", front, body }),
  "one.md": member("one"),
  "two.md": member("two"),
});
const members = "capabilities: [two, one]";

/** Members say their name and how many messages they were sent; the object itself sums up. */
const script: Script = (request) => {
  if (isFor("one", request)) return "from one";
  if (isFor("two", request)) return "from two";
  return lastIsResult(request) ? "Both have answered." : "Alone.";
};

const stepsOf = (world: TestWorld, session_id: string) =>
  world
    .rows({ session_id, types: ["StepTaken"] })
    .flatMap((row) => (row.type === "StepTaken" ? [row.payload.step] : []));

const waitFor = async (world: TestWorld, settings = {}) => {
  const { session_id, run } = await say(world, { settings });
  const done = await run();
  const children = await childrenOf(world, session_id);
  return { session_id, run: done, children: children.map(({ po_name }) => po_name) };
};

describe("the mode of a turn", () => {
  test("is that of the object's file; its members are the objects that it may call", async () => {
    await using world = await openTestWorld({
      objects: group(`${members}\nmode: parallel`),
      script,
    });
    const { session_id, run, children } = await waitFor(world);
    expect(run).toMatchObject({ status: "completed", response: "Both have answered." });
    expect(children.toSorted()).toEqual(["one", "two"]);
    expect(stepsOf(world, session_id)).toEqual([
      { type: "round_started", mode: "parallel", round: 1, members: ["two", "one"] },
      { type: "ended", reason: "2 of 2 members have answered" },
    ]);
    const { session } = await world.ask("GetSession", { session_id });
    expect(session.agent_mode).toBe("parallel");
  });

  test("is that of the message before that of the session before that of the file", async () => {
    await using world = await openTestWorld({
      objects: group(`${members}\nmode: parallel`),
      script,
    });
    const { session } = await world.ask("CreateSession", {
      po_name: "lead",
      agent_mode: "sequential",
    });
    const send = async (mode: "single" | null) => {
      const { turn_id } = await world.ask("SendMessage", {
        po_name: "lead",
        message: "Go.",
        session_id: session.session_id,
        settings: { mode },
      });
      return (await world.ask("WaitForTurn", { turn_id })).response;
    };
    expect(await send(null)).toBe("from one");
    expect(await send("single")).toBe("Alone.");
  });

  test("that nobody knows is refused with those that there are", async () => {
    await using world = await openTestWorld({ objects: group(members), script });
    const asked = { po_name: "lead", agent_mode: "committee" };
    expect(await world.call("CreateSession", asked)).toMatchObject({
      ok: false,
      payload: { code: "invalid_request", message: expect.stringContaining("sequential") },
    });
  });

  test("of workflows is refused where no workflow is named", async () => {
    await using world = await openTestWorld({
      objects: {
        ...group(members),
        "flow.md": objectText({ name: "flow", front: "mode: workflow" }),
      },
      script,
    });
    const refused = {
      ok: false,
      payload: { code: "invalid_request", details: { mode: "workflow" } },
    };
    const create = { po_name: "lead", agent_mode: "workflow" };
    expect(await world.call("CreateSession", create)).toMatchObject(refused);
    const send = { po_name: "lead", message: "Go.", settings: { mode: "workflow" } };
    expect(await world.call("SendMessage", send)).toMatchObject(refused);
    const flow = { po_name: "flow", message: "Go." };
    expect(await world.call("SendMessage", flow)).toMatchObject(refused);
  });
});

describe("a group", () => {
  test("of members that the file names needs no capabilities", async () => {
    const front = "mode: sequential\ngroup: { members: [one, two] }";
    await using world = await openTestWorld({ objects: group(front), script });
    const { run, children } = await waitFor(world);
    expect(run).toMatchObject({
      response: "from two",
      stop_reason: "the last member has answered",
    });
    expect(children).toEqual(["one", "two"]);
  });

  test.each([
    ["names nobody that is there", "mode: parallel\ngroup: { members: [ghost] }", "names 'ghost'"],
    ["has too few members", "mode: debate\ncapabilities: [one]", "needs 2 or more members"],
    ["has no reviewer", "mode: review\ncapabilities: [one]", "needs an author and a reviewer"],
    ["has nobody", "mode: sequential", "needs 1 or more members"],
  ])("that %s ends its turn with what is missing", async (_, front, problem) => {
    await using world = await openTestWorld({ objects: group(front), script });
    const { run } = await waitFor(world);
    expect(run).toMatchObject({
      status: "failed",
      error: { code: "config_invalid", message: expect.stringContaining(problem) },
    });
  });

  test("may have groups as members", async () => {
    const pair = objectText({ name: "pair", front: "mode: sequential\ncapabilities: [one, two]" });
    const front = "mode: debate\ngroup: { members: [pair, one], rounds: 2, judge: two }";
    await using world = await openTestWorld({
      objects: { ...group(front), "pair.md": pair },
      config: { limits: { max_iterations: 50 } },
      script,
    });
    const { run, children, session_id } = await waitFor(world);
    expect(run).toMatchObject({ status: "completed", response: "from two" });
    expect(children.toSorted()).toEqual(["one", "one", "pair", "pair", "two"]);
    const all = await childrenOf(world, session_id);
    const inner = all.find(({ po_name }) => po_name === "pair")?.session_id ?? "";
    const below = await childrenOf(world, inner);
    expect(below.map(({ po_name }) => po_name)).toEqual(["one", "two"]);
    expect(below[0]?.parent).toMatchObject({
      chain: ["lead", "pair"],
      root_session_id: session_id,
    });
  });

  test("reviews with verdicts that are held against their schema", async () => {
    const verdicts = ["Fine!", '{"accepted": false, "comments": "shorter"}'];
    const judging: Script = (request) => {
      if (isFor("one", request)) return `draft of ${request.messages.length}`;
      return verdicts.shift() ?? '{"accepted": true, "comments": ""}';
    };
    const front = "mode: review\ngroup: { author: one, reviewer: two }";
    const config = { limits: { max_iterations: 50 } };
    await using world = await openTestWorld({ objects: group(front), script: judging, config });
    const { run, session_id } = await waitFor(world);
    expect(run).toMatchObject({ status: "completed", stop_reason: "accepted in round 2" });
    expect(stepsOf(world, session_id).filter(({ type }) => type === "verdict")).toEqual([
      { type: "verdict", round: 1, reviewer: "two", accepted: false, comments: "shorter" },
      { type: "verdict", round: 2, reviewer: "two", accepted: true, comments: "" },
    ]);
    const system = world.model.requests.find((request) => isFor("two", request))?.system;
    expect(system).toContain('"accepted"');
  });

  test("whose answer must be a document mends it itself", async () => {
    const shaping: Script = (request) => {
      if (isFor("one", request) || isFor("two", request)) return "no document";
      return '{"n": 1}';
    };
    const front = "mode: sequential\ncapabilities: [one, two]";
    await using world = await openTestWorld({ objects: group(front), script: shaping });
    const output = { schema: { type: "object" }, retries: 1 };
    const { run, children } = await waitFor(world, { output });
    expect(run).toMatchObject({ status: "completed", structured: { n: 1 } });
    expect(children).toEqual(["one", "two"]);
  });

  test("goes on after a kill in any of its rounds", async () => {
    const front = "mode: debate\ngroup: { members: [one, two], rounds: 2 }";
    const waiting: Script = (request) => (isFor("one", request) ? undefined : script(request, 0));
    await using world = await openTestWorld({ objects: group(front), script: waiting });
    const { session_id, run } = await say(world);
    for (let round = 1; round <= 2; round += 1) {
      await world.model.next();
      await world.restart();
      (await world.model.next()).answer(`round ${round}`);
    }
    expect(await run()).toMatchObject({ status: "completed", response: "Both have answered." });
    expect(stepsOf(world, session_id).map(({ type }) => type)).toEqual([
      "round_started",
      "round_started",
      "ended",
    ]);
    expect(await childrenOf(world, session_id)).toHaveLength(4);
  });

  test("gives a second message what was said before", async () => {
    await using world = await openTestWorld({
      objects: group(`${members}\nmode: sequential`),
      script,
    });
    const { session_id, run } = await say(world);
    await run();
    const { turn_id } = await world.ask("SendMessage", {
      po_name: "lead",
      message: "Shorter!",
      session_id,
    });
    await world.ask("WaitForTurn", { turn_id });
    const asked = world.model.requests.filter((request) => isFor("two", request)).at(-1);
    expect(asked?.messages[0]?.content).toContain("user: Go.");
    expect(asked?.messages[0]?.content).toEndWith("The newest message:\n\nShorter!");
  });

  test("whose members may not use a tool is not limited in whom it has", async () => {
    await using world = await openTestWorld({
      objects: group(`${members}\nmode: parallel`),
      script,
    });
    const { children } = await waitFor(world, { tools: [] });
    expect(children.toSorted()).toEqual(["one", "two"]);
  });
});
