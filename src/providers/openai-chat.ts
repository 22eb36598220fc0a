// Chat Completions: OpenAI's older API, and the one that compatible vendors speak. Their differences
// are a dialect, a few plain settings.
import type OpenAI from "openai";
import type { Effort, EndReason, ModelPart, ModelRequest, RequestMessage } from "../core/model.ts";
import { addFragment, type CallDraft, finishCalls, tooManyCalls } from "./calls.ts";
import type { ChatDialect } from "./dialects.ts";
import { countOf, fieldsOf, listOf, textOf } from "./fields.ts";
import { jsonOf, type LayoutItem, openLayout, sealLayout } from "./layout.ts";
import { dataUrl, nineLetterId, spokenText, wireId, wireName } from "./names.ts";
import { openOpenAI } from "./openai-client.ts";
import { openaiEffort } from "./openai-models.ts";
import type { Api, Complaint } from "./stream.ts";

type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

export interface ChatReading {
  id: string;
  calls: CallDraft[];
  characters: number;
  finish: string | undefined;
  usage: ModelPart | undefined;
}

export function createChatApi(vendor: string, dialect: ChatDialect): Api<ChatReading> {
  return {
    framing: "sse",
    async open(request, connection, wire) {
      const client = await openOpenAI(connection, wire);
      const body = encode(request, vendor, dialect);
      return await client.chat.completions.create(body, { signal: wire.signal });
    },
    initial: { id: "", calls: [], characters: 0, finish: undefined, usage: undefined },
    read,
    // The usage follows the finish reason, so the end of the stream is awaited.
    isOver: () => false,
    close: (reading, model) => close(reading, vendor, model),
  };
}

export function encode(request: ModelRequest, vendor: string, dialect: ChatDialect): Body {
  const { model, max_output_tokens } = request;
  const effort = effortOf(model, request.effort, dialect);
  const lastUser = request.messages.findLastIndex((message) => message.role === "user");
  const messages: Message[] = [];
  if (request.system !== "") messages.push({ role: "system", content: request.system });
  request.messages.forEach((message, position) => {
    const replaysReasoning = dialect.replays_reasoning && position > lastUser;
    messages.push(...encodeMessage(message, { vendor, model, dialect, replaysReasoning }));
    const next = request.messages[position + 1];
    if (message.role === "tool" && next?.role !== "tool") {
      messages.push(...toolImages(request.messages, position));
    }
  });
  return {
    model,
    messages,
    stream: true,
    ...(dialect.asks_for_usage && { stream_options: { include_usage: true } }),
    ...(request.tools.length > 0 && { tools: request.tools.map(encodeTool) }),
    ...(max_output_tokens !== undefined && { [dialect.max_tokens_field]: max_output_tokens }),
    ...(effort !== undefined && { reasoning_effort: effort }),
  };
}

function effortOf(model: string, effort: Effort | undefined, dialect: ChatDialect) {
  if (dialect.effort === "openai") return openaiEffort(model, effort);
  if (dialect.effort === "none" || effort === undefined) return undefined;
  return effort === "max" ? "high" : effort;
}

function encodeTool(tool: ModelRequest["tools"][number]) {
  const { description, parameters } = tool;
  return {
    type: "function" as const,
    function: { name: wireName(tool.name), description, parameters },
  };
}

interface MessageContext {
  vendor: string;
  model: string;
  dialect: ChatDialect;
  replaysReasoning: boolean;
}

