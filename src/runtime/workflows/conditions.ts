// The language of conditions: CEL, through a package that is loaded when a workflow first needs it.
// Rules: 1. Pure: the same values give the same answer, and nothing but values is in reach. 2. Bounded by
// what may stand in it: no loops over lists, no regular expressions, no bindings, so that an answer takes
// no longer than its text is long. 3. Whatever it names is known when the workflow is loaded.
import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import type { ConditionValues, Evaluate } from "../../core/orchestration/workflow/evaluate.ts";
import { messageOf } from "../../protocol/errors.ts";

type Cel = typeof import("@marcbachmann/cel-js");

/** What a condition may name besides the variables. */
export interface Known {
  nodes: string[];
  parameters: string[];
}

export interface Conditions {
  /** Must have been awaited before anything is checked or evaluated. */
  load(): Promise<void>;
  /** What is wrong with it. */
  check(condition: string, known: Known): string | undefined;
  evaluate: Evaluate;
}

/** Bounds of one condition. */
const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 20,
  maxListElements: 50,
  maxMapEntries: 10,
  maxCallArguments: 4,
};

/** Rule 2: nothing here takes longer than what it is given is long. */
const FUNCTIONS = [
  "size",
  "has",
  "int",
  "double",
  "string",
  "bool",
  "contains",
  "startsWith",
  "endsWith",
  "lowerAscii",
  "upperAscii",
  "trim",
];

const NOT_LOADED = "the language of conditions is not loaded";

export function createConditions(): Conditions {
  let cel: Cel | undefined;
  return {
    async load() {
      cel ??= await import("@marcbachmann/cel-js");
    },
    check: (condition, known) =>
      cel ? checked(condition, environmentFor(cel, known)) : NOT_LOADED,
    evaluate: (condition, values) =>
      cel ? evaluated(condition, values, cel) : { ok: false, problem: NOT_LOADED },
  };
}

function environmentFor(cel: Cel, { nodes, parameters }: Known): Environment {
  const node = { output: "string", success: "bool", visits: "int" };
  const environment = new cel.Environment({ limits: LIMITS })
    .registerVariable("output", "string")
    .registerVariable("data", "dyn")
    .registerVariable("success", "bool")
    .registerVariable("visits", "int")
    .registerVariable("message", "string")
    .registerVariable({
      name: "nodes",
      schema: Object.fromEntries(nodes.map((id) => [id, node])),
    });
  // A schema without a field is none: then nothing of this name is known.
  if (parameters.length === 0) return environment;
  const schema = Object.fromEntries(parameters.map((key) => [key, "string"]));
  return environment.registerVariable({ name: "parameters", schema });
}

function checked(condition: string, environment: Environment): string | undefined {
  try {
    const { valid, type, error } = environment.check(condition);
    if (!valid) return firstLine(error?.message ?? "is no CEL");
    if (type !== "bool" && type !== "dyn") return `answers with ${type}, not with true or false`;
    return strangeCall(environment.parse(condition).ast);
  } catch (thrown) {
    return firstLine(messageOf(thrown));
  }
}

/** Rule 2. The tree is bounded by LIMITS. */
function strangeCall(root: ASTNode): string | undefined {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (Array.isArray(one)) waiting.push(...one);
    if (!isNode(one)) continue;
    const [name] = Array.isArray(one.args) ? one.args : [];
    const isCall = one.op === "call" || one.op === "rcall";
    if (isCall && typeof name === "string" && !FUNCTIONS.includes(name)) {
      return `'${name}' is no function of conditions; there are ${FUNCTIONS.join(", ")}`;
    }
    waiting.push(one.args);
  }
  return undefined;
}

const isNode = (value: unknown): value is { op: string; args: unknown } =>
  typeof value === "object" && value !== null && "op" in value && "args" in value;

function evaluated(condition: string, values: ConditionValues, cel: Cel): ReturnType<Evaluate> {
  const known = { nodes: Object.keys(values.nodes), parameters: Object.keys(values.parameters) };
  const environment = environmentFor(cel, known);
  const problem = checked(condition, environment);
  if (problem !== undefined) return { ok: false, problem };
  const nodes = Object.entries(values.nodes).map(
    ([id, one]) => [id, { ...one, visits: BigInt(one.visits) }] as const,
  );
  try {
    const value: unknown = environment.evaluate(condition, {
      ...values,
      visits: BigInt(values.visits),
      nodes: Object.fromEntries(nodes),
    });
    if (typeof value === "boolean") return { ok: true, value };
    return { ok: false, problem: `it is ${typeof value}, not true or false` };
  } catch (thrown) {
    return { ok: false, problem: firstLine(messageOf(thrown)) };
  }
}

const firstLine = (text: string): string => text.split("\n")[0] ?? text;
