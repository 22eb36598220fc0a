// Questions that agents ask while somebody sits at the terminal: shown whole, answered in place, one at a time.
// Rules: 1. Only a clear yes is a yes, and only a clear no is a no: anything else is asked again.
//        2. The hash that is sent is that of the call that was shown. 3. What was typed before the choices
//           are shown is no answer, and they are shown after a pause; nor is what follows a key without one.

import type { TypedEvent } from "../../client/events.ts";
import type { Link } from "../../client/link.ts";
import { JameyError, messageOf, toErrorBody } from "../../protocol/errors.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { paint } from "../../terminal/colour.ts";
import { offersScope, requestText } from "../../terminal/request-text.ts";
import { oneLine, showHidden, stripControl } from "../../terminal/strip.ts";
import type { Context } from "../context.ts";
import { describeError } from "../output/error-line.ts";
import type { Output } from "../output/write-out.ts";
import type { SignalWatch } from "../signals.ts";
import { hideTyping } from "./ask.ts";

const CHOICES = ["[y]es once", "[s]ession", "[r]ule", "[n]o", "[l]ater"];
/** The same as single keys; a pattern and a reason are typed as a line, which begins with none of them. */
const KEYS = "ysrnl";
const MEANINGS = `  y  run it this once
  s  and exactly this call again, for the rest of the session
  r  and exactly this call of this object from now on, in every session: 'jamey rules list'
  n  do not run it
  l  leave it for later: it waits in 'jamey inbox'
Or a line, with Enter: 'R git *' allows all calls that fit the pattern; 'N because…' tells the agent why.
`;
const PATTERN = "'R git *' allows all calls that fit the pattern; ";

/** Without what the daemon would refuse: an answer that would not hold for so long. */
export function offered(request: HumanRequest): { prompt: string; keys: string; meanings: string } {
  const hidden = (["session", "rule"] as const)
    .filter((scope) => !offersScope(request, scope))
    .map((scope) => scope.charAt(0));
  const isOffered = (key: string) => !hidden.includes(key.toLowerCase());
  const choices = CHOICES.filter((choice) => isOffered(choice.charAt(1)));
  const lines = MEANINGS.split("\n").filter((line) =>
    isOffered(/^ {2}(\w) /.exec(line)?.[1] ?? ""),
  );
  return {
    prompt: `${choices.join(", ")}? `,
    keys: [...KEYS].filter(isOffered).join(""),
    meanings: lines.join("\n").replace(isOffered("r") ? "" : PATTERN, ""),
  };
}

const LEFT = "(left for later: it waits in 'jamey inbox')\n";

/** Where answers are typed. */
export interface AnswerLines {
  next(
    prompt: string,
    /** `keys`: each of them alone is an answer, without Enter, where the terminal can. */
    options: { isHidden: boolean; keys?: string },
  ): Promise<string | undefined>;
  /** Draws the prompt, and hides what is not to be seen, by itself. */
  isEditor?: true;
  /** Nobody waits for the answer any more. */
  drop?(): void;
  /** What was typed until now is no answer. */
  forget(): Promise<void>;
}

export interface HumanRequests {
  take(event: TypedEvent): void;
  /** One that waited already. */
  add(request: HumanRequest): void;
  /** Resolves when nothing that came so far is left to ask. */
  settled(): Promise<void>;
  stop(): void;
}

interface Asking {
  context: Context;
  link: Link;
  /** Called once the first question comes: nothing is read before. */
  lines(): AnswerLines;
  /** Where questions are written: where the conversation is, or beside an answer that is piped on. */
  screen: Output;
  /** Before a question is written. */
  before(): Promise<void>;
  /** A signal that ends the process leaves no terminal behind that hides what is typed. */
  beforeEnd: SignalWatch["beforeEnd"];
  /** What is said of a question before it, such as where it comes from. */
  about?(request: HumanRequest): Promise<string>;
  /** At the end of the input what is left is left open; else it is a no. */
  endIsLater?: true;
}

export function answerRequests(asking: Asking): HumanRequests {
  const { context, lines, screen, before, about } = asking;
  const { err } = context;
  const open = new Map<string, Open>();
  let running: Promise<void> | undefined;

  async function askAll(): Promise<void> {
    try {
      for (let next = first(open); next; next = first(open)) {
        await ask(next);
        open.delete(next.request.request_id);
      }
    } catch (thrown) {
      // The question waits on for somebody else, and the turn with it.
      await err.write(`${describeError(toErrorBody(thrown), err.hasColour)}\n`);
    } finally {
      running = undefined;
    }
  }

  async function ask({ request, closed }: Open): Promise<void> {
    await before();
    const place = (await about?.(request)) ?? "";
    await screen.write(`${place}${questionText(request, screen.hasColour)}`);
    const answers = lines();
    await Promise.race([answers.forget(), closed.promise]);
    for (;;) {
      const response = await readAnswer(asking, request, closed.promise);
      if (response === "later") {
        if (!asking.endIsLater) await screen.write(LEFT);
        return;
      }
      if (!response) {
        answers.drop?.();
        await screen.write("\n(no longer asked)\n");
        return;
      }
      if (await hasSent(asking, request, response)) return;
    }
  }

  function add(request: HumanRequest): void {
    if (open.has(request.request_id)) return;
    const closed = Promise.withResolvers<undefined>();
    open.set(request.request_id, { request, closed });
    running ??= askAll();
  }

  return {
    add,
    take(event) {
      if (event.event_type === "HumanRequestQueued") {
        add(event.payload);
      } else if (
        event.event_type === "HumanRequestResponded" ||
        event.event_type === "HumanRequestExpired"
      ) {
        const { request_id } = event.payload;
        open.get(request_id)?.closed.resolve(undefined);
        open.delete(request_id);
      }
    },
    async settled() {
      await running;
    },
    stop() {
      for (const { closed } of open.values()) closed.resolve(undefined);
      open.clear();
    },
  };
}

