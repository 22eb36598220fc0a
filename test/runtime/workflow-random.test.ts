// A thousand random workflow files: each is refused with lines when it is read, or ends, with one reason, within
// the visits that its nodes allow; and killed anywhere it comes to the same end by the same steps.
import { expect, test } from "bun:test";
import { createSessionMachine, type Workflow } from "../../src/core/index.ts";
import { createConditions } from "../../src/runtime/workflows/conditions.ts";
import { readWorkflow } from "../../src/runtime/workflows/workflow-file.ts";
import { objectToolOf } from "../core/support/builders.ts";
import { stepsIn } from "../core/support/flow.ts";
import { type Game, playGroup } from "../core/support/group.ts";
import { createRandom, type Random } from "../core/support/random.ts";

const GRAPHS = 1_000;
const conditions = createConditions();
const machine = createSessionMachine({ evaluate: conditions.evaluate });

/** What people write, and some of it wrongly. */
const CONDITIONS = [
  ...[
    "success",
    "!success",
    "visits < 3",
    "has(data.ok) && data.ok",
    "output.contains('2')",
    "true",
  ],
  ...["nodes.n1.visits > 1 || visits == 2", "size(output) > 5 && !(message == '')"],
];
const WRONG = ["data.missing", "visits <", "nobody > 1", "visits + 1", "nodes.n99.success"];

const oneIn = <Value>(random: Random, times: number, value: Value): Value[] =>
  random.oneIn(times) ? [value] : [];

function randomText(random: Random): string {
  const ids = Array.from({ length: random.between(1, 6) }, (_, index) => `n${index + 1}`);
  const nodes = ids.map((id) => {
    const fields = [
      `id: ${id}`,
      `object: ${random.oneIn(150) ? "nobody" : `po_${id}`}`,
      ...oneIn(random, 2, "join: all"),
      ...oneIn(random, 2, `max_visits: ${random.between(1, 4)}`),
      ...oneIn(random, 3, "on_failure: continue"),
      ...oneIn(random, 12, `prompt: "after {{nodes.${random.pick(ids)}}} comes {{input}}"`),
    ];
    return `  - {${fields.join(", ")}}`;
  });
  // Most nodes can be reached from the first one.
  const isNext = (from: string, to: string) =>
    ids.indexOf(to) === ids.indexOf(from) + 1 && !random.oneIn(8);
  const pairs = ids.flatMap((from) => ids.map((to) => ({ from, to })));
  const edges = pairs
    .filter(({ from, to }) => isNext(from, to) || random.oneIn(5))
    .map(({ from, to }) => {
      const said = random.oneIn(60) ? random.pick(WRONG) : random.pick(CONDITIONS);
      const condition = random.between(1, 3) > 1 ? `, condition: "${said}"` : "";
      return `  - {from: ${from}, to: ${random.oneIn(150) ? "n99" : to}${condition}}`;
    });
  const entry = random.oneIn(6) ? "" : `entry: [${ids[0]}]\n`;
  const listed = edges.length > 0 ? `edges:\n${edges.join("\n")}\n` : "";
  return `nodes:\n${nodes.join("\n")}\n${entry}${listed}`;
}

/** One in fifteen answers is none, one in three is data. What is said follows from the question alone. */
function gameOf(workflow: Workflow, seed: number): Game {
  return {
    agent: {
      mode: "workflow",
      workflow,
      tools: workflow.nodes.map((node) => objectToolOf(node.object)),
      config: { max_delegations: 200 },
    },
    machine,
    message: `Seed ${seed}.`,
    member({ po_name, message }) {
      const dice = Bun.hash.crc32(`${seed} ${po_name} ${message}`);
      if (dice % 15 === 0) return undefined;
      if (dice % 3 === 0) return JSON.stringify({ ok: dice % 2 === 0 });
      return `${po_name} says ${dice % 5}`;
    },
  };
}

test(`each of ${GRAPHS} random files is refused with its lines, or ends with a reason, killed or not`, async () => {
  await conditions.load();
  const surroundings = {
    hasObject: (name: string) => name.startsWith("po_"),
    hasTool: () => false,
    conditions,
  };
  const [refused, ends] = [new Map<string, number>(), new Map<string, number>()];
  const count = (of: Map<string, number>, text: string) => {
    const kind = text.replace(/[a-z]\w*\d+|\d+/g, "N").replace(/N( → N)+/g, "N → N");
    of.set(kind, (of.get(kind) ?? 0) + 1);
  };
  let refusedFiles = 0;
  for (let seed = 0; seed < GRAPHS; seed += 1) {
    const random = createRandom(seed + 1);
    const text = randomText(random);
    const lines = text.split("\n").length;
    const written = { text, file: "flow.yml", name: "flow" };
    const { workflow, problems } = await readWorkflow(written, surroundings);
    for (const { line, problem } of problems) {
      expect([seed, line > 0 && line <= lines, problem.length > 10]).toEqual([seed, true, true]);
      count(refused, problem);
    }
    expect([seed, workflow === undefined]).toEqual([seed, problems.length > 0]);
    if (!workflow) {
      refusedFiles += 1;
      continue;
    }
    const game = gameOf(workflow, seed);
    const played = playGroup(game);
    const steps = stepsIn(played.events);
    const ended = steps.filter((step) => step.startsWith("ended: "));
    expect([seed, ended.length, played.state.turn]).toEqual([seed, 1, undefined]);
    count(ends, ended.join());
    for (const { id, max_visits } of workflow.nodes) {
      const visits = steps.filter((step) => new RegExp(`^${id} \\d+$`).test(step)).length;
      expect([seed, id, visits <= max_visits]).toEqual([seed, id, true]);
    }
    const killed = playGroup(game, random.between(1, played.events.length));
    expect([seed, stepsIn(killed.events)]).toEqual([seed, steps]);
  }
  expect(refusedFiles).toBeGreaterThan(GRAPHS / 5);
  expect(refusedFiles).toBeLessThan(GRAPHS / 2);
  expect([...ends.keys()].toSorted()).toEqual([
    "ended: The condition of the edge N → N (data.missing) has no answer: No such key: missing",
    "ended: no edge matched",
    "ended: no node gave an answer",
    "ended: node N gave no answer",
    "ended: node N was visited N times (max_visits)",
    "ended: the last nodes have answered",
  ]);
  expect(refused.size).toBe(10);
}, 60_000);
