// POST /v1/responses: words of that API for what a turn did. A response's id names its turn.
import type { Run } from "../../../../protocol/commands/session.ts";
import { toErrorBody } from "../../../../protocol/errors.ts";
import type { ToolCall } from "../../../../protocol/messages.ts";
import type { ResponsesRequest } from "../../../../protocol/openai.ts";
import type {
  OpenAiResponse,
  ResponseItem,
  ResponseStreamed,
} from "../../../../protocol/openai-answers.ts";
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

/** How an object samples is its own business: where the API wants a number, it is that API's default. */
const notSaid = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  top_logprobs: 0,
  max_output_tokens: null,
  max_tool_calls: null,
  reasoning: null,
  user: null,
  safety_identifier: null,
  prompt_cache_key: null,
  truncation: "disabled",
  service_tier: "default",
} as const;

/** What is known before the answer is. */
function blank(asked: ResponsesRequest, turn_id: string): OpenAiResponse {
  return {
    id: responseId(turn_id),
    object: "response",
    created_at: nowSeconds(),
    completed_at: null,
    status: "in_progress",
    model: asked.model,
    output: [],
    error: null,
    incomplete_details: null,
    instructions: asked.instructions ?? null,
    previous_response_id: asked.previous_response_id ?? null,
    parallel_tool_calls: true,
    tool_choice: asked.tool_choice ?? "auto",
    tools: (asked.tools ?? []).map(({ type, name, description, parameters, strict }) => ({
      ...{ type, name, description: description ?? null },
      parameters: parameters ?? null,
      strict: strict ?? null,
    })),
    text: { ...asked.text, format: asked.text?.format ?? { type: "text" } },
    metadata: asked.metadata ?? {},
    usage: null,
    store: true,
    background: false,
    ...notSaid,
  };
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

export function responseOf(
  asked: ResponsesRequest,
  { run, calls }: TurnEnd,
  text = run.response,
): OpenAiResponse {
  const isWhole = run.status === "completed";
  const message = text === "" && calls.length > 0 ? [] : [messageItem(run.turn_id, text)];
  return {
    ...blank(asked, run.turn_id),
    status: isWhole ? "completed" : "incomplete",
    completed_at: isWhole ? nowSeconds() : null,
    incomplete_details: isWhole ? null : { reason: "max_output_tokens" },
    output: [...message, ...calls.map((call) => callItem(call))],
    usage: usageOf(run),
  };
}

/** An event without its number, which is counted here. */
type Unnumbered<Event> = Event extends ResponseStreamed ? Omit<Event, "sequence_number"> : never;
type Line = (event: Unnumbered<ResponseStreamed>) => string;

/** Lines of the stream; `remember` is told what was sent. */
export async function* responseLines(
  asked: ResponsesRequest,
  turn_id: string,
  parts: AsyncGenerator<TurnPart>,
  remember: (text: string, end: TurnEnd) => void,
): AsyncGenerator<string> {
  let sequence_number = 0;
  const line: Line = (event) => {
    const data = JSON.stringify({ ...event, sequence_number });
    sequence_number += 1;
    return `event: ${event.type}\ndata: ${data}\n\n`;
  };
  const item_id = messageId(turn_id);
  const place = { item_id, output_index: 0, content_index: 0 };
  let text = "";
  let isOpen = false;
  const open = () => {
    isOpen = true;
    const item = { ...messageItem(turn_id, ""), status: "in_progress" as const, content: [] };
    return (
      line({ type: "response.output_item.added", output_index: 0, item }) +
      line({ type: "response.content_part.added", ...place, part: textPart("") })
    );
  };
  try {
    yield line({ type: "response.created", response: blank(asked, turn_id) });
    yield line({ type: "response.in_progress", response: blank(asked, turn_id) });
    for await (const part of parts) {
      if (part.type === "beat") yield ": still working\n\n";
      else if (part.type === "text") {
        text += part.text;
        yield `${isOpen ? "" : open()}${line({ type: "response.output_text.delta", ...place, delta: part.text, logprobs: [] })}`;
      } else if (part.type === "end") {
        const { calls, run } = part.end;
        if (!isOpen && calls.length === 0) yield open();
        if (isOpen) {
          yield line({ type: "response.output_text.done", ...place, text, logprobs: [] });
          yield line({ type: "response.content_part.done", ...place, part: textPart(text) });
          const item = messageItem(turn_id, text);
          yield line({ type: "response.output_item.done", output_index: 0, item });
        }
        for (const [index, call] of calls.entries()) {
          yield callLines(call, index + (isOpen ? 1 : 0), line);
        }
        remember(text, part.end);
        const type = run.status === "completed" ? "response.completed" : "response.incomplete";
        yield line({ type, response: responseOf(asked, part.end, text) });
      }
    }
  } catch (thrown) {
    const { code, message } = openAiError(toErrorBody(thrown));
    const failed = {
      ...blank(asked, turn_id),
      status: "failed" as const,
      error: { code, message },
    };
    yield line({ type: "response.failed", response: failed });
  } finally {
    await parts.return(undefined);
  }
}

function callLines(call: ToolCall, output_index: number, line: Line): string {
  const item = callItem(call);
  const place = { item_id: item.id, output_index };
  const begun = { ...item, arguments: "", status: "in_progress" as const };
  return [
    line({ type: "response.output_item.added", output_index, item: begun }),
    line({ type: "response.function_call_arguments.delta", ...place, delta: item.arguments }),
    line({
      type: "response.function_call_arguments.done",
      ...place,
      name: item.name,
      arguments: item.arguments,
    }),
    line({ type: "response.output_item.done", output_index, item }),
  ].join("");
}

const messageId = (turn_id: string): string => `msg_${turn_id}`;

const textPart = (text: string) => ({
  ...{ type: "output_text" as const, text },
  ...{ annotations: [], logprobs: [] },
});

const messageItem = (turn_id: string, text: string): ResponseItem & { type: "message" } => ({
  id: messageId(turn_id),
  type: "message",
  role: "assistant",
  status: "completed",
  content: [textPart(text)],
});

const callItem = ({ id, name, args }: ToolCall): ResponseItem & { type: "function_call" } => ({
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
