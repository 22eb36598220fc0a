// Spans out of events: a turn is invoke_agent or invoke_workflow, a call of its model chat, a call of a tool
// execute_tool. A called object's turn lies under the call. Never content: no text, no arguments, no results.
// Rules: 1. Each attempt of a model's call is a span of its own. 2. What is open when its turn ends, ends with it.
import { createHash } from "node:crypto";
import type { StoredRow } from "../../protocol/events/index.ts";
import { calledModel, names } from "./names.ts";

/** Spans that have begun, and sessions that are known as called; the oldest go first. */
const MAX_OPEN = 10_000;

export interface Span {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  name: string;
  kind: "internal" | "client";
  started_at: string;
  ended_at: string;
  attributes: Record<string, string | number | boolean>;
  /** What went wrong, as a code; null: nothing. */
  error: string | null;
}

type OpenSpan = Omit<Span, "ended_at" | "error">;

export interface Spans {
  /** What has ended with this event. */
  take(row: StoredRow): Span[];
}

export function createSpans(): Spans {
  const open = new Map<string, OpenSpan>();
  /** Called sessions → the turn and the call that they answer. */
  const parents = new Map<string, { turn_id: string; call_id: string }>();

  /** `attempt` tells spans apart that one after another have the same key. */
  function begin(key: string, under: OpenSpan | undefined, span: Begun, attempt = 1): void {
    const trace_id = under?.trace_id ?? hexOf(`trace ${key}`, 32);
    const parent_span_id = under?.span_id ?? null;
    const span_id = hexOf(attempt === 1 ? key : `${key} ${attempt}`, 16);
    keep(open, key, { ...span, trace_id, span_id, parent_span_id });
  }

  function end(key: string, ended_at: string, error: string | null, more: Attributes = {}): Span[] {
    const span = open.get(key);
    if (!span) return [];
    open.delete(key);
    const failed = error === null ? {} : { [names.error]: error };
    return [{ ...span, ended_at, error, attributes: { ...span.attributes, ...more, ...failed } }];
  }

  function endTurn(turn_id: string, at: string, error: string | null): Span[] {
    const calls = callKey({ turn_id, call_id: "" });
    const left = [...open.keys()].filter((key) => key.startsWith(calls));
    return [...left, turnKey(turn_id)].flatMap((key) => end(key, at, error));
  }

  return {
    take(row) {
      const { at } = row;
      switch (row.type) {
        case "SessionCreated":
          if (row.payload.parent) keep(parents, row.payload.session_id, row.payload.parent);
          return [];
        case "TurnStarted": {
          const { session_id, turn_id, agent } = row.payload;
          const parent = parents.get(session_id);
          const caller = parent && (open.get(callKey(parent)) ?? open.get(turnKey(parent.turn_id)));
          begin(turnKey(turn_id), caller, turnSpan(session_id, agent, at));
          return [];
        }
        case "ModelCallStarted": {
          const { turn_id, attempt } = row.payload;
          const under = open.get(turnKey(turn_id));
          begin(callKey(row.payload), under, modelSpan(row.payload, at), attempt);
          return [];
        }
        case "ModelCallFailed":
          return end(callKey(row.payload), at, row.payload.error.code);
        case "UsageRecorded":
          return end(callKey(row.payload), at, null, usageOf(row.payload.usage));
        case "ToolCallStarted": {
          const { turn_id, tool_call } = row.payload;
          const key = callKey({ turn_id, call_id: tool_call.id });
          begin(key, open.get(turnKey(turn_id)), toolSpan(tool_call, at));
          return [];
        }
        case "ToolCallCompleted": {
          const { success, outcome } = row.payload;
          return end(callKey(row.payload), at, success ? null : outcome);
        }
        case "TurnCompleted":
          return endTurn(row.payload.turn_id, at, null);
        case "TurnFailed":
          return endTurn(row.payload.turn_id, at, row.payload.error.code);
        case "TurnCancelled":
          return endTurn(row.payload.turn_id, at, "cancelled");
        default:
          return [];
      }
    },
  };
}

type Attributes = Span["attributes"];
type Begun = Pick<OpenSpan, "name" | "kind" | "started_at" | "attributes">;
type Payload<Type extends StoredRow["type"]> = Extract<StoredRow, { type: Type }>["payload"];

const turnKey = (turn_id: string): string => `turn ${turn_id}`;
const callKey = ({ turn_id, call_id }: { turn_id: string; call_id: string }): string =>
  `call ${turn_id} ${call_id}`;

/** Ids follow from ours, so that a turn has the same ones wherever it is looked for. */
const hexOf = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

function turnSpan(
  session_id: string,
  { po_name, object_version, workflow, model: named }: Payload<"TurnStarted">["agent"],
  started_at: string,
): Begun {
  const { provider, model } = calledModel(named);
  const operation = workflow ? "invoke_workflow" : "invoke_agent";
  return {
    name: `${operation} ${workflow?.name ?? po_name}`,
    kind: "internal",
    started_at,
    attributes: {
      [names.operation]: operation,
      [names.provider]: provider,
      [names.agent]: po_name,
      [names.agent_version]: object_version,
      [names.conversation]: session_id,
      [names.model]: model,
      ...(workflow && { [names.workflow]: workflow.name }),
    },
  };
}

function modelSpan(
  { session_id, model: named }: Payload<"ModelCallStarted">,
  started_at: string,
): Begun {
  const { provider, model } = calledModel(named);
  return {
    name: `chat ${model}`,
    kind: "client",
    started_at,
    attributes: {
      [names.operation]: "chat",
      [names.provider]: provider,
      [names.conversation]: session_id,
      [names.model]: model,
      [names.stream]: true,
    },
  };
}

const toolSpan = (
  { id, name }: Payload<"ToolCallStarted">["tool_call"],
  started_at: string,
): Begun => ({
  name: `execute_tool ${name}`,
  kind: "internal",
  started_at,
  attributes: {
    [names.operation]: "execute_tool",
    [names.tool]: name,
    [names.tool_type]: "function",
    [names.call]: id,
  },
});

const usageOf = (usage: Payload<"UsageRecorded">["usage"]): Attributes => ({
  [names.input_tokens]: usage.input_tokens,
  [names.output_tokens]: usage.output_tokens,
  [names.cached_tokens]: usage.cached_tokens,
  [names.reasoning_tokens]: usage.reasoning_tokens,
});

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_OPEN && oldest !== undefined) map.delete(oldest);
}
