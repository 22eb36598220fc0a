// `jamey workflows list|show|validate`: the graphs of objects that this environment can run.
import { readFileSync, statSync } from "node:fs";
import { basename, parse, resolve } from "node:path";
import type { Link } from "../../client/link.ts";
import type { WorkflowProblem } from "../../protocol/commands/workflow.ts";
import { errorCodes, JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_WORKFLOW_BYTES } from "../../protocol/limits.ts";
import { oneLine } from "../../terminal/strip.ts";
import { mermaid, textDrawing } from "../../terminal/workflow-drawing.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListWorkflows", {});
    if (context.isJson) {
      await printJson(context, found);
      return 0;
    }
    const rows = found.workflows.map(({ name, nodes, object, description }) => [
      name,
      `${nodes} ${nodes === 1 ? "node" : "nodes"}`,
      oneLine(object, 64),
      oneLine(description, 100),
    ]);
    if (rows.length > 0) await withPager(context, columns(rows));
    else await context.note("This environment has no workflow: put one into workflows/NAME.yml");
    for (const one of found.problems) await context.note(`jamey: warning: ${problemLine(one)}`);
    return 0;
  });

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const { workflow } = await link.call("GetWorkflow", { workflow: given.words[0] ?? "" });
    if (context.isJson) await printJson(context, { workflow });
    else if (given.has("mermaid")) await context.out.write(mermaid(workflow));
    else {
      const parameters = Object.entries(workflow.parameters).map(([key, value]) =>
        value === null ? key : `${key}=${oneLine(value, 40)}`,
      );
      const rows = [
        ["name", workflow.name],
        ["description", oneLine(workflow.description, 200)],
        ["object", workflow.object],
        ["parameters", parameters.join(", ")],
      ];
      const head = columns(rows.filter(([, value]) => value !== ""));
      await withPager(context, `${head}\n${textDrawing(workflow)}`);
    }
    return 0;
  });

/** Exit code 78, as for every broken setting, where something is wrong. */
export const validate = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [file] = context.arguments.words;
    const checked =
      file === undefined ? await checkAll(link) : await checkFile(context, link, file);
    if (context.isJson) await printJson(context, checked);
    else {
      for (const one of checked.problems) await context.out.write(`${problemLine(one)}\n`);
      if (checked.problems.length === 0)
        await context.note(`${checked.valid.join(", ") || "No workflow"}: nothing wrong.`);
    }
    return checked.problems.length === 0 ? 0 : errorCodes.config_invalid.exit;
  });

interface Checked {
  valid: string[];
  problems: WorkflowProblem[];
}

async function checkAll(link: Link): Promise<Checked> {
  const { workflows, problems } = await link.call("ListWorkflows", {});
  return { valid: workflows.map((one) => one.name), problems };
}

async function checkFile({ host }: Context, link: Link, file: string): Promise<Checked> {
  const isThere = statSync(resolve(host.directory, file), { throwIfNoEntry: false })?.isFile();
  return isThere ? await checkText(host.directory, link, file) : await checkNamed(link, file);
}

/** One of the environment's, by its name; of one that cannot be read only the file has it. */
async function checkNamed(link: Link, name: string): Promise<Checked> {
  const all = await link.call("ListWorkflows", {});
  const problems = all.problems.filter((one) => parse(one.file).name === name);
  if (problems.length > 0) return { valid: [], problems };
  if (all.workflows.some((one) => one.name === name)) return { valid: [name], problems };
  const known = [
    ...all.workflows.map((one) => one.name),
    ...all.problems.map((one) => parse(one.file).name),
  ];
  const names = [...new Set(known)].join(", ") || "none";
  const message = `There is no file ${name} here, and no workflow of this name. There are: ${names}.`;
  throw new JameyError("input_missing", message);
}

async function checkText(directory: string, link: Link, file: string): Promise<Checked> {
  const text = readText(resolve(directory, file));
  const { problems } = await link.call("ValidateWorkflow", { text, file });
  return { valid: problems.length === 0 ? [basename(file)] : [], problems };
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_WORKFLOW_BYTES) {
      throw new JameyError("too_large", `${path}: larger than ${MAX_WORKFLOW_BYTES} bytes.`);
    }
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof JameyError) throw thrown;
    throw new JameyError("input_missing", `${path}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

const problemLine = ({ file, line, problem }: WorkflowProblem): string =>
  `${oneLine(file, 1000)}:${line}: ${oneLine(problem, 1000)}`;
