// What happens in a turn, as `session/update` says it: text and reasoning as they grow, calls as they go.
import type { TypedEvent } from "../../client/events.ts";
import type { TurnFrame } from "../../client/run.ts";
import type { SignalFrame } from "../../protocol/frames.ts";
import type { Message } from "../../protocol/messages.ts";
import type { Fields } from "./rpc.ts";
import { shownCall, textContent } from "./tool-calls.ts";

export interface Updates {
  /** Each `update` that the frame comes to, in order. */
  of(frame: TurnFrame): Fields[];
}

export function createUpdates({
  session_id,
  workspace,
}: {
  session_id: string;
  workspace: string;
}): Updates {
  const sent = new Map<string, number>();
  const failed = new Set<string>();
  let contextTokens: number | null = null;

  function grown(key: string, text: string, from: number): string {
    const already = sent.get(key) ?? 0;
    sent.set(key, Math.max(already, from + text.length));
    return text.slice(Math.max(0, already - from));
  }

  function ofSignal({ signal_type, message_id, attempt, offset, text }: SignalFrame): Fields[] {
    if (signal_type === "TextDelta") {
      return chunk("agent_message_chunk", grown(message_id, text, offset));
    }
    if (signal_type !== "ReasoningDelta") return [];
    return chunk("agent_thought_chunk", grown(`${message_id} ${attempt}`, text, offset));
  }

  /** What signals have missed stands in the finished message. */
  function ofMessage(message: Message): Fields[] {
    const { role, message_id, content, tool_calls } = message;
    if (role === "tool") return [resultOf(message, failed.has(message.tool_call_id ?? ""))];
    if (role !== "assistant") return [];
    const calls = tool_calls.map((call) => ({
      sessionUpdate: "tool_call",
      status: "pending",
      ...shownCall(call, workspace),
    }));
    return [...chunk("agent_message_chunk", grown(message_id, content, 0)), ...calls];
  }

  function ofEvent(event: TypedEvent): Fields[] {
    switch (event.event_type) {
      case "MessageAdded":
        return ofMessage(event.payload);
      case "TurnStarted":
        contextTokens = event.payload.agent.context_tokens;
        return [];
      case "ToolCallStarted":
        return [callUpdate(event.payload.tool_call.id, { status: "in_progress" })];
      case "ToolCallCompleted":
        if (!event.payload.success) failed.add(event.payload.call_id);
        return [];
      case "UsageRecorded": {
        const { input_tokens, output_tokens } = event.payload.usage;
        if (contextTokens === null) return [];
        const used = input_tokens + output_tokens;
        return [{ sessionUpdate: "usage_update", used, size: contextTokens }];
      }
      default:
        return [];
    }
  }

  return {
    of(frame) {
      if (frame.type === "signal") return ofSignal(frame.signal);
      const { payload } = frame.event;
      // What those say that are called, is told by the call.
      const isOwn = "session_id" in payload && payload.session_id === session_id;
      return isOwn ? ofEvent(frame.event) : [];
    },
  };
}

/** A conversation as it was, for an editor that loads it. */
export function replayed(conversation: readonly Message[], workspace: string): Fields[] {
  return conversation.flatMap((message) => {
    const { role, content, reasoning, tool_calls } = message;
    if (role === "tool") return [resultOf(message, false)];
    if (role !== "assistant") return chunk("user_message_chunk", content);
    return [
      ...chunk("agent_thought_chunk", reasoning?.text ?? ""),
      ...chunk("agent_message_chunk", content),
      ...tool_calls.map((call) => ({
        sessionUpdate: "tool_call",
        status: "pending",
        ...shownCall(call, workspace),
      })),
    ];
  });
}

/** The change that an editor shows stays; other results are text. */
function resultOf({ tool_call_id, content, name }: Message, isFailed: boolean): Fields {
  const isChange = name === "file_edit" || name === "file_write";
  return callUpdate(tool_call_id ?? "", {
    status: isFailed ? "failed" : "completed",
    rawOutput: content,
    ...(isChange && !isFailed ? {} : { content: textContent(content) }),
  });
}

const callUpdate = (toolCallId: string, fields: Fields): Fields => ({
  sessionUpdate: "tool_call_update",
  toolCallId,
  ...fields,
});

export const chunk = (sessionUpdate: string, text: string): Fields[] =>
  text === "" ? [] : [{ sessionUpdate, content: { type: "text", text } }];
