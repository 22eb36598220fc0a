// The fake model of the torture tests: what it says follows from the request alone, so that it does not
// matter which daemon asks, or how often. The first word of a prompt tells what happens.
import {
  answersSince,
  type Item,
  judge,
  lastPrompt,
  type Reading,
} from "./fake-vendors/conversation.ts";
import type { Answer, Dialect } from "./fake-vendors/dialects.ts";
import { readRequest } from "./fake-vendors/readers.ts";
import type { Reply } from "./fake-vendors/server.ts";

/** Milliseconds before each piece of an answer. */
const PACE_MS = 6;

/** The last answer to a prompt; `told` is what a human or tool had said. */
export function answerOf(content: string, told = ""): string {
  const [kind] = content.split(" ");
  if (kind === "shape") return JSON.stringify({ done: content });
  if (kind === "stream") return `${content}: ${"one word after the other ".repeat(6).trim()}.`;
  return `${content} is done${told}.`;
}

export interface KillModel {
  think(body: string): Reply;
  /** What the vendor would have refused. */
  refused: string[];
}

export function createKillModel(dialect: Dialect, ledger: string): KillModel {
  const refused: string[] = [];
  return {
    refused,
    think(body) {
      const reading = readRequest(dialect.read, body);
      refused.push(...judge(reading));
      const { content, isSentBack } = promptOf(reading);
      const [kind = ""] = content.split(" ");
      const step = answersSince(reading);
      const calls = callsOf(kind, content, step, ledger);
      const told = reading.items.findLast(({ role }) => role === "tool")?.text ?? "";
      const last = answerOf(content, kind === "ask" || kind === "all" ? `: ${told}` : "");
      const isUnfit = kind === "shape" && !isSentBack;
      const text = calls.length > 0 || isUnfit ? `Step ${step} of ${content}.` : last;
      return {
        type: "answer",
        headers: { "content-type": dialect.content_type },
        pieces: dialect.encode({ text, calls }),
        pace_ms: PACE_MS,
        end: "whole",
      };
    },
  };
}

/** What a human last asked; an answer that did not fit its schema came back since. */
function promptOf(reading: Reading): { content: string; isSentBack: boolean } {
  const isBack = ({ role, text }: Item) => role === "user" && text.startsWith("schema: ");
  const said = { ...reading, items: reading.items.filter((one) => !isBack(one)) };
  const last = reading.items.findLast(({ role }) => role === "user");
  return { content: lastPrompt(said), isSentBack: last !== undefined && isBack(last) };
}

/** A shell call writes into the ledger when it begins and when it is done. */
function callsOf(kind: string, content: string, step: number, ledger: string): Answer["calls"] {
  const seed = `${Bun.hash.crc32(content).toString(16)}_${step}`;
  const [start, done] = ["start", "done"].map(
    (word) => `echo "${word} $JAMEY_CALL_ID" >> ${ledger}`,
  );
  const shell = (index: number, work: string) => ({
    id: `call_${seed}_${index}`,
    name: "shell",
    args: { command: `${start}; ${work}; ${done}` },
  });
  const ask = {
    id: `ask_${seed}`,
    name: "ask_human",
    args: { question: `What about ${content}?` },
  };
  // What a call leaves behind in a session of its own must not outlive it.
  const leavingOneBehind = "(setsid sleep 300 >/dev/null 2>&1 &) ; sleep 0.02";
  const plans: Record<string, Answer["calls"][]> = {
    work: [[shell(0, "sleep 0.05"), shell(1, leavingOneBehind)], [shell(0, "sleep 0.02")]],
    ask: [[ask]],
    all: [[shell(0, "sleep 0.05")], [ask]],
    suicide: [[shell(0, `${done}; kill -9 $PPID; sleep 20`)]],
  };
  return plans[kind]?.[step] ?? [];
}
