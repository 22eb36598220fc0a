// The vendors' APIs as their public documentation describes them, written down a second time and
// independently of jamey: where a request goes, how an answer travels, what an error looks like.
import type { Reader } from "./conversation.ts";
import { readAnthropic, readChat, readOllama, readResponses } from "./readers.ts";

export interface Answer {
  text: string;
  calls: { id: string; name: string; args: Record<string, unknown> }[];
}

export interface Dialect {
  vendor: string;
  /** For `--model`. */
  model: string;
  path: string;
  /** The variables with which a human points jamey at this vendor. */
  variables(origin: string, key: string): Record<string, string>;
  /** The variable that an error should name. */
  base_url_variable: string;
  key_variable: string;
  /** The key as the request carries it. */
  key(headers: Record<string, string>): string | undefined;
  content_type: string;
  read: Reader;
  /** The answer as it travels, piece by piece; what says that it is finished comes last. */
  encode(answer: Answer): string[];
  error(message: string, type: string): string;
}

const MODEL = "test-model";
const json = (value: unknown) => JSON.stringify(value);
const data = (value: unknown) => `data: ${json(value)}\n\n`;
const named = (value: { type: string; [field: string]: unknown }) =>
  `event: ${value.type}\n${data(value)}`;

/** Words, each with the space before it. */
const words = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

function chat({ text, calls }: Answer): string[] {
  const chunk = (delta: unknown, finish_reason: string | null = null) =>
    data({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: MODEL,
      choices: [{ index: 0, delta, finish_reason }],
    });
  return [
    chunk({ role: "assistant", content: "" }),
    ...words(text).map((content) => chunk({ content })),
    ...calls.flatMap(({ id, name, args }, index) => {
      const whole = json(args);
      const half = Math.ceil(whole.length / 2);
      const first = { name, arguments: whole.slice(0, half) };
      return [
        chunk({ tool_calls: [{ index, id, type: "function", function: first }] }),
        chunk({ tool_calls: [{ index, function: { arguments: whole.slice(half) } }] }),
      ];
    }),
    chunk({}, calls.length > 0 ? "tool_calls" : "stop"),
    data({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: MODEL,
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    }),
    "data: [DONE]\n\n",
  ];
}

function responses({ text, calls }: Answer): string[] {
  const base = { id: "resp_1", object: "response", created_at: 1, model: MODEL };
  const message = (done: boolean) => ({
    id: "msg_1",
    type: "message",
    role: "assistant",
    status: done ? "completed" : "in_progress",
    content: done ? [{ type: "output_text", text, annotations: [] }] : [],
  });
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const part = { type: "output_text", text: "", annotations: [] };
  const said =
    text === ""
      ? []
      : [
          { type: "response.output_item.added", output_index: 0, item: message(false) },
          { type: "response.content_part.added", ...at, part },
          ...words(text).map((delta) => ({ type: "response.output_text.delta", ...at, delta })),
          { type: "response.output_text.done", ...at, text },
          { type: "response.content_part.done", ...at, part: { ...part, text } },
          { type: "response.output_item.done", output_index: 0, item: message(true) },
        ];
  const before = text === "" ? 0 : 1;
  const items = calls.map(({ id, name, args }, index) => ({
    output_index: before + index,
    whole: json(args),
    item: { id: `fc_${id}`, type: "function_call", call_id: id, name },
  }));
  const called = items.flatMap(({ output_index, whole, item }) => [
    {
      type: "response.output_item.added",
      output_index,
      item: { ...item, arguments: "", status: "in_progress" },
    },
    {
      type: "response.function_call_arguments.delta",
      item_id: item.id,
      output_index,
      delta: whole,
    },
    {
      type: "response.function_call_arguments.done",
      item_id: item.id,
      output_index,
      arguments: whole,
    },
    {
      type: "response.output_item.done",
      output_index,
      item: { ...item, arguments: whole, status: "completed" },
    },
  ]);
  const output = [
    ...(text === "" ? [] : [message(true)]),
    ...items.map(({ item, whole }) => ({ ...item, arguments: whole, status: "completed" })),
  ];
  const usage = {
    input_tokens: 3,
    output_tokens: 5,
    total_tokens: 8,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  return [
    { type: "response.created", response: { ...base, status: "in_progress", output: [] } },
    { type: "response.in_progress", response: { ...base, status: "in_progress", output: [] } },
    ...said,
    ...called,
    { type: "response.completed", response: { ...base, status: "completed", output, usage } },
  ].map((event, sequence_number) => named({ ...event, sequence_number }));
}

function anthropic({ text, calls }: Answer): string[] {
  const before = text === "" ? 0 : 1;
  const said =
    text === ""
      ? []
      : [
          { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
          ...words(text).map((word) => ({
            type: "content_block_delta",
            index: 0,
            delta: { type: "text_delta", text: word },
          })),
          { type: "content_block_stop", index: 0 },
        ];
  const called = calls.flatMap(({ id, name, args }, position) => {
    const index = before + position;
    const partial_json = json(args);
    return [
      {
        type: "content_block_start",
        index,
        content_block: { type: "tool_use", id, name, input: {} },
      },
      { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json } },
      { type: "content_block_stop", index },
    ];
  });
  const stop_reason = calls.length > 0 ? "tool_use" : "end_turn";
  const message = { id: "msg_1", type: "message", role: "assistant", model: MODEL, content: [] };
  return [
    {
      type: "message_start",
      message: { ...message, stop_reason: null, usage: { input_tokens: 3, output_tokens: 1 } },
    },
    { type: "ping" },
    ...said,
    ...called,
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: "message_stop" },
  ].map(named);
}

