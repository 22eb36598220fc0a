// Where a run of a workflow stands, folded from its steps, and what may begin next. Pure.
// Rules: 1. A node is visited once at a time. 2. An edge that is taken is a token at its end; a visit uses
// it up. 3. A join of all waits only for edges that something under way can still take, so that neither a
// way that was not chosen nor a loop back to itself holds it up. 4. Where joins wait for each other,
// the first one goes on. 5. No node is visited more often than it may be.
import type { GroupStep } from "../../../protocol/events/turn.ts";
import type { Workflow, WorkflowNode } from "../../../protocol/workflows.ts";

export interface Visit {
  node: string;
  visit: number;
  call_id: string;
}

export interface Token {
  from: string;
  to: string;
}

export interface Walk {
  running: Visit[];
  /** In the order in which they ended. */
  done: (Visit & { success: boolean })[];
  /** Taken edges that no visit has used, the oldest first. */
  tokens: Token[];
}

/** A visit that begins, and the nodes whose answers led to it; none for an entry. */
export interface Start {
  node: WorkflowNode;
  from: string[];
}

export const emptyWalk: Walk = { running: [], done: [], tokens: [] };

export function walkOf(workflow: Workflow, steps: GroupStep[]): Walk {
  return steps.reduce((walk, step) => walked(workflow, walk, step), emptyWalk);
}

export function walked(workflow: Workflow, walk: Walk, step: GroupStep): Walk {
  switch (step.type) {
    case "node_started": {
      const { node, visit, call_id } = step;
      const used = tokensFor(workflow, walk, node);
      return {
        ...walk,
        running: [...walk.running, { node, visit, call_id }],
        tokens: walk.tokens.filter((token) => !used.includes(token)),
      };
    }
    case "node_completed": {
      const ended = walk.running.find((one) => one.node === step.node);
      if (!ended) return walk;
      return {
        ...walk,
        running: walk.running.filter((one) => one !== ended),
        done: [...walk.done, { ...ended, success: step.success }],
      };
    }
    case "edge_taken":
      return { ...walk, tokens: [...walk.tokens, { from: step.from, to: step.to }] };
    default:
      return walk;
  }
}

/** How often a node was begun. */
export const visitsOf = ({ running, done }: Walk, node: string): number =>
  [...running, ...done].filter((one) => one.node === node).length;

/** What may begin now, in declared order; each is to be begun before the next is asked for. */
export function nextStart(workflow: Workflow, walk: Walk): Start | undefined {
  const waiting = workflow.nodes.filter((node) => isWaiting(walk, node));
  const ready = waiting.find((node) => node.join === "any" || isJoined(workflow, walk, node));
  // Rule 4.
  const node = ready ?? (walk.running.length === 0 ? waiting[0] : undefined);
  if (!node) return undefined;
  return { node, from: tokensFor(workflow, walk, node.id).map((token) => token.from) };
}

export function entries({ nodes, entry }: Workflow): Start[] {
  return nodes.filter((node) => entry.includes(node.id)).map((node) => ({ node, from: [] }));
}

/** The nodes that an edge leads to and that may not be visited any more. Rule 5. */
export const exhausted = ({ nodes }: Workflow, walk: Walk): WorkflowNode[] =>
  nodes.filter((node) => hasToken(walk, node.id) && visitsOf(walk, node.id) >= node.max_visits);

const hasToken = ({ tokens }: Walk, node: string): boolean =>
  tokens.some((token) => token.to === node);

const isRunning = ({ running }: Walk, node: string): boolean =>
  running.some((one) => one.node === node);

const isWaiting = (walk: Walk, node: WorkflowNode): boolean =>
  hasToken(walk, node.id) && !isRunning(walk, node.id) && visitsOf(walk, node.id) < node.max_visits;

/** The tokens that the next visit uses: the first visit of an entry uses none. */
function tokensFor({ nodes, entry }: Workflow, walk: Walk, id: string): Token[] {
  if (entry.includes(id) && visitsOf(walk, id) === 0) return [];
  const here = walk.tokens.filter((token) => token.to === id);
  if (nodes.find((node) => node.id === id)?.join !== "all") return here.slice(0, 1);
  return here.filter(
    (token, index) => here.findIndex((other) => other.from === token.from) === index,
  );
}

/** Rule 3. */
function isJoined(workflow: Workflow, walk: Walk, node: WorkflowNode): boolean {
  const missing = workflow.edges
    .filter((edge) => edge.to === node.id)
    .filter(({ from }) => !walk.tokens.some((one) => one.to === node.id && one.from === from));
  if (missing.length === 0) return true;
  const live = liveWithout(workflow, walk, node.id);
  return missing.every((edge) => !live.has(edge.from));
}

/** Every node that may still answer although this one does not go on. */
function liveWithout(workflow: Workflow, walk: Walk, held: string): Set<string> {
  const waiting = workflow.nodes.filter((node) => isWaiting(walk, node)).map((node) => node.id);
  const begun = [...walk.running.map((one) => one.node), ...waiting];
  const live = new Set(begun.filter((id) => id !== held));
  // A set hands out what is added while it is walked: each node once, so it ends.
  for (const id of live) {
    for (const edge of workflow.edges) {
      if (edge.from !== id || edge.to === held || live.has(edge.to)) continue;
      const target = workflow.nodes.find((node) => node.id === edge.to);
      if (target && visitsOf(walk, target.id) < target.max_visits) live.add(edge.to);
    }
  }
  return live;
}
