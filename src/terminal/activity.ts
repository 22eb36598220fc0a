// What a turn does besides answering, as one-liners: tool calls, denials, open questions, usage.
import type { TypedEvent } from "../client/events.ts";
import type { Run } from "../protocol/commands/session.ts";
import type { HumanRequest, Message, ToolCall, Usage } from "../protocol/messages.ts";
import { showDuration } from "./duration.ts";
import { answersTo } from "./request-text.ts";
import { oneLine, showHidden, showHiddenInProse, stripControl } from "./strip.ts";

const MAX_ARGUMENTS_LENGTH = 100;
const MAX_REASON_LENGTH = 300;

/** A line about an event, where there is something to say. `calls` remembers what was begun. */
export function describeEvent(event: TypedEvent, calls: Map<string, ToolCall>): string | undefined {
  switch (event.event_type) {
    case "MessageAdded":
      return describeMessage(event.payload, calls);
    case "ToolCallStarted":
      calls.set(event.payload.tool_call.id, event.payload.tool_call);
      return `▸ ${describeCall(event.payload.tool_call)}`;
    case "ToolCallCompleted": {
      const { call_id, name, success, outcome, duration_ms, denial } = event.payload;
      const call = calls.get(call_id);
      // The tool message that follows says why; who refused it knows.
      if (success || denial?.allow_with === REFUSED) calls.delete(call_id);
      const what = call ? describeCall(call) : oneLine(name, 64);
      return `${success ? "✓" : "✗"} ${what}  ${outcome} ${showDuration(duration_ms)}`;
    }
    case "ModelCallFailed": {
      const { error, retry_at } = event.payload;
      if (!retry_at) return undefined;
      const waitMs = Math.max(0, Date.parse(retry_at) - Date.parse(event.at));
      const when = waitMs < 1000 ? "" : ` in ${showDuration(waitMs)}`;
      return `! ${endSentence(othersLine(error.message, 200))} Asking again${when}.`;
    }
    case "TurnResumed":
      return `! The daemon was away for ${showDuration(event.payload.downtime_ms)}; the turn goes on.`;
    default:
      return undefined;
  }
}

/** Why a call failed. The calls of an answer are remembered: one that is refused never starts. */
function describeMessage(message: Message, calls: Map<string, ToolCall>): string | undefined {
  for (const call of message.tool_calls) calls.set(call.id, call);
  const { tool_call_id, content } = message;
  if (tool_call_id === null || !calls.delete(tool_call_id)) return undefined;
  return `  ${othersLine(content, MAX_REASON_LENGTH)}`;
}

/** What others wrote: its colours are taken out, and what turns or hides letters is shown. */
const othersLine = (text: string, maxLength: number): string =>
  oneLine(showHiddenInProse(stripControl(text)), maxLength);

/** A vendor's own words may end without a stop. */
export const endSentence = (text: string): string =>
  /[.!?…][)"'”’]?$/u.test(text) || text === "" ? text : `${text}.`;

export function describeCall({ name, args }: ToolCall): string {
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
  const values = isObject ? Object.values(args) : [args];
  const shown = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const line = oneLine(showHidden(shown.join(" ")), MAX_ARGUMENTS_LENGTH);
  return `${oneLine(name, 64)} ${line}`.trimEnd();
}

export function describeRequest(request: HumanRequest): string {
  const { request_id, kind, tool_call, question } = request;
  const what = tool_call ? describeCall(tool_call) : oneLine(showHidden(question), 200);
  const [how] = answersTo(request);
  return `waiting for ${kind} ${request_id}: ${what} (${how})`;
}

/** What was refused, and what would allow it: a line each. What a human refused needs no advice. */
export function describeDenial({ tool, subject, reason, allow_with }: Denial): string {
  const what = `jamey: denied ${oneLine(tool, 64)}`;
  const advice = adviceFor(allow_with);
  if (advice === undefined) return `${what}: it was refused when asked`;
  // "Denied: denied" says nothing more.
  const why = reason === "" || reason === "denied" ? "" : ` (${othersLine(reason, 200)})`;
  // The subject of a call that was asked about is the question, which has been seen.
  const about = allow_with === UNANSWERED ? "" : `: ${oneLine(showHidden(subject), 300)}`;
  return `${what}${about}${why}\n  ${advice}`;
}

type Denial = Run["denials"][number];

/** The daemon's words for denials that no flag would have allowed. */
const REFUSED = "approve it when asked";
const UNANSWERED = "answer before the deadline";
const FORBIDDEN = "take that rule away";

function adviceFor(allow_with: string): string | undefined {
  if (allow_with === REFUSED) return undefined;
  if (allow_with === UNANSWERED) return "nobody answered in time: --on-ask queue:TIME waits longer";
  if (allow_with === FORBIDDEN) return "a rule denies it: take that rule away to allow it";
  return `to allow it: ${oneLine(allow_with, 1000)}`;
}

export function describeUsage({ input_tokens, output_tokens, cost_usd }: Usage): string {
  const cost = cost_usd === null ? "" : `, $${cost_usd.toFixed(4)}`;
  return `${input_tokens} tokens in, ${output_tokens} out${cost}`;
}
