// Commands over workflows: graphs of objects in `workflows/*.yml`.
import { z } from "zod";
import { askedSettings } from "../agents.ts";
import { MAX_MESSAGE_BYTES, MAX_TITLE_LENGTH, MAX_WORKFLOW_BYTES } from "../limits.ts";
import { count, id, name, orNull } from "../messages.ts";
import { MAX_PARAMETER_LENGTH, nodeId, workflow } from "../workflows.ts";
import { command } from "./command.ts";

/** What is wrong with a file, and on which of its lines. */
const workflowProblem = z.object({ file: z.string(), line: count, problem: z.string() });
export type WorkflowProblem = z.infer<typeof workflowProblem>;

export const workflowCommands = {
  ListWorkflows: command({
    summary: "The workflows of the environment, and what is wrong with those that cannot run.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "WorkflowList",
    payload: z.object({
      workflows: z.array(
        z.object({
          name: z.string(),
          description: z.string(),
          object: z.string(),
          nodes: count,
          edges: count,
          file: z.string(),
        }),
      ),
      problems: z.array(workflowProblem),
    }),
  }),
  GetWorkflow: command({
    summary: "One workflow: nodes, edges, parameters.",
    scope: "read",
    params: z.object({ workflow: name }),
    reply: "WorkflowInfo",
    payload: z.object({ workflow }),
  }),
  ValidateWorkflow: command({
    summary: "Whether the text of a workflow could run here, with the line of each problem.",
    scope: "read",
    params: z.object({
      text: z.string().max(MAX_WORKFLOW_BYTES),
      /** How problems name it. */
      file: z.string().min(1).max(4_096).default("workflow.yml"),
    }),
    reply: "WorkflowChecked",
    payload: z.object({ problems: z.array(workflowProblem), workflow: workflow.nullable() }),
  }),
  RunWorkflow: command({
    summary: "Begin a session in which a workflow answers, and give it its message.",
    scope: "chat",
    params: z.object({
      workflow: name,
      message: z.string().min(1).max(MAX_MESSAGE_BYTES),
      parameters: z.record(nodeId, z.string().max(MAX_PARAMETER_LENGTH)).default({}),
      /** Of the session. */
      name: orNull(z.string().min(1).max(MAX_TITLE_LENGTH)),
      /** The same key returns the same ids and starts nothing. */
      message_key: orNull(z.string().min(1).max(128)),
      settings: askedSettings.prefault({}),
    }),
    reply: "MessageAccepted",
    payload: z.object({
      session_id: id,
      turn_id: id,
      message_id: id,
      seq: count,
      warnings: z.array(z.string()),
    }),
  }),
} as const;
