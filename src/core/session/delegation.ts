// Calls of other objects: which calls they are, what they ask, and which are refused. Pure.
// Rules: 1. An object that is in the chain already is not called again. 2. Every call takes one of the
// depth that is left. 3. Who is called may be allowed what the caller of the turn allowed, nothing more; where
// only some capabilities are offered, nothing else is offered to whoever is called, however deep.
import type {
  OnAsk,
  OutputShape,
  PermissionRule,
  TurnSettings,
  TurnTool,
} from "../../protocol/agents.ts";
import type { Json, ParentCall, ToolCall } from "../../protocol/messages.ts";
import type { Session } from "./session.ts";
import type { Call, SessionActorState, Turn } from "./state.ts";

/** Calls that a pattern makes have ids of their own kind; a model's are `<turn>_m…`. */
const PATTERN_MARK = "_g";

export const patternCallId = (turn_id: string, round: number): string =>
  `${turn_id}${PATTERN_MARK}${round}`;

export const isPatternCall = (turn_id: string, call_id: string): boolean =>
  call_id.startsWith(turn_id + PATTERN_MARK);

/** The object that this call is a call of. */
export function calledObject(
  { agent }: Pick<Turn, "agent">,
  { name }: Pick<ToolCall, "name">,
): TurnTool | undefined {
  return agent.tools.find((tool) => tool.name === name && tool.kind === "object");
}

export const isObjectCall = (turn: Pick<Turn, "agent">, call: Pick<ToolCall, "name">): boolean =>
  calledObject(turn, call) !== undefined;

/** The key of a session's metadata that names its workflow. */
export const WORKFLOW = "workflow";

/** What is called: an object, or a workflow that has its sessions. */
export const calleeOf = ({ workflow, po_name, name }: TurnTool): string =>
  workflow ?? po_name ?? name;

type InChain = Pick<Session, "parent" | "po_name" | "metadata">;

/** Objects from the root down to this session's own; a workflow that was called stands under its own name. */
export function chainOf({ parent, po_name, metadata }: InChain): string[] {
  const walked = metadata[WORKFLOW];
  const own = parent && typeof walked === "string" ? walked : po_name;
  return [...(parent?.chain ?? []), own];
}

/** What the caller is told instead of an answer, where the call may not be. */
export function refusedDelegation(
  session: InChain,
  { agent, delegations }: Turn,
  called: string,
): string | undefined {
  const chain = chainOf(session);
  const { max_delegation_depth, max_delegations } = agent.config;
  // A workflow asks the objects of its nodes: the one whose session it is does not answer by itself.
  const waiting = agent.mode === "workflow" ? chain.slice(0, -1) : chain;
  if (waiting.includes(called)) {
    const circle = [...chain, called].join(" → ");
    return `Not called: ${called} waits for this answer already (${circle}). Answer yourself.`;
  }
  if (max_delegation_depth <= 0) {
    return `Not called: ${chain.join(" → ")} is as deep as calls may go (max_delegation_depth). Answer yourself.`;
  }
  if (delegations < max_delegations) return undefined;
  return `Not called: this turn has made its ${max_delegations} calls of objects (max_delegations).`;
}

export interface AskedCall {
  message: string;
  reason: string | null;
  /** The answer must fit this; only patterns ask for it. */
  output: OutputShape | null;
  /** The only capabilities that who is called may use: workflows say so, and the caller of the turn. */
  tools: string[] | null;
  /** Values for the parameters of the workflow that is called. */
  parameters: Record<string, string>;
}

/** Who may say what: a model to an object, a pattern to its members, a model to a workflow. */
const KEYS = {
  object: ["message", "reason"],
  pattern: ["message", "reason", "output", "tools"],
  workflow: ["message", "reason", "parameters"],
};

