// How workflows look: the list, and the graph of the selected one, its nodes lighting up as a run comes to them.
import type { Workflow, WorkflowNode } from "../../../protocol/workflows.ts";
import { ordered } from "../../../terminal/workflow-drawing.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { span } from "../../text.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH, type WorkflowRun } from "../../world.ts";
import { type Bound, keyFooter } from "../parts/bound.ts";
import { fieldLine } from "../parts/field.ts";
import { fill, windowOf } from "../parts/list.ts";
import {
  ago,
  elapsed,
  emptyText,
  iconSpan,
  row,
  ruled,
  type Shape,
  shapes,
} from "../parts/words.ts";
import { chosenWorkflow, runsOf, type WorkflowsState } from "./update.ts";

/** The list gets at most this share of the rows. */
const LIST_SHARE = 3;

export function viewWorkflows(state: WorkflowsState, shared: Shared, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const foot = footLines(state, shared, columns);
  const name = chosenWorkflow(state, shared);
  const room = Math.max(0, rows - foot.length);
  const problems = problemLines(shared);
  if (name === null) {
    return fill([...emptyText(emptyWords(shared), columns), ...problems], foot, size);
  }
  const list = windowOf(
    listLines(shared, { name, columns }),
    shared.world.workflows.findIndex((one) => one.name === name),
    Math.max(1, Math.floor(room / LIST_SHARE)),
  );
  const runs = runsOf(shared, name);
  const run = runs[state.run] ?? null;
  const workflow = run?.workflow ?? (state.info?.name === name ? state.info : null);
  const graph = workflow ? graphLines(workflow, run) : [[span("Asking the daemon …", "dim")]];
  const height = Math.max(0, room - list.length - 1);
  const from = Math.min(state.scroll, Math.max(0, graph.length - height));
  const title = ruled(
    runTitle(name, run, { count: runs.length, at: state.run, now: shared.now }),
    columns,
  );
  const drawn = graph.slice(from, from + height);
  return fill([...list, title, ...drawn, ...problems], foot, size);
}

const emptyWords = ({ world }: Shared): string =>
  world.isLoaded
    ? "No workflows here yet. A file in the folder workflows/ is one: `jamey help workflows` shows how."
    : "Asking the daemon for workflows …";

function footLines({ asking }: WorkflowsState, bound: Bound, columns: number): Line[] {
  if (asking) {
    return [
      fieldLine(asking.field, columns),
      keyFooter(bound, "field", ["submit", "leave"], columns),
    ];
  }
  return [keyFooter(bound, "workflows", ["run", "next", "open", "page_down", "close"], columns)];
}

function listLines(shared: Shared, given: { name: string; columns: number }): readonly Line[] {
  return shared.world.workflows.map(({ name, description, nodes }) => {
    const last = runsOf(shared, name)[0];
    const left = [
      iconSpan(last ? runShape(last) : shapes.idle),
      span(`${name}  `, "bold"),
      span(clip(description, MAX_TEXT_LENGTH), "dim"),
    ];
    const isSelected = name === given.name;
    return row(left, `${nodes} nodes`, { columns: given.columns, isSelected });
  });
}

const problemLines = ({ world }: Shared): readonly Line[] =>
  world.workflow_problems.map(
    ({ file, line, problem }): Line => [
      span(`✗ ${clip(`${file}:${line} ${problem}`, MAX_TEXT_LENGTH)}`, "bad"),
    ],
  );

const runShape = ({ outcome }: WorkflowRun): Shape => shapes[outcome ?? "working"];

function runTitle(
  name: string,
  run: WorkflowRun | null,
  { count, at, now }: { count: number; at: number; now: number },
): string {
  if (!run) return `${name}: no run yet`;
  const which = count > 1 ? ` ${at + 1} of ${count}` : "";
  if (run.outcome === null) return `${name}: run${which}, for ${elapsed(run.started_at, now)}`;
  return `${name}: run${which} ${run.outcome}, ${ago(run.ended_at ?? run.started_at, now)}`;
}

export function graphLines(workflow: Workflow, run: WorkflowRun | null): readonly Line[] {
  return ordered(workflow).flatMap((node) => [
    nodeLine(workflow, node, run),
    ...edgeLines(workflow, node, run),
  ]);
}

function nodeLine(
  { entry, answer }: Workflow,
  { id, object, join }: WorkflowNode,
  run: WorkflowRun | null,
): Line {
  const entered = run?.nodes.get(id);
  const notes = [
    entry.includes(id) ? "begins here" : "",
    join === "all" ? "joins all" : "",
    answer === id ? "its answer is the run's" : "",
    entered && entered.visits > 1 ? `visit ${entered.visits}` : "",
  ].filter(Boolean);
  const shape = entered
    ? { running: shapes.working, done: shapes.done, failed: shapes.failed }[entered.state]
    : shapes.idle;
  const isRunning = entered?.state === "running";
  const said = isRunning ? "…" : (entered?.output ?? "");
  return [
    iconSpan(shape),
    span(id, isRunning ? "accent" : entered ? "bold" : "plain"),
    span(` (${object})`, "dim"),
    span(notes.length > 0 ? ` [${notes.join(", ")}]` : "", "dim"),
    span(said === "" ? "" : `  ${said}`, isRunning ? "accent" : "plain"),
  ];
}

function edgeLines({ edges }: Workflow, { id }: WorkflowNode, run: WorkflowRun | null): Line[] {
  const leading = edges.filter(({ from }) => from === id);
  if (leading.length === 0) return [[span("   └─■", "dim")]];
  return leading.map(({ to, condition }, index): Line => {
    const corner = index === leading.length - 1 ? "└" : "├";
    const when = condition === null ? "" : `  if ${clip(condition, MAX_TEXT_LENGTH)}`;
    const isTaken = run?.edges.includes(`${id}→${to}`) ?? false;
    return [span(`   ${corner}─▶ ${to}`, isTaken ? "bold" : "dim"), span(when, "dim")];
  });
}
