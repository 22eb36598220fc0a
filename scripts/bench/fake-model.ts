// A model API whose model's name says how it answers: `m` at once, `tokens-N` with N tokens, `pace-N` with N
// tokens of which each carries the time of its sending, `tools-N` with N rounds of one tool call.

/** Between two tokens of `pace-N`: a fast model. */
const PACE_MS = 10;
/** Tokens that `tokens-N` writes at once. */
const BURST = 50;

export interface FakeModel {
  url: string;
  stop(): Promise<void>;
}

const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 0, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

const done = (reason = "stop") => `${chunk({}, reason)}data: [DONE]\n\n`;
const hello = `${chunk({ role: "assistant", content: "hello" })}${done()}`;

interface Asked {
  model: string;
  messages: { role: string }[];
}

/** Returns the base URL, and how to stop. */
export function startFakeModel(): FakeModel {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const asked = (await request.json()) as Asked; // Only the benchmark asks.
      return new Response(answer(asked), { headers: { "content-type": "text/event-stream" } });
    },
  });
  return { url: `http://127.0.0.1:${server.port}/v1`, stop: () => server.stop(true) };
}

function answer({ model, messages }: Asked): string | ReadableStream {
  const [, kind, count] = /^(\w+)-(\d+)$/.exec(model) ?? [];
  if (kind === "pace") return paced(Number(count));
  if (kind === "tokens") return streamed(Number(count));
  if (kind === "tools") {
    const lastUser = messages.findLastIndex((message) => message.role === "user");
    const rounds = messages.slice(lastUser).filter((message) => message.role === "tool").length;
    return rounds < Number(count) ? toolCall(rounds) : hello;
  }
  return hello;
}

function toolCall(round: number): string {
  const call = {
    index: 0,
    id: `call_${round}`,
    type: "function",
    function: { name: "file_list", arguments: "{}" },
  };
  return `${chunk({ role: "assistant", tool_calls: [call] })}${done("tool_calls")}`;
}

function paced(count: number): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      for (let sent = 0; sent < count; sent += 1) {
        const now = performance.timeOrigin + performance.now();
        controller.enqueue(chunk({ content: `${now.toFixed(3)} ` }));
        await Bun.sleep(PACE_MS);
      }
      controller.enqueue(done());
      controller.close();
    },
  });
}

function streamed(count: number): ReadableStream {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      const now = Math.min(BURST, count - sent);
      controller.enqueue(chunk({ content: "word " }).repeat(now));
      sent += now;
      await Bun.sleep(0);
      if (sent < count) return;
      controller.enqueue(done());
      controller.close();
    },
  });
}
