// The official OpenAI SDK against the endpoint: each object is a model, a request is a turn. All that passes is
// held to the OpenAPI document.
import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import type { ModelRequest } from "../../../src/core/model.ts";
import { openCheckingProxy } from "../../support/checking-proxy.ts";
import { openListening } from "../../support/tcp.ts";
import type { Script } from "../../support/test-model.ts";
import { localToken, type TestWorldOptions } from "../../support/world.ts";

const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather of a town.",
    parameters: { type: "object", properties: { town: { type: "string" } } },
  },
};

/** Says what it was asked, calls the client's tool where it has one, and says its result. */
const script: Script = ({ messages, tools }) => {
  const last = messages.at(-1);
  if (last?.role === "tool") return `It is ${last.content}.`;
  if (tools.some((tool) => tool.name === "get_weather")) {
    return { calls: [{ name: "get_weather", args: { town: "Bonn" } }] };
  }
  if (last?.content === "fail") return { fail: "provider_rate_limited" };
  if (last?.content === "json") return `{"answer": 42}`;
  return { text: `You said: ${last?.content}`, usage: { input_tokens: 7, output_tokens: 3 } };
};

async function open(options: TestWorldOptions = {}) {
  const listening = await openListening({ world: { script, ...options } });
  const proxy = await openCheckingProxy(listening.url, { key: localToken });
  const client = (apiKey: string = localToken) =>
    new OpenAI({ apiKey, baseURL: `${proxy.url}/v1`, maxRetries: 0 });
  return {
    listening,
    client,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
      expect(proxy.faults).toEqual([]);
    },
  };
}

const sessionsOf = async ({ listening }: Awaited<ReturnType<typeof open>>) =>
  (await listening.world.ask("ListSessions", {})).sessions;

const words = ({ messages }: ModelRequest) =>
  messages.map(({ role, content }) => `${role}: ${content}`);

describe("models", () => {
  test("every object is a model, by its name and as agent:NAME", async () => {
    await using scene = await open();
    const openai = scene.client();
    const { data } = await openai.models.list();
    expect(data).toEqual([{ id: "helper", object: "model", created: 0, owned_by: "jamey" }]);
    expect((await openai.models.retrieve("agent:helper")).id).toBe("agent:helper");
    expect(await caught(openai.models.retrieve("nobody"))).toMatchObject({ status: 404 });
  });
});

