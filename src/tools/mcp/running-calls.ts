// Which call a server's question is about: where the era or the stream tells, that one; over stdio in the older era
// a question names no call, so it goes to the call that began last of those with a human, and says so where there
// are several.
// Rules: 1. What answers a request is heard as part of what asked it, also where all share one stream of messages.
//        2. A question of a call that has ended is nobody else's. 3. A call asks one question at a time.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ElicitRequest, ElicitResult, JSONRPCMessage } from "@modelcontextprotocol/client";

/** Questions of one server that are asked or wait for their turn, of all its calls. */
const MAX_OPEN = 16;

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
  /** Without `questions` there is no human to ask. */
  run<Out>(questions: Questions | undefined, call: () => Promise<Out>): Promise<Out>;
  /** Throws a sentence for the server where it asks too much at once. */
  answer(asked: ElicitRequest["params"], signal: AbortSignal): Promise<ElicitResult>;
}

interface Running {
  questions: Questions | undefined;
  /** Ends with the last of its questions; never rejects. */
  asked: Promise<unknown>;
}

const nobody: ElicitResult = { action: "cancel" };

export function createRunningCalls(): RunningCalls {
  const own = new AsyncLocalStorage<Running>();
  const running = new Set<Running>();
  /** Requests without an answer → the call that they were sent for. */
  const open = new Map<unknown, Running>();
  let questionsOpen = 0;

  async function askOf(one: Running, asked: ElicitRequest["params"], signal: AbortSignal) {
    const isGuess = own.getStore() !== one && running.size > 1;
    const answer = one.asked.then(async () => {
      if (!one.questions || signal.aborted || !running.has(one)) return nobody;
      return await one.questions(asked, { signal, isGuess });
    });
    one.asked = answer.catch(() => undefined);
    return await answer;
  }

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
      const one = { questions, asked: Promise.resolve() };
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
      const one = known ?? [...running].findLast(({ questions }) => questions);
      if (!one?.questions) return nobody;
      if (questionsOpen >= MAX_OPEN) {
        throw new Error(`${MAX_OPEN} questions are open already: ask again when one is answered`);
      }
      questionsOpen += 1;
      try {
        return await askOf(one, asked, signal);
      } finally {
        questionsOpen -= 1;
      }
    },
  };
}
