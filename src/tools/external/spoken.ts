// One program that goes on running and answers calls, many at once: a line of JSON in, a line of JSON out.
// → {"id":"1","method":"call","args":{…},"workspace":"/…","session_id":"…","call_id":"…"}
// ← {"id":"1","output":"text","success":true}       before it, any number of {"id":"1","chunk":"text"}
// → {"id":"1","method":"cancel"}                     nobody waits for the answer any more
// Rules: 1. An answer to no open call is dropped. 2. A line that is no such answer ends the program: what
//           else it says cannot be trusted to belong to anything. 3. Its end fails the calls that wait.
import { z } from "zod";
import type { SpokenProcess } from "../../core/world.ts";
import { type Json, json } from "../../protocol/messages.ts";
import { createTail, linesOf } from "./lines.ts";

/** A program that is asked to give a call up and does not answer is ended after this. */
const CANCEL_GRACE_MS = 2_000;
/** UTF-16 units of a line that a problem quotes. */
const MAX_QUOTED = 200;

const answer = z.union([
  z.looseObject({ id: z.string(), chunk: z.string() }),
  z.looseObject({ id: z.string(), output: z.union([z.string(), json]), success: z.boolean() }),
]);

export interface SpokenCall {
  args: Json;
  about: { workspace: string; session_id: string; call_id: string };
  signal: AbortSignal;
  heard(chunk: string): Promise<void>;
}

export interface Spoken {
  /** Rejects where the program ends or says nonsense before it has answered. */
  call(asked: SpokenCall): Promise<{ output: string; success: boolean }>;
  /** Resolves to why it ended. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

interface Waiting {
  heard(chunk: string): Promise<void>;
  resolve(answer: { output: string; success: boolean }): void;
  reject(error: Error): void;
}

export function speakWith(running: SpokenProcess): Spoken {
  const waiting = new Map<string, Waiting>();
  const errors = createTail();
  let last = 0;
  /** Why it ended. */
  let over: string | undefined;

  const hear = async (line: string) => {
    const read = answer.safeParse(readJson(line));
    if (!read.success) throw new Error(`it wrote a line that is no answer: ${quoted(line)}`);
    const said = read.data;
    const asked = waiting.get(said.id);
    if (!asked) return;
    if ("chunk" in said && typeof said.chunk === "string") return await asked.heard(said.chunk);
    waiting.delete(said.id);
    const { output } = said;
    const text = typeof output === "string" ? output : JSON.stringify(output);
    asked.resolve({ output: text, success: said.success === true });
  };
  const listen = async (): Promise<string | undefined> => {
    try {
      for await (const line of linesOf(running.output)) await hear(line);
      return undefined;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      void running.end();
    }
  };
  const live = async () => {
    const [problem, exit] = await Promise.all([
      listen(),
      running.exited,
      errors.read(running.errors),
    ]);
    const how = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
    const said = errors.text();
    const why = `${problem ?? `it ended: ${how}`}${said === "" ? "" : `\n[stderr]\n${said}`}`;
    over = why;
    for (const one of waiting.values()) one.reject(new Error(why));
    waiting.clear();
    return why;
  };

  const send = async (value: Json) =>
    await running.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));

  return {
    ended: live(),
    stop: running.end,
    async call({ args, about, signal, heard }) {
      // Whoever comes now would wait for an answer that nobody gives, or give up what was never asked.
      if (over !== undefined) throw new Error(over);
      if (signal.aborted) throw new Error("cancelled");
      const id = String(++last);
      const { promise, resolve, reject } = Promise.withResolvers<{
        output: string;
        success: boolean;
      }>();
      waiting.set(id, { heard, resolve, reject });
      let timer: Timer | undefined;
      const cancel = () => {
        void send({ id, method: "cancel" });
        timer = setTimeout(() => void running.end(), CANCEL_GRACE_MS);
      };
      signal.addEventListener("abort", cancel, { once: true });
      try {
        void send({ id, method: "call", args, ...about });
        return await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", cancel);
        waiting.delete(id);
      }
    },
  };
}

const quoted = (line: string): string => JSON.stringify(line.slice(0, MAX_QUOTED));

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
