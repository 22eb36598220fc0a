// Anthropic's Messages API. Thinking is returned signed and goes back unchanged, in its place.
import type Anthropic from "@anthropic-ai/sdk";
import type { EndReason, ModelPart, ModelRequest, RequestMessage } from "../core/model.ts";
import { addFragment, type CallDraft, finishCalls, tooManyCalls } from "./calls.ts";
import { SDK_TIMEOUT_MS } from "./connection.ts";
import { countOf, type Fields, fieldsOf, textOf } from "./fields.ts";
import { jsonOf, type LayoutItem, openLayout, sealLayout } from "./layout.ts";
import { spokenText, wireId, wireName } from "./names.ts";
import type { Api, Complaint } from "./stream.ts";

type Body = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;
type Parts = (ModelPart | Complaint)[];

const CACHED = { cache_control: { type: "ephemeral" as const } };
/** Thinking tokens of models that take a budget. */
const BUDGETS = { low: 2_048, high: 16_000, max: 31_999 } as const;

interface OpenBlock {
  index: number;
  type: string;
  characters: number;
  thinking: string;
  signature: string;
}

export interface AnthropicReading {
  id: string;
  calls: CallDraft[];
  /** The block being written. They come one after the other. */
  block: OpenBlock | undefined;
  layout: LayoutItem[];
  usage: Fields;
  stop_reason: string;
  isOver: boolean;
}

export function createAnthropicApi(vendor: string): Api<AnthropicReading> {
  return {
    framing: "sse",
    async open(request, connection, wire) {
      const { Anthropic } = await import("@anthropic-ai/sdk");
      // Nothing comes from the environment or from profiles on disk; the wire adds the key.
      const client = new Anthropic({
        apiKey: "added-by-the-wire",
        webhookKey: null,
        baseURL: connection.base_url,
        fetch: wire.fetch,
        maxRetries: 0,
        timeout: SDK_TIMEOUT_MS,
        logLevel: "off",
        openTelemetry: false,
      });
      return await client.messages.create(encode(request, vendor), { signal: wire.signal });
    },
    initial: {
      id: "",
      calls: [],
      block: undefined,
      layout: [],
      usage: {},
      stop_reason: "",
      isOver: false,
    },
    read,
    isOver: (reading) => reading.isOver,
    close: (reading, model) => close(reading, vendor, model),
  };
}

export function encode(request: ModelRequest, vendor: string): Body {
  const { model, system, tools } = request;
  const messages: Anthropic.MessageParam[] = [];
  for (const message of request.messages) {
    const content = encodeContent(message, vendor, model);
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = messages.at(-1);
    if (content.length === 0) continue;
    // All results of a round belong into one message.
    if (last?.role === role && Array.isArray(last.content)) last.content.push(...content);
    else messages.push({ role, content });
  }
  markLast(messages);
  const thinking = thinkingOf(request, messages);
  const wanted = request.max_output_tokens ?? defaultMaxTokens(model);
  // The budget counts towards the limit and must be smaller.
  const budget = thinking.thinking?.type === "enabled" ? thinking.thinking.budget_tokens : 0;
  return {
    model,
    max_tokens: wanted > budget ? wanted : budget + wanted,
    messages,
    stream: true,
    ...(system !== "" && { system: [{ type: "text" as const, text: system, ...CACHED }] }),
    ...(tools.length > 0 && { tools: tools.map(encodeTool) }),
    ...thinking,
  };
}

/** The conversation so far is cached up to its last block. */
function markLast(messages: Anthropic.MessageParam[]): void {
  const content = messages.at(-1)?.content;
  const block = Array.isArray(content) ? content.at(-1) : undefined;
  if (block?.type === "text" || block?.type === "tool_result" || block?.type === "image") {
    Object.assign(block, CACHED);
  }
}

function encodeTool(tool: ModelRequest["tools"][number]): Anthropic.Tool {
  const { name, description, parameters } = tool;
  return { name: wireName(name), description, input_schema: { ...parameters, type: "object" } };
}

