// A workflow as a capability: called like a tool, answered in a child session, refused with a reason.
import { describe, expect, test } from "bun:test";
import type { Json } from "../../src/protocol/messages.ts";
import { childrenOf, lastIsResult, say } from "../support/delegating.ts";
import { testTool } from "../support/test-tools.ts";
import { stepsOf } from "../support/workflows.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const polish = `
description: Drafts and checks
parameters: {tone: plain, audience: null}
nodes:
  - {id: draft, object: writer, prompt: "Draft {{message}}, {{tone}}, for {{audience}}"}
  - {id: check, object: critic, prompt: "Check: {{input}}"}
entry: [draft]
edges: [{from: draft, to: check}]
`;

const objects = {
  "lead.md": objectText({ name: "lead", front: "capabilities: [polish]", body: "You lead." }),
  "writer.md": objectText({ name: "writer", body: "You write." }),
  "critic.md": objectText({ name: "critic", front: "capabilities: [polish]", body: "You judge." }),
};

/** The lead calls the workflow once; whoever a node asks repeats what it was asked. */
const open = (args: Json, workflows: Record<string, string> = { polish }, more = {}) =>
  openTestWorld({
    objects: { ...objects, ...more },
    workflows,
    tools: [testTool("look")],
    config: { limits: { max_iterations: 50 } },
    script(request) {
      const last = request.messages.at(-1)?.content ?? "";
      if (!request.system.startsWith("You lead.")) return `<${last}>`;
      return lastIsResult(request) ? `Heard: ${last}` : { calls: [{ name: "polish", args }] };
    },
  });

const resultOf = (world: TestWorld): string =>
  world.model.requests.at(-1)?.messages.findLast((one) => one.role === "tool")?.content ?? "";

describe("a workflow that is a capability", () => {
  test("runs in a child session, with its parameters, and its answer is the result", async () => {
    const args = { message: "tea", reason: "to sell it", parameters: { audience: "children" } };
    await using world = await open(args);
    const { session_id, run } = await say(world);
    const answer = "<Check: <Draft tea, plain, for children>>";
    expect(await run()).toMatchObject({ status: "completed", response: `Heard: ${answer}` });
    const [child, ...others] = await childrenOf(world, session_id);
    expect(others).toEqual([]);
    expect(child).toMatchObject({
      po_name: "writer",
      agent_mode: "workflow",
      parent: { session_id, chain: ["lead"], reason: "to sell it" },
    });
    const walked = child?.session_id ?? "";
    expect(stepsOf(world, walked).at(-1)).toBe("ended: the last nodes have answered");
    const asked = await childrenOf(world, walked);
    expect(asked.map((one) => [one.po_name, one.parent?.chain])).toEqual([
      ["writer", ["lead", "polish"]],
      ["critic", ["lead", "polish"]],
    ]);
  });

  test("has its own parameters, whatever a workflow around it calls the same", async () => {
    const lead = "capabilities: [inner]";
    await using world = await openTestWorld({
      objects: {
        "mid.md": objectText({ name: "mid", front: lead, body: "You lead." }),
        "leaf.md": objectText({ name: "leaf", body: "You write." }),
      },
      workflows: {
        outer: "parameters: {tone: rude, place: here}\nnodes:\n  - {id: m, object: mid}\n",
        inner:
          "parameters: {tone: plain, size: small}\nnodes:\n  - {id: l, object: leaf, prompt: 'In {{tone}} {{size}}'}\n",
      },
      config: { limits: { max_iterations: 50 } },
      script(request) {
        if (!request.system.startsWith("You lead.")) return request.messages.at(-1)?.content ?? "";
        const args = { message: "x", parameters: { size: "large" } };
        return lastIsResult(request) ? "Done." : { calls: [{ name: "inner", args }] };
      },
    });
    const { turn_id } = await world.ask("RunWorkflow", {
      workflow: "outer",
      message: "go",
      parameters: { tone: "rude" },
      name: null,
    });
    await world.ask("WaitForTurn", { turn_id });
    const leaf = world.model.requests.find((one) => one.system.startsWith("You write."));
    expect(leaf?.messages.at(-1)?.content).toBe("In plain large");
  });

  test("goes on in the middle after a crash, and asks nobody twice", async () => {
    let isHeld = true;
    const held = Promise.withResolvers<void>();
    const args = { message: "tea", parameters: { audience: "all" } };
    await using world = await openTestWorld({
      objects,
      workflows: { polish },
      config: { limits: { max_iterations: 50 } },
      script(request) {
        const last = request.messages.at(-1)?.content ?? "";
        if (request.system.startsWith("You judge.") && isHeld) {
          isHeld = false;
          held.resolve();
          return undefined;
        }
        if (!request.system.startsWith("You lead.")) return `<${last}>`;
        return lastIsResult(request) ? last : { calls: [{ name: "polish", args }] };
      },
    });
    const { session_id, turn_id } = await say(world);
    await held.promise;
    world.crash();
    await world.start();
    const run = await world.ask("WaitForTurn", { turn_id });
    expect(run.response).toBe("<Check: <Draft tea, plain, for all>>");
    const [child] = await childrenOf(world, session_id);
    const asked = await childrenOf(world, child?.session_id ?? "");
    expect(asked.map((one) => one.po_name)).toEqual(["writer", "critic"]);
  });

  test("is offered under its name, with what it is for and what it needs", async () => {
    await using world = await open({ message: "tea", parameters: { audience: "all" } });
    await (await say(world)).run();
    expect(world.model.requests[0]?.tools.find((tool) => tool.name === "polish")).toEqual({
      name: "polish",
      description: "Run the workflow polish: Drafts and checks",
      parameters: {
        type: "object",
        properties: {
          message: { type: "string", description: "What it is about: say all that it needs." },
          reason: { type: "string", description: "Why you run it, in a sentence." },
          parameters: {
            type: "object",
            properties: {
              tone: { type: "string", description: 'Left out: "plain"' },
              audience: { type: "string", description: "Has to be given." },
            },
            required: ["audience"],
            additionalProperties: false,
          },
        },
        required: ["message", "parameters"],
        additionalProperties: false,
      },
    });
    const { capabilities } = await world.ask("InspectPO", { po_name: "lead" });
    expect(capabilities).toEqual([
      { name: "polish", kind: "workflow", description: "Drafts and checks" },
    ]);
  });

  test.each([
    [{ message: "tea" }, "The workflow polish needs a value for audience (-P audience=…)."],
    [
      { message: "tea", parameters: { audience: "all", colour: "red" } },
      "The workflow polish has no parameter 'colour'. It has: tone, audience.",
    ],
  ])("is refused where its parameters are not what it takes: %j", async (args, problem) => {
    await using world = await open(args);
    const { session_id, run } = await say(world);
    await run();
    expect(resultOf(world)).toContain(problem);
    expect(await childrenOf(world, session_id)).toEqual([]);
  });

  test("is not called again by who answers one of its nodes", async () => {
    const args = { message: "tea", parameters: { audience: "all" } };
    await using world = await openTestWorld({
      objects,
      workflows: { polish },
      config: { limits: { max_iterations: 50 } },
      script: (request) =>
        lastIsResult(request) || request.system.startsWith("You write.")
          ? (request.messages.at(-1)?.content ?? "")
          : { calls: [{ name: "polish", args }] },
    });
    await (await say(world)).run();
    expect(resultOf(world)).toContain(
      "polish waits for this answer already (lead → polish → critic → polish)",
    );
  });

  test("is ruled by its own name, as tools are", async () => {
    await using world = await open({ message: "tea", parameters: { audience: "all" } });
    const rules = [{ tool: "polish", match: null, action: "deny" }];
    const { session_id, run } = await say(world, { settings: { rules } });
    await run();
    expect(resultOf(world)).toContain("Denied by the rule polish");
    expect(await childrenOf(world, session_id)).toEqual([]);
  });
});

describe("a workflow with the name of something else", () => {
  test("is refused, whether that is an object or a tool", async () => {
    await using world = await open({ message: "tea" }, { critic: polish, look: polish });
    const { workflows, problems } = await world.ask("ListWorkflows", {});
    expect(workflows).toEqual([]);
    expect(problems.map((one) => [one.line, one.problem])).toEqual([
      [
        1,
        "there is an object 'critic', and all three are called by name: give the file another one",
      ],
      [1, "there is a tool 'look', and all three are called by name: give the file another one"],
    ]);
  });

  test("is said to whoever sends a message to an object that declares the name", async () => {
    const po_name = "boss";
    const boss = objectText({ name: po_name, front: "capabilities: [critic, nobody]" });
    await using world = await open({ message: "tea" }, { critic: polish }, { "boss.md": boss });
    const sent = await world.ask("SendMessage", { po_name, message: "Go.", session_id: null });
    expect(sent.warnings).toEqual([
      "boss.md: 'critic' is a workflow's name and not only that: rename the workflow, which cannot run",
      "boss.md: no tool, object or workflow of these names is there: 'nobody'",
    ]);
  });
});
