// Workflows on paper: how a graph is walked, how it ends, and that it ends the same after a kill anywhere.
import { describe, expect, test } from "bun:test";
import { createSessionMachine, type Workflow } from "../../src/core/index.ts";
import { COMPLETED, NO_EDGE_MATCHED } from "../../src/core/orchestration/workflow/end.ts";
import { endlessIn } from "../../src/runtime/workflows/graph.ts";
import { objectToolOf } from "./support/builders.ts";
import { edgesOf, evaluate, flowOf, nodeOf, stepsIn } from "./support/flow.ts";
import { answerIn, type Game, type Member, playGroup } from "./support/group.ts";
import { createRandom } from "./support/random.ts";

const machine = createSessionMachine({ evaluate });

/** Who is asked says its node; `said` gives other answers to some, undefined is a failure. */
function gameOf(
  workflow: Workflow,
  said: Record<string, string | undefined | ((before: number) => string | undefined)> = {},
  fields: Partial<Game> = {},
): Game {
  const member: Member = ({ po_name, before }) => {
    const node = po_name.slice("po_".length);
    const own = said[node];
    if (typeof own === "function") return own(before);
    return node in said ? own : `${node} says`;
  };
  const tools = [...new Set(workflow.nodes.map((node) => node.object))].map(objectToolOf);
  return { agent: { mode: "workflow", workflow, tools }, member, machine, ...fields };
}

const nodes = (...ids: string[]) => ids.map((id) => nodeOf(id));