describe("chat completions", () => {
  test("a completion is the answer of a turn, with its usage", async () => {
    await using scene = await open();
    const done = await scene.client().chat.completions.create({
      model: "agent:helper",
      messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
    });
    expect(done.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "You said: hello", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ]);
    expect(done.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
    expect(done._request_id).toStartWith("req_");
  });

  test("a stream begins with the role, grows, and ends with its reason, usage and [DONE]", async () => {
    await using scene = await open({ script: () => undefined });
    const stream = scene.client().chat.completions.stream({
      model: "helper",
      messages: [{ role: "user", content: "hello" }],
      stream_options: { include_usage: true },
    });
    const call = await scene.listening.world.model.next();
    const grown: string[] = [];
    const first = Promise.withResolvers<void>();
    stream.on("content", (delta) => {
      grown.push(delta);
      first.resolve();
    });
    call.write("One, ");
    await first.promise;
    call.write("two.");
    call.answer();
    const done = await stream.finalChatCompletion();
    expect(grown.join("")).toBe("One, two.");
    expect(grown.length).toBeGreaterThan(1);
    expect(done.choices[0]?.finish_reason).toBe("stop");
    expect(done.usage?.total_tokens).toBe(15);
  });

  test("a client that sends the history back goes on in the same session", async () => {
    await using scene = await open();
    const openai = scene.client();
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "one" },
    ];
    const first = await openai.chat.completions.create({ model: "helper", messages });
    const answer = { role: "assistant" as const, content: first.choices[0]?.message.content ?? "" };
    messages.push(answer, { role: "user", content: "two" });
    await openai.chat.completions.create({ model: "helper", messages });
    const { requests } = scene.listening.world.model;
    expect(await sessionsOf(scene)).toHaveLength(1);
    expect(requests[1] && words(requests[1])).toEqual([
      "user: one",
      "assistant: You said: one",
      "user: two",
    ]);
    expect(requests[1]?.system).toContain("You help.");
    expect(requests[1]?.system).toContain("Be brief.");
  });

  test("a history that no session has begins a new one, with it", async () => {
    await using scene = await open();
    await scene.client().chat.completions.create({
      model: "helper",
      messages: [
        { role: "user", content: "what is it" },
        { role: "assistant", content: "a test" },
        { role: "user", content: "go on" },
      ],
    });
    const [request] = scene.listening.world.model.requests;
    expect(request && words(request)).toEqual([
      "user: what is it",
      "assistant: a test",
      "user: go on",
    ]);
  });

  test("a changed history leaves the session alone and begins another", async () => {
    await using scene = await open();
    const openai = scene.client();
    const say = (content: string) =>
      openai.chat.completions.create({
        model: "helper",
        messages: [
          { role: "user", content: "one" },
          { role: "assistant", content: "You said: one" },
          { role: "user", content },
        ],
      });
    await openai.chat.completions.create({
      model: "helper",
      messages: [{ role: "user", content: "one" }],
    });
    await say("two");
    // The same again, as after "regenerate": the session has gone on meanwhile.
    await say("three");
    expect(await sessionsOf(scene)).toHaveLength(2);
    const last = scene.listening.world.model.requests.at(-1);
    expect(last && words(last)).toEqual(["user: one", "assistant: You said: one", "user: three"]);
  });

  test("runTools runs the client's own function and gets the answer with its result", async () => {
    await using scene = await open();
    const asked: string[] = [];
    const runner = scene.client().chat.completions.runTools({
      model: "helper",
      messages: [{ role: "user", content: "how is it in Bonn" }],
      tools: [
        {
          type: "function",
          function: {
            ...weather.function,
            parse: JSON.parse,
            function: ({ town }: { town: string }) => {
              asked.push(town);
              return "sunny";
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe("It is sunny.");
    expect(asked).toEqual(["Bonn"]);
    expect(await sessionsOf(scene)).toHaveLength(1);
    const [, request] = scene.listening.world.model.requests;
    expect(request && words(request)).toEqual([
      "user: how is it in Bonn",
      "assistant: ",
      "tool: sunny",
    ]);
  });

  test("runTools works with a stream too", async () => {
    await using scene = await open();
    const runner = scene.client().chat.completions.runTools({
      model: "helper",
      stream: true,
      messages: [{ role: "user", content: "how is it in Bonn" }],
      tools: [
        {
          type: "function",
          function: { ...weather.function, parse: JSON.parse, function: () => "rainy" },
        },
      ],
    });
    expect(await runner.finalContent()).toBe("It is rainy.");
    expect(await sessionsOf(scene)).toHaveLength(1);
  });

  test("an answer fits the schema that the client gives", async () => {
    await using scene = await open();
    const schema = {
      type: "object",
      required: ["answer"],
      properties: { answer: { type: "number" } },
    };
    const done = await scene.client().chat.completions.create({
      model: "helper",
      messages: [{ role: "user", content: "json" }],
      response_format: { type: "json_schema", json_schema: { name: "it", schema, strict: true } },
    });
    expect(done.choices[0]?.message.content).toBe(`{"answer": 42}`);
  });

  test("a client that goes away cancels its turn", async () => {
    await using scene = await open({ script: () => undefined });
    const { world } = scene.listening;
    for (const stream of [false, true]) {
      const leave = new AbortController();
      const asked = scene
        .client()
        .chat.completions.create(
          { model: "helper", messages: [{ role: "user", content: "wait" }], stream },
          { signal: leave.signal },
        )
        .catch((thrown) => thrown);
      const call = await world.model.next();
      const { session_id } = (await sessionsOf(scene))[0] ?? { session_id: "" };
      leave.abort();
      await world.happened("TurnCancelled", ({ stream: name }) => name.endsWith(session_id));
      expect(call.signal.aborted).toBe(true);
      await asked;
    }
  });
});

/** A model call that fails is not made again. */
const once = { config: { limits: { max_model_attempts: 1 } } };

const caught = async (asked: Promise<unknown>) =>
  await asked.then(
    () => undefined,
    (thrown) => thrown,
  );

describe("errors", () => {
  test("they are the SDK's own classes, and nothing is asked twice", async () => {
    await using scene = await open(once);
    const say = (openai: OpenAI, model: string, content: string) =>
      openai.chat.completions.create({ model, messages: [{ role: "user", content }] });
    const bold = new OpenAI({ apiKey: localToken, baseURL: `${scene.listening.url}/v1` });
    expect(await caught(say(scene.client("wrong"), "helper", "x"))).toMatchObject({ status: 401 });
    expect(await caught(say(bold, "nobody", "x"))).toMatchObject({
      status: 404,
      code: "model_not_found",
      type: "invalid_request_error",
    });
    const limited = await caught(say(bold, "helper", "fail"));
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited).toMatchObject({
      code: "provider_rate_limited",
      type: "rate_limit_error",
      requestID: expect.stringMatching(/^req_/),
    });
    expect(await sessionsOf(scene)).toHaveLength(1);
    const { text } = await scene.listening.makeKey(["read"]);
    expect(await caught(say(scene.client(text), "helper", "x"))).toMatchObject({ status: 403 });
  });

  test("a stream that fails after it began says so in it", async () => {
    await using scene = await open({ script: () => undefined, ...once });
    const asked = scene.client().chat.completions.create({
      model: "helper",
      stream: true,
      messages: [{ role: "user", content: "hello" }],
    });
    const call = await scene.listening.world.model.next();
    call.write("I think");
    const stream = await asked;
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        if (text === "I think") call.fail("provider_error");
      }
    })();
    expect(await caught(reading)).toMatchObject({ code: "provider_error" });
    expect(text).toBe("I think");
  });
});