function ollama({ text, calls }: Answer): string[] {
  const line = (fields: Record<string, unknown>) =>
    `${json({ model: MODEL, created_at: "2026-01-01T00:00:00Z", ...fields })}\n`;
  const message = (fields: Record<string, unknown>) => ({
    role: "assistant",
    content: "",
    ...fields,
  });
  const tool_calls = calls.map(({ name, args }) => ({ function: { name, arguments: args } }));
  return [
    ...words(text).map((content) => line({ message: message({ content }), done: false })),
    ...(calls.length > 0 ? [line({ message: message({ tool_calls }), done: false })] : []),
    line({
      message: message({}),
      done: true,
      done_reason: "stop",
      prompt_eval_count: 3,
      eval_count: 5,
    }),
  ];
}

const bearer = (headers: Record<string, string>) =>
  /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
const openaiError = (message: string, type: string) =>
  json({ error: { message, type, param: null, code: type } });
const SSE = "text/event-stream";

export const dialects: Dialect[] = [
  {
    vendor: "openai-responses",
    model: `openai-responses/${MODEL}`,
    path: "/v1/responses",
    variables: (origin, key) => ({ OPENAI_BASE_URL: `${origin}/v1`, OPENAI_API_KEY: key }),
    base_url_variable: "OPENAI_BASE_URL",
    key_variable: "OPENAI_API_KEY",
    key: bearer,
    content_type: SSE,
    read: readResponses,
    encode: responses,
    error: openaiError,
  },
  {
    vendor: "openai-chat",
    model: `openai-chat/${MODEL}`,
    path: "/v1/chat/completions",
    variables: (origin, key) => ({ OPENAI_BASE_URL: `${origin}/v1`, OPENAI_API_KEY: key }),
    base_url_variable: "OPENAI_BASE_URL",
    key_variable: "OPENAI_API_KEY",
    key: bearer,
    content_type: SSE,
    read: readChat,
    encode: chat,
    error: openaiError,
  },
  {
    vendor: "azure",
    model: `azure/${MODEL}`,
    path: `/openai/deployments/${MODEL}/chat/completions`,
    variables: (origin, key) => ({ AZURE_OPENAI_ENDPOINT: origin, AZURE_OPENAI_API_KEY: key }),
    base_url_variable: "AZURE_OPENAI_ENDPOINT",
    key_variable: "AZURE_OPENAI_API_KEY",
    key: (headers) => headers["api-key"],
    content_type: SSE,
    read: readChat,
    encode: chat,
    error: openaiError,
  },
  {
    vendor: "anthropic",
    model: `anthropic/${MODEL}`,
    path: "/v1/messages",
    variables: (origin, key) => ({ ANTHROPIC_BASE_URL: origin, ANTHROPIC_API_KEY: key }),
    base_url_variable: "ANTHROPIC_BASE_URL",
    key_variable: "ANTHROPIC_API_KEY",
    key: (headers) => headers["x-api-key"],
    content_type: SSE,
    read: readAnthropic,
    encode: anthropic,
    error: (message, type) => json({ type: "error", error: { type, message } }),
  },
  {
    vendor: "ollama",
    model: `ollama/${MODEL}`,
    path: "/api/chat",
    // A local Ollama asks for no key; for the hosted one the daemon's own environment has it.
    variables: (origin) => ({ OLLAMA_HOST: origin }),
    base_url_variable: "OLLAMA_HOST",
    key_variable: "OLLAMA_API_KEY",
    key: bearer,
    content_type: "application/x-ndjson",
    read: readOllama,
    encode: ollama,
    error: (message) => json({ error: message }),
  },
];
