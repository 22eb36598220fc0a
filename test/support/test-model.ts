// A model that a test plays: answers by a function of the request, or by hand, call by call.
import type { Model, ModelPart, ModelRequest } from "../../src/core/model.ts";
import { type ErrorCode, errorCodes } from "../../src/protocol/errors.ts";
import type { Json } from "../../src/protocol/messages.ts";

export interface Said {
  text?: string;
  reasoning?: string;
  calls?: { name: string; args: Json }[];
  usage?: { input_tokens: number; output_tokens: number };
}

/** What a script answers: text, more than text, a failure; undefined leaves the call to the test. */
export type Script = (
  request: ModelRequest,
  /** Calls before this one. */
  index: number,
) => string | Said | { fail: ErrorCode } | undefined;

export interface TestCall {
  request: ModelRequest;
  signal: AbortSignal;
  /** Streams some text, and leaves the call open. */
  write(text: string): void;
  answer(said?: string | Said): void;
  fail(code: ErrorCode, retry_after_ms?: number): void;
  /** The stream stops without saying why. */
  cut(): void;
}

export interface TestModel {
  port: Model;
  /** Every request so far. */
  requests: ModelRequest[];
  /** The next call that no script has answered. */
  next(): Promise<TestCall>;
}

export function createTestModel(script: Script = () => undefined): TestModel {
  const requests: ModelRequest[] = [];
  const open: TestCall[] = [];
  const waiting: ((call: TestCall) => void)[] = [];

  function take(call: TestCall): void {
    const step = script(call.request, requests.length - 1);
    if (step === undefined) {
      const waiter = waiting.shift();
      if (waiter) waiter(call);
      else open.push(call);
    } else if (typeof step !== "string" && "fail" in step) call.fail(step.fail);
    else call.answer(step);
  }

  return {
    requests,
    port: {
      stream(request, signal) {
        requests.push(request);
        const { call, parts } = createCall(request, signal);
        take(call);
        return parts;
      },
    },
    next() {
      const call = open.shift();
      if (call) return Promise.resolve(call);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

function createCall(
  request: ModelRequest,
  signal: AbortSignal,
): { call: TestCall; parts: AsyncIterable<ModelPart> } {
  const pipe = createPipe<ModelPart>();
  signal.addEventListener("abort", () => pipe.end(), { once: true });
  const call: TestCall = {
    request,
    signal,
    write: (text) => pipe.push({ type: "text", text }),
    answer(said = "") {
      for (const part of partsOf(typeof said === "string" ? { text: said } : said)) pipe.push(part);
      pipe.end();
    },
    fail(code, retry_after_ms) {
      const { retryable } = errorCodes[code];
      pipe.push({ type: "error", code, message: `test: ${code}`, retryable, retry_after_ms });
      pipe.end();
    },
    cut: () => pipe.end(),
  };
  return { call, parts: pipe.items };
}

function partsOf({ text, reasoning, calls = [], usage }: Said): ModelPart[] {
  const parts: ModelPart[] = [];
  if (reasoning !== undefined) parts.push({ type: "reasoning", text: reasoning });
  if (text !== undefined) parts.push({ type: "text", text });
  for (const { name, args } of calls) {
    parts.push({ type: "tool_call", id: "vendor", name, args, problem: null });
  }
  const counted = { input_tokens: 10, output_tokens: 5, ...usage };
  parts.push({ type: "usage", usage: { ...counted, cached_tokens: 0, reasoning_tokens: 0 } });
  parts.push({ type: "end", reason: calls.length > 0 ? "tool_calls" : "stop" });
  return parts;
}

/** Items handed from one side to the other as they come. */
function createPipe<Item>() {
  const items: Item[] = [];
  let isEnded = false;
  let wake = Promise.withResolvers<void>();
  const ring = () => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  return {
    push(item: Item) {
      items.push(item);
      ring();
    },
    end() {
      isEnded = true;
      ring();
    },
    items: (async function* () {
      while (true) {
        const { promise } = wake;
        for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
        if (isEnded && items.length === 0) return;
        if (items.length === 0) await promise;
      }
    })(),
  };
}