/** False: a yes for longer was refused for what it is, and the question is still open. */
async function hasSent(
  { link, context }: Asking,
  { request_id }: HumanRequest,
  response: Answer,
): Promise<boolean> {
  try {
    await link.call("RespondToRequest", { request_id, response });
    return true;
  } catch (thrown) {
    const code = thrown instanceof JameyError ? thrown.code : "internal";
    const text = code === "already_answered" ? "It was answered elsewhere." : messageOf(thrown);
    await context.err.write(`${stripControl(text)}\n`);
    const isWider = response.type === "decision" && response.scope !== "once";
    return !isWider || (code !== "invalid_request" && code !== "forbidden");
  }
}

/** Undefined when there is nothing to answer any more. */
async function readAnswer(
  asking: Asking,
  request: HumanRequest,
  closed: Promise<undefined>,
): Promise<Answer | "later" | undefined> {
  for (;;) {
    const typed = nextLine(asking, request).then((line) => ({ line }));
    const answered = await Promise.race([typed, closed]);
    if (!answered) return undefined;
    if (isLater(asking, request, answered.line)) return "later";
    const answer = answerOf(request, answered.line);
    if (answer) return answer;
    const how = asking.lines().isEditor ? "One key, without Enter:" : "One letter, with Enter:";
    await asking.screen.write(`${how}\n${offered(request).meanings}`);
  }
}

async function nextLine(
  { lines: open, screen, beforeEnd }: Asking,
  request: HumanRequest,
): Promise<string | undefined> {
  const lines = open();
  const isApproval = request.kind === "approval";
  const shown = offered(request);
  const keys = isApproval && lines.isEditor ? shown.keys : "";
  const prompt = isApproval ? shown.prompt : "? ";
  const isHidden = request.kind === "secret";
  const next = async () => {
    if (!lines.isEditor) await screen.write(prompt);
    return await lines.next(prompt, { isHidden, keys });
  };
  return isHidden && !lines.isEditor ? await unseen(next, beforeEnd) : await next();
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

/** Whole; with options, a number for each, and how it is answered. */
export function questionText(request: HumanRequest, hasColour: boolean): string {
  const { kind, options } = request;
  const who = `✋ ${oneLine(request.from_po, 64)}`;
  const [question = "", ...rest] = requestText({ ...request, options: [] }).split("\n");
  const head = paint(hasColour, "yellow", `${who}: ${question}`);
  const chosen = kind === "question" ? options : [];
  const choices = chosen.map((option, index) => `  ${index + 1}. ${showHidden(option)}`);
  const how = chosen.length > 0 ? "A number, or words of your own" : "Your answer";
  const hint = `  ${how}; an empty line leaves it for later.`;
  const lines = [head, ...rest, ...choices, ...(kind === "approval" ? [] : [hint])];
  return `${lines.join("\n")}\n`;
}

/** To leave a question of words open, it takes a word that is no answer; nothing typed is none either. */
function isLater(
  { endIsLater, lines }: Asking,
  { kind }: HumanRequest,
  line: string | undefined,
): boolean {
  if (line === undefined) return endIsLater === true;
  const text = line.trim();
  if (kind === "approval") return /^l(ater)?$/i.test(text);
  // Of lines that are piped in, each is the answer to one question.
  const mayBeEmpty = endIsLater === true || lines().isEditor === true;
  return (mayBeEmpty && text === "") || text === "::later";
}

/** One of the options by its number, unless an option is that number; else the words as they are. */
function wordsOf({ options }: HumanRequest, text: string): string {
  if (options.includes(text) || !/^[1-9]\d*$/.test(text)) return text;
  return options[Number(text) - 1] ?? text;
}

/** End of input is a no, and an empty answer. Undefined: it does not say which, so it is asked again. */
export function answerOf(request: HumanRequest, line: string | undefined): Answer | undefined {
  const text = line?.trim() ?? "";
  if (request.kind === "question") return { type: "answer", text: wordsOf(request, text) };
  if (request.kind === "secret") return { type: "secret", value: text };
  const isSession = /^s(ession)?$/i.test(text);
  const rule = /^r(?:ule)?(?:\s+(.*))?$/i.exec(text);
  const isYes = isSession || rule !== null || /^y(es)?$/i.test(text);
  const no = line === undefined ? [""] : /^no?(?:[\s,:]+(.*))?$/is.exec(text);
  if (!isYes && !no) return undefined;
  return {
    type: "decision",
    decision: isYes ? "approve" : "deny",
    hash: request.hash ?? "",
    scope: rule ? "rule" : isSession ? "session" : "once",
    match: rule?.[1] || null,
    reason: no?.[1] || null,
  };
}
