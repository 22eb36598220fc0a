// Scripts: the step follows from the conversation alone, faults and delays are played, and a mistake
// in a script is told with its line.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelPart, RequestMessage } from "../../src/core/model.ts";
import { messageOf } from "../../src/protocol/errors.ts";
import { openModel } from "../../src/providers/index.ts";
import { message, request } from "./support.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jamey-script-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

let scripts = 0;
async function openScript(text: string) {
  scripts += 1;
  const path = `${scripts}.yml`;
  await Bun.write(join(folder, path), text);
  const { model } = await openModel(`scripted/${path}`, { variable: () => undefined, folder });
  return model;
}

async function play(
  text: string,
  messages: RequestMessage[],
  signal = new AbortController().signal,
) {
  const model = await openScript(text);
  const parts: ModelPart[] = [];
  for await (const part of model.stream(request({ messages }), signal)) parts.push(part);
  return parts;
}

const textOf = (parts: ModelPart[]) =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");
const user = (content: string) => message({ content });
const said = (content: string) => message({ role: "assistant", content });
const result = message({ role: "tool", tool_call_id: "x", content: "sun" });

const script = `
- when: weather
  reasoning: Let me look.
  tool_calls:
    - { name: look, args: { city: Ulm } }
    - { name: ask, id: mine }
- when: weather
  text: It is raining.
- text: "Grüße 🌍🌍"
  chunk: 4
  usage: { input_tokens: 11, output_tokens: 7 }
- text: Second
  end: length
- text: For ever
  repeat: true
`;

describe("the step", () => {
  test("is one per answer of the conversation, and the last may repeat", async () => {
    expect(await play(script, [user("hi")])).toEqual([
      { type: "text", text: "Grüß" },
      { type: "text", text: "e 🌍🌍" },
      {
        type: "usage",
        usage: { input_tokens: 11, output_tokens: 7, cached_tokens: 0, reasoning_tokens: 0 },
      },
      { type: "end", reason: "stop" },
    ]);
    const second = await play(script, [user("hi"), said("x"), user("more")]);
    expect([textOf(second), second.at(-1)]).toEqual(["Second", { type: "end", reason: "length" }]);
    const many = [user("a"), said("1"), said("2"), said("3"), said("4"), user("b")];
    expect(textOf(await play(script, many))).toBe("For ever");
  });

  test("with `when` counts the calls since the message that holds it", async () => {
    const first = await play(script, [user("hi"), said("x"), user("the weather?")]);
    expect(first).toEqual([
      { type: "reasoning", text: "Let me look." },
      { type: "tool_call", id: "scripted_1_0", name: "look", args: { city: "Ulm" }, problem: null },
      { type: "tool_call", id: "mine", name: "ask", args: {}, problem: null },
      {
        type: "usage",
        usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 },
      },
      { type: "end", reason: "tool_calls" },
    ]);
    const after = [user("the weather?"), said(""), result];
    expect(textOf(await play(script, after))).toBe("It is raining.");
  });

  test("past the end of a script the call fails and is not retried", async () => {
    const parts = await play("- text: one", [user("a"), said("one"), user("b")]);
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ type: "error", code: "provider_refused", retryable: false });
  });
});

describe("a fault", () => {
  test("is the error that the script names", async () => {
    const fault =
      "- fault: { error: provider_rate_limited, message: slow down, retry_after_ms: 50 }";
    expect(await play(fault, [user("a")])).toEqual([
      {
        type: "error",
        code: "provider_rate_limited",
        message: "slow down",
        retryable: true,
        retry_after_ms: 50,
      },
    ]);
  });

  test("cut ends after the text as a broken connection does", async () => {
    const parts = await play("- text: Half\n  fault: cut", [user("a")]);
    expect(parts.map((part) => part.type)).toEqual(["text", "error"]);
    expect(parts[1]).toMatchObject({ code: "provider_bad_stream", retryable: true });
  });

  test("hang, and a long delay, last until somebody stops them, quietly", async () => {
    for (const text of [
      "- text: Half\n  fault: hang",
      "- text: Half\n  delay_ms: { between: 3600000 }",
    ]) {
      const model = await openScript(text);
      const abort = new AbortController();
      const types: string[] = [];
      for await (const part of model.stream(request(), abort.signal)) {
        types.push(part.type);
        abort.abort();
      }
      expect(types).toEqual(["text"]);
    }
  });
});