/** The arguments of a call, or what is wrong with them. */
export function readDelegation(
  args: Json,
  of: keyof typeof KEYS,
): { asked: AskedCall } | { problem: string } {
  const shape = 'Give {"message": "what you ask", "reason": "why"}.';
  if (args === null || typeof args !== "object" || Array.isArray(args)) return { problem: shape };
  const { message, reason = null, output = null, tools = null, parameters = {} } = args;
  if (typeof message !== "string" || message.trim() === "") {
    return { problem: `The message is missing or empty. ${shape}` };
  }
  if (reason !== null && typeof reason !== "string") {
    return { problem: `The reason is no text. ${shape}` };
  }
  const strange = Object.keys(args).find((key) => !KEYS[of].includes(key));
  if (strange !== undefined) return { problem: `'${strange}' is not known. ${shape}` };
  if (!isTexts(parameters)) return { problem: "The parameters are no mapping of names to text." };
  const shaped = isOutput(output) ? output : null;
  const only = isNames(tools) ? tools : null;
  return { asked: { message, reason, output: shaped, tools: only, parameters } };
}

/** Which kind of call this is, for `readDelegation`. */
export const kindOf = (
  { workflow }: Pick<TurnTool, "workflow">,
  isOfPattern: boolean,
): keyof typeof KEYS => (isOfPattern ? "pattern" : workflow === undefined ? "object" : "workflow");

const isTexts = (value: Json): value is Record<string, string> =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => typeof one === "string");

const isNames = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const isOutput = (value: Json): value is Json & OutputShape =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  typeof value.retries === "number" &&
  value.schema !== null &&
  typeof value.schema === "object";

/** Rule 3. null offers everything. */
const inBoth = (all: string[] | null, asked: string[] | null): string[] | null =>
  all === null || asked === null ? (asked ?? all) : all.filter((name) => asked.includes(name));

export interface Delegation extends AskedCall {
  po_name: string;
  /** What walks there; undefined where the object itself answers. */
  workflow: string | undefined;
  parent: ParentCall;
  workspace: string;
  context: Record<string, string>;
  rules: PermissionRule[];
  on_ask: OnAsk;
  /** Rule 2, and what the budget of the tree has left. */
  limits: TurnSettings["limits"];
  /** What answers where the object names no model. */
  model: string;
  call: Call;
}

/** The most that a message may ask for; with what humans gave, a turn may have more. */
const MAX_MODEL_CALLS = 10_000;

/** Whoever is called stops by itself where the whole tree would; only what is limited is told. */
function limitsLeft(
  { agent, tokens, cost_usd, child_model_calls }: Turn,
  { state }: Session,
): TurnSettings["limits"] {
  const { max_delegation_depth, max_tokens, max_cost_usd, max_iterations } = agent.config;
  const calls = state.iteration_count + child_model_calls;
  return {
    max_delegation_depth: max_delegation_depth - 1,
    max_iterations: Math.min(MAX_MODEL_CALLS, Math.max(1, max_iterations - calls)),
    ...(max_tokens === null ? {} : { max_tokens: Math.max(1, max_tokens - tokens) }),
    // A price that nobody knows is refused by this, before anything is spent.
    ...(max_cost_usd === null ? {} : { max_cost_usd: Math.max(1e-9, max_cost_usd - cost_usd) }),
  };
}

/** What a started call of an object asks; undefined where nobody waits for it. */
export function delegationOf(state: SessionActorState, call_id: string): Delegation | undefined {
  const { turn, session } = state;
  const call = turn?.calls.find((one) => one.call.id === call_id);
  if (!turn || !session || call?.phase !== "started") return undefined;
  const tool = calledObject(turn, call.call);
  if (!tool?.po_name) return undefined;
  const read = readDelegation(call.call.args, kindOf(tool, isPatternCall(turn.turn_id, call_id)));
  if (!("asked" in read)) return undefined;
  return {
    ...read.asked,
    tools: inBoth(turn.settings.tools, read.asked.tools),
    po_name: tool.po_name,
    workflow: tool.workflow,
    parent: {
      session_id: session.id,
      turn_id: turn.turn_id,
      call_id,
      root_session_id: session.parent?.root_session_id ?? session.id,
      chain: chainOf(session),
      reason: read.asked.reason,
    },
    workspace: session.workspace,
    context: session.state.context,
    // All of them, in their order: a turn holds a bounded number (MAX_TURN_RULES).
    rules: turn.settings.rules,
    on_ask: turn.agent.on_ask,
    limits: limitsLeft(turn, session),
    model: turn.agent.model,
    call,
  };
}