describe("responses", () => {
  test("a response is the answer of a turn, and the next goes on from it", async () => {
    await using scene = await open();
    const openai = scene.client();
    const first = await openai.responses.create({
      model: "helper",
      input: "one",
      instructions: "Be kind.",
    });
    expect(first.output_text).toBe("You said: one");
    expect(first.usage?.total_tokens).toBe(10);
    const ask = (input: string) =>
      openai.responses.create({ model: "helper", input, previous_response_id: first.id });
    expect((await ask("two")).output_text).toBe("You said: two");
    expect(await sessionsOf(scene)).toHaveLength(1);
    // From the first one again: the session has gone on, so a copy does.
    await ask("three");
    expect(await sessionsOf(scene)).toHaveLength(2);
    const last = scene.listening.world.model.requests.at(-1);
    expect(last && words(last)).toEqual(["user: one", "assistant: You said: one", "user: three"]);
  });

  test("a response of another key is gone on from in a copy", async () => {
    await using scene = await open();
    const { text } = await scene.listening.makeKey(["chat"]);
    const ask = (openai: OpenAI, input: string, previous_response_id?: string) =>
      openai.responses.create({
        model: "helper",
        input,
        ...(previous_response_id === undefined ? {} : { previous_response_id }),
      });
    const first = await ask(scene.client(), "one");
    await ask(scene.client(text), "theirs", first.id);
    expect(await sessionsOf(scene)).toHaveLength(2);
    await ask(scene.client(), "mine", first.id);
    expect(await sessionsOf(scene)).toHaveLength(2);
    const last = scene.listening.world.model.requests.at(-1);
    expect(last && words(last)).toEqual(["user: one", "assistant: You said: one", "user: mine"]);
  });

  test("the events of a stream come in the order that the SDK knows", async () => {
    await using scene = await open();
    const stream = scene.client().responses.stream({ model: "helper", input: "one" });
    const seen: string[] = [];
    const numbers: number[] = [];
    for await (const event of stream) {
      seen.push(event.type);
      numbers.push(event.sequence_number);
    }
    const deltas = seen.filter((type) => type === "response.output_text.delta");
    expect(deltas.length).toBeGreaterThan(0);
    expect(seen.filter((type) => type !== "response.output_text.delta")).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect((await stream.finalResponse()).output_text).toBe("You said: one");
  });

  test("a client's function is called, and its output goes on with the turn's session", async () => {
    await using scene = await open();
    const openai = scene.client();
    const tools = [{ type: "function" as const, strict: false, ...weather.function }];
    const first = await openai.responses.create({ model: "helper", input: "Bonn?", tools });
    const [call] = first.output;
    if (call?.type !== "function_call") throw new Error("no call");
    expect(call).toMatchObject({ name: "get_weather", arguments: '{"town":"Bonn"}' });
    const output = {
      type: "function_call_output" as const,
      call_id: call.call_id,
      output: "foggy",
    };
    const next = await openai.responses.create({
      model: "helper",
      input: [output],
      tools,
      previous_response_id: first.id,
    });
    expect(next.output_text).toBe("It is foggy.");
    expect(await sessionsOf(scene)).toHaveLength(1);
  });
});
