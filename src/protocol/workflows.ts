// Workflows: graphs of objects that are asked, as data. What a file of `workflows/` becomes once it was
// read, and what a turn is pinned to.
import { z } from "zod";
import { name, orNull } from "./messages.ts";

/** Bounds of one workflow. Lengths in UTF-16 units. */
export const MAX_WORKFLOW_NODES = 100;
export const MAX_WORKFLOW_EDGES = 400;
export const MAX_NODE_VISITS = 100;
export const MAX_NODE_PROMPT_LENGTH = 32_000;
export const MAX_CONDITION_LENGTH = 1_000;
export const MAX_WORKFLOW_PARAMETERS = 50;
export const MAX_PARAMETER_LENGTH = 64 * 1024;
/** Visits of one node, where it does not say how many. */
export const DEFAULT_NODE_VISITS = 10;

/** As templates and conditions can name it. */
export const nodeId = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,39}$/,
    "a letter or '_', then letters, digits and '_', at most 40",
  );

export const workflowNode = z.object({
  id: nodeId,
  /** The object that is asked. */
  object: name,
  /** What it is asked: a template over `message`, `input`, the parameters and `nodes.ID`. */
  prompt: z.string().min(1).max(MAX_NODE_PROMPT_LENGTH).default("{{input}}"),
  /** The only capabilities that it may use; null: all that it declares. */
  tools: orNull(z.array(z.string().max(128)).max(256)),
  /** `any`: each edge that is taken is a visit. `all`: one visit once no other edge can come any more. */
  join: z.enum(["any", "all"]).default("any"),
  max_visits: z.number().int().min(1).max(MAX_NODE_VISITS).default(DEFAULT_NODE_VISITS),
  /** Without an answer the run ends, or goes on over the edges whose conditions say so. */
  on_failure: z.enum(["end", "continue"]).default("end"),
});

export const workflowEdge = z.object({
  from: nodeId,
  to: nodeId,
  /** CEL over `output`, `data`, `success`, `visits`, `message`, `parameters`, `nodes`; null is always taken. */
  condition: orNull(z.string().min(1).max(MAX_CONDITION_LENGTH)),
});

export const workflow = z.object({
  name,
  description: z.string().max(2_000).default(""),
  /** Whose sessions its runs are. */
  object: name,
  /** What its templates need besides the message, with defaults; null has to be given. */
  parameters: z.record(nodeId, z.string().max(MAX_PARAMETER_LENGTH).nullable()).default({}),
  /** Where a run begins. */
  entry: z.array(nodeId).max(MAX_WORKFLOW_NODES),
  /** The node whose answer is the run's; null: those without an edge that leads on. */
  answer: orNull(nodeId),
  nodes: z.array(workflowNode).max(MAX_WORKFLOW_NODES),
  edges: z.array(workflowEdge).max(MAX_WORKFLOW_EDGES).default([]),
});

export type WorkflowNode = z.output<typeof workflowNode>;
export type WorkflowEdge = z.output<typeof workflowEdge>;
export type Workflow = z.output<typeof workflow>;
