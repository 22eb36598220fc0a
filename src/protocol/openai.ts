// What clients of OpenAI's APIs send, as far as an object can answer it. Fields that are not here say how a
// model samples: they are left to the object. Fields are OpenAI's own.
import { z } from "zod";
import { clientTool } from "./agents.ts";
import { MAX_CLIENT_TOOLS, MAX_IMPORTED_MESSAGES, MAX_ITEMS } from "./limits.ts";
import { json } from "./messages.ts";

/** Words and pictures of both APIs, each with its own spelling. */
const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z.union([z.string(), z.looseObject({ url: z.string() })]).optional(),
});
const content = z.union([z.string(), z.array(part).max(MAX_ITEMS)]);
export type OpenAiContent = z.infer<typeof content>;

const functionWords = z.looseObject({
  name: clientTool.shape.name,
  description: z.string().nullish(),
  parameters: z.record(z.string(), json).nullish(),
});

const chosenFunction = z.looseObject({
  type: z.literal("function"),
  name: z.string().optional(),
  function: z.looseObject({ name: z.string() }).optional(),
});
export const openAiToolChoice = z.union([z.enum(["none", "auto", "required"]), chosenFunction]);
const toolChoice = openAiToolChoice.nullish();
export type OpenAiToolChoice = z.infer<typeof toolChoice>;

export const openAiFormat = z.looseObject({
  type: z.enum(["text", "json_object", "json_schema"]),
  schema: z.record(z.string(), json).nullish(),
  json_schema: z.looseObject({ schema: z.record(z.string(), json).nullish() }).optional(),
});
export type OpenAiFormat = z.infer<typeof openAiFormat>;

const chatCall = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

export const chatMessage = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: content.nullish(),
  tool_calls: z.array(chatCall).max(MAX_CLIENT_TOOLS).nullish(),
  tool_call_id: z.string().nullish(),
});

export const chatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(chatMessage).min(1).max(MAX_IMPORTED_MESSAGES),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, "one answer: an object gives no alternatives").nullish(),
  tools: z
    .array(z.looseObject({ type: z.literal("function"), function: functionWords }))
    .max(MAX_CLIENT_TOOLS)
    .nullish(),
  tool_choice: toolChoice,
  response_format: openAiFormat.nullish(),
});
export type ChatRequest = z.infer<typeof chatRequest>;

export const responseItem = z.looseObject({
  type: z.string().optional(),
  role: z.enum(["system", "developer", "user", "assistant"]).optional(),
  content: content.nullish(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  output: content.optional(),
});

export const responsesRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(responseItem).min(1).max(MAX_IMPORTED_MESSAGES)]),
  instructions: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  previous_response_id: z.string().min(1).max(256).nullish(),
  stream: z.boolean().nullish(),
  tools: z
    .array(
      functionWords.extend({
        type: z.literal("function", "only functions of the client's own"),
        strict: z.boolean().nullish(),
      }),
    )
    .max(MAX_CLIENT_TOOLS)
    .nullish(),
  tool_choice: toolChoice,
  text: z.looseObject({ format: openAiFormat.nullish() }).nullish(),
});
export type ResponsesRequest = z.infer<typeof responsesRequest>;
