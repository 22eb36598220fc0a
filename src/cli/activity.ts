// What a turn does besides answering, as one-liners: tool calls, denials, open questions, usage.
import type { TypedEvent } from "../client/events.ts";
import type { Run } from "../protocol/commands/session.ts";
import type { HumanRequest, ToolCall, Usage } from "../protocol/messages.ts";
import { showDuration } from "./duration.ts";
import { oneLine } from "./strip.ts";

const MAX_ARGUMENTS_LENGTH = 100;

/** A line about an event, where there is something to say. `calls` remembers what was begun. */
export function describeEvent(event: TypedEvent, calls: Map<string, ToolCall>): string | undefined {
  switch (event.event_type) {
    case "ToolCallStarted":
      calls.set(event.payload.tool_call.id, event.payload.tool_call);
      return `▸ ${describeCall(event.payload.tool_call)}`;
    case "ToolCallCompleted": {
      const { call_id, name, success, outcome, duration_ms } = event.payload;
      const call = calls.get(call_id);
      calls.delete(call_id);
      const what = call ? describeCall(call) : name;
      return `${success ? "✓" : "✗"} ${what}  ${outcome} ${showDuration(duration_ms)}`;
    }
    case "ModelCallFailed": {
      const { error, retry_at } = event.payload;
      return retry_at ? `! ${oneLine(error.message, 200)} Asking again.` : undefined;
    }
    case "TurnResumed":
      return `! The daemon was away for ${showDuration(event.payload.downtime_ms)}; the turn goes on.`;
    default:
      return undefined;
  }
}

export function describeCall({ name, args }: ToolCall): string {
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
  const values = isObject ? Object.values(args) : [args];
  const shown = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return `${oneLine(name, 64)} ${oneLine(shown.join(" "), MAX_ARGUMENTS_LENGTH)}`.trimEnd();
}

export function describeRequest(request: HumanRequest): string {
  const { request_id, kind, tool_call, question } = request;
  const what = tool_call ? describeCall(tool_call) : oneLine(question, 200);
  const how =
    kind === "approval"
      ? `jamey requests approve ${request_id}`
      : `jamey requests answer ${request_id}`;
  return `waiting for ${kind} ${request_id}: ${what} (${how})`;
}

/** What was refused, and what would allow it. */
export function describeDenial(denial: Run["denials"][number]): string {
  const { tool, subject, reason, allow_with } = denial;
  // "Denied: denied" says nothing more.
  const why = reason === "" || reason === "denied" ? "" : `: ${oneLine(reason, 200)}`;
  return `jamey: denied ${oneLine(tool, 64)} ${oneLine(subject, 300)}${why}. To allow it: ${oneLine(allow_with, 1000)}`;
}

export function describeUsage({ input_tokens, output_tokens, cost_usd }: Usage): string {
  const cost = cost_usd === null ? "" : `, $${cost_usd.toFixed(4)}`;
  return `${input_tokens} tokens in, ${output_tokens} out${cost}`;
}
