// POST /v1/chat/completions: words of that API for what a turn did.
import type { Run } from "../../../../protocol/commands/session.ts";
import { toErrorBody } from "../../../../protocol/errors.ts";
import type { ToolCall } from "../../../../protocol/messages.ts";
import type { ChatRequest } from "../../../../protocol/openai.ts";
import type {
  ChatChunk,
  ChatCompletion,
  OpenAiErrorWords,
} from "../../../../protocol/openai-answers.ts";
import { readChat } from "./conversation.ts";
import { openAiError } from "./errors.ts";
import type { Wanted } from "./request.ts";
import type { TurnEnd, TurnPart } from "./turn.ts";

export const readChatRequest = (asked: ChatRequest): Wanted => ({
  model: asked.model,
  conversation: readChat(asked),
  format: asked.response_format,
  tools: (asked.tools ?? []).map((tool) => tool.function),
  tool_choice: asked.tool_choice,
});

export function completion(asked: ChatRequest, { run, calls }: TurnEnd): ChatCompletion {
  const message = {
    role: "assistant" as const,
    content: run.response === "" && calls.length > 0 ? null : run.response,
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCallOf) }),
  };
  return {
    ...headOf(asked, run.turn_id),
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(run, calls) }],
    usage: usageOf(run),
  };
}

type Choice = ChatChunk["choices"][number];

/** Lines of the stream; `remember` is told what was sent. */
export async function* completionLines(
  asked: ChatRequest,
  turn_id: string,
  parts: AsyncGenerator<TurnPart>,
  remember: (text: string, end: TurnEnd) => void,
): AsyncGenerator<string> {
  const head = { ...headOf(asked, turn_id), object: "chat.completion.chunk" as const };
  const withUsage = asked.stream_options?.include_usage === true;
  const line = (value: ChatChunk | { error: OpenAiErrorWords }) =>
    `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (delta: Choice["delta"], finish_reason: Choice["finish_reason"] = null) =>
    line({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(withUsage ? { usage: null } : {}),
    });
  let text = "";
  try {
    yield chunk({ role: "assistant", content: "" });
    for await (const part of parts) {
      if (part.type === "beat") yield ": still working\n\n";
      else if (part.type === "text") {
        text += part.text;
        yield chunk({ content: part.text });
      } else if (part.type === "reasoning") {
        yield chunk({ reasoning_content: part.text });
      } else {
        const { run, calls } = part.end;
        remember(text, part.end);
        if (calls.length > 0) {
          yield chunk({ tool_calls: calls.map((call, index) => ({ index, ...toolCallOf(call) })) });
        }
        yield chunk({}, finishOf(run, calls));
        if (withUsage) yield line({ ...head, choices: [], usage: usageOf(run) });
        yield "data: [DONE]\n\n";
      }
    }
  } catch (thrown) {
    yield line({ error: openAiError(toErrorBody(thrown)) });
  } finally {
    await parts.return(undefined);
  }
}

function headOf({ model }: ChatRequest, turn_id: string) {
  return { id: `chatcmpl-${turn_id}`, created: Math.floor(Date.now() / 1_000), model };
}

const toolCallOf = ({ id, name, args }: ToolCall) => ({
  id,
  type: "function" as const,
  function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
});

function finishOf(run: Run, calls: readonly ToolCall[]): NonNullable<Choice["finish_reason"]> {
  if (calls.length > 0) return "tool_calls";
  return run.status === "completed" ? "stop" : "length";
}

function usageOf({ usage }: Run) {
  const { input_tokens, output_tokens, cached_tokens, reasoning_tokens } = usage;
  return {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens: input_tokens + output_tokens,
    prompt_tokens_details: { cached_tokens },
    completion_tokens_details: { reasoning_tokens },
  };
}
