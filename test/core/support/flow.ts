// Workflows for tests of the core: graphs as a few words, nodes that answer by a function, and conditions
// in a language of three words.
import type { Workflow, WorkflowEdge, WorkflowNode } from "../../../src/core/index.ts";
import type { Evaluate } from "../../../src/core/orchestration/workflow/evaluate.ts";
import type { Happened } from "../../../src/core/session/state.ts";

export const nodeOf = (id: string, fields: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  object: `po_${id}`,
  prompt: "{{input}}",
  tools: null,
  join: "any",
  max_visits: 10,
  on_failure: "end",
  ...fields,
});

/** `a -> b`, or `a -> b if yes`. */
export function edgesOf(...lines: string[]): WorkflowEdge[] {
  return lines.map((line) => {
    const [, from = "", to = "", condition = null] =
      /^(\w+) -> (\w+)(?: if (.*))?$/.exec(line) ?? [];
    return { from, to, condition };
  });
}

export function flowOf(fields: Partial<Workflow> & Pick<Workflow, "nodes">): Workflow {
  const { nodes, edges = [] } = fields;
  const sources = nodes.filter(({ id }) => !edges.some((edge) => edge.to === id));
  return {
    name: "flow",
    description: "",
    object: "helper",
    parameters: {},
    entry: sources.map((node) => node.id),
    answer: null,
    edges: [],
    ...fields,
  };
}

/** `yes`, `no`, `ok` (data.ok), `failed`, `again N` (fewer than N visits); anything else has no answer. */
export const evaluate: Evaluate = (condition, { data, success, visits }) => {
  if (condition === "yes") return { ok: true, value: true };
  if (condition === "no") return { ok: true, value: false };
  if (condition === "ok") return { ok: true, value: data.ok === true };
  if (condition === "failed") return { ok: true, value: !success };
  if (condition.startsWith("again "))
    return { ok: true, value: visits < Number(condition.slice(6)) };
  return { ok: false, problem: "no such word" };
};

/** A run as its steps tell it. */
export function stepsIn(events: Happened[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "TurnCompleted") return ["completed"];
    if (event.type === "TurnFailed") return [`failed: ${event.payload.error.code}`];
    if (event.type !== "StepTaken") return [];
    const { step } = event.payload;
    if (step.type === "node_started") return [`${step.node} ${step.visit}`];
    if (step.type === "node_completed") return [`${step.node} ${step.success ? "said" : "failed"}`];
    if (step.type === "edge_taken") return [`${step.from} -> ${step.to}`];
    return step.type === "ended" ? [`ended: ${step.reason}`] : [];
  });
}
