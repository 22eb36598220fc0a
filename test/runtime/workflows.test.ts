// Workflows in a whole daemon: run, refused when they are loaded, killed and resumed, asking humans.
import { describe, expect, test } from "bun:test";
import { askHumanTool } from "../../src/tools/ask-human.ts";
import { testTool } from "../support/test-tools.ts";
import { stepsOf, workflowWorld } from "../support/workflows.ts";
import { objectText, openTestWorld } from "../support/world.ts";

const draftAndCheck = `
description: Draft, check, and publish
parameters:
  tone: plain
nodes:
  - id: draft
    object: writer
    prompt: "Write about {{message}}, {{tone}}. Remarks: {{nodes.check}}"
  - id: check
    object: critic
    prompt: "Check: {{input}}"
    tools: [look]
  - id: publish
    object: writer
    prompt: "Publish: {{nodes.draft}}"
entry: [draft]
edges:
  - {from: draft, to: check}
  - {from: check, to: draft, condition: "!data.accepted && visits < 3"}
  - {from: check, to: publish, condition: data.accepted}
`;

const answers = (accepted: number[]) => {
  let checks = 0;
  return (message: string): string => {
    if (!message.startsWith("Check")) return message.split(":")[0] ?? "";
    checks += 1;
    return JSON.stringify({ accepted: accepted.includes(checks), comments: "shorter" });
  };
};

describe("RunWorkflow", () => {
  test("begins a session in the mode workflow and comes to the answer of its last node", async () => {
    await using world = await workflowWorld({ release: draftAndCheck }, answers([2]));
    const run = { workflow: "release", message: "tea", parameters: { tone: "warm" } };
    const { session_id, turn_id } = await world.ask("RunWorkflow", run);
    expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({
      status: "completed",
      response: "Publish",
      stop_reason: "the last nodes have answered",
    });
    const { session } = await world.ask("GetSession", { session_id });
    expect(session).toMatchObject({
      po_name: "writer",
      agent_mode: "workflow",
      metadata: { workflow: "release" },
      session_state: { context: { tone: "warm" } },
    });
    expect(stepsOf(world, session_id)).toEqual([
      "draft 1 started",
      "draft 1 completed",
      "draft -> check",
      "check 1 started",
      "check 1 completed",
      "check -> draft",
      "draft 2 started",
      "draft 2 completed",
      "draft -> check",
      "check 2 started",
      "check 2 completed",
      "check -> publish",
      "publish 1 started",
      "publish 1 completed",
      "ended: the last nodes have answered",
    ]);
  });

  test("under the same key starts nothing twice", async () => {
    await using world = await workflowWorld({ release: draftAndCheck }, answers([1]));
    const run = { workflow: "release", message: "tea", message_key: "once-and-no-more" };
    const first = await world.ask("RunWorkflow", run);
    expect(await world.ask("RunWorkflow", run)).toMatchObject({ turn_id: first.turn_id });
  });

  test("refuses a workflow that is not there with those that are", async () => {
    await using world = await workflowWorld({ release: draftAndCheck });
    expect(await world.call("RunWorkflow", { workflow: "relase", message: "x" })).toMatchObject({
      ok: false,
      payload: { code: "not_found", details: { known: ["release"] } },
    });
  });

  test("names the parameters that are missing and those that nobody knows", async () => {
    const text = draftAndCheck.replace("tone: plain", "tone: null");
    await using world = await workflowWorld({ release: text });
    const run = { workflow: "release", message: "x" };
    expect(await world.call("RunWorkflow", run)).toMatchObject({
      ok: false,
      payload: { code: "invalid_request", details: { missing: ["tone"] } },
    });
    const slip = { ...run, parameters: { tune: "warm" } };
    expect(await world.call("RunWorkflow", slip)).toMatchObject({
      ok: false,
      payload: { code: "invalid_request", details: { known: ["tone"] } },
    });
  });
});

test("an object in the mode workflow answers with the workflow of its group", async () => {
  const flow = "mode: workflow\ngroup: {workflow: release}";
  const objects = { "flow.md": objectText({ name: "flow", front: flow }) };
  await using world = await workflowWorld({ release: draftAndCheck }, answers([1]), objects);
  const { turn_id } = await world.ask("SendMessage", { po_name: "flow", message: "tea" });
  expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({ response: "Publish" });
});

test("a session is created in the mode workflow, and its name is checked at once", async () => {
  await using world = await workflowWorld({ release: draftAndCheck }, answers([1]));
  const create = { po_name: "writer", workflow: "release" };
  const { session } = await world.ask("CreateSession", create);
  expect(session.agent_mode).toBe("workflow");
  const said = { po_name: "writer", session_id: session.session_id, message: "tea" };
  const { turn_id } = await world.ask("SendMessage", said);
  expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({ response: "Publish" });
  const unknown = { po_name: "writer", agent_mode: "workflow", workflow: "other" };
  expect(await world.call("CreateSession", unknown)).toMatchObject({
    ok: false,
    payload: { code: "not_found" },
  });
  const single = { po_name: "writer", agent_mode: "single", workflow: "release" };
  expect(await world.call("CreateSession", single)).toMatchObject({
    ok: false,
    payload: { code: "invalid_request" },
  });
});

