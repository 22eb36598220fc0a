// What leaves the machine: the whole request of a conversation with two rounds of tools, an image,
// reasoning to be given back, foreign ids and names, compared with reviewed golden files.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ModelRequest, RequestMessage } from "../../src/core/model.ts";
import type { Fetch } from "../../src/providers/index.ts";
import { answersOf, message, partsFrom, type Row, request, rows } from "./support.ts";

const PIXEL = { media_type: "image/png", data: "iVBORw0KGgo=" };

const mistral: Row = {
  name: "mistral/mistral-large-latest",
  variables: { MISTRAL_API_KEY: "mistral-key" },
  fixtures: "openai-chat",
  content_type: "text/event-stream",
  key_variable: "MISTRAL_API_KEY",
  address_variable: "MISTRAL_BASE_URL",
};

/** What the row's own vendor wants back, as its recorded answer gave it. */
function replayOf(row: Row): RequestMessage["reasoning"] {
  for (const answer of answersOf(row)) {
    if (!/tools|gemini/.test(answer.name)) continue;
    for (const part of answer.parts) {
      if (part.type === "reasoning_opaque") return { text: "Need two.", opaque: part.opaque };
    }
  }
  return null;
}

function conversation(row: Row): ModelRequest {
  const reasoning = replayOf(row);
  const withoutText = row.fixtures === "openai-chat";
  return request({
    effort: "high",
    max_output_tokens: 1_000,
    tools: [
      {
        name: "file_read",
        description: "Reads a file.",
        parameters: { type: "object", properties: { path: { type: "string" } } },
      },
      { name: "Prüfer.v2", description: "Reviews.", parameters: { type: "object" } },
    ],
    messages: [
      message({ content: "What is this?", images: [PIXEL], name: "ada" }),
      message({
        role: "assistant",
        content: withoutText ? "" : "Looking",
        reasoning: { text: "old", opaque: { vendor: "other", items: [{ model: "x" }] } },
        tool_calls: [
          {
            id: "a foreign id, far longer than any vendor takes it",
            name: "file_read",
            args: { path: "a" },
          },
        ],
      }),
      message({
        role: "tool",
        content: "A",
        tool_call_id: "a foreign id, far longer than any vendor takes it",
      }),
      message({
        role: "assistant",
        content: withoutText ? "" : "Looking.",
        reasoning,
        tool_calls: [
          { id: "call_a", name: "file_read", args: { path: "b" } },
          { id: "call_b", name: "Prüfer.v2", args: {} },
        ],
      }),
      message({ role: "tool", content: "B", tool_call_id: "call_a", images: [PIXEL] }),
      message({ role: "tool", content: "", tool_call_id: "call_b" }),
      message({ role: "assistant", content: "" }),
      message({ content: "Thanks." }),
    ],
  });
}

/** The one request that is sent, as it lies on the wire. */
async function sentBy(row: Row, asked: ModelRequest) {
  let sent: unknown;
  const fetch: Fetch = async (address, init) => {
    const headers = Object.fromEntries(new Headers(init.headers).entries());
    sent = { address, method: init.method, headers, body: JSON.parse(String(init.body)) };
    return await Promise.reject(new Error("far enough"));
  };
  await partsFrom(row, fetch, { request: asked });
  return sent;
}

const golden = (row: Row) =>
  Bun.file(
    join(import.meta.dir, "../fixtures/providers/requests", `${row.name.split("/")[0]}.json`),
  );

describe.each([...rows, mistral])("$name", (row) => {
  test("the request of two tool rounds is the golden one", async () => {
    const sent = await sentBy(row, conversation(row));
    expect(sent).toEqual(await golden(row).json());
  });

  test("without effort, tools, system and limit nothing is said about them", async () => {
    const sent = await sentBy(row, request({ system: "" }));
    const text = JSON.stringify(sent);
    for (const word of ["effort", "think", "tools", "instructions", "num_predict", "system"]) {
      expect(text).not.toContain(word);
    }
  });
});

test("a model without reasoning is never asked to reason", async () => {
  for (const name of ["openai/gpt-4o", "openai-chat/gpt-4o"]) {
    const [row] = rows;
    if (row === undefined) throw new Error("no row");
    const text = JSON.stringify(await sentBy({ ...row, name }, request({ effort: "high" })));
    expect(text).not.toContain("effort");
    expect(text).not.toContain("encrypted");
  }
});