function encodeMessage(message: RequestMessage, context: MessageContext): Message[] {
  const idOf = context.dialect.call_id === "any" ? wireId : nineLetterId;
  if (message.role === "tool") {
    const id = idOf(message.tool_call_id ?? "");
    return [{ role: "tool", tool_call_id: id, content: message.content }];
  }
  if (message.role === "user") {
    const text = spokenText(message);
    return [
      {
        role: "user",
        content: message.images.length === 0 ? text : withImages(text, message.images),
      },
    ];
  }
  const calls = openLayout(message, context.vendor, context.model).flatMap((piece) => {
    if (piece.type !== "call") return [];
    const { id, name, args } = piece.call;
    return [
      {
        id: idOf(id),
        type: "function" as const,
        function: { name: wireName(name), arguments: JSON.stringify(args) },
        ...(piece.about !== null && { extra_content: piece.about }),
      },
    ];
  });
  if (message.content === "" && calls.length === 0) return [];
  const thought = context.replaysReasoning ? (message.reasoning?.text ?? "") : "";
  return [
    {
      role: "assistant",
      content: message.content === "" ? null : message.content,
      ...(thought !== "" && { reasoning_content: thought }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ];
}

function withImages(text: string, images: RequestMessage["images"]) {
  const shown = images.map((image) => ({
    type: "image_url" as const,
    image_url: { url: dataUrl(image) },
  }));
  return text === "" ? shown : [{ type: "text" as const, text }, ...shown];
}

/** Results hold text only in this API: the images of a round follow it as one message. */
function toolImages(messages: RequestMessage[], last: number): Message[] {
  const before = messages.slice(0, last + 1);
  const first = before.findLastIndex((message) => message.role !== "tool") + 1;
  const images = before.slice(first).flatMap((message) => message.images);
  if (images.length === 0) return [];
  return [{ role: "user", content: withImages("Images from the tools' results:", images) }];
}

function read(reading: ChatReading, chunk: unknown): [ChatReading, (ModelPart | Complaint)[]] {
  const fields = fieldsOf(chunk);
  if (fields?.error) return [reading, [{ type: "complaint", body: fields }]];
  const choice = fieldsOf(listOf(fields?.choices)[0]);
  const delta = fieldsOf(choice?.delta);
  const said = textOf(delta?.content) + textOf(delta?.refusal);
  const thought = textOf(delta?.reasoning_content) || textOf(delta?.reasoning);
  const calls = listOf(delta?.tool_calls).reduce(readCall, reading.calls);
  const next: ChatReading = {
    id: reading.id || textOf(fields?.id),
    calls,
    characters: reading.characters + said.length,
    finish: textOf(choice?.finish_reason) || reading.finish,
    usage: readUsage(fields?.usage) ?? reading.usage,
  };
  const parts: (ModelPart | Complaint)[] = [...tooManyCalls(calls)];
  if (thought !== "") parts.push({ type: "reasoning", text: thought });
  if (said !== "") parts.push({ type: "text", text: said });
  if (next.finish === "error")
    parts.push({ type: "complaint", body: { error: choice?.error ?? fields } });
  return [next, parts];
}

function readCall(drafts: CallDraft[], value: unknown): CallDraft[] {
  const call = fieldsOf(value);
  const named = fieldsOf(call?.function);
  return addFragment(drafts, {
    index: typeof call?.index === "number" ? call.index : undefined,
    id: textOf(call?.id),
    name: textOf(named?.name),
    args_text: textOf(named?.arguments),
    extra: call?.extra_content,
  });
}

function readUsage(value: unknown): ModelPart | undefined {
  const usage = fieldsOf(value);
  if (usage === undefined) return undefined;
  return {
    type: "usage",
    usage: {
      input_tokens: countOf(usage.prompt_tokens),
      output_tokens: countOf(usage.completion_tokens),
      cached_tokens:
        countOf(fieldsOf(usage.prompt_tokens_details)?.cached_tokens) ||
        countOf(usage.prompt_cache_hit_tokens),
      reasoning_tokens: countOf(fieldsOf(usage.completion_tokens_details)?.reasoning_tokens),
    },
  };
}

function close(reading: ChatReading, vendor: string, model: string): ModelPart[] {
  if (reading.finish === undefined) return [];
  const text: LayoutItem[] =
    reading.characters === 0 ? [] : [{ type: "text", characters: reading.characters, about: null }];
  const layout: LayoutItem[] = [
    ...text,
    ...reading.calls.map((call): LayoutItem => ({ type: "call", about: jsonOf(call.extra) })),
  ];
  return [
    ...sealLayout(vendor, model, layout),
    ...finishCalls(reading.calls, reading.id),
    ...(reading.usage === undefined ? [] : [reading.usage]),
    { type: "end", reason: reasonOf(reading) },
  ];
}

/** Some servers say `stop` although they call tools. */
function reasonOf(reading: ChatReading): EndReason {
  if (reading.finish === "length") return "length";
  if (reading.finish === "content_filter") return "refusal";
  return reading.calls.length > 0 ? "tool_calls" : "stop";
}
