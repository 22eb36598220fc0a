// Which call a server's question is about: where the era or the stream tells, that one; over stdio in the older era
// a question names no call, so it goes to the call that began last, and says so where there are several.
// Rule: what answers a request is heard as part of what asked it, also where all share one stream of messages.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ElicitRequest, ElicitResult, JSONRPCMessage } from "@modelcontextprotocol/client";

/** How questions of a server reach the human of a call. */
export type Questions = (
  asked: ElicitRequest["params"],
  about: { signal: AbortSignal; isGuess: boolean },
) => Promise<ElicitResult>;

export interface RunningCalls {
  /** A message leaves. */
  sent(message: JSONRPCMessage): void;
  /** A message has come; `deliver` hands it on. */
  heard(message: JSONRPCMessage, deliver: () => void): void;
  run<Out>(questions: Questions | undefined, call: () => Promise<Out>): Promise<Out>;
  answer(asked: ElicitRequest["params"], signal: AbortSignal): Promise<ElicitResult>;
}

interface Running {
  questions: Questions | undefined;
}

export function createRunningCalls(): RunningCalls {
  const own = new AsyncLocalStorage<Running>();
  const running = new Set<Running>();
  /** Requests without an answer → the call that they were sent for. */
  const open = new Map<unknown, Running>();
  return {
    sent(message) {
      const one = own.getStore();
      if (one && "method" in message && "id" in message) open.set(message.id, one);
    },
    heard(message, deliver) {
      const id = "id" in message && !("method" in message) ? message.id : undefined;
      const one = open.get(id);
      open.delete(id);
      if (one) own.run(one, deliver);
      else own.exit(deliver);
    },
    async run(questions, call) {
      const one = { questions };
      running.add(one);
      try {
        return await own.run(one, call);
      } finally {
        running.delete(one);
        for (const [id, other] of open) if (other === one) open.delete(id);
      }
    },
    async answer(asked, signal) {
      const known = own.getStore();
      const isKnown = known !== undefined && running.has(known);
      const one = isKnown ? known : [...running].at(-1);
      if (!one?.questions) return { action: "cancel" };
      return await one.questions(asked, { signal, isGuess: !isKnown && running.size > 1 });
    },
  };
}
