// What Open Responses asks of `/v1/responses` beyond OpenAI's own SDK: its seven requests, and each field that its
// schema requires of a response.
import { expect, test } from "bun:test";
import { openCheckingProxy } from "../../support/checking-proxy.ts";
import { openListening } from "../../support/tcp.ts";
import type { Script } from "../../support/test-model.ts";
import { localToken } from "../../support/world.ts";

/** Required by the schema `ResponseResource`, and of which type. */
const required: Record<string, readonly string[]> = {
  id: ["string"],
  object: ["string"],
  created_at: ["number"],
  completed_at: ["number"],
  status: ["string"],
  incomplete_details: ["null"],
  model: ["string"],
  previous_response_id: ["null"],
  instructions: ["null"],
  output: ["array"],
  error: ["null"],
  tools: ["array"],
  tool_choice: ["string"],
  truncation: ["string"],
  parallel_tool_calls: ["boolean"],
  text: ["object"],
  top_p: ["number"],
  presence_penalty: ["number"],
  frequency_penalty: ["number"],
  top_logprobs: ["number"],
  temperature: ["number"],
  reasoning: ["null", "object"],
  user: ["null"],
  usage: ["object"],
  max_output_tokens: ["null"],
  max_tool_calls: ["null"],
  store: ["boolean"],
  background: ["boolean"],
  service_tier: ["string"],
  metadata: ["object"],
  safety_identifier: ["null"],
  prompt_cache_key: ["null"],
};

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
};

const user = (content: unknown) => ({ type: "message", role: "user", content });
const location = { type: "object", properties: { location: { type: "string" } } };
const tools = [{ type: "function", name: "get_weather", parameters: location }];
const weather = { input: [user("What is the weather like in San Francisco?")], tools };
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const requests: Record<string, { body: object; output: string }> = {
  "basic-response": { body: { input: [user("Say hello.")] }, output: "message" },
  "streaming-response": { body: { input: [user("Count.")], stream: true }, output: "message" },
  "system-prompt": {
    body: {
      input: [
        { type: "message", role: "system", content: "You are a pirate." },
        user("Say hello."),
      ],
    },
    output: "message",
  },
  "tool-calling": { body: weather, output: "function_call" },
  "tool-calling-streaming": { body: { ...weather, stream: true }, output: "function_call" },
  "image-input": {
    body: {
      input: [
        user([
          { type: "input_text", text: "What do you see?" },
          { type: "input_image", image_url: pixel },
        ]),
      ],
    },
    output: "message",
  },
  "multi-turn": {
    body: {
      input: [
        user("My name is Alice."),
        { type: "message", role: "assistant", content: "Hello Alice!" },
        user("What is my name?"),
      ],
    },
    output: "message",
  },
};

const script: Script = ({ tools: offered }) =>
  offered.some(({ name }) => name === "get_weather")
    ? { calls: [{ name: "get_weather", args: { location: "San Francisco" } }] }
    : "Hello.";

/** The response itself, or the one in the last event. */
async function answerOf(response: Response): Promise<Record<string, unknown>> {
  if (response.headers.get("content-type")?.startsWith("application/json")) {
    return (await response.json()) as Record<string, unknown>;
  }
  const last = (await response.text()).trim().split("\n").at(-1) ?? "";
  return JSON.parse(last.slice("data: ".length)).response;
}

test.each(Object.keys(requests))("%s is answered with all that is required", async (name) => {
  const { body, output } = requests[name] ?? { body: {}, output: "" };
  await using listening = await openListening({ world: { script } });
  const proxy = await openCheckingProxy(listening.url, { key: localToken });
  const asked = await fetch(`${proxy.url}/v1/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${localToken}` },
    body: JSON.stringify({ model: "helper", ...body }),
  });
  const answer = await answerOf(asked);
  await proxy[Symbol.asyncDispose]();
  expect(proxy.faults).toEqual([]);
  const wrong = Object.entries(required).filter(
    ([field, types]) => !types.includes(typeOf(answer[field])),
  );
  expect(wrong.map(([field]) => field)).toEqual([]);
  expect(answer.status).toBe("completed");
  expect((answer.output as { type: string }[]).map(({ type }) => type)).toEqual([output]);
  for (const tool of answer.tools as object[]) {
    expect(Object.keys(tool).toSorted()).toEqual(
      ["description", "name", "parameters", "strict", "type"].toSorted(),
    );
  }
});
