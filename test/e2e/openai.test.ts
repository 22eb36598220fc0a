// The compiled binary as a server for OpenAI's own SDK, and for Prometheus.
import { expect, test } from "bun:test";
import OpenAI from "openai";
import { openHome } from "../support/home.ts";

test("the official SDK speaks with an object of the binary, and /metrics counts it", async () => {
  await using home = await openHome({
    JAMEY_TOKEN: "a-token-of-the-tests-0123456789abcdef",
    JAMEY_CONNECTORS_HTTP_ENABLED: "true",
    JAMEY_CONNECTORS_HTTP_PORT: "0",
  });
  await home.serve();
  const status = JSON.parse((await home.run(["daemon", "status", "--json"])).stdout);
  const apiKey = "a-token-of-the-tests-0123456789abcdef";
  const openai = new OpenAI({ apiKey, baseURL: `${status.url}/v1`, maxRetries: 0 });
  const { data } = await openai.models.list();
  expect(data.map((model) => model.id)).toContain("assistant");
  const messages = [{ role: "user" as const, content: "/say Good morning" }];
  const done = await openai.chat.completions.create({ model: "assistant", messages });
  expect(done.choices[0]?.message.content).toContain("Good morning");
  let streamed = "";
  const stream = await openai.chat.completions.create({
    model: "assistant",
    messages,
    stream: true,
  });
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? "";
  expect(streamed).toContain("Good morning");
  const headers = { authorization: `Bearer ${apiKey}` };
  const metrics = await (await fetch(`${status.url}/metrics`, { headers })).text();
  expect(metrics).toContain("jamey_sessions 2\n");
});