describe("a workflow", () => {
  test("walks a chain, each node with what the one before it said", () => {
    const flow = flowOf({
      nodes: [
        nodeOf("a", { prompt: "Do {{message}}" }),
        nodeOf("b", { prompt: "After: {{input}}" }),
      ],
      edges: edgesOf("a -> b"),
    });
    const played = playGroup(gameOf(flow, {}, { message: "this" }));
    expect(played.asked.map(({ message }) => message)).toEqual(["Do this", "After: a says"]);
    expect(stepsIn(played.events)).toEqual([
      "a 1",
      "a said",
      "a -> b",
      "b 1",
      "b said",
      `ended: ${COMPLETED}`,
      "completed",
    ]);
    expect(answerIn(played)).toBe("b says");
  });

  test("asks all branches of a diamond, and joins them once", () => {
    const flow = flowOf({
      nodes: [...nodes("a", "b", "c"), nodeOf("d", { join: "all" })],
      edges: edgesOf("a -> b", "a -> c", "b -> d", "c -> d"),
    });
    const played = playGroup(gameOf(flow));
    const steps = stepsIn(played.events);
    expect(steps.slice(0, 6)).toEqual(["a 1", "a said", "a -> b", "a -> c", "b 1", "c 1"]);
    expect(steps.filter((step) => step.startsWith("d "))).toEqual(["d 1", "d said"]);
    // The newest call ends first: what a join is given keeps the order of answers, under names.
    expect(played.asked.at(-1)?.message).toBe("## c\nc says\n\n## b\nb says");
  });

  test("visits a node that joins any once for each edge that was taken", () => {
    const flow = flowOf({
      nodes: nodes("a", "b", "c", "d"),
      edges: edgesOf("a -> b", "a -> c", "b -> d", "c -> d"),
    });
    const steps = stepsIn(playGroup(gameOf(flow)).events);
    expect(steps.filter((step) => step.startsWith("d "))).toEqual([
      "d 1",
      "d said",
      "d 2",
      "d said",
    ]);
  });

  test("takes an edge without a condition always, and one with a condition when it holds", () => {
    const flow = flowOf({
      nodes: nodes("a", "b", "c", "d"),
      edges: edgesOf("a -> b if yes", "a -> c if no", "a -> d"),
    });
    const taken = stepsIn(playGroup(gameOf(flow)).events).filter((step) => step.includes("->"));
    expect(taken).toEqual(["a -> b", "a -> d"]);
  });

  test("ends where no edge matched, and says so, with what there is of an answer", () => {
    const flow = flowOf({ nodes: nodes("a", "b"), edges: edgesOf("a -> b if no") });
    const played = playGroup(gameOf(flow));
    expect(stepsIn(played.events).slice(-2)).toEqual([`ended: ${NO_EDGE_MATCHED}`, "completed"]);
    expect(played.events.at(-1)).toMatchObject({ payload: { stop_reason: NO_EDGE_MATCHED } });
    expect(answerIn(played)).toBe("a says");
  });

  test("goes round a loop until its condition lets it out", () => {
    const flow = flowOf({
      nodes: nodes("draft", "check", "publish"),
      edges: edgesOf("draft -> check", "check -> draft if again 3", "check -> publish if ok"),
      entry: ["draft"],
    });
    const check = (before: number) => JSON.stringify({ ok: before === 2 });
    const played = playGroup(gameOf(flow, { check }));
    const visits = stepsIn(played.events).filter((step) => /^\w+ \d$/.test(step));
    expect(visits).toEqual([
      "draft 1",
      "check 1",
      "draft 2",
      "check 2",
      "draft 3",
      "check 3",
      "publish 1",
    ]);
    expect(answerIn(played)).toBe("publish says");
  });

  test("ends with the limit as its reason where a node may not be visited again", () => {
    const flow = flowOf({
      nodes: [nodeOf("a", { max_visits: 3 }), nodeOf("b")],
      edges: edgesOf("a -> b", "b -> a"),
      entry: ["a"],
    });
    const played = playGroup(gameOf(flow));
    expect(stepsIn(played.events).slice(-2)).toEqual([
      "ended: node a was visited 3 times (max_visits)",
      "completed",
    ]);
  });

  test("fails with the limit and its node where that was reached before the answer", () => {
    const flow = flowOf({
      nodes: [nodeOf("draft", { max_visits: 2 }), ...nodes("check", "publish")],
      edges: edgesOf("draft -> check", "check -> draft", "check -> publish if ok"),
      entry: ["draft"],
    });
    const check = () => JSON.stringify({ ok: false });
    const played = playGroup(gameOf(flow, { check }));
    expect(stepsIn(played.events).slice(-2)).toEqual([
      "ended: node draft was visited 2 times (max_visits)",
      "failed: limit_reached",
    ]);
    expect(played.events.at(-1)).toMatchObject({
      payload: { error: { details: { limit: "max_visits", value: 2, node: "draft" } } },
    });
    const draft = { ...flow, answer: "draft" };
    expect(answerIn(playGroup(gameOf(draft, { check })))).toBe("draft says");
  });

  test("is not held up by a join of all that a loop leads back to", () => {
    const flow = flowOf({
      nodes: [nodeOf("a"), nodeOf("work", { join: "all" }), nodeOf("check"), nodeOf("end")],
      edges: edgesOf(
        "a -> work",
        "work -> check",
        "check -> work if again 2",
        "check -> end if ok",
      ),
      entry: ["a"],
    });
    const check = (before: number) => JSON.stringify({ ok: before === 1 });
    const played = playGroup(gameOf(flow, { check }));
    expect(stepsIn(played.events)).toContain("work 2");
    expect(stepsIn(played.events).slice(-2)).toEqual([`ended: ${COMPLETED}`, "completed"]);
  });

  test("joins what there is where a branch was not chosen", () => {
    const flow = flowOf({
      nodes: [...nodes("a", "b", "c"), nodeOf("d", { join: "all" })],
      edges: edgesOf("a -> b", "a -> c if no", "b -> d", "c -> d"),
    });
    const steps = stepsIn(playGroup(gameOf(flow)).events);
    expect(steps.slice(-4)).toEqual(["d 1", "d said", `ended: ${COMPLETED}`, "completed"]);
  });

  test("ends with an error where a node gives no answer, unless the node says to go on", () => {
    const edges = edgesOf("a -> b", "a -> c if failed");
    const ending = flowOf({ nodes: nodes("a", "b", "c"), edges });
    const steps = stepsIn(playGroup(gameOf(ending, { a: undefined })).events);
    expect(steps.slice(-2)).toEqual(["ended: node a gave no answer", "failed: tool_failed"]);
    const going = flowOf({
      nodes: [nodeOf("a", { on_failure: "continue" }), ...nodes("b", "c")],
      edges: edgesOf("a -> b if ok", "a -> c if failed"),
    });
    expect(answerIn(playGroup(gameOf(going, { a: undefined })))).toBe("c says");
  });

  test("fails where no node answered, though each says to go on, and never answers with a failure", () => {
    const going = { on_failure: "continue" as const };
    const alone = flowOf({ nodes: [nodeOf("a", going)] });
    const played = playGroup(gameOf(alone, { a: undefined }));
    expect(stepsIn(played.events).slice(-2)).toEqual([
      "ended: no node gave an answer",
      "failed: tool_failed",
    ]);
    expect(played.events.at(-1)).toMatchObject({
      payload: { error: { details: { node: "a" } } },
    });
    const later = flowOf({
      nodes: [nodeOf("a"), nodeOf("b", going)],
      edges: edgesOf("a -> b"),
    });
    expect(answerIn(playGroup(gameOf(later, { b: undefined })))).toBe("a says");
  });

  test("begins no node where one that is to begin beside it cannot be asked", () => {
    const flow = flowOf({ nodes: [nodeOf("a", { prompt: "x" }), nodeOf("b")] });
    const played = playGroup(gameOf(flow, {}, { message: "m".repeat(5 * 1024 * 1024) }));
    const reason = "What the node b is asked is longer than 4194304 characters.";
    expect(stepsIn(played.events)).toEqual([`ended: ${reason}`, "failed: too_large"]);
    expect(played.asked).toEqual([]);
  });

  test("fails by name where a condition has no answer", () => {
    const flow = flowOf({ nodes: nodes("a", "b"), edges: edgesOf("a -> b if maybe") });
    const { events } = playGroup(gameOf(flow));
    expect(events.at(-1)).toMatchObject({
      type: "TurnFailed",
      payload: { error: { code: "bad_data", details: { from: "a", to: "b", condition: "maybe" } } },
    });
  });

  test("fills templates with the message, parameters and answers, and asks with the node's tools", () => {
    const flow = flowOf({
      parameters: { tone: "plain", length: null },
      nodes: [
        nodeOf("a", { tools: ["file_read"] }),
        nodeOf("b", { prompt: "{{message}}, {{tone}}, {{length}}, {{nodes.a}}, {{nodes.b}}." }),
      ],
      edges: edgesOf("a -> b"),
    });
    const fields = { message: "Tea", context: { length: "short" } };
    const played = playGroup(gameOf(flow, {}, fields));
    expect(played.asked.at(-1)?.message).toBe("Tea, plain, short, a says, .");
    const args = played.events.flatMap((event) =>
      event.type === "ToolCallStarted" ? [event.payload.tool_call.args] : [],
    );
    expect(args).toMatchObject([{ tools: ["file_read"] }, {}]);
    expect(args[1]).not.toHaveProperty("tools");
  });

  test("has the answer of the node that it names", () => {
    const edges = edgesOf("a -> b");
    const flow = flowOf({ nodes: nodes("a", "b"), edges, answer: "a" });
    expect(answerIn(playGroup(gameOf(flow)))).toBe("a says");
  });
});

