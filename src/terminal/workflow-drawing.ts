// A workflow as a drawing: as text for a terminal, or as Mermaid for a page.
import type { Workflow, WorkflowNode } from "../protocol/workflows.ts";
import { oneLine } from "./strip.ts";

const MAX_LABEL_LENGTH = 60;

/** Each node with what leads on from it, in the order in which a run comes to them. */
export function textDrawing(workflow: Workflow): string {
  return ordered(workflow)
    .flatMap((node) => [headOf(workflow, node), ...branches(workflow, node)])
    .map((line) => `${line}\n`)
    .join("");
}

function headOf({ entry, answer }: Workflow, node: WorkflowNode): string {
  const notes = [
    node.join === "all" ? "joins all" : "",
    answer === node.id ? "its answer is the run's" : "",
    node.on_failure === "continue" ? "goes on without an answer" : "",
    node.tools === null ? "" : `tools: ${node.tools.join(", ") || "none"}`,
  ].filter(Boolean);
  const mark = entry.includes(node.id) ? "▶" : "●";
  const rest = notes.length > 0 ? `  [${oneLine(notes.join("; "), 300)}]` : "";
  return `${mark} ${node.id} (${node.object}, at most ${node.max_visits} times)${rest}`;
}

function branches({ edges }: Workflow, { id }: WorkflowNode): string[] {
  const leading = edges.filter((edge) => edge.from === id);
  if (leading.length === 0) return ["  └─■"];
  return leading.map(({ to, condition }, index) => {
    const corner = index === leading.length - 1 ? "└" : "├";
    const when = condition === null ? "" : `  if ${oneLine(condition, 200)}`;
    return `  ${corner}─▶ ${to}${when}`;
  });
}

/** From the entries on, the nearer ones first. */
export function ordered({ nodes, edges, entry }: Workflow): WorkflowNode[] {
  const order = new Set(entry);
  // A set hands out what is added while it is walked: each node once, so it ends.
  for (const id of order) for (const edge of edges) if (edge.from === id) order.add(edge.to);
  return [...order].flatMap((id) => nodes.find((node) => node.id === id) ?? []);
}

export function mermaid({ nodes, edges, entry }: Workflow): string {
  const lines = [
    "flowchart TD",
    ...nodes.map(({ id, object, join }) => {
      const text = label(`${id}: ${object}${join === "all" ? " (joins all)" : ""}`);
      return entry.includes(id) ? `  ${mark(id)}(["${text}"])` : `  ${mark(id)}["${text}"]`;
    }),
    ...edges.map(({ from, to, condition }) => {
      const when = condition === null ? "" : `|"${label(condition)}"|`;
      return `  ${mark(from)} -->${when} ${mark(to)}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

/** A name of its own: `end` alone is a word of Mermaid. */
const mark = (id: string): string => `node_${id}`;

const label = (text: string): string =>
  oneLine(text, MAX_LABEL_LENGTH)
    .replaceAll("&", "#amp;")
    .replaceAll('"', "#quot;")
    .replaceAll("<", "#lt;");
