// What the tests of providers share: every API behind one table, answers as bytes, cut where a test
// wants, and a request.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelPart, ModelRequest, RequestMessage } from "../../src/core/model.ts";
import { type Access, type Fetch, openModel } from "../../src/providers/index.ts";

export const CANARY = "sk-canary-3141592653589793";

export interface Row {
  /** `vendor/model` */
  name: string;
  variables: Record<string, string>;
  /** Folder of answers under `test/fixtures/providers`. */
  fixtures: string;
  content_type: string;
  /** How a human changes the key and the address. */
  key_variable: string;
  address_variable: string;
}

const SSE = "text/event-stream; charset=utf-8";

/** One row per API, and per vendor that takes a way of its own to one. */
export const rows: Row[] = [
  {
    name: "openai-chat/gpt-5.1",
    variables: { OPENAI_API_KEY: CANARY },
    fixtures: "openai-chat",
    content_type: SSE,
    key_variable: "OPENAI_API_KEY",
    address_variable: "OPENAI_BASE_URL",
  },
  {
    name: "openai/gpt-5.1",
    variables: { OPENAI_API_KEY: CANARY },
    fixtures: "openai-responses",
    content_type: SSE,
    key_variable: "OPENAI_API_KEY",
    address_variable: "OPENAI_BASE_URL",
  },
  {
    name: "azure/gpt-5.1",
    variables: {
      AZURE_OPENAI_API_KEY: CANARY,
      AZURE_OPENAI_ENDPOINT: "https://unit.openai.azure.com",
    },
    fixtures: "openai-chat",
    content_type: SSE,
    key_variable: "AZURE_OPENAI_API_KEY",
    address_variable: "AZURE_OPENAI_ENDPOINT",
  },
  {
    name: "anthropic/claude-sonnet-4-6",
    variables: { ANTHROPIC_API_KEY: CANARY },
    fixtures: "anthropic",
    content_type: SSE,
    key_variable: "ANTHROPIC_API_KEY",
    address_variable: "ANTHROPIC_BASE_URL",
  },
  {
    name: "ollama/qwen3",
    variables: { OLLAMA_API_KEY: CANARY },
    fixtures: "ollama",
    content_type: "application/x-ndjson",
    key_variable: "OLLAMA_API_KEY",
    address_variable: "OLLAMA_HOST",
  },
];

const root = join(import.meta.dir, "../fixtures/providers");

/** The recorded answers of a row: name, bytes, and the parts that they are. */
export function answersOf(row: Row) {
  const folder = join(root, row.fixtures);
  return readdirSync(folder)
    .filter((file) => /\.(sse|ndjson)$/.test(file))
    .map((file) => {
      const name = file.replace(/\.[a-z]+$/, "");
      const golden = readFileSync(join(folder, `${name}.parts.json`), "utf8");
      const parts = JSON.parse(golden.replaceAll("$vendor", row.name.split("/")[0] ?? ""));
      return { name, bytes: new Uint8Array(readFileSync(join(folder, file))), parts };
    });
}

export function message(fields: Partial<RequestMessage>): RequestMessage {
  return {
    role: "user",
    content: "",
    name: null,
    tool_call_id: null,
    tool_calls: [],
    reasoning: null,
    images: [],
    ...fields,
  };
}

export function request(fields: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "",
    system: "Be brief.",
    messages: [message({ content: "Hello" })],
    tools: [],
    effort: undefined,
    max_output_tokens: undefined,
    ...fields,
  };
}

export function accessOf(row: Row, fetch: Fetch, more: Partial<Access> = {}): Access {
  return { variable: (name) => row.variables[name], fetch, now: () => 0, ...more };
}

/** Everything that a call yields, with absent fields left out as JSON leaves them out. */
export async function partsFrom(
  row: Row,
  fetch: Fetch,
  more: Partial<Access> & { request?: ModelRequest; signal?: AbortSignal } = {},
): Promise<ModelPart[]> {
  const { model } = await openModel(row.name, accessOf(row, fetch, more));
  const signal = more.signal ?? new AbortController().signal;
  const parts: ModelPart[] = [];
  for await (const part of model.stream(more.request ?? request(), signal)) parts.push(part);
  return JSON.parse(JSON.stringify(parts));
}

/** An answer that comes in these pieces, and then ends, or breaks off. */
export function answerIn(row: Row, pieces: Uint8Array[], breaks = false): Fetch {
  return () => {
    const waiting = [...pieces];
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = waiting.shift();
        if (next !== undefined) return controller.enqueue(next);
        if (!breaks) return controller.close();
        controller.error(Object.assign(new TypeError("terminated"), { code: "ECONNRESET" }));
      },
    });
    return Promise.resolve(new Response(body, { headers: { "content-type": row.content_type } }));
  };
}

export function answerWith(body: string, init: ResponseInit): Fetch {
  return () => Promise.resolve(new Response(body, init));
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The one `error` part that a call yields last; fails where there is none. */
export function errorOf(parts: ModelPart[]): Extract<ModelPart, { type: "error" }> {
  const last = parts.at(-1);
  if (last?.type !== "error") throw new Error(`no error at the end: ${JSON.stringify(parts)}`);
  return last;
}

export const endings = (parts: ModelPart[]) =>
  parts.filter((part) => part.type === "end" || part.type === "error").length;
