// A turn that an editor began. It may outlast its prompt: a question that wants words, and that the editor has no
// form for, ends the prompt, and the next prompt is the answer. Then the same turn is waited for again.
import type { Link } from "../../client/link.ts";
import { type RunOptions, runTurn, type TurnFrame } from "../../client/run.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { HumanRequest } from "../../protocol/messages.ts";

export interface Turn {
  abort: AbortController;
  run: Promise<Run>;
  /** Shown in the conversation, and answered by what is said next; the oldest first. */
  questions: HumanRequest[];
  /** Resolves when there is one. */
  asked: PromiseWithResolvers<void>;
  /** What the editor's human is just asked, by the question's id. */
  open: Map<string, AbortController>;
}

export function beginTurn(
  link: Link,
  { abort, ...options }: Pick<RunOptions, "message" | "begin"> & Pick<Turn, "abort">,
  show: (turn: Turn, frame: TurnFrame) => Promise<void>,
): Turn {
  const begun = Promise.withResolvers<Turn>();
  const run = runTurn(link, {
    ...options,
    signal_types: ["TextDelta", "ReasoningDelta"],
    signal: abort.signal,
    onFrame: async (frame) => await show(await begun.promise, frame),
  });
  // Whoever waits for it hears of its failure; between two prompts nobody does.
  run.catch(() => undefined);
  const turn: Turn = { abort, run, questions: [], asked: Promise.withResolvers(), open: new Map() };
  begun.resolve(turn);
  return turn;
}

export function putQuestion(turn: Turn, request: HumanRequest): void {
  turn.questions.push(request);
  turn.asked.resolve();
}

/** Answered, here or elsewhere: who is still asked need not answer. */
export function takeQuestion(turn: Turn, request_id: string): void {
  turn.open.get(request_id)?.abort(new JameyError("already_answered", "Somebody was faster."));
  turn.questions = turn.questions.filter((one) => one.request_id !== request_id);
  if (turn.questions.length === 0) turn.asked = Promise.withResolvers();
}

/** How it ended; undefined: it waits for words. */
export const endOrQuestion = async ({ run, asked }: Turn): Promise<Run | undefined> =>
  await Promise.race([run, asked.promise.then(() => undefined)]);