test.each([
  ["gpt-5.1", "none", "none"],
  ["gpt-5-mini", "none", "minimal"],
  ["o4-mini", "none", "low"],
  ["gpt-5.1", "low", "low"],
  ["gpt-5.1", "max", "high"],
  ["gpt-5.4", "max", "xhigh"],
  ["gpt-6-sol", "max", "xhigh"],
] as const)("OpenAI's %s at effort %s is asked for %s", async (model, effort, expected) => {
  const row = rows.find((each) => each.name.startsWith("openai-chat/"));
  if (row === undefined) throw new Error("no row");
  const sent = await sentBy({ ...row, name: `openai-chat/${model}` }, request({ effort }));
  expect(sent).toMatchObject({ body: { reasoning_effort: expected } });
});

test.each([
  ["claude-haiku-4-5", "high", { thinking: { type: "enabled", budget_tokens: 16_000 } }],
  [
    "claude-sonnet-4-6",
    "max",
    { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
  ],
  ["claude-opus-5", "none", { thinking: { type: "disabled" } }],
] as const)("Anthropic's %s at effort %s is asked for %j", async (model, effort, expected) => {
  const row = rows.find((each) => each.fixtures === "anthropic");
  if (row === undefined) throw new Error("no row");
  const sent = await sentBy({ ...row, name: `anthropic/${model}` }, request({ effort }));
  expect(sent).toMatchObject({ body: expected });
});

test("a round of tools that Anthropic began without thinking goes on without it", async () => {
  const row = rows.find((each) => each.fixtures === "anthropic");
  if (row === undefined) throw new Error("no row");
  const messages = [
    message({ content: "go" }),
    message({ role: "assistant", tool_calls: [{ id: "t", name: "now", args: {} }] }),
    message({ role: "tool", content: "12", tool_call_id: "t" }),
  ];
  const named = { ...row, name: "anthropic/claude-haiku-4-5" };
  const text = JSON.stringify(await sentBy(named, request({ effort: "high", messages })));
  expect(text).not.toContain("thinking");
});

test("a prompt that Ollama would cut in silence asks for a larger context", async () => {
  const row = rows.find((each) => each.fixtures === "ollama");
  if (row === undefined) throw new Error("no row");
  const messages = [message({ content: "x".repeat(30_000) })];
  const sent = await sentBy(row, request({ messages }));
  expect(sent).toMatchObject({ body: { options: { num_ctx: 16_384 } } });
});

test("DeepSeek gets its reasoning back while the turn goes on, and not from earlier turns", async () => {
  const row: Row = {
    ...mistral,
    name: "deepseek/deepseek-reasoner",
    variables: { DEEPSEEK_API_KEY: "k" },
  };
  const thought = (text: string) => ({ text, opaque: null });
  const calls = [{ id: "c", name: "now", args: {} }];
  const messages = [
    message({ content: "one" }),
    message({ role: "assistant", content: "1", reasoning: thought("earlier") }),
    message({ content: "two" }),
    message({ role: "assistant", tool_calls: calls, reasoning: thought("running") }),
    message({ role: "tool", content: "12", tool_call_id: "c" }),
  ];
  const text = JSON.stringify(await sentBy(row, request({ messages })));
  expect(text).toContain('"reasoning_content":"running"');
  expect(text).not.toContain("earlier");
});

test("a limit that the Responses API would refuse is sent as the smallest that it takes", async () => {
  const row = rows.find((each) => each.fixtures === "openai-responses");
  if (row === undefined) throw new Error("no row");
  const limitOf = async (max_output_tokens: number | undefined) =>
    JSON.stringify(
      await sentBy(row, request({ messages: [message({ content: "hi" })], max_output_tokens })),
    ).match(/"max_output_tokens":(\d+)/)?.[1];
  expect([await limitOf(10), await limitOf(100), await limitOf(undefined)]).toEqual([
    "16",
    "100",
    undefined,
  ]);
});

test("a message that was changed, or that another model made, is sent plainly", async () => {
  const row = rows.find((each) => each.fixtures === "anthropic");
  if (row === undefined) throw new Error("no row");
  const reasoning = replayOf(row);
  const tool_calls = [
    { id: "a", name: "now", args: {} },
    { id: "b", name: "now", args: {} },
  ];
  const sentFor = async (name: string, fields: Partial<RequestMessage>) => {
    const answer = message({
      role: "assistant",
      content: "Looking.",
      reasoning,
      tool_calls,
      ...fields,
    });
    const messages = [message({ content: "go" }), answer, message({ content: "on" })];
    return JSON.stringify(await sentBy({ ...row, name }, request({ messages })));
  };
  const own = "anthropic/claude-sonnet-4-6";
  expect(await sentFor(own, {})).toContain("signature");
  expect(await sentFor("anthropic/claude-opus-5", {})).not.toContain("signature");
  for (const changed of [{ content: "Looking at it." }, { tool_calls: tool_calls.slice(1) }]) {
    const text = await sentFor(own, changed);
    expect(text).not.toContain("signature");
    expect(text).toContain(changed.content ?? "Looking.");
  }
});
