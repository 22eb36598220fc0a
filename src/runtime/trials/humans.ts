// The humans of a test: what its file answers to the questions of its agents, in their order.
// Rule: a question that nobody answers would wait for ever: it ends the test, and is named.
import type { CommandName, Params, Reply } from "../../protocol/commands/index.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import type { Journal } from "../store/journal.ts";
import type { TrialAnswer } from "./trial-file.ts";

/** UTF-16 units of a question that a problem shows. */
const MAX_SHOWN_LENGTH = 2_000;

/** A command of the test, as a human's client would give it. */
export type Ask = <Name extends CommandName>(
  type: Name,
  payload: Params<Name>,
) => Promise<Reply<Name>>;

export interface Humans {
  /** Nothing is answered any more; what was wrong with the questions, one sentence each. */
  end(): Promise<string[]>;
}

export function startHumans(parts: {
  answers: readonly TrialAnswer[];
  journal: Pick<Journal, "follow">;
  ask: Ask;
  /** Ends the turn: its question has no answer. */
  stop(reason: string): Promise<void>;
}): Humans {
  const { answers, journal, ask, stop } = parts;
  const left = [...answers];
  const problems: string[] = [];
  const seen = new Set<string>();
  let looking: Promise<void> | undefined;
  let isRung = false;

  async function respond(request: HumanRequest): Promise<void> {
    const [next] = left;
    const response = next && responseTo(request, next);
    if (next && response) {
      left.shift();
      await ask("RespondToRequest", { request_id: request.request_id, response });
      return;
    }
    const wanted = next ? `\n- expected: ${shown(next.question)}` : "";
    const problem = next ? "another question than the next answer is for" : "no answer";
    problems.push(`answers: ${problem}:${wanted}\n+ asked:    ${askedText(request)}`);
    await stop("a question of the test has no answer");
  }

  async function look(): Promise<void> {
    while (isRung && problems.length === 0) {
      isRung = false;
      const { requests } = await ask("ListPendingRequests", {});
      const fresh = requests.filter(({ request_id }) => !seen.has(request_id));
      for (const request of fresh) {
        if (problems.length > 0) break;
        seen.add(request.request_id);
        await respond(request);
      }
    }
  }

  const ring = () => {
    isRung = true;
    looking ??= look()
      .catch((thrown: unknown) => void problems.push(`answers: ${messageOf(thrown)}`))
      .finally(() => {
        looking = undefined;
      });
  };
  const forget = journal.follow(ring);
  // What was asked before anybody listened.
  ring();

  return {
    async end() {
      forget();
      await looking;
      const unasked = left.map((one) => `answers: never asked: ${shown(one.question)}`);
      return problems.length > 0 ? problems : unasked;
    },
  };
}

/** Undefined where the answer is for another question, or of another kind. */
function responseTo(request: HumanRequest, given: TrialAnswer): Answer | undefined {
  if (!askedText(request).includes(given.question)) return undefined;
  if (request.kind !== "approval") {
    if (given.answer === undefined) return undefined;
    return request.kind === "secret"
      ? { type: "secret", value: given.answer }
      : { type: "answer", text: given.answer };
  }
  const { approve, deny } = given;
  if (approve === undefined && deny === undefined) return undefined;
  return {
    type: "decision",
    decision: approve === undefined ? "deny" : "approve",
    hash: request.hash ?? "",
    scope: approve === "session" ? "session" : "once",
    match: null,
    reason: typeof deny === "string" ? deny : null,
  };
}

const askedText = ({ from_po, kind, question, tool_call }: HumanRequest): string => {
  const call = tool_call ? ` ${tool_call.name} ${JSON.stringify(tool_call.args)}` : "";
  return `${from_po} (${kind}): ${shortened(question)}${call}`;
};

const shortened = (text: string): string =>
  text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)} …` : text;

const shown = (text: string): string => JSON.stringify(shortened(text));
