// An independent fake of the vendors' servers, written by others: text and a tool call through every
// API, over a real socket.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import type { ModelPart } from "../../src/core/model.ts";
import { openModel } from "../../src/providers/index.ts";
import { message, request } from "./support.ts";

const mock = new LLMock({ port: 0 });
let variables: Record<string, string> = {};

beforeAll(async () => {
  mock.addFixturesFromJSON(
    JSON.stringify([
      {
        match: { userMessage: "weather", hasToolResult: false },
        response: {
          toolCalls: [{ id: "call_1", name: "get_weather", arguments: { city: "SF" } }],
        },
      },
      {
        match: { userMessage: "weather", hasToolResult: true },
        response: { content: "It is 72F in SF." },
      },
      { match: { endpoint: "chat" }, response: { content: "Hello there, dear human." } },
    ]),
  );
  await mock.start();
  variables = {
    OPENAI_API_KEY: "test-key",
    OPENAI_BASE_URL: `${mock.url}/v1`,
    AZURE_OPENAI_API_KEY: "test-key",
    AZURE_OPENAI_ENDPOINT: mock.url,
    ANTHROPIC_API_KEY: "test-key",
    ANTHROPIC_BASE_URL: mock.url,
    OLLAMA_HOST: mock.url,
  };
});
afterAll(async () => {
  await mock.stop();
});

const tools = [
  {
    name: "get_weather",
    description: "Says the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
];

async function ask(name: string, messages: ReturnType<typeof message>[]): Promise<ModelPart[]> {
  const { model } = await openModel(name, { variable: (variable) => variables[variable] });
  const parts: ModelPart[] = [];
  const asked = request({ messages, tools });
  for await (const part of model.stream(asked, new AbortController().signal)) parts.push(part);
  return parts;
}

const textOf = (parts: ModelPart[]) =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");

describe.each([
  "openai/gpt-5.1",
  "openai-responses/gpt-5.1",
  "azure/gpt-5.1",
  "anthropic/claude-sonnet-4-6",
  "ollama/qwen3",
])("%s", (name) => {
  test("streams text", async () => {
    const parts = await ask(name, [message({ content: "hi" })]);
    expect(textOf(parts)).toBe("Hello there, dear human.");
    expect(parts.at(-1)).toEqual({ type: "end", reason: "stop" });
  });

  test("calls a tool and takes its result", async () => {
    const asked = message({ content: "the weather, please" });
    const parts = await ask(name, [asked]);
    const call = parts.find((part) => part.type === "tool_call");
    if (call === undefined) throw new Error("no call");
    expect([call.name, call.args, call.problem]).toEqual(["get_weather", { city: "SF" }, null]);
    expect(parts.at(-1)).toEqual({ type: "end", reason: "tool_calls" });

    const opaque = parts.find((part) => part.type === "reasoning_opaque")?.opaque ?? null;
    const { id, name: tool, args } = call;
    const after = await ask(name, [
      asked,
      message({
        role: "assistant",
        tool_calls: [{ id, name: tool, args }],
        reasoning: { text: "", opaque },
      }),
      message({ role: "tool", tool_call_id: id, content: "72F" }),
    ]);
    expect(textOf(after)).toBe("It is 72F in SF.");
  });
});