function encodeContent(message: RequestMessage, vendor: string, model: string): Block[] {
  const images = message.images.map(
    (image): Anthropic.ImageBlockParam => ({
      type: "image",
      // The API names the four kinds it takes and refuses others with a message of its own.
      source: {
        type: "base64",
        media_type: image.media_type as Anthropic.Base64ImageSource["media_type"],
        data: image.data,
      },
    }),
  );
  if (message.role === "tool") {
    const content = [...textBlock(message.content), ...images];
    return [{ type: "tool_result", tool_use_id: wireId(message.tool_call_id ?? ""), content }];
  }
  if (message.role === "user") return [...images, ...textBlock(spokenText(message))];
  return openLayout(message, vendor, model).flatMap((piece): Block[] => {
    // The layout holds only items that this file sealed: thinking as Anthropic sent it.
    if (piece.type === "item") return [piece.item as unknown as Block];
    if (piece.type === "text") return textBlock(piece.text);
    const { id, name, args } = piece.call;
    return [{ type: "tool_use", id: wireId(id), name: wireName(name), input: args }];
  });
}

/** Empty and blank texts are refused. */
function textBlock(text: string): Anthropic.TextBlockParam[] {
  return text.trim() === "" ? [] : [{ type: "text", text }];
}

/** Models before Claude 4.6 take a budget, later ones decide themselves and take an effort. */
function takesBudget(model: string): boolean {
  return /^claude-(3|(opus|sonnet|haiku)-4(-[015])?(-\d{8})?$)/.test(model);
}

function defaultMaxTokens(model: string): number {
  if (/^claude-3-(opus|sonnet|haiku)/.test(model)) return 4_096;
  if (/^claude-3-5/.test(model)) return 8_192;
  return 32_000;
}

function thinkingOf(
  request: ModelRequest,
  messages: Anthropic.MessageParam[],
): Pick<Body, "thinking" | "output_config"> {
  const { effort, model } = request;
  if (effort === undefined) return {};
  if (effort === "none") return takesBudget(model) ? {} : { thinking: { type: "disabled" } };
  if (!takesBudget(model)) {
    return { thinking: { type: "adaptive" }, output_config: { effort } };
  }
  // Within a round of tools thinking must stand first; a round begun without it goes on without it.
  const last = messages.findLast((message) => message.role === "assistant");
  const isInRound = messages.at(-1)?.role === "user" && endsWithResults(messages.at(-1));
  const first = Array.isArray(last?.content) ? last.content[0]?.type : undefined;
  if (isInRound && first !== "thinking" && first !== "redacted_thinking") return {};
  if (/^claude-3-[05]|^claude-3-(opus|sonnet|haiku)/.test(model)) return {};
  return { thinking: { type: "enabled", budget_tokens: BUDGETS[effort] } };
}

function endsWithResults(message: Anthropic.MessageParam | undefined): boolean {
  return Array.isArray(message?.content) && message.content[0]?.type === "tool_result";
}

function read(reading: AnthropicReading, chunk: unknown): [AnthropicReading, Parts] {
  const event = fieldsOf(chunk) ?? {};
  switch (event.type) {
    case "message_start": {
      const message = fieldsOf(event.message);
      const usage = fieldsOf(message?.usage) ?? {};
      return [{ ...reading, id: textOf(message?.id), usage }, []];
    }
    case "content_block_start":
      return readBlockStart(reading, event);
    case "content_block_delta":
      return readDelta(reading, event);
    case "content_block_stop":
      return [readBlockEnd(reading), []];
    case "message_delta": {
      const stop_reason = textOf(fieldsOf(event.delta)?.stop_reason);
      return [{ ...reading, stop_reason, usage: mergeUsage(reading.usage, event.usage) }, []];
    }
    case "message_stop":
      return [{ ...reading, isOver: true }, []];
    case "error":
      return [reading, [{ type: "complaint", body: event }]];
    default:
      // Pings, and events of kinds that came later.
      return [reading, []];
  }
}

