// OpenAI's Responses API, without anything stored at OpenAI: reasoning comes back encrypted and is
// replayed in its place.
import type OpenAI from "openai";
import type { EndReason, ModelPart, ModelRequest, RequestMessage } from "../core/model.ts";
import { addFragment, type CallDraft, finishCalls, setArguments, tooManyCalls } from "./calls.ts";
import { countOf, type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { jsonOf, type LayoutItem, openLayout, sealLayout } from "./layout.ts";
import { dataUrl, spokenText, wireId, wireName } from "./names.ts";
import { openOpenAI } from "./openai-client.ts";
import { canReason, openaiEffort } from "./openai-models.ts";
import type { Api, Complaint } from "./stream.ts";

/** The API refuses a smaller limit. */
const MIN_OUTPUT_TOKENS = 16;

type Body = OpenAI.Responses.ResponseCreateParamsStreaming;
type Input = OpenAI.Responses.ResponseInputItem;
type Parts = (ModelPart | Complaint)[];

export interface ResponsesReading {
  id: string;
  calls: CallDraft[];
  layout: LayoutItem[];
  /** Characters of text that belong to no finished item yet. */
  characters: number;
  isRefused: boolean;
  /** The response's last word: `response.completed` or `response.incomplete`. */
  final: Fields | undefined;
}

export function createResponsesApi(vendor: string): Api<ResponsesReading> {
  return {
    framing: "sse",
    async open(request, connection, wire) {
      const client = await openOpenAI(connection, wire);
      return await client.responses.create(encode(request, vendor), { signal: wire.signal });
    },
    initial: { id: "", calls: [], layout: [], characters: 0, isRefused: false, final: undefined },
    read,
    isOver: (reading) => reading.final !== undefined,
    close: (reading, model) => close(reading, vendor, model),
  };
}

export function encode(request: ModelRequest, vendor: string): Body {
  const { model, max_output_tokens } = request;
  const effort = openaiEffort(model, request.effort);
  return {
    model,
    input: request.messages.flatMap((message) => encodeMessage(message, vendor, model)),
    stream: true,
    store: false,
    ...(request.system !== "" && { instructions: request.system }),
    ...(canReason(model) && { include: ["reasoning.encrypted_content" as const] }),
    ...(effort !== undefined && {
      reasoning: effort === "none" ? { effort } : { effort, summary: "auto" as const },
    }),
    ...(max_output_tokens !== undefined && {
      max_output_tokens: Math.max(max_output_tokens, MIN_OUTPUT_TOKENS),
    }),
    ...(request.tools.length > 0 && { tools: request.tools.map(encodeTool) }),
  };
}

function encodeTool(tool: ModelRequest["tools"][number]): OpenAI.Responses.FunctionTool {
  const { description, parameters } = tool;
  // Strict schemas are a dialect that tools of users do not follow; the default is strict.
  return { type: "function", name: wireName(tool.name), description, parameters, strict: false };
}

function encodeMessage(message: RequestMessage, vendor: string, model: string): Input[] {
  const images = message.images.map((image) => ({
    type: "input_image" as const,
    image_url: dataUrl(image),
    detail: "auto" as const,
  }));
  if (message.role === "tool") {
    const text = { type: "input_text" as const, text: message.content };
    return [
      {
        type: "function_call_output",
        call_id: wireId(message.tool_call_id ?? ""),
        output: images.length === 0 ? message.content : [text, ...images],
      },
    ];
  }
  if (message.role === "user") {
    const text = { type: "input_text" as const, text: spokenText(message) };
    return [{ role: "user", content: images.length === 0 ? text.text : [text, ...images] }];
  }
  return openLayout(message, vendor, model).map((piece): Input => {
    // The layout holds only items that this file sealed: reasoning as OpenAI sent it.
    if (piece.type === "item") return piece.item as unknown as Input;
    if (piece.type === "text") {
      const phase = phaseOf(piece.about);
      return { role: "assistant", content: piece.text, ...(phase !== undefined && { phase }) };
    }
    const { id, name, args } = piece.call;
    const call_id = wireId(id);
    return {
      type: "function_call",
      call_id,
      name: wireName(name),
      arguments: JSON.stringify(args),
    };
  });
}

function phaseOf(about: unknown): "commentary" | "final_answer" | undefined {
  return about === "commentary" || about === "final_answer" ? about : undefined;
}

function read(reading: ResponsesReading, chunk: unknown): [ResponsesReading, Parts] {
  const event = fieldsOf(chunk) ?? {};
  const response = fieldsOf(event.response);
  switch (event.type) {
    case "response.created":
      return [{ ...reading, id: textOf(response?.id) }, []];
    case "response.output_text.delta":
      return readText(reading, textOf(event.delta), reading.isRefused);
    case "response.refusal.delta":
      return readText(reading, textOf(event.delta), true);
    case "response.reasoning_summary_part.added":
      return [
        reading,
        countOf(event.summary_index) > 0 ? [{ type: "reasoning", text: "\n\n" }] : [],
      ];
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      return [
        reading,
        textOf(event.delta) === "" ? [] : [{ type: "reasoning", text: textOf(event.delta) }],
      ];
    case "response.output_item.added":
      return readItemStart(reading, event);
    case "response.function_call_arguments.delta": {
      const args_text = textOf(event.delta);
      const fragment = { index: countOf(event.output_index), id: "", name: "", args_text };
      return [{ ...reading, calls: addFragment(reading.calls, fragment) }, []];
    }
    case "response.output_item.done":
      return [readItemEnd(reading, event), []];
    case "response.completed":
    case "response.incomplete":
      return [{ ...reading, final: event }, []];
    case "response.failed":
      return [reading, [{ type: "complaint", body: response ?? event }]];
    case "error":
      return [
        reading,
        [{ type: "complaint", body: event.error === undefined ? withoutType(event) : event }],
      ];
    default:
      // Events of kinds that came later, or that repeat what others said.
      return [reading, []];
  }
}

/** An error event's `type` is "error", which says nothing; its `code` does. */
function withoutType(event: Fields): Fields {
  return { message: event.message, code: event.code };
}

function readText(
  reading: ResponsesReading,
  text: string,
  isRefused: boolean,
): [ResponsesReading, Parts] {
  const characters = reading.characters + text.length;
  return [{ ...reading, characters, isRefused }, text === "" ? [] : [{ type: "text", text }]];
}

function readItemStart(reading: ResponsesReading, event: Fields): [ResponsesReading, Parts] {
  const item = fieldsOf(event.item);
  if (item?.type !== "function_call") return [reading, []];
  const calls = addFragment(reading.calls, {
    index: countOf(event.output_index),
    id: textOf(item.call_id),
    name: textOf(item.name),
    args_text: "",
  });
  const layout: LayoutItem[] = [...reading.layout, { type: "call", about: null }];
  return [{ ...reading, calls, layout }, tooManyCalls(calls)];
}

/** A finished item is whole, whatever fragments came before. */
function readItemEnd(reading: ResponsesReading, event: Fields): ResponsesReading {
  const item = fieldsOf(event.item);
  const index = countOf(event.output_index);
  if (item?.type === "function_call") {
    const isKnown = reading.calls.some((call) => call.index === index);
    const [begun] = isKnown ? [reading] : readItemStart(reading, event);
    const args_text = textOf(item.arguments);
    return args_text === ""
      ? begun
      : { ...begun, calls: setArguments(begun.calls, index, args_text) };
  }
  if (item?.type === "message") {
    const about = phaseOf(item.phase) ?? null;
    const text: LayoutItem = { type: "text", characters: reading.characters, about };
    return { ...reading, characters: 0, layout: [...reading.layout, text] };
  }
  // Nothing is stored at the vendor, so reasoning without its encrypted content cannot be named again.
  if (item?.type === "reasoning" && textOf(item.encrypted_content) !== "") {
    const { id, summary, encrypted_content } = item;
    const kept = { type: "reasoning", id, summary: listOf(summary), encrypted_content };
    return { ...reading, layout: [...reading.layout, { type: "item", item: jsonOf(kept) }] };
  }
  return reading;
}

function close(reading: ResponsesReading, vendor: string, model: string): ModelPart[] {
  if (reading.final === undefined) return [];
  const response = fieldsOf(reading.final.response);
  const usage = fieldsOf(response?.usage);
  const parts: ModelPart[] = [
    ...sealLayout(vendor, model, reading.layout),
    ...finishCalls(reading.calls, reading.id),
  ];
  if (usage !== undefined) {
    parts.push({
      type: "usage",
      usage: {
        input_tokens: countOf(usage.input_tokens),
        output_tokens: countOf(usage.output_tokens),
        cached_tokens: countOf(fieldsOf(usage.input_tokens_details)?.cached_tokens),
        reasoning_tokens: countOf(fieldsOf(usage.output_tokens_details)?.reasoning_tokens),
      },
    });
  }
  return [...parts, { type: "end", reason: reasonOf(reading, response) }];
}

function reasonOf(reading: ResponsesReading, response: Fields | undefined): EndReason {
  const details = fieldsOf(response?.incomplete_details);
  if (details?.reason === "content_filter" || reading.isRefused) return "refusal";
  if (reading.final?.type === "response.incomplete") return "length";
  return reading.calls.length > 0 ? "tool_calls" : "stop";
}
