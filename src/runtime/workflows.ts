// The workflows of an environment: its files, read whenever they are asked for, so that an edit counts for
// the next turn. What names an object or a tool that is not there is refused here, not in the middle of a run.
import type { WorkflowProblem } from "../protocol/commands/workflow.ts";
import { JameyError, messageOf } from "../protocol/errors.ts";
import { name as nameRule } from "../protocol/messages.ts";
import type { Workflow } from "../protocol/workflows.ts";
import type { Toolbox } from "../tools/index.ts";
import type { Catalog } from "./environment/catalog.ts";
import type { WorkflowFiles } from "./environment/workflow-files.ts";
import { type Conditions, createConditions } from "./workflows/conditions.ts";
import { type ReadWorkflow, readWorkflow } from "./workflows/workflow-file.ts";

export interface Workflows {
  conditions: Conditions;
  list(): Promise<{
    workflows: { workflow: Workflow; file: string }[];
    problems: WorkflowProblem[];
  }>;
  /** There is a file of this name; it may be broken. */
  has(name: string): boolean;
  names(): string[];
  /** Throws where there is none of this name that can run. */
  get(name: string): Promise<Workflow>;
  check(written: { text: string; file: string }): Promise<ReadWorkflow>;
}

export function createWorkflows(parts: {
  files: WorkflowFiles;
  catalog: Pick<Catalog, "get" | "refresh">;
  tools: Pick<Toolbox, "find">;
  environment: string;
  /** False: the files came from elsewhere, and none of them is run. */
  isTrusted: boolean;
}): Workflows {
  const { files, catalog, tools, environment, isTrusted } = parts;
  const conditions = createConditions();

  async function read(written: {
    text: string;
    file: string;
    name: string;
  }): Promise<ReadWorkflow> {
    await conditions.load();
    catalog.refresh();
    return await readWorkflow(written, {
      hasObject: (name) => catalog.get(name) !== undefined,
      hasTool: (name) => tools.find(name) !== undefined,
      conditions,
    });
  }

  async function readFile({ name, file }: { name: string; file: string }): Promise<ReadWorkflow> {
    try {
      if (!nameRule.safeParse(name).success) {
        throw new JameyError("config_invalid", "the name of the file is no name of a workflow");
      }
      const taken = tools.find(name) ? "a tool" : catalog.refresh(name) ? "an object" : undefined;
      if (taken) {
        const message = `there is ${taken} '${name}', and all three are called by name: give the file another one`;
        throw new JameyError("config_invalid", message);
      }
      return await read({ text: files.read(file), file, name });
    } catch (thrown) {
      // A person's file is at fault, not the daemon.
      return { workflow: undefined, problems: [{ line: 1, problem: messageOf(thrown) }] };
    }
  }

  return {
    conditions,
    async list() {
      const workflows: { workflow: Workflow; file: string }[] = [];
      const problems: WorkflowProblem[] = [];
      for (const one of files.list()) {
        const found = await readFile(one);
        const { file } = one;
        if (found.workflow) workflows.push({ workflow: found.workflow, file });
        for (const problem of found.problems) problems.push({ file, ...problem });
      }
      return { workflows, problems };
    },
    has: (name) => files.list().some((one) => one.name === name),
    names: () => files.list().map((one) => one.name),
    async get(name) {
      if (!isTrusted) {
        const message = `The workflow '${name}' came from elsewhere and is not trusted yet: jamey env trust ${environment}`;
        throw new JameyError("forbidden", message, { details: { workflow: name } });
      }
      const all = files.list();
      const one = all.find((each) => each.name === name);
      if (!one) {
        const known = all.map((each) => each.name);
        const message = `There is no workflow '${name}'. There are: ${known.join(", ") || "none"}.`;
        throw new JameyError("not_found", message, { details: { workflow: name, known } });
      }
      const found = await readFile(one);
      if (found.workflow) return found.workflow;
      const [first, ...more] = found.problems;
      const others =
        more.length === 0 ? "" : ` (and ${more.length} more: jamey workflows validate)`;
      const message = `${one.file}:${first?.line ?? 1}: ${first?.problem ?? "cannot run"}${others}`;
      throw new JameyError("config_invalid", message, {
        details: { file: one.file, problems: found.problems },
      });
    },
    check: ({ text, file }) => read({ text, file, name: "workflow" }),
  };
}
