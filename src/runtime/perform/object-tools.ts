// Objects and workflows as tools: the names that vendors take, what the model is told of them, and the check of a call.
import {
  calledObject,
  isPatternCall,
  kindOf,
  readDelegation,
} from "../../core/session/delegation.ts";
import { MODEL } from "../../core/session/session.ts";
import type { Turn } from "../../core/session/state.ts";
import type { ToolCheck } from "../../core/tool.ts";
import type { TurnTool } from "../../protocol/agents.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { ToolCall, ToolSpec } from "../../protocol/messages.ts";
import type { Workflow } from "../../protocol/workflows.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import type { Services } from "../services.ts";
import { requireKnown, requireParameters } from "../workflows/chosen.ts";

/** Characters of a name that every vendor takes, and of the hash that tells bent names apart. */
const MAX_TOOL_NAME = 64;
const MARK_LENGTH = 6;
/** UTF-16 units of what a model is told of one parameter. */
const MAX_DEFAULT_SHOWN = 200;

/** The object as a tool of a turn: under its own name where vendors take it and nothing else has it. */
export function objectTool(
  { name: po_name }: Pick<ObjectDefinition, "name">,
  services: Pick<Services, "tools" | "world">,
): TurnTool {
  // A call that was begun is found again after a restart: it may be asked for twice.
  return {
    name: toolName(po_name, services),
    kind: "object",
    po_name,
    risk: "none",
    replay: "safe",
  };
}

/** The workflow as a tool of a turn: answered in a session of the object that has its runs. */
export const workflowTool = (
  { name, object }: Pick<Workflow, "name" | "object">,
  services: Pick<Services, "tools" | "world">,
): TurnTool => ({
  ...objectTool({ name: object }, services),
  name: toolName(name, services),
  workflow: name,
});

function toolName(own: string, { tools, world }: Pick<Services, "tools" | "world">): string {
  const isPlain = /^[A-Za-z0-9_-]+$/.test(own) && own.length <= MAX_TOOL_NAME;
  const isFree = own !== MODEL && !tools.find(own);
  const bent = own.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_TOOL_NAME - MARK_LENGTH - 1);
  return isPlain && isFree ? own : `${bent}_${world.hash(own).slice(0, MARK_LENGTH)}`;
}

/** What a model is told of an object that it may call. */
export function objectSpec(
  { name }: TurnTool,
  definition: Pick<ObjectDefinition, "name" | "description"> | undefined,
): ToolSpec {
  const what = definition?.description || "Another agent of this environment.";
  return {
    name,
    description: `Ask the agent ${definition?.name ?? name}: ${what}`,
    parameters: {
      type: "object",
      properties: {
        message: {
          type: "string",
          description: "What you ask. It knows nothing of this conversation: say all it needs.",
        },
        reason: { type: "string", description: "Why you ask, in a sentence." },
      },
      required: ["message"],
      additionalProperties: false,
    },
  };
}

/** What a model is told of a workflow that it may call. */
export function workflowSpec({ name }: TurnTool, workflow: Workflow): ToolSpec {
  const steps = workflow.nodes.map((node) => node.id).join(", ");
  const what = workflow.description || `Asks agents in this order or another: ${steps}.`;
  const parameters = Object.entries(workflow.parameters);
  const needed = parameters.filter(([, value]) => value === null).map(([key]) => key);
  const properties = parameters.map(([key, value]) => {
    const description = value === null ? "Has to be given." : `Left out: ${JSON.stringify(value)}`;
    return [key, { type: "string", description: description.slice(0, MAX_DEFAULT_SHOWN) }] as const;
  });
  return {
    name,
    description: `Run the workflow ${workflow.name}: ${what}`,
    parameters: {
      type: "object",
      properties: {
        message: { type: "string", description: "What it is about: say all that it needs." },
        reason: { type: "string", description: "Why you run it, in a sentence." },
        ...(parameters.length > 0 && {
          parameters: {
            type: "object",
            properties: Object.fromEntries(properties),
            required: needed,
            additionalProperties: false,
          },
        }),
      },
      required: needed.length > 0 ? ["message", "parameters"] : ["message"],
      additionalProperties: false,
    },
  };
}

/** Whether the call is one that could be answered; changes nothing. undefined: no object is called. */
export async function checkObjectCall(
  turn: Turn,
  call: ToolCall,
  { catalog, workflows }: Pick<Services, "catalog" | "workflows">,
): Promise<ToolCheck | undefined> {
  const tool = calledObject(turn, call);
  if (!tool?.po_name) return undefined;
  if (!catalog.refresh(tool.po_name)) {
    return { valid: false, problem: `There is no object '${tool.po_name}' any more.` };
  }
  const read = readDelegation(call.args, kindOf(tool, isPatternCall(turn.turn_id, call.id)));
  if ("problem" in read) return { valid: false, problem: read.problem };
  const { message, parameters } = read.asked;
  const problem =
    tool.workflow === undefined
      ? undefined
      : await problemOf({ name: tool.workflow, parameters }, workflows);
  return problem === undefined ? { valid: true, subject: message } : { valid: false, problem };
}

/** Why the workflow cannot run with these parameters. */
async function problemOf(
  { name, parameters }: { name: string; parameters: Record<string, string> },
  workflows: Services["workflows"],
): Promise<string | undefined> {
  try {
    const workflow = await workflows.get(name);
    requireKnown(workflow, parameters);
    requireParameters(workflow, parameters);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
