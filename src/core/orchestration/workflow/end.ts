// How a run of a workflow ends: the reason, and the answer that is its own.
import type { ErrorBody } from "../../../protocol/errors.ts";
import type { Workflow } from "../../../protocol/workflows.ts";
import { quoted } from "../words.ts";
import type { Run } from "./run.ts";
import { exhausted, type Walk } from "./walk.ts";

/** UTF-16 units of what the last node said instead of an answer. */
const MAX_SHOWN_FAILURE = 2_000;

export const NO_EDGE_MATCHED = "no edge matched";
export const NO_ANSWER = "no node gave an answer";
export const COMPLETED = "the last nodes have answered";

export function endReason(workflow: Workflow, walk: Walk): string {
  const [node] = exhausted(workflow, walk);
  if (node) return `node ${node.id} was visited ${node.max_visits} times (max_visits)`;
  return walk.done.some((one) => isLast(workflow, one.node)) ? COMPLETED : NO_EDGE_MATCHED;
}

/** A node that may not be visited again stood before every node whose answer would be the run's. */
export function limitBeforeAnswer(workflow: Workflow, walk: Walk): ErrorBody | undefined {
  const [node] = exhausted(workflow, walk);
  const { nodes, answer } = workflow;
  const ends = nodes.filter(({ id }) => (answer === null ? isLast(workflow, id) : id === answer));
  const isAnswered = ends.some(({ id }) => walk.done.some((one) => one.node === id && one.success));
  if (!node || ends.length === 0 || isAnswered) return undefined;
  const wanted = ends.map(({ id }) => id).join(", ");
  const message = `The workflow ${workflow.name} reached a limit before it had an answer of ${wanted}: ${endReason(workflow, walk)}.`;
  const details = { limit: "max_visits", value: node.max_visits, node: node.id };
  return { code: "limit_reached", message, details };
}

/** Nothing leads on from here. */
const isLast = ({ edges }: Workflow, node: string): boolean =>
  !edges.some((edge) => edge.from === node);

/** Nobody answered, so there is no answer: what went wrong is none. */
export function allFailed({ workflow, outputs }: Run, { done }: Walk): ErrorBody | undefined {
  const last = done.at(-1);
  if (!last || done.some((one) => one.success)) return undefined;
  const why = (outputs.get(last.call_id) ?? "").slice(0, MAX_SHOWN_FAILURE);
  const message = `No node of the workflow ${workflow.name} gave an answer; the last, ${last.node}: ${why}`;
  return { code: "tool_failed", message, details: { node: last.node } };
}

/** What the chosen node said last; else the last nodes; else whoever answered last. */
export function answerOf({ workflow, outputs }: Run, walk: Walk): string {
  const said = walk.done.filter((one) => one.success);
  const newest = (id: string) => {
    const visit = said.findLast((one) => one.node === id);
    return visit && { member: id, output: outputs.get(visit.call_id) ?? "", success: true };
  };
  const chosen = workflow.answer === null ? undefined : newest(workflow.answer);
  if (chosen) return chosen.output;
  const ends = workflow.nodes
    .filter(({ id }) => isLast(workflow, id))
    .flatMap(({ id }) => newest(id) ?? []);
  const [only, ...others] = ends;
  if (others.length > 0) return quoted(ends);
  const last = said.at(-1);
  return only?.output ?? (last ? (outputs.get(last.call_id) ?? "") : "");
}
