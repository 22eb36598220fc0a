// Workflows as files: what can run is read whole, and whatever cannot is refused with its line.
import { describe, expect, test } from "bun:test";
import { createConditions } from "../../src/runtime/workflows/conditions.ts";
import { readWorkflow } from "../../src/runtime/workflows/workflow-file.ts";

const conditions = createConditions();

async function read(text: string) {
  await conditions.load();
  return await readWorkflow(
    { text, file: "flow.yml", name: "flow" },
    {
      hasObject: (name) => ["writer", "critic"].includes(name),
      hasTool: (name) => name === "look",
      conditions,
    },
  );
}

const problemsOf = async (text: string): Promise<string[]> =>
  (await read(text)).problems.map(({ line, problem }) => `${line}: ${problem}`);

const two = "nodes:\n  - {id: a, object: writer}\n  - {id: b, object: critic}\n";
const edge = (line: string) => `${two}edges:\n  - ${line}\n`;

test("a workflow is read with everything that it leaves out filled in", async () => {
  const { workflow, problems } = await read(edge("{from: a, to: b}"));
  const node = { prompt: "{{input}}", tools: null, join: "any", max_visits: 10, on_failure: "end" };
  expect(problems).toEqual([]);
  expect(workflow).toEqual({
    name: "flow",
    description: "",
    object: "writer",
    parameters: {},
    entry: ["a"],
    answer: null,
    nodes: [
      { id: "a", object: "writer", ...node },
      { id: "b", object: "critic", ...node },
    ],
    edges: [{ from: "a", to: "b", condition: null }],
  } as never);
});

describe("a workflow is refused with the line of", () => {
  test("an id that is given twice, and the line of the first", async () => {
    expect(
      await problemsOf("nodes:\n  - {id: a, object: writer}\n  - {id: a, object: critic}"),
    ).toEqual(["3: the id 'a' is given twice: also on line 2"]);
  });

  test("an edge from or to a node that is not there", async () => {
    expect(await problemsOf(edge("{from: a, to: c}"))).toEqual(["5: there is no node 'c'"]);
    expect(await problemsOf(edge("{from: c, to: b}"))).toEqual(["5: there is no node 'c'"]);
  });

  test("an object or a tool that is not there", async () => {
    const text = "nodes:\n  - id: a\n    object: nobody\n    tools:\n      - look\n      - lok\n";
    expect(await problemsOf(text)).toEqual([
      "3: there is no object 'nobody'",
      "6: there is no tool 'lok'",
    ]);
  });

  test("a circle without a condition and without a limit", async () => {
    const circle = `${two}entry: [a]\nedges:\n  - {from: a, to: b}\n  - {from: b, to: a}\n`;
    expect(await problemsOf(circle)).toEqual([
      "6: the circle a → b → a never ends: give one of its edges a condition, or one of its nodes max_visits",
    ]);
    expect(await problemsOf(circle.replace("to: a}", "to: a, condition: visits < 3}"))).toEqual([]);
    expect(await problemsOf(circle.replace("critic}", "critic, max_visits: 2}"))).toEqual([]);
  });

  test("a node that no way leads to, and a graph without an entry or without any node", async () => {
    expect(await problemsOf("description: Nothing\nnodes: []")).toEqual(["2: there is no node"]);
    expect(await problemsOf(`${two}entry: [a]`)).toEqual(["3: no way leads to the node 'b'"]);
    const all = edge("{from: a, to: b, condition: success}").concat("  - {from: b, to: a}\n");
    expect((await problemsOf(all))[0]).toContain("no node is an entry");
  });

  test("a value that a template asks for and nobody gives", async () => {
    const ask = (text: string) => two.replace("critic}", `critic, prompt: "${text}"}`);
    expect(await problemsOf(ask("{{tone}}"))).toEqual([
      "3: {{tone}}: no such value; there are message, input, nodes.ID, and what stands under parameters:",
    ]);
    expect(await problemsOf(ask("{{nodes.c}}"))).toEqual(["3: {{nodes.c}}: there is no node 'c'"]);
    expect(await problemsOf(ask("{{nodes.a}}"))).toEqual([
      "3: {{nodes.a}}: no way leads from 'a' to 'b'",
    ]);
    expect(await problemsOf(`${ask("{{tone}}")}parameters: {tone: plain}`)).toEqual([]);
  });

  test("a key that means nothing, a value of another kind, and YAML that is none", async () => {
    expect(await problemsOf(two.replace("critic}", "critic, promt: x}"))).toEqual([
      "3: unknown key 'promt'; there are id, object, prompt, tools, join, max_visits, on_failure",
    ]);
    expect((await problemsOf(two.replace("critic}", "critic, max_visits: 0}")))[0]).toStartWith(
      "3: max_visits: ",
    );
    expect((await problemsOf("nodes: [\n  {"))[0]).toMatch(/^\d+: /);
  });
});

describe("a condition", () => {
  const conditionOf = async (condition: string) =>
    await problemsOf(edge(`{from: a, to: b, condition: ${JSON.stringify(condition)}}`));

  test.each([
    "success",
    "visits < 3 && output.contains('yes')",
    "data.accepted == true || size(message) > 10",
    "has(data.score) && data.score > 2",
    "nodes.a.success && nodes.b.visits == 0",
    "data.kind in ['bug', 'feature']",
  ])("may be %s", async (condition) => {
    expect(await conditionOf(condition)).toEqual([]);
  });

  test.each([
    ["process.exit(1)", "Unknown variable: process"],
    ["fetch('http://x')", "fetch"],
    ["nodes.c.success", "No such key: c"],
    ["1 +", "Unexpected token"],
    ["visits", "answers with int, not with true or false"],
    ["output.matches('(a+)+$')", "'matches' is no function of conditions"],
    ["data.list.all(one, one > 1)", "'all' is no function of conditions"],
    ["parameters.tone == 'x'", "Unknown variable: parameters"],
  ])("is refused when it is loaded where it is %s", async (condition, problem) => {
    const [found, ...more] = await conditionOf(condition);
    expect(more).toEqual([]);
    expect(found).toStartWith("5: condition: ");
    expect(found).toContain(problem);
  });

  test("has the same answer for the same values, and says what is missing in them", async () => {
    await conditions.load();
    const values = {
      output: "{}",
      data: { accepted: true, score: 3 },
      success: true,
      visits: 2,
      message: "tea",
      parameters: { tone: "warm" },
      nodes: { a: { output: "A", success: true, visits: 2 } },
    };
    const answer = (condition: string) => conditions.evaluate(condition, values);
    expect(answer("data.accepted && data.score > 2 && visits == 2")).toEqual({
      ok: true,
      value: true,
    });
    expect(answer("parameters.tone == 'cold' || nodes.a.output == 'B'")).toEqual({
      ok: true,
      value: false,
    });
    expect(answer("data.missing")).toEqual({ ok: false, problem: "No such key: missing" });
    expect(answer("data.score")).toMatchObject({ ok: false });
    expect(answer("has(data.constructor)")).toEqual({ ok: true, value: false });
  });
});
