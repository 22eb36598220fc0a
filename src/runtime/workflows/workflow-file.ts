// A workflow as a file: YAML in, a workflow out, or every problem with its line. Reads and starts nothing.
import type { LineCounter as Counter, Document } from "yaml";
import type { z } from "zod";
import { placeholdersIn } from "../../core/prompt/template.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_WORKFLOW_BYTES } from "../../protocol/limits.ts";
import {
  MAX_WORKFLOW_PARAMETERS,
  type Workflow,
  type WorkflowNode,
  workflow as workflowSchema,
} from "../../protocol/workflows.ts";
import { parseYaml } from "../environment/yaml.ts";
import type { Conditions } from "./conditions.ts";
import {
  danglingIn,
  endlessIn,
  type GraphProblem,
  type Path,
  reachedFrom,
  repeatedIn,
  sourcesOf,
  unreachableIn,
} from "./graph.ts";

/** Problems of one file that are told. */
const MAX_PROBLEMS = 50;
/** Values that the template of one node asks for. */
const MAX_PLACEHOLDERS = 50;
const OWN_NAMES = ["message", "input"];

export interface FileProblem {
  line: number;
  problem: string;
}

/** What of the environment a workflow may name. */
export interface Surroundings {
  hasObject(name: string): boolean;
  hasTool(name: string): boolean;
  conditions: Pick<Conditions, "check">;
}

export type ReadWorkflow =
  | { workflow: Workflow; problems: [] }
  | { workflow: undefined; problems: FileProblem[] };

/** In a file the name is that of the file, and whose sessions it has and where it begins may be left out. */
const written = workflowSchema.omit({ name: true }).extend({
  object: workflowSchema.shape.object.optional(),
  entry: workflowSchema.shape.entry.optional(),
});

export async function readWorkflow(
  { text, file, name }: { text: string; file: string; name: string },
  surroundings: Surroundings,
): Promise<ReadWorkflow> {
  let fields: Record<string, unknown>;
  try {
    if (Buffer.byteLength(text) > MAX_WORKFLOW_BYTES) {
      throw new JameyError("config_invalid", `larger than ${MAX_WORKFLOW_BYTES} bytes.`);
    }
    fields = parseYaml(text, file);
  } catch (thrown) {
    if (!(thrown instanceof JameyError)) throw thrown;
    const line = Number(thrown.details.line ?? 1);
    return refused([{ line, problem: thrown.message.replace(`${file}:${line}: `, "") }]);
  }
  const lineOf = await openLines(text);
  const strange = unknownKeys(fields);
  const parsed = written.strict().safeParse(fields);
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? []
        : [{ path: pathOf(issue), problem: tellIssue(issue) }],
    );
    return refused(located([...strange, ...issues], lineOf));
  }
  const { object, entry, ...rest } = parsed.data;
  const begin = entry ?? sourcesOf(rest);
  const first = rest.nodes.find((node) => node.id === begin[0]) ?? rest.nodes[0];
  const workflow = { ...rest, name, object: object ?? first?.object ?? "", entry: begin };
  const problems = [
    ...located(strange, lineOf),
    ...repeatedIn(workflow).map(({ path, first: other, what }) => ({
      line: lineOf(path),
      problem: `${what}: also on line ${lineOf(other)}`,
    })),
    ...located(problemsOf(workflow, fields, surroundings), lineOf),
  ];
  return problems.length === 0 ? { workflow, problems: [] } : refused(problems);
}

const refused = (problems: FileProblem[]): ReadWorkflow => ({
  workflow: undefined,
  problems: problems.toSorted((one, other) => one.line - other.line).slice(0, MAX_PROBLEMS),
});

const located = (problems: GraphProblem[], lineOf: (path: Path) => number): FileProblem[] =>
  problems.map(({ path, problem }) => ({ line: lineOf(path), problem }));

const pathOf = ({ path }: { path: PropertyKey[] }): Path =>
  path.map((one) => (typeof one === "number" ? one : String(one)));

const tellIssue = (issue: z.core.$ZodIssue): string => {
  const place = pathOf(issue).filter((one) => typeof one === "string");
  return [place.at(-1), issue.message].filter(Boolean).join(": ");
};

/** A slip in a key would change what the workflow does. */
function unknownKeys(fields: Record<string, unknown>): GraphProblem[] {
  const inside = (key: "nodes" | "edges", known: string[]): GraphProblem[] => {
    const list: unknown = fields[key];
    if (!Array.isArray(list)) return [];
    return list.flatMap((one: unknown, index) => strangeIn(one, known, [key, index]));
  };
  const { nodes, edges } = workflowSchema.shape;
  return [
    ...strangeIn(fields, Object.keys(written.shape), []),
    ...inside("nodes", Object.keys(nodes.element.shape)),
    ...inside("edges", Object.keys(edges.unwrap().element.shape)),
  ];
}

function strangeIn(value: unknown, known: string[], path: Path): GraphProblem[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: [...path, key],
      problem: `unknown key '${key}'; there are ${known.join(", ")}`,
    }));
}

