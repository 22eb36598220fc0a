// Groups: the adapter that makes a pattern an orchestrator. A pattern is one pure function of its course,
// the rounds so far; the adapter turns what it wants into calls of objects, and their results into rounds.
//
// 1. A round's calls go out together and are read in declared order, whatever order they end in.
// 2. What a pattern leaves to the object itself goes on in single mode: its prompt, its tools, its limits.
// 3. The course follows from the conversation and the steps of the turn alone: a restart changes nothing.
import type { Group, OutputShape, TurnAgent } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";
import type { GroupStep } from "../../protocol/events/turn.ts";
import type { Json, Message, ToolCall } from "../../protocol/messages.ts";
import type { AgentResponse, CallResult } from "../agent/agent.ts";
import { isPatternCall } from "../session/delegation.ts";
import { MODEL, type Session } from "../session/session.ts";
import { SCHEMA } from "../session/structured.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { nextRoundId } from "./round-id.ts";
import {
  askModel,
  assistantMessage,
  createSingleAgentMode,
  nothing,
  toolMessage,
} from "./single.ts";
import { taskOf } from "./words.ts";

export interface Ask {
  member: string;
  message: string;
  reason: string;
  output?: OutputShape;
}

export interface Answer {
  member: string;
  output: string;
  success: boolean;
}

export interface Course {
  /** What the group is asked, with what was said before. */
  task: string;
  group: Group;
  /** Most rounds, by the group's own word and the limits. */
  rounds: number;
  /** The answers of each round that is over. */
  done: Answer[][];
}

/** What a pattern does next. `ended` says why there is no more. */
export type Next =
  | { type: "ask"; steps: GroupStep[]; asks: Ask[] }
  | { type: "answer"; steps?: GroupStep[]; content: string; ended: string }
  | { type: "synthesise"; ended: string }
  | { type: "fail"; steps?: GroupStep[]; error: ErrorBody; ended: string };

export type Pattern = (course: Course) => Next;

export function createGroupMode(agent: TurnAgent, pattern: Pattern): Orchestrator {
  const alone = createSingleAgentMode(agent.config);
  return {
    process: (session, message) => {
      // The answer that does not fit its schema is the object's own to mend.
      if (message.name === SCHEMA) return alone.process(session, message);
      const next = pattern(courseOf(agent, session, [...session.conversation, message]));
      return responseOf({ agent, session, next, heard: message, at: message.created_at });
    },
    handle_tool_result(session, result) {
      const turn_id = session.turn?.id ?? "";
      if (result.name === MODEL || !isPatternCall(turn_id, result.id)) {
        return alone.handle_tool_result(session, result);
      }
      const heard = toolMessage(session, result);
      if (session.pending.some((call) => call.id !== result.id)) {
        return { ...nothing, messages: [heard] };
      }
      const next = pattern(courseOf(agent, session, [...session.conversation, heard]));
      return responseOf({ agent, session, next, heard, at: result.at });
    },
  };
}

/** What happened since the group was last asked something. */
function courseOf(agent: TurnAgent, session: Session, conversation: Message[]): Course {
  const { group, config } = agent;
  const turn = session.turn;
  const begun = conversation.findLastIndex((one) => one.role === "user" && one.name !== SCHEMA);
  const since = conversation.slice(begun + 1);
  const outputs = new Map(since.map((one) => [one.tool_call_id, one.content]));
  const answered = (call: ToolCall): Answer => ({
    member: memberOf(agent, call),
    output: outputs.get(call.id) ?? "",
    success: !turn?.failed.includes(call.id),
  });
  return {
    task: taskOf(conversation.slice(0, begun + 1)),
    group,
    rounds: Math.min(group.rounds ?? config.max_rounds, config.max_rounds),
    done: since
      .filter((one) => isPatternCall(turn?.id ?? "", one.message_id) && one.tool_calls.length > 0)
      .map((one) => one.tool_calls.map(answered)),
  };
}

const memberOf = (agent: TurnAgent, { name }: ToolCall): string =>
  agent.tools.find((tool) => tool.name === name)?.po_name ?? name;

function responseOf(options: {
  agent: TurnAgent;
  session: Session;
  next: Next;
  heard: Message;
  at: string;
}): AgentResponse {
  const { agent, session, next, heard, at } = options;
  if (next.type === "ask") {
    const message = roundMessage(agent, session, next.asks, at);
    return { ...nothing, messages: [heard, message], steps: next.steps };
  }
  const ended: GroupStep = { type: "ended", reason: next.ended };
  if (next.type === "synthesise") {
    return { ...nothing, messages: [heard], steps: [ended], tool_calls: [askModel(session)] };
  }
  const steps = [...(next.steps ?? []), ended];
  if (next.type === "fail") return { ...nothing, messages: [heard], steps, end: next.error };
  if (next.content.trim() === "") {
    const end = { code: "empty_answer" as const, message: "The group answered with nothing." };
    return { ...nothing, messages: [heard], steps, end: { ...end, details: {} } };
  }
  const id = `${nextRoundId(session)}_a`;
  const said = { id, name: MODEL, output: next.content, success: true, at };
  return { ...nothing, messages: [heard, assistantMessage(session, said)], steps };
}

/** The calls of one round as the conversation keeps them: said by the object, like those of a model. */
function roundMessage(agent: TurnAgent, session: Session, asks: Ask[], at: string): Message {
  const id = nextRoundId(session);
  const tool_calls = asks.map(({ member, message, reason, output }, index): ToolCall => {
    const tool = agent.tools.find((one) => one.po_name === member && one.workflow === undefined);
    const args: Json = { message, reason, ...(output ? { output: { ...output } } : {}) };
    return { id: `${id}_${index}`, name: tool?.name ?? member, args };
  });
  const answer = { content: "", tool_calls, reasoning: null };
  const said: CallResult = { id, name: MODEL, output: "", success: true, at, answer };
  return assistantMessage(session, said);
}
