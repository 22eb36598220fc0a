// Ollama's native API. Its package does transport; what it cannot do (skip no broken line in silence,
// stop at an abort, tell an error's kind) is done by the wire around it.
import type { ChatRequest, Message } from "ollama/browser";
import type { EndReason, ModelPart, ModelRequest, RequestMessage } from "../core/model.ts";
import { addFragment, type CallDraft, finishCalls, tooManyCalls } from "./calls.ts";
import { countOf, type Fields, fieldsOf, listOf, textOf } from "./fields.ts";
import { spokenText, wireName } from "./names.ts";
import type { Api, Complaint } from "./stream.ts";

/** Ollama cuts a prompt that exceeds its context in silence, so a long one asks for more room. */
const DEFAULT_CONTEXT_TOKENS = 4_096;
const MAX_CONTEXT_TOKENS = 131_072;
const RESERVED_OUTPUT_TOKENS = 2_048;
/** Low, so that the estimate is high. */
const CHARACTERS_PER_TOKEN = 3;

export interface OllamaReading {
  calls: CallDraft[];
  /** When the first chunk was made: makes ids for calls that have none. */
  created_at: string;
  final: Fields | undefined;
}

export function createOllamaApi(): Api<OllamaReading> {
  return {
    framing: "ndjson",
    async open(request, connection, wire) {
      // The browser's build: the other one takes a short image text for a file's name and reads it.
      const { Ollama } = await import("ollama/browser");
      // The package's type asks for Bun's whole `fetch`; it calls it as a function and no more.
      const fetch = wire.fetch as unknown as typeof globalThis.fetch;
      const client = new Ollama({ host: connection.base_url, fetch });
      return await client.chat(encode(request));
    },
    initial: { calls: [], created_at: "", final: undefined },
    read,
    isOver: (reading) => reading.final !== undefined,
    close,
  };
}

export function encode(request: ModelRequest): ChatRequest & { stream: true } {
  const { model, tools, max_output_tokens } = request;
  const num_ctx = contextFor(request);
  const think = thinkOf(request);
  const messages: Message[] = [];
  if (request.system !== "") messages.push({ role: "system", content: request.system });
  for (const message of request.messages) messages.push(...encodeMessage(message, request));
  return {
    model,
    messages,
    stream: true,
    ...(tools.length > 0 && { tools: tools.map(encodeTool) }),
    ...(think !== undefined && { think }),
    options: {
      ...(max_output_tokens !== undefined && { num_predict: max_output_tokens }),
      ...(num_ctx !== undefined && { num_ctx }),
    },
  };
}

/** Only gpt-oss knows levels; the others think or do not. */
function thinkOf(request: ModelRequest): ChatRequest["think"] {
  const { effort, model } = request;
  if (effort === undefined) return undefined;
  if (!/gpt-oss/.test(model)) return effort !== "none";
  return effort === "none" || effort === "low" ? "low" : "high";
}

/** The power of two that holds everything, or undefined where the server's default does. */
function contextFor(request: ModelRequest): number | undefined {
  const characters = JSON.stringify([
    request.system,
    request.tools,
    request.messages.map((message) => [message.content, message.tool_calls]),
  ]).length;
  const output = request.max_output_tokens ?? RESERVED_OUTPUT_TOKENS;
  const needed = Math.ceil(characters / CHARACTERS_PER_TOKEN) + output;
  if (needed <= DEFAULT_CONTEXT_TOKENS) return undefined;
  return Math.min(2 ** Math.ceil(Math.log2(needed)), MAX_CONTEXT_TOKENS);
}

function encodeTool(tool: ModelRequest["tools"][number]) {
  const { description, parameters } = tool;
  return { type: "function", function: { name: wireName(tool.name), description, parameters } };
}

function encodeMessage(message: RequestMessage, request: ModelRequest): Message[] {
  const images = message.images.map((image) => image.data);
  const withImages = images.length > 0 && { images };
  if (message.role === "tool") {
    const name = callName(request.messages, message.tool_call_id);
    return [{ role: "tool", content: message.content, tool_name: wireName(name), ...withImages }];
  }
  if (message.role === "user") {
    return [{ role: "user", content: spokenText(message), ...withImages }];
  }
  if (message.content === "" && message.tool_calls.length === 0) return [];
  const tool_calls = message.tool_calls.map((call) => ({
    function: { name: wireName(call.name), arguments: fieldsOf(call.args) ?? {} },
  }));
  return [
    { role: "assistant", content: message.content, ...(tool_calls.length > 0 && { tool_calls }) },
  ];
}

/** This API knows a result by its tool's name. */
function callName(messages: RequestMessage[], id: string | null): string {
  const call = messages.flatMap((message) => message.tool_calls).findLast((made) => made.id === id);
  return call?.name ?? "tool";
}

function read(reading: OllamaReading, chunk: unknown): [OllamaReading, (ModelPart | Complaint)[]] {
  const fields = fieldsOf(chunk) ?? {};
  const message = fieldsOf(fields.message) ?? {};
  const calls = listOf(message.tool_calls).reduce(readCall, reading.calls);
  const next: OllamaReading = {
    calls,
    created_at: reading.created_at || textOf(fields.created_at),
    final: fields.done === true ? fields : reading.final,
  };
  const parts: (ModelPart | Complaint)[] = [...tooManyCalls(calls)];
  const thought = textOf(message.thinking);
  const said = textOf(message.content);
  if (thought !== "") parts.push({ type: "reasoning", text: thought });
  if (said !== "") parts.push({ type: "text", text: said });
  return [next, parts];
}

/** Calls come whole, each a new one. */
function readCall(drafts: CallDraft[], value: unknown): CallDraft[] {
  const call = fieldsOf(value);
  const named = fieldsOf(call?.function);
  const args = named?.arguments;
  return addFragment(drafts, {
    index: drafts.length,
    id: textOf(call?.id),
    name: textOf(named?.name),
    args_text: typeof args === "string" ? args : JSON.stringify(args ?? {}),
  });
}

function close(reading: OllamaReading): ModelPart[] {
  const { final } = reading;
  if (final === undefined) return [];
  const usage = {
    input_tokens: countOf(final.prompt_eval_count),
    output_tokens: countOf(final.eval_count),
    cached_tokens: 0,
    reasoning_tokens: 0,
  };
  return [
    ...finishCalls(reading.calls, reading.created_at),
    { type: "usage", usage },
    { type: "end", reason: reasonOf(reading, final) },
  ];
}

function reasonOf(reading: OllamaReading, final: Fields): EndReason {
  if (final.done_reason === "length") return "length";
  return reading.calls.length > 0 ? "tool_calls" : "stop";
}