function problemsOf(
  workflow: Workflow,
  fields: Record<string, unknown>,
  surroundings: Surroundings,
): GraphProblem[] {
  const dangling = danglingIn(workflow);
  const limited = new Set(workflow.nodes.filter((_, index) => saysVisits(fields, index)));
  return [
    ...missingObjects(workflow, surroundings),
    ...dangling,
    // What follows asks where edges lead.
    ...(dangling.length > 0 ? [] : unreachableIn(workflow)),
    ...(dangling.length > 0 ? [] : endlessIn(workflow, (node) => limited.has(node))),
    ...parameterProblems(workflow),
    ...workflow.nodes.flatMap((node, index) => templateProblems(workflow, node, index)),
    ...conditionProblems(workflow, surroundings),
  ];
}

/** The default is no word of the author's on a circle. */
function saysVisits({ nodes }: Record<string, unknown>, index: number): boolean {
  const node: unknown = Array.isArray(nodes) ? nodes[index] : undefined;
  return typeof node === "object" && node !== null && "max_visits" in node;
}

function missingObjects(
  { object, nodes }: Workflow,
  { hasObject, hasTool }: Surroundings,
): GraphProblem[] {
  const ofNodes = nodes.flatMap((node, index): GraphProblem[] => [
    ...(hasObject(node.object)
      ? []
      : [{ path: ["nodes", index, "object"], problem: `there is no object '${node.object}'` }]),
    ...(node.tools ?? []).flatMap((tool, place) =>
      hasTool(tool) || hasObject(tool)
        ? []
        : [{ path: ["nodes", index, "tools", place], problem: `there is no tool '${tool}'` }],
    ),
  ]);
  const isOfNode = nodes.some((node) => node.object === object);
  if (isOfNode || hasObject(object) || nodes.length === 0) return ofNodes;
  return [{ path: ["object"], problem: `there is no object '${object}'` }, ...ofNodes];
}

function parameterProblems({ parameters }: Workflow): GraphProblem[] {
  const names = Object.keys(parameters);
  const taken = names.filter((name) => OWN_NAMES.includes(name) || name === "nodes");
  const problems = taken.map((name) => ({
    path: ["parameters", name],
    problem: `'${name}' has a meaning of its own: give the parameter another name`,
  }));
  if (names.length <= MAX_WORKFLOW_PARAMETERS) return problems;
  const problem = `more than ${MAX_WORKFLOW_PARAMETERS} parameters`;
  return [{ path: ["parameters"], problem }, ...problems];
}

/** Every value that a template asks for is there when its node begins, if only as the answer not yet given. */
function templateProblems(workflow: Workflow, node: WorkflowNode, index: number): GraphProblem[] {
  const path: Path = ["nodes", index, "prompt"];
  const asked = placeholdersIn({ text: node.prompt });
  if (asked.length > MAX_PLACEHOLDERS) {
    return [{ path, problem: `more than ${MAX_PLACEHOLDERS} values in one prompt` }];
  }
  return [...new Set(asked)].flatMap((key) => {
    const why = missingValue(workflow, node, key);
    return why === undefined ? [] : [{ path, problem: `{{${key}}}: ${why}` }];
  });
}

function missingValue(workflow: Workflow, node: WorkflowNode, key: string): string | undefined {
  if (OWN_NAMES.includes(key) || Object.hasOwn(workflow.parameters, key)) return undefined;
  if (!key.startsWith("nodes.")) {
    const known = [...OWN_NAMES, ...Object.keys(workflow.parameters), "nodes.ID"];
    return `no such value; there are ${known.join(", ")}, and what stands under parameters:`;
  }
  const id = key.slice("nodes.".length);
  if (!workflow.nodes.some((one) => one.id === id)) return `there is no node '${id}'`;
  const isBefore = workflow.edges.some(
    (edge) => edge.from === id && reachedFrom([edge.to], workflow.edges).has(node.id),
  );
  return isBefore ? undefined : `no way leads from '${id}' to '${node.id}'`;
}

function conditionProblems(
  { edges, nodes, parameters }: Workflow,
  { conditions }: Surroundings,
): GraphProblem[] {
  const known = {
    nodes: [...new Set(nodes.map((node) => node.id))],
    parameters: Object.keys(parameters),
  };
  return edges.flatMap(({ condition }, index) => {
    const problem = condition === null ? undefined : conditions.check(condition, known);
    if (problem === undefined) return [];
    return [{ path: ["edges", index, "condition"], problem: `condition: ${problem}` }];
  });
}

/** The line of the place at a path, or of the nearest one around it. The package is heavy: only here. */
async function openLines(text: string): Promise<(path: Path) => number> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, logLevel: "silent" });
  return (path) => lineAt(document, lineCounter, path);
}

function lineAt(document: Document.Parsed, lines: Counter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== "object" || node === null || !("range" in node)) continue;
    const [from] = Array.isArray(node.range) ? node.range : [];
    if (typeof from === "number") return lines.linePos(from).line;
  }
  return 1;
}