const everything = flowOf({
  nodes: [
    ...nodes("start", "left", "right"),
    nodeOf("both", { join: "all" }),
    nodeOf("check"),
    nodeOf("end"),
  ],
  edges: edgesOf(
    "start -> left",
    "start -> right",
    "left -> both",
    "right -> both",
    "both -> check",
    "check -> start if again 2",
    "check -> end if ok",
  ),
  entry: ["start"],
});

test("a workflow with fan-out, join and loop comes to the same end after a kill at any event", () => {
  const check = (before: number) => JSON.stringify({ ok: before > 0 });
  const game = gameOf(everything, { check });
  const whole = playGroup(game);
  expect(stepsIn(whole.events).at(-1)).toBe("completed");
  for (let killAt = 1; killAt <= whole.events.length; killAt += 1) {
    const resumed = playGroup(game, killAt);
    expect(stepsIn(resumed.events)).toEqual(stepsIn(whole.events));
    expect(answerIn(resumed)).toBe(answerIn(whole));
  }
});

test("each of 1,000 random graphs ends with a reason, or is refused as endless", () => {
  let refused = 0;
  const reasons = new Map<string, number>();
  for (let seed = 0; seed < 1_000; seed += 1) {
    const { workflow, limited } = randomFlow(seed);
    if (endlessIn(workflow, (node) => limited.has(node.id)).length > 0) {
      refused += 1;
      continue;
    }
    const played = playGroup(gameOf(workflow, { n0: undefined }, { message: `seed ${seed}` }));
    const steps = stepsIn(played.events);
    const ended = steps.filter((step) => step.startsWith("ended: "));
    const reason = ended.join("; ").replace(/n\d/g, "N").replace(/\d+/g, "some");
    expect([seed, ended.length, played.state.turn]).toEqual([seed, 1, undefined]);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    for (const { id, max_visits } of workflow.nodes) {
      const visits = steps.filter((step) => new RegExp(`^${id} \\d+$`).test(step)).length;
      expect(visits).toBeLessThanOrEqual(max_visits);
    }
  }
  expect(refused).toBeGreaterThan(50);
  expect(refused).toBeLessThan(900);
  expect([...reasons.keys()].toSorted()).toEqual(
    [
      `ended: ${COMPLETED}`,
      `ended: ${NO_EDGE_MATCHED}`,
      "ended: node N gave no answer",
      "ended: node N was visited some times (max_visits)",
    ].toSorted(),
  );
});

function randomFlow(seed: number): { workflow: Workflow; limited: Set<string> } {
  const random = createRandom(seed + 1);
  const ids = Array.from({ length: random.between(1, 7) }, (_, index) => `n${index + 1}`);
  // One in twenty begins with a node that fails.
  if (random.oneIn(20)) ids.unshift("n0");
  const limited = new Set(ids.filter(() => random.oneIn(3)));
  const conditions = ["", "", " if yes", " if no", " if again 2"];
  const pairs = ids.flatMap((from) => ids.map((to) => [from, to] as const));
  const edges = pairs
    .filter(() => random.oneIn(4))
    .map(([from, to]) => `${from} -> ${to}${random.pick(conditions)}`);
  const workflow = flowOf({
    nodes: ids.map((id) =>
      nodeOf(id, {
        join: random.oneIn(2) ? "any" : "all",
        max_visits: limited.has(id) ? random.between(1, 3) : 10,
      }),
    ),
    edges: edgesOf(...edges),
    entry: ids.filter((_, index) => index === 0 || random.oneIn(6)),
  });
  return { workflow, limited };
}