test("a node may use only the tools that it names, and a refusal goes back to its model", async () => {
  const objects = {
    "writer.md": objectText({ name: "writer", front: "capabilities: [put, look]" }),
  };
  const text = "nodes: [{id: a, object: writer, tools: [look]}]";
  await using world = await openTestWorld({
    objects,
    workflows: { one: text },
    tools: [testTool("look"), testTool("put")],
    script: ({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? `told: ${messages.at(-1)?.content}`
        : { calls: [{ name: "put", args: {} }] },
  });
  const { turn_id } = await world.ask("RunWorkflow", { workflow: "one", message: "Go." });
  const run = await world.ask("WaitForTurn", { turn_id });
  expect(run.response).toContain("put");
  expect(world.model.requests[0]?.tools.map((tool) => tool.name)).toEqual(["look"]);
});

test("a human question in a node waits in the inbox, survives a restart, and the run goes on", async () => {
  const text =
    "nodes: [{id: a, object: asker}, {id: b, object: writer}]\nedges: [{from: a, to: b}]";
  await using world = await openTestWorld({
    objects: {
      "asker.md": objectText({ name: "asker", front: "capabilities: [ask_human]" }),
      "writer.md": objectText({ name: "writer", front: "description: Writes" }),
    },
    workflows: { ask: text },
    tools: [askHumanTool()],
    script: ({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === "tool") return `They said ${last.content}`;
      if (last?.content.startsWith("They said")) return `So: ${last.content}`;
      return { calls: [{ name: "ask_human", args: { question: "Which colour?" } }] };
    },
  });
  const { turn_id } = await world.ask("RunWorkflow", { workflow: "ask", message: "Go." });
  await world.happened("HumanRequestQueued");
  await world.restart();
  const { requests } = await world.ask("ListPendingRequests", {});
  expect(requests.map((one) => [one.from_po, one.question])).toEqual([["asker", "Which colour?"]]);
  const request_id = requests[0]?.request_id ?? "";
  const response = { type: "answer" as const, text: "blue" };
  await world.ask("RespondToRequest", { request_id, response });
  const run = await world.ask("WaitForTurn", { turn_id });
  expect(run.response).toContain("So: They said");
  expect(run.response).toContain("blue");
});

test("a workflow that came from elsewhere is listed and checked, and runs only once it is trusted", async () => {
  await using world = await openTestWorld({
    workflows: { one: "nodes: [{id: a, object: helper}]" },
    isTrusted: false,
  });
  const { workflows } = await world.ask("ListWorkflows", {});
  expect(workflows.map((one) => one.name)).toEqual(["one"]);
  expect(await world.call("RunWorkflow", { workflow: "one", message: "Go." })).toMatchObject({
    ok: false,
    payload: { code: "forbidden", message: expect.stringContaining("jamey env trust test") },
  });
});

test("a broken workflow does not hide the others, and its problems have lines", async () => {
  const good = "nodes: [{id: a, object: writer}]";
  const bad = "nodes:\n  - {id: a, object: nobody}\n";
  await using world = await workflowWorld({ bad, good });
  const { workflows, problems } = await world.ask("ListWorkflows", {});
  expect(workflows.map((one) => one.name)).toEqual(["good"]);
  expect(problems).toEqual([{ file: "bad.yml", line: 2, problem: "there is no object 'nobody'" }]);
  expect(await world.call("RunWorkflow", { workflow: "bad", message: "Go." })).toMatchObject({
    ok: false,
    payload: { code: "config_invalid", message: "bad.yml:2: there is no object 'nobody'" },
  });
});

test("a run that is cancelled stops the node that works, and begins no other", async () => {
  await using world = await workflowWorld({ release: draftAndCheck }, () => undefined);
  const { turn_id, session_id } = await world.ask("RunWorkflow", {
    workflow: "release",
    message: "tea",
  });
  await world.model.next();
  await world.ask("CancelTurn", { turn_id });
  expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({ status: "cancelled" });
  expect(stepsOf(world, session_id)).toEqual(["draft 1 started"]);
});

const wide = `
nodes:
  - {id: start, object: writer}
  - {id: left, object: writer, prompt: "left of {{input}}"}
  - {id: right, object: critic, prompt: "right of {{input}}"}
  - {id: both, object: writer, join: all}
  - {id: again, object: critic, prompt: "round {{message}}"}
entry: [start]
answer: both
edges:
  - {from: start, to: left}
  - {from: start, to: right}
  - {from: left, to: both}
  - {from: right, to: both}
  - {from: both, to: again}
  - {from: again, to: start, condition: visits < 2}
`;

test("a run killed at any of its steps comes to the same end", async () => {
  const say = (message: string) => `${message.length} letters`;
  const whole = await played();
  expect(whole.at(-1)).toBe("ended: no edge matched");
  const tally = (steps: string[]) => steps.toSorted();
  for (let killAt = 1; killAt <= whole.length; killAt += 1) {
    expect([killAt, tally(await played(killAt))]).toEqual([killAt, tally(whole)]);
  }

  async function played(killAt?: number): Promise<string[]> {
    await using world = await workflowWorld({ wide }, say);
    const { turn_id, session_id } = await world.ask("RunWorkflow", {
      workflow: "wide",
      message: "Go.",
    });
    if (killAt !== undefined) {
      await world.happened("StepTaken", () => stepsOf(world, session_id).length >= killAt);
      await world.restart();
    }
    expect(await world.ask("WaitForTurn", { turn_id })).toMatchObject({ status: "completed" });
    return stepsOf(world, session_id);
  }
});
