// Questions that agents ask while somebody sits at the terminal: shown whole, answered in place, one at a time.
// Rules: 1. Only a clear yes is a yes, and only a clear no is a no: anything else is asked again.
//        2. The hash that is sent is that of the call that was shown. 3. What was typed before the question
//           was shown is no answer to it.

import type { TypedEvent } from "../client/events.ts";
import type { Link } from "../client/link.ts";
import { JameyError, messageOf, toErrorBody } from "../protocol/errors.ts";
import type { Answer, HumanRequest } from "../protocol/messages.ts";
import { hideTyping } from "./ask.ts";
import { paint } from "./colour.ts";
import type { Context } from "./context.ts";
import { describeError } from "./error-line.ts";
import { requestText } from "./request-text.ts";
import type { SignalWatch } from "./signals.ts";
import { oneLine, stripControl } from "./strip.ts";
import type { Output } from "./write-out.ts";

const CHOICES = "[y]es once, [s]ession, [n]o? ";
const UNCLEAR = `  y        run it this once
  s        and exactly this call again, for the rest of the session
  n        do not run it; 'n because…' tells the agent why
`;

/** Where answers are typed. */
export interface AnswerLines {
  next(prompt: string, options: { isHidden: boolean }): Promise<string | undefined>;
  /** Draws the prompt, and hides what is not to be seen, by itself. */
  isEditor?: true;
  /** Nobody waits for the answer any more. */
  drop?(): void;
  /** What was typed until now is no answer. */
  forget(): Promise<void>;
}

export interface HumanRequests {
  take(event: TypedEvent): void;
  stop(): void;
}

export function answerRequests(options: {
  context: Context;
  link: Link;
  lines: AnswerLines;
  /** Where questions are written: where the conversation is, or beside an answer that is piped on. */
  screen: Output;
  /** Before a question is written. */
  before(): Promise<void>;
  /** A signal that ends the process leaves no terminal behind that hides what is typed. */
  beforeEnd: SignalWatch["beforeEnd"];
}): HumanRequests {
  const { context, link, lines, screen, before, beforeEnd } = options;
  const { err } = context;
  const open = new Map<string, Open>();
  let isAsking = false;

  async function askAll(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      for (let next = first(open); next; next = first(open)) {
        await ask(next);
        open.delete(next.request.request_id);
      }
    } catch (thrown) {
      // The question waits on for somebody else, and the turn with it.
      await err.write(`${describeError(toErrorBody(thrown), err.hasColour)}\n`);
    } finally {
      isAsking = false;
    }
  }

  async function ask({ request, closed }: Open): Promise<void> {
    await before();
    await screen.write(questionText(request, screen.hasColour));
    await lines.forget();
    const response = await readAnswer(request, closed.promise);
    if (!response) {
      lines.drop?.();
      await screen.write("\n(no longer asked)\n");
      return;
    }
    try {
      await link.call("RespondToRequest", { request_id: request.request_id, response });
    } catch (thrown) {
      const isLate = thrown instanceof JameyError && thrown.code === "already_answered";
      const text = isLate ? "It was answered elsewhere." : messageOf(thrown);
      await err.write(`${stripControl(text)}\n`);
    }
  }

  /** Undefined when there is nothing to answer any more. */
  async function readAnswer(
    request: HumanRequest,
    closed: Promise<undefined>,
  ): Promise<Answer | undefined> {
    for (;;) {
      const typed = nextLine(request).then((line) => ({ line }));
      const answered = await Promise.race([typed, closed]);
      if (!answered) return undefined;
      const answer = answerOf(request, answered.line);
      if (answer) return answer;
      await screen.write(UNCLEAR);
    }
  }

  async function nextLine(request: HumanRequest): Promise<string | undefined> {
    const prompt = request.kind === "approval" ? CHOICES : "? ";
    const isHidden = request.kind === "secret";
    const next = async () => {
      if (!lines.isEditor) await screen.write(prompt);
      return await lines.next(prompt, { isHidden });
    };
    return isHidden && !lines.isEditor ? await unseen(next, beforeEnd) : await next();
  }

  return {
    take(event) {
      if (event.event_type === "HumanRequestQueued") {
        const closed = Promise.withResolvers<undefined>();
        open.set(event.payload.request_id, { request: event.payload, closed });
        void askAll();
      } else if (
        event.event_type === "HumanRequestResponded" ||
        event.event_type === "HumanRequestExpired"
      ) {
        const { request_id } = event.payload;
        open.get(request_id)?.closed.resolve(undefined);
        open.delete(request_id);
      }
    },
    stop() {
      for (const { closed } of open.values()) closed.resolve(undefined);
      open.clear();
    },
  };
}

/** What is typed meanwhile is not shown, and then it is again, even if a signal ends the process. */
async function unseen<Value>(
  next: () => Promise<Value>,
  beforeEnd: SignalWatch["beforeEnd"],
): Promise<Value> {
  const show = hideTyping();
  const isShown = beforeEnd(show);
  try {
    return await next();
  } finally {
    show();
    isShown();
  }
}

interface Open {
  request: HumanRequest;
  /** Resolves when there is nothing to answer any more. */
  closed: PromiseWithResolvers<undefined>;
}

const first = (open: Map<string, Open>): Open | undefined => open.values().next().value;

export function questionText(request: HumanRequest, hasColour: boolean): string {
  const who = `✋ ${oneLine(request.from_po, 64)}`;
  const [question = "", ...rest] = requestText(request).split("\n");
  const head = paint(hasColour, "yellow", `${who}: ${question}`);
  return `${[head, ...rest].join("\n")}\n`;
}

/** End of input is a no, and an empty answer. Undefined: it does not say which, so it is asked again. */
export function answerOf(request: HumanRequest, line: string | undefined): Answer | undefined {
  const text = line?.trim() ?? "";
  if (request.kind === "question") return { type: "answer", text };
  if (request.kind === "secret") return { type: "secret", value: text };
  const isSession = /^s(ession)?$/i.test(text);
  const isYes = isSession || /^y(es)?$/i.test(text);
  const no = line === undefined ? [""] : /^no?(?:[\s,:]+(.*))?$/is.exec(text);
  if (!isYes && !no) return undefined;
  return {
    type: "decision",
    decision: isYes ? "approve" : "deny",
    hash: request.hash ?? "",
    scope: isSession ? "session" : "once",
    reason: no?.[1] || null,
  };
}
