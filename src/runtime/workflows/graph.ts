// What is wrong with a graph before it ever runs: names that are not there, ways that nobody can go,
// circles without an end. Pure; each problem with the path of the place that it is about.
import type { Workflow, WorkflowNode } from "../../protocol/workflows.ts";

export type Path = (string | number)[];

export interface GraphProblem {
  path: Path;
  problem: string;
}

/** A second place that a problem names: it becomes a line when it is said. */
export interface Repeated {
  path: Path;
  first: Path;
  what: string;
}

export function repeatedIn({ nodes, edges }: Pick<Workflow, "nodes" | "edges">): Repeated[] {
  const ofNodes = nodes.flatMap(({ id }, index) => {
    const first = nodes.findIndex((node) => node.id === id);
    const what = `the id '${id}' is given twice`;
    return first < index
      ? [{ path: ["nodes", index, "id"], first: ["nodes", first, "id"], what }]
      : [];
  });
  const ofEdges = edges.flatMap(({ from, to }, index) => {
    const first = edges.findIndex((edge) => edge.from === from && edge.to === to);
    const what = `the edge ${from} → ${to} is there twice`;
    return first < index ? [{ path: ["edges", index], first: ["edges", first], what }] : [];
  });
  return [...ofNodes, ...ofEdges];
}

export function danglingIn({ nodes, edges, entry, answer }: Workflow): GraphProblem[] {
  const known = new Set(nodes.map((node) => node.id));
  const missing = (id: string, path: Path): GraphProblem[] =>
    known.has(id) ? [] : [{ path, problem: `there is no node '${id}'` }];
  return [
    ...edges.flatMap(({ from, to }, index) => [
      ...missing(from, ["edges", index, "from"]),
      ...missing(to, ["edges", index, "to"]),
    ]),
    ...entry.flatMap((id, index) => missing(id, ["entry", index])),
    ...(answer === null ? [] : missing(answer, ["answer"])),
  ];
}

/** Nodes without an edge that leads to them. */
export const sourcesOf = ({ nodes, edges }: Pick<Workflow, "nodes" | "edges">): string[] =>
  nodes.map((node) => node.id).filter((id) => !edges.some((edge) => edge.to === id));

export function unreachableIn(workflow: Workflow): GraphProblem[] {
  const { nodes, edges, entry } = workflow;
  if (nodes.length === 0) return [{ path: ["nodes"], problem: "there is no node" }];
  if (entry.length === 0) {
    const problem =
      "no node is an entry: every one has an edge that leads to it; name some under entry:";
    return [{ path: ["nodes"], problem }];
  }
  const reached = reachedFrom(entry, edges);
  return nodes.flatMap(({ id }, index) =>
    reached.has(id)
      ? []
      : [{ path: ["nodes", index], problem: `no way leads to the node '${id}'` }],
  );
}

export function reachedFrom(begin: string[], edges: Workflow["edges"]): Set<string> {
  const reached = new Set(begin);
  // A set hands out what is added while it is walked: each node once, so it ends.
  for (const id of reached) {
    for (const edge of edges) if (edge.from === id) reached.add(edge.to);
  }
  return reached;
}

/** A circle must have a condition that may not hold, or a node that says how often it may be visited. */
export function endlessIn(
  { nodes, edges }: Workflow,
  isLimited: (node: WorkflowNode) => boolean,
): GraphProblem[] {
  const limited = new Set(nodes.filter(isLimited).map((node) => node.id));
  const unending = edges.filter((edge) => edge.condition === null && !limited.has(edge.to));
  const index = edges.findIndex(
    (edge) => unending.includes(edge) && reachedFrom([edge.to], unending).has(edge.from),
  );
  const edge = edges[index];
  if (!edge) return [];
  const circle = wayBetween(edge.to, edge.from, unending);
  const problem = `the circle ${[edge.from, ...circle].join(" → ")} never ends: give one of its edges a condition, or one of its nodes max_visits`;
  return [{ path: ["edges", index], problem }];
}

/** The nodes of a shortest way, both ends included. */
function wayBetween(from: string, to: string, edges: Workflow["edges"]): string[] {
  const ways = new Map([[from, [from]]]);
  for (const [id, way] of ways) {
    if (id === to) return way;
    for (const edge of edges) {
      if (edge.from === id && !ways.has(edge.to)) ways.set(edge.to, [...way, edge.to]);
    }
  }
  return [from, to];
}
