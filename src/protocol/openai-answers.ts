// What clients of OpenAI's APIs are answered: objects as models, completions, responses, and errors. Fields are
// OpenAI's own, all that Open Responses requires among them.
import { z } from "zod";
import { json } from "./messages.ts";
import { openAiFormat, openAiToolChoice } from "./openai.ts";

const count = z.number().int().min(0);
/** Seconds since 1970. */
const seconds = z.number().int();

export const openAiErrorWords = z.object({
  message: z.string(),
  type: z.string(),
  /** The field that is wrong, where it is one. */
  param: z.string().nullable(),
  code: z.string().nullable(),
});
export type OpenAiErrorWords = z.infer<typeof openAiErrorWords>;
export const openAiErrorAnswer = z.object({ error: openAiErrorWords });

export const openAiModel = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: seconds,
  owned_by: z.string(),
});
export type OpenAiModel = z.infer<typeof openAiModel>;
export const openAiModelList = z.object({ object: z.literal("list"), data: z.array(openAiModel) });

const chatCall = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const finishReason = z.enum(["stop", "length", "tool_calls"]);
const chatUsage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }),
  completion_tokens_details: z.object({ reasoning_tokens: count }),
});
const chatHead = { id: z.string(), created: seconds, model: z.string() };

export const chatCompletion = z.object({
  ...chatHead,
  object: z.literal("chat.completion"),
  choices: z.array(
    z.object({
      index: count,
      message: z.object({
        role: z.literal("assistant"),
        content: z.string().nullable(),
        refusal: z.null(),
        tool_calls: z.array(chatCall).optional(),
      }),
      logprobs: z.null(),
      finish_reason: finishReason,
    }),
  ),
  usage: chatUsage,
});
export type ChatCompletion = z.infer<typeof chatCompletion>;

export const chatChunk = z.object({
  ...chatHead,
  object: z.literal("chat.completion.chunk"),
  choices: z.array(
    z.object({
      index: count,
      delta: z.object({
        role: z.literal("assistant").optional(),
        content: z.string().optional(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(chatCall.extend({ index: count })).optional(),
      }),
      logprobs: z.null(),
      finish_reason: finishReason.nullable(),
    }),
  ),
  /** With `include_usage` in every chunk, and null but in the last. */
  usage: chatUsage.nullable().optional(),
});
export type ChatChunk = z.infer<typeof chatChunk>;

/** One `data:` of the stream; `[DONE]` follows the last. */
export const chatStreamed = z.union([chatChunk, openAiErrorAnswer]);

const textPart = z.object({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(json).max(0),
  logprobs: z.array(json).max(0),
});
const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);
const messageItem = z.object({
  id: z.string(),
  type: z.literal("message"),
  role: z.literal("assistant"),
  status: itemStatus,
  content: z.array(textPart),
});
const callItem = z.object({
  id: z.string(),
  type: z.literal("function_call"),
  status: itemStatus,
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
const item = z.discriminatedUnion("type", [messageItem, callItem]);
export type ResponseItem = z.infer<typeof item>;

export const openAiResponse = z.object({
  id: z.string(),
  object: z.literal("response"),
  created_at: seconds,
  completed_at: seconds.nullable(),
  status: z.enum(["in_progress", "completed", "incomplete", "failed"]),
  model: z.string(),
  output: z.array(item),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  instructions: z.string().nullable(),
  previous_response_id: z.string().nullable(),
  tools: z.array(
    z.object({
      type: z.literal("function"),
      name: z.string(),
      description: z.string().nullable(),
      parameters: z.record(z.string(), json).nullable(),
      strict: z.boolean().nullable(),
    }),
  ),
  tool_choice: openAiToolChoice,
  text: z.looseObject({ format: openAiFormat }),
  usage: z
    .object({
      input_tokens: count,
      input_tokens_details: z.object({ cached_tokens: count }),
      output_tokens: count,
      output_tokens_details: z.object({ reasoning_tokens: count }),
      total_tokens: count,
    })
    .nullable(),
  metadata: z.record(z.string(), z.string()),
  parallel_tool_calls: z.boolean(),
  store: z.boolean(),
  background: z.boolean(),
  truncation: z.literal("disabled"),
  service_tier: z.literal("default"),
  reasoning: z.null(),
  temperature: z.number(),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: count,
  max_output_tokens: z.null(),
  max_tool_calls: z.null(),
  user: z.null(),
  safety_identifier: z.null(),
  prompt_cache_key: z.null(),
});
export type OpenAiResponse = z.infer<typeof openAiResponse>;

const sequence = { sequence_number: count };
const inItem = { ...sequence, output_index: count, item_id: z.string() };
const inText = { ...inItem, content_index: count };
const noLogprobs = { logprobs: z.array(json).max(0) };
const whole = <Type extends string>(type: Type) =>
  z.object({ type: z.literal(type), ...sequence, response: openAiResponse });
const ofItem = <Type extends string>(type: Type) =>
  z.object({ type: z.literal(type), ...sequence, output_index: count, item });
const ofText = <Type extends string>(type: Type) =>
  z.object({ type: z.literal(type), ...inText, part: textPart });

/** One event of the stream. */
export const responseStreamed = z.discriminatedUnion("type", [
  whole("response.created"),
  whole("response.in_progress"),
  whole("response.completed"),
  whole("response.incomplete"),
  whole("response.failed"),
  ofItem("response.output_item.added"),
  ofItem("response.output_item.done"),
  ofText("response.content_part.added"),
  ofText("response.content_part.done"),
  z.object({
    type: z.literal("response.output_text.delta"),
    ...inText,
    ...noLogprobs,
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.output_text.done"),
    ...inText,
    ...noLogprobs,
    text: z.string(),
  }),
  z.object({
    type: z.literal("response.function_call_arguments.delta"),
    ...inItem,
    delta: z.string(),
  }),
  z.object({
    type: z.literal("response.function_call_arguments.done"),
    ...inItem,
    name: z.string(),
    arguments: z.string(),
  }),
]);
export type ResponseStreamed = z.infer<typeof responseStreamed>;