test("delays come before the first part and between parts", async () => {
  const parts = await play("- text: abcdef\n  chunk: 2\n  delay_ms: 1", [user("a")]);
  expect(textOf(parts)).toBe("abcdef");
});

test.each([
  ["text: no list", "line 1: a script is a list of steps."],
  ["[]", "line 1: a script is a list of steps."],
  ["- text: a\n- 7", "line 2: a step is a mapping, for example `text: Hello`."],
  [
    "- text: a\n- text: b\n  txt: c",
    "line 3: 'txt' is unknown; known are when, object, after, visit, text, chunk, reasoning, tool_calls, usage, delay_ms, fault, end, repeat.",
  ],
  ["- text: a\n\n- when: x\n  chunk: -1", "line 4: 'chunk' must be a whole number, 0 or more."],
  [
    "- text: |\n    - not a step\n- fault: { error: nonsense }",
    "line 3: 'nonsense' is no error code.",
  ],
  ["- tool_calls:\n    - name: a\n      args: 7", "line 3: 'args' must be a mapping."],
  ["- end: soon", "line 1: 'end' must be stop, length or refusal."],
  ["- delay_ms: 3600001", "line 1: 'delay_ms' is at most 3600000."],
  ["- text: a\n- text: 'b\n- text: c", "line 2: YAML Parse error: Unexpected character"],
])("the mistake in %j is told: %s", async (text, expected) => {
  const told = await openScript(text).then(() => "opened", messageOf);
  expect(told).toMatch(/^\d+\.yml, /);
  expect(told.replace(/^\d+\.yml, /, "")).toBe(expected);
});

test("what is no file is said to be none, and is not waited for", async () => {
  const pipe = join(folder, "pipe.yml");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  const open = (path: string) =>
    openModel(`scripted/${path}`, { variable: () => undefined, folder }).then(
      () => "opened",
      messageOf,
    );
  expect(await open("pipe.yml")).toBe("pipe.yml is no file: a script is one.");
  expect(await open("none.yml")).toBe(
    "There is no script none.yml, neither where you are nor in the environment.",
  );
});

test("steps of an object are its own, and one with a place stands there", async () => {
  const steps = `
- object: critic
  text: I doubt it.
- object: lead
  when: weather
  after: 1
  text: second
- object: lead
  when: weather
  after: 0
  text: first
- text: anybody
`;
  const model = await openScript(steps);
  const says = async (agent: string, messages: RequestMessage[]) => {
    const parts: ModelPart[] = [];
    const asked = { ...request({ messages }), agent };
    for await (const part of model.stream(asked, new AbortController().signal)) parts.push(part);
    return textOf(parts);
  };
  const weather = user("the weather");
  expect([
    await says("critic", [weather]),
    await says("lead", [weather]),
    await says("lead", [weather, said("first"), result]),
    await says("lead", [user("else")]),
    await says("other", [weather]),
  ]).toEqual(["I doubt it.", "first", "second", "anybody", "anybody"]);
});

test("a step with a visit holds from that call of its object on", async () => {
  const model = await openScript(`
- object: critic
  text: Not yet.
- object: critic
  visit: 3
  text: Good.
`);
  const at = async (visit: number) => {
    const parts: ModelPart[] = [];
    const asked = { ...request({ messages: [user("Judge.")] }), agent: "critic", visit };
    for await (const part of model.stream(asked, new AbortController().signal)) parts.push(part);
    return textOf(parts);
  };
  expect([await at(1), await at(2), await at(3), await at(4)]).toEqual([
    "Not yet.",
    "Not yet.",
    "Good.",
    "Good.",
  ]);
});