function readBlockStart(reading: AnthropicReading, event: Fields): [AnthropicReading, Parts] {
  const block = fieldsOf(event.content_block) ?? {};
  const index = countOf(event.index);
  const type = textOf(block.type);
  const begun = { index, type, characters: 0, thinking: "", signature: "" };
  if (type === "text") return readText({ ...reading, block: begun }, textOf(block.text));
  if (type === "redacted_thinking") {
    const item = jsonOf({ type, data: block.data });
    return [{ ...reading, block: begun, layout: [...reading.layout, { type: "item", item }] }, []];
  }
  if (type !== "tool_use") return [{ ...reading, block: begun }, []];
  // Compatible servers may give the whole input at once.
  const input = fieldsOf(block.input) ?? {};
  const args_text = Object.keys(input).length === 0 ? "" : JSON.stringify(input);
  const calls = addFragment(reading.calls, {
    index,
    id: textOf(block.id),
    name: textOf(block.name),
    args_text,
  });
  const layout: LayoutItem[] = [...reading.layout, { type: "call", about: null }];
  return [{ ...reading, block: begun, calls, layout }, tooManyCalls(calls)];
}

function readDelta(reading: AnthropicReading, event: Fields): [AnthropicReading, Parts] {
  const delta = fieldsOf(event.delta) ?? {};
  const { block } = reading;
  if (delta.type === "text_delta") return readText(reading, textOf(delta.text));
  if (delta.type === "input_json_delta") {
    const args_text = textOf(delta.partial_json);
    const fragment = { index: countOf(event.index), id: "", name: "", args_text };
    return [{ ...reading, calls: addFragment(reading.calls, fragment) }, []];
  }
  if (delta.type === "thinking_delta" && block !== undefined) {
    const text = textOf(delta.thinking);
    const thinking = block.thinking + text;
    return [
      { ...reading, block: { ...block, thinking } },
      text === "" ? [] : [{ type: "reasoning", text }],
    ];
  }
  if (delta.type === "signature_delta" && block !== undefined) {
    const signature = block.signature + textOf(delta.signature);
    return [{ ...reading, block: { ...block, signature } }, []];
  }
  return [reading, []];
}

function readText(reading: AnthropicReading, text: string): [AnthropicReading, Parts] {
  const { block } = reading;
  if (text === "" || block === undefined) return [reading, []];
  const characters = block.characters + text.length;
  return [{ ...reading, block: { ...block, characters } }, [{ type: "text", text }]];
}

function readBlockEnd(reading: AnthropicReading): AnthropicReading {
  const { block, layout } = reading;
  if (block?.type === "text") {
    const text: LayoutItem = { type: "text", characters: block.characters, about: null };
    return { ...reading, block: undefined, layout: [...layout, text] };
  }
  if (block?.type === "thinking" && block.signature !== "") {
    const { thinking, signature } = block;
    const item = { type: "thinking", thinking, signature };
    return { ...reading, block: undefined, layout: [...layout, { type: "item", item }] };
  }
  return { ...reading, block: undefined };
}

/** Later counts replace earlier ones; those that are absent or null stay. */
function mergeUsage(usage: Fields, value: unknown): Fields {
  const later = Object.entries(fieldsOf(value) ?? {}).filter(([, count]) => count !== null);
  return { ...usage, ...Object.fromEntries(later) };
}

function close(reading: AnthropicReading, vendor: string, model: string): ModelPart[] {
  if (reading.stop_reason === "") return [];
  const { usage } = reading;
  const cached_tokens = countOf(usage.cache_read_input_tokens);
  return [
    ...sealLayout(vendor, model, reading.layout),
    ...finishCalls(reading.calls, reading.id),
    {
      type: "usage",
      usage: {
        // Anthropic counts what it read from and wrote to its cache apart.
        input_tokens:
          countOf(usage.input_tokens) + countOf(usage.cache_creation_input_tokens) + cached_tokens,
        output_tokens: countOf(usage.output_tokens),
        cached_tokens,
        reasoning_tokens: countOf(fieldsOf(usage.output_tokens_details)?.thinking_tokens),
      },
    },
    { type: "end", reason: reasonOf(reading) },
  ];
}

function reasonOf(reading: AnthropicReading): EndReason {
  const { stop_reason } = reading;
  if (stop_reason === "refusal") return "refusal";
  if (stop_reason === "max_tokens" || stop_reason === "model_context_window_exceeded")
    return "length";
  return reading.calls.length > 0 ? "tool_calls" : "stop";
}
