// POST /v1/responses: words of that API for what a turn did. A response's id names its turn.
import type { Run } from "../../../../protocol/commands/session.ts";
import { toErrorBody } from "../../../../protocol/errors.ts";
import type { ToolCall } from "../../../../protocol/messages.ts";
import type { ResponsesRequest } from "../../../../protocol/openai.ts";
import { readInput } from "./conversation.ts";
import { openAiError } from "./errors.ts";
import { responseId } from "./place.ts";
import type { Wanted } from "./request.ts";
import type { TurnEnd, TurnPart } from "./turn.ts";

export const readResponsesRequest = (asked: ResponsesRequest): Wanted => ({
  model: asked.model,
  conversation: readInput(asked),
  previous_response_id: asked.previous_response_id,
  format: asked.text?.format,
  tools: asked.tools ?? [],
  tool_choice: asked.tool_choice,
});

/** What is known before the answer is. */
function blank(asked: ResponsesRequest, turn_id: string) {
  return {
    id: responseId(turn_id),
    object: "response",
    created_at: Math.floor(Date.now() / 1_000),
    status: "in_progress",
    model: asked.model,
    output: [] as object[],
    error: null as object | null,
    incomplete_details: null as object | null,
    instructions: asked.instructions ?? null,
    previous_response_id: asked.previous_response_id ?? null,
    parallel_tool_calls: true,
    tool_choice: asked.tool_choice ?? "auto",
    tools: asked.tools ?? [],
    text: asked.text ?? { format: { type: "text" } },
    metadata: {},
    temperature: null,
    top_p: null,
    usage: null as object | null,
  };
}

export function responseOf(asked: ResponsesRequest, { run, calls }: TurnEnd, text = run.response) {
  const isWhole = run.status === "completed";
  const message = text === "" && calls.length > 0 ? [] : [messageItem(run.turn_id, text)];
  return {
    ...blank(asked, run.turn_id),
    status: isWhole ? "completed" : "incomplete",
    incomplete_details: isWhole ? null : { reason: "max_output_tokens" },
    output: [...message, ...calls.map((call) => callItem(call))],
    usage: usageOf(run),
  };
}

/** Lines of the stream; `remember` is told what was sent. */
export async function* responseLines(
  asked: ResponsesRequest,
  turn_id: string,
  parts: AsyncGenerator<TurnPart>,
  remember: (text: string, end: TurnEnd) => void,
): AsyncGenerator<string> {
  let sequence_number = 0;
  const line = (type: string, fields: object) => {
    const data = JSON.stringify({ type, sequence_number, ...fields });
    sequence_number += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  };
  const item_id = messageId(turn_id);
  const place = { item_id, output_index: 0, content_index: 0 };
  let text = "";
  let isOpen = false;
  const open = () => {
    isOpen = true;
    const item = { ...messageItem(turn_id, ""), status: "in_progress", content: [] };
    return (
      line("response.output_item.added", { output_index: 0, item }) +
      line("response.content_part.added", { ...place, part: textPart("") })
    );
  };
  try {
    yield line("response.created", { response: blank(asked, turn_id) });
    yield line("response.in_progress", { response: blank(asked, turn_id) });
    for await (const part of parts) {
      if (part.type === "beat") yield ": still working\n\n";
      else if (part.type === "text") {
        text += part.text;
        yield `${isOpen ? "" : open()}${line("response.output_text.delta", { ...place, delta: part.text, logprobs: [] })}`;
      } else if (part.type === "end") {
        const { calls, run } = part.end;
        if (!isOpen && calls.length === 0) yield open();
        if (isOpen) {
          yield line("response.output_text.done", { ...place, text, logprobs: [] });
          yield line("response.content_part.done", { ...place, part: textPart(text) });
          const item = messageItem(turn_id, text);
          yield line("response.output_item.done", { output_index: 0, item });
        }
        for (const [index, call] of calls.entries()) {
          yield callLines(call, index + (isOpen ? 1 : 0), line);
        }
        remember(text, part.end);
        const ended = run.status === "completed" ? "completed" : "incomplete";
        yield line(`response.${ended}`, { response: responseOf(asked, part.end, text) });
      }
    }
  } catch (thrown) {
    const { code, message } = openAiError(toErrorBody(thrown));
    const failed = { ...blank(asked, turn_id), status: "failed", error: { code, message } };
    yield line("response.failed", { response: failed });
  } finally {
    await parts.return(undefined);
  }
}

function callLines(
  call: ToolCall,
  output_index: number,
  line: (type: string, fields: object) => string,
): string {
  const item = callItem(call);
  const place = { item_id: item.id, output_index };
  const begun = { ...item, arguments: "", status: "in_progress" };
  return [
    line("response.output_item.added", { output_index, item: begun }),
    line("response.function_call_arguments.delta", { ...place, delta: item.arguments }),
    line("response.function_call_arguments.done", {
      ...place,
      name: item.name,
      arguments: item.arguments,
    }),
    line("response.output_item.done", { output_index, item }),
  ].join("");
}

const messageId = (turn_id: string): string => `msg_${turn_id}`;

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

const messageItem = (turn_id: string, text: string) => ({
  id: messageId(turn_id),
  type: "message",
  role: "assistant",
  status: "completed",
  content: [textPart(text)],
});

const callItem = ({ id, name, args }: ToolCall) => ({
  id: `fc_${id}`,
  type: "function_call",
  status: "completed",
  call_id: id,
  name,
  arguments: typeof args === "string" ? args : JSON.stringify(args),
});

function usageOf({ usage }: Run) {
  const { input_tokens, output_tokens, cached_tokens, reasoning_tokens } = usage;
  return {
    input_tokens,
    input_tokens_details: { cached_tokens },
    output_tokens,
    output_tokens_details: { reasoning_tokens },
    total_tokens: input_tokens + output_tokens,
  };
}
