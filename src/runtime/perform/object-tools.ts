// Objects as tools: the names that vendors take, what the model is told of them, and the check of a call.
import { calledObject, isPatternCall, readDelegation } from "../../core/session/delegation.ts";
import { MODEL } from "../../core/session/session.ts";
import type { Turn } from "../../core/session/state.ts";
import type { ToolCheck } from "../../core/tool.ts";
import type { TurnTool } from "../../protocol/agents.ts";
import type { ToolCall, ToolSpec } from "../../protocol/messages.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import type { Services } from "../services.ts";

/** Characters of a name that every vendor takes, and of the hash that tells bent names apart. */
const MAX_TOOL_NAME = 64;
const MARK_LENGTH = 6;

/** The object as a tool of a turn: under its own name where vendors take it and nothing else has it. */
export function objectTool(
  { name: po_name }: Pick<ObjectDefinition, "name">,
  { tools, world }: Pick<Services, "tools" | "world">,
): TurnTool {
  const isPlain = /^[A-Za-z0-9_-]+$/.test(po_name) && po_name.length <= MAX_TOOL_NAME;
  const isFree = po_name !== MODEL && !tools.find(po_name);
  const bent = po_name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_TOOL_NAME - MARK_LENGTH - 1);
  const name = isPlain && isFree ? po_name : `${bent}_${world.hash(po_name).slice(0, MARK_LENGTH)}`;
  // A call that was begun is found again after a restart: it may be asked for twice.
  return { name, kind: "object", po_name, risk: "none", replay: "safe" };
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

/** Whether the call is one that the object could answer; changes nothing. undefined: no object is called. */
export function checkObjectCall(
  turn: Turn,
  call: ToolCall,
  { catalog }: Pick<Services, "catalog">,
): ToolCheck | undefined {
  const tool = calledObject(turn, call);
  if (!tool?.po_name) return undefined;
  if (!catalog.refresh(tool.po_name)) {
    return { valid: false, problem: `There is no object '${tool.po_name}' any more.` };
  }
  const read = readDelegation(call.args, isPatternCall(turn.turn_id, call.id));
  return "problem" in read
    ? { valid: false, problem: read.problem }
    : { valid: true, subject: read.asked.message };
}
