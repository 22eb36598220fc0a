// A session: the conversation of one object with those who talk to it, as a value.
import type { GroupStep } from "../../protocol/events/turn.ts";
import type {
  AgentMode,
  Conversation,
  Json,
  Message,
  ParentCall,
  SessionState,
  Source,
  ToolCall,
} from "../../protocol/messages.ts";

export type { SessionState };

export interface Session {
  id: string;
  po_name: string;
  name: string | null;
  source: Source;
  agent_mode: AgentMode;
  workspace: string;
  conversation: Conversation;
  state: SessionState;
  metadata: Record<string, Json>;
  created_at: string;
  updated_at: string;
  /** Answers where a message names no other; null: as the object says. */
  model: string | null;
  /** The call of another session's agent that this one answers. */
  parent: ParentCall | null;
  /** The turn that runs, who asked for it, the steps of its pattern, and the calls that failed so far. */
  turn: { id: string; source: Source; steps: GroupStep[]; failed: string[] } | null;
  /** Calls that were asked for and have no result yet, the reserved call `model` included. */
  pending: ToolCall[];
}

/** The reserved name of the call that asks the model. */
export const MODEL = "model";

export function createSession(options: {
  id: string;
  at: string;
  po_name?: string;
  name?: string | null;
  source?: Source;
  agent_mode?: AgentMode;
  workspace?: string;
  context?: Record<string, string>;
  metadata?: Record<string, Json>;
  model?: string | null;
  parent?: ParentCall | null;
}): Session {
  return {
    id: options.id,
    po_name: options.po_name ?? "assistant",
    name: options.name ?? null,
    source: options.source ?? "api",
    agent_mode: options.agent_mode ?? "single",
    workspace: options.workspace ?? "",
    conversation: [],
    state: { active_tools: [], context: { ...options.context }, iteration_count: 0 },
    metadata: { ...options.metadata },
    created_at: options.at,
    updated_at: options.at,
    model: options.model ?? null,
    parent: options.parent ?? null,
    turn: null,
    pending: [],
  };
}

/** The session with one message more. A tool message, or the model's answer, settles its call. */
export function withMessage(session: Session, message: Message): Session {
  const settled = message.role === "tool" ? message.tool_call_id : message.message_id;
  return {
    ...session,
    conversation: [...session.conversation, message],
    pending: [...session.pending.filter((call) => call.id !== settled), ...message.tool_calls],
    updated_at: message.created_at,
  };
}

/** The session waiting for the model: one iteration more. */
export function withModelCall(session: Session, call: ToolCall, at: string): Session {
  return {
    ...session,
    pending: [...session.pending.filter((one) => one.id !== call.id), call],
    state: { ...session.state, iteration_count: session.state.iteration_count + 1 },
    updated_at: at,
  };
}

/** The session at the start of a turn. */
export function withTurn(
  session: Session,
  turn: { id: string; source: Source },
  at: string,
): Session {
  return {
    ...session,
    turn: { ...turn, steps: [], failed: [] },
    pending: [],
    state: { ...session.state, iteration_count: 0 },
    updated_at: at,
  };
}

/** The session with one step more of its turn's pattern. */
export function withStep(session: Session, step: GroupStep): Session {
  const { turn } = session;
  return turn ? { ...session, turn: { ...turn, steps: [...turn.steps, step] } } : session;
}

/** The session in which a call has ended. */
export function withEndedCall(
  session: Session,
  { call_id, success }: { call_id: string; success: boolean },
): Session {
  const { turn } = session;
  if (success || !turn) return session;
  return { ...session, turn: { ...turn, failed: [...turn.failed, call_id] } };
}

/** Updates by name: what the session state knows goes there, the rest into metadata. protocol/session-updates.ts
 * has the same rule for everybody else. */
export function withUpdates(session: Session, updates: Record<string, Json>, at: string): Session {
  const state = { ...session.state };
  const rest: [string, Json][] = [];
  for (const [key, value] of Object.entries(updates)) {
    if (key === "active_tools" && isTextList(value)) state.active_tools = value;
    else if (key === "context" && isTextMap(value)) state.context = value;
    else if (key === "iteration_count" && isCount(value)) state.iteration_count = value;
    else rest.push([key, value]);
  }
  const metadata = { ...session.metadata, ...Object.fromEntries(rest) };
  return { ...session, state, metadata, updated_at: at };
}

const isCount = (value: Json): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isTextList = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

const isTextMap = (value: Json): value is Record<string, string> =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  Object.values(value).every((entry) => typeof entry === "string");
