// How a run of a workflow ends: the reason, and the answer that is its own.
import type { Workflow } from "../../../protocol/workflows.ts";
import { quoted } from "../words.ts";
import type { Run } from "./run.ts";
import { exhausted, type Walk } from "./walk.ts";

export const NO_EDGE_MATCHED = "no edge matched";
export const COMPLETED = "the last nodes have answered";

export function endReason(workflow: Workflow, walk: Walk): string {
  const [node] = exhausted(workflow, walk);
  if (node) return `node ${node.id} was visited ${node.max_visits} times (max_visits)`;
  return walk.done.some((one) => isLast(workflow, one.node)) ? COMPLETED : NO_EDGE_MATCHED;
}

/** Nothing leads on from here. */
const isLast = ({ edges }: Workflow, node: string): boolean =>
  !edges.some((edge) => edge.from === node);

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
  const last = walk.done.at(-1);
  return only?.output ?? (last ? (outputs.get(last.call_id) ?? "") : "");
}
