// The interface as lines one under the other, for screen readers: what is said about an event, and what a typed
// line means. Pure.
// Rules: 1. What is said begins with who speaks. 2. Nothing is ever drawn again. 3. A question is answered by its
//           number and the number of a choice; where only one waits, by the choice alone, or y and n. Nothing else
//           is taken for a yes.
import type { TypedEvent } from "../../client/events.ts";
import type { Answer, HumanRequest, SessionView, ToolCall } from "../../protocol/messages.ts";
import type { SignalPayload } from "../../protocol/signals.ts";
import { describeEvent } from "../../terminal/activity.ts";
import { offersScope, requestText } from "../../terminal/request-text.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { finished, type Growing, grow } from "./paragraphs.ts";

export interface PlainState {
  /** null until something was said. */
  session_id: string | null;
  po_name: string;
  /** The turn that Ctrl-C or /stop ends. */
  turn_id: string | null;
  /** What waits for the human, by the number that was said. */
  requests: ReadonlyMap<number, HumanRequest>;
  asked: number;
  /** The answer that comes just now. */
  growing: Growing | null;
  calls: Map<string, ToolCall>;
}

export const plainState = (session_id: string | null, po_name: string): PlainState => ({
  session_id,
  po_name,
  turn_id: null,
  requests: new Map(),
  asked: 0,
  growing: null,
  calls: new Map(),
});

export interface Told {
  state: PlainState;
  lines: readonly string[];
}

/** What is open is told of every session; the rest only of the one that is talked in. */
export function tell(state: PlainState, event: TypedEvent): Told {
  switch (event.event_type) {
    case "HumanRequestQueued":
      return ask(state, event.payload);
    case "HumanRequestResponded":
    case "HumanRequestExpired":
      return closed(state, event.payload.request_id);
    default: {
      const isOurs = "session_id" in event.payload && event.payload.session_id === state.session_id;
      return isOurs ? tellOurs(state, event) : { state, lines: [] };
    }
  }
}

function tellOurs(state: PlainState, event: TypedEvent): Told {
  switch (event.event_type) {
    case "TurnStarted":
      return {
        state: { ...state, turn_id: event.payload.turn_id, growing: null },
        lines: ["status: working …"],
      };
    case "MessageQueued":
      return { state, lines: aboutQueued(state, event.payload) };
    case "TurnCompleted":
      return { state: { ...state, turn_id: null }, lines: [] };
    case "TurnFailed":
      return {
        state: { ...state, turn_id: null },
        lines: [`error: ${event.payload.error.message}`],
      };
    case "MessageWithdrawn":
      return { state, lines: ["a message that waited was taken back."] };
    case "TurnCancelled":
      // One that only waited was taken out of the queue: what runs goes on.
      if (state.turn_id !== event.payload.turn_id) return { state, lines: [] };
      return { state: { ...state, turn_id: null }, lines: ["jamey: stopped."] };
    case "MessageAdded": {
      const { message_id, role, source, name, content } = event.payload;
      if (role === "assistant") {
        const lines = finished(state.growing, message_id, content);
        return { state: { ...state, growing: null }, lines };
      }
      if (role === "user") return { state, lines: labelled(speaker({ source, name }), content) };
      break;
    }
  }
  const line = describeEvent(event, state.calls);
  return { state, lines: line === undefined ? [] : labelled("tool", line) };
}

/** What was typed is said again when it has arrived: this is how it is known. */
const speaker = ({ source, name }: { source: string; name: string | null }): string =>
  source === "tui" ? "you" : (name ?? source);

/** What is typed while a turn runs waits: who typed it hears that, and what it may be waiting for. */
function aboutQueued(
  { turn_id, session_id, requests }: PlainState,
  { content, source }: { content: string; source: string },
): readonly string[] {
  if (turn_id === null || source !== "tui") return [];
  const asked = [...requests].filter(([, one]) => one.session_id === session_id);
  const waiting = asked.map(
    ([number, one]) => `request ${number} waits: ${exampleOf(number, one)}`,
  );
  const why = waiting.length === 0 ? "it is heard after what runs" : waiting.join("; ");
  return [...labelled("you (queued)", content), `status: queued; ${why}.`];
}

/** More of the answer that is being written. */
export function tellSignal(state: PlainState, delta: SignalPayload): Told {
  if (delta.session_id !== state.session_id) return { state, lines: [] };
  const { growing, lines } = grow(state.growing, delta);
  return { state: { ...state, growing }, lines };
}

/** The label stands before the first line only; a text without words is not read out. */
function labelled(label: string, text: string): readonly string[] {
  const clean = stripControl(text).trim();
  return clean === "" ? [] : [`${label}: ${clean}`];
}

interface Decision {
  text: string;
  decision: "approve" | "deny";
  scope: "once" | "session";
}

const DENY: Decision = { text: "deny", decision: "deny", scope: "once" };

/** The choices of an approval, as far as it allows them: the safe one is the last, and none is the default. */
function decisionsOf(request: HumanRequest): readonly Decision[] {
  const allowing: readonly Decision[] = [
    { text: "allow this once", decision: "approve", scope: "once" },
    { text: "allow exactly this for the session", decision: "approve", scope: "session" },
  ];
  return [...allowing.filter(({ scope }) => offersScope(request, scope)), DENY];
}

export function ask(state: PlainState, request: HumanRequest): Told {
  const number = state.asked + 1;
  const requests = new Map(state.requests).set(number, request);
  const lines = [
    `request ${number}: ${request.from_po} ${request.kind === "approval" ? "asks for leave" : "asks"}: ${requestText(request)}`,
    ...howToAnswer(number, request),
  ];
  return { state: { ...state, requests, asked: number }, lines };
}

/** What its event has told already is not asked again. */
export function askOnce(state: PlainState, request: HumanRequest): Told {
  const known = [...state.requests.values()];
  const isKnown = known.some(({ request_id }) => request_id === request.request_id);
  return isKnown ? { state, lines: [] } : ask(state, request);
}

function howToAnswer(number: number, request: HumanRequest): readonly string[] {
  if (request.kind === "secret") {
    return [
      `  It would be read out here. Answer with: jamey requests answer ${request.request_id}`,
    ];
  }
  const choices = choicesOf(request);
  const listed = choices.map((choice, index) => `  ${index + 1} ${choice}`);
  return [...listed, `  To answer, ${exampleOf(number, request)}`];
}

function exampleOf(number: number, request: HumanRequest): string {
  if (request.kind === "secret") return `use jamey requests answer ${request.request_id}`;
  return `type: ${choicesOf(request).length > 0 ? `${number} 1` : `${number} and your answer`}`;
}

const choicesOf = (request: HumanRequest): readonly string[] =>
  request.kind === "approval" ? decisionsOf(request).map(({ text }) => text) : request.options;

function closed(state: PlainState, request_id: string): Told {
  const found = [...state.requests].find(([, one]) => one.request_id === request_id);
  if (!found) return { state, lines: [] };
  const requests = new Map(state.requests);
  requests.delete(found[0]);
  return { state: { ...state, requests }, lines: [`request ${found[0]}: closed.`] };
}

export type Meant =
  | { type: "nothing" }
  | { type: "quit" }
  | { type: "stop" }
  | { type: "say"; text: string }
  /** A word behind a slash that means nothing here by itself; it may be the name of a tool. */
  | { type: "named"; name: string; text: string }
  /** `said` is the answer as it is said again. */
  | { type: "answer"; request: HumanRequest; response: Answer; said: string }
  | { type: "tell"; lines: readonly string[] };

/** A name of a command; a path such as /usr/bin is none. */
const NAMED = /^\/([\p{L}\p{N}_-]+)(?:\s|$)/u;
/** The words that the model without a network answers to, beside the names of tools. */
const GUIDE_WORDS = ["ask", "say"];

/** What names a tool is a message; anything else is never sent in silence: a slip of the finger would go to a model. */
export function meantByName(
  { name, text }: Extract<Meant, { type: "named" }>,
  tools: readonly string[],
): Extract<Meant, { type: "say" | "tell" }> {
  if (tools.includes(name) || GUIDE_WORDS.includes(name)) return { type: "say", text };
  const known = "There are /help, /stop, /requests and /quit.";
  return {
    type: "tell",
    lines: [`help: there is no command /${name} here. ${known} //${name} says it as text.`],
  };
}

/** What is gone on with, and what was said in it last. */
export function aboutSession({
  name,
  title,
  session_id,
  po_name,
  conversation,
}: Pick<
  SessionView,
  "name" | "title" | "session_id" | "po_name" | "conversation"
>): readonly string[] {
  const called = oneLine(name || title || session_id, MAX_NAME_SHOWN);
  const last = (role: "user" | "assistant") =>
    conversation.findLast((one) => one.role === role && one.content.trim() !== "");
  const asked = last("user");
  const answer = last("assistant");
  const isAfter = asked && answer && conversation.indexOf(answer) > conversation.indexOf(asked);
  return [
    `jamey: going on with "${called}" (${po_name}), ${conversation.length} messages so far.`,
    ...(asked ? labelled(speaker(asked), asked.content) : []),
    ...(isAfter ? labelled("jamey", answer.content) : []),
  ];
}

/** Letters of the name of a conversation. */
const MAX_NAME_SHOWN = 100;

const HELP = [
  "help: a line is a message. /stop ends the turn, /requests repeats what waits for you, /quit leaves.",
  "help: where one request waits, y, n or the number of a choice answers it. Ctrl+C stops the turn, then leaves.",
  "help: a message that begins with a slash is typed with two.",
];

export function readLine(state: PlainState, typed: string): Meant {
  const line = typed.trim();
  if (line === "") return { type: "nothing" };
  if (line.startsWith("//")) return { type: "say", text: line.slice(1) };
  if (line === "/quit" || line === "/exit") return { type: "quit" };
  if (line === "/stop") return { type: "stop" };
  if (line === "/help") return { type: "tell", lines: HELP };
  if (line === "/requests") return { type: "tell", lines: waiting(state) };
  const [, name] = NAMED.exec(line) ?? [];
  if (name !== undefined) return { type: "named", name, text: line };
  const [, number = "", rest = ""] = /^(\d+)\s+(\S[\s\S]*)$/.exec(line) ?? [];
  const request = state.requests.get(Number(number));
  if (request) return answerTo(Number(number), request, rest);
  return answerToOnly(state, line) ?? { type: "say", text: line };
}

/** Where only one waits its number is not needed. */
function answerToOnly({ requests }: PlainState, line: string): Meant | undefined {
  const [only, ...others] = requests;
  if (!only || others.length > 0 || !/^(?:[yn]|yes|no|\d+)$/i.test(line)) return undefined;
  const [number, request] = only;
  if (request.kind !== "approval" || /^\d/.test(line)) return answerTo(number, request, line);
  const wanted = /^y/i.test(line) ? "approve" : "deny";
  const choice = decisionsOf(request).findIndex(({ decision }) => decision === wanted) + 1;
  return answerTo(number, request, String(choice));
}

const waiting = ({ requests }: PlainState): readonly string[] =>
  requests.size === 0
    ? ["help: nothing waits for you."]
    : [...requests].flatMap(([number, request]) => [
        `request ${number}: ${requestText(request)}`,
        ...howToAnswer(number, request),
      ]);

function answerTo(number: number, request: HumanRequest, text: string): Meant {
  if (request.kind === "secret") return { type: "tell", lines: howToAnswer(number, request) };
  const said = (what: string) => `you: to request ${number}: ${what}`;
  const chosen = Number(text);
  if (request.kind === "approval") {
    const decisions = decisionsOf(request);
    const taken = decisions[chosen - 1];
    if (!taken || request.hash === null) {
      const lines = [`help: type ${number} and behind it 1 to ${decisions.length}.`];
      return { type: "tell", lines };
    }
    const { decision, scope, text: words } = taken;
    const response = { type: "decision", decision, hash: request.hash, scope } as const;
    return {
      type: "answer",
      request,
      response: { ...response, match: null, reason: null },
      said: said(words),
    };
  }
  const option = request.options[chosen - 1];
  const answer = option ?? text;
  const response = { type: "answer", text: answer } as const;
  return { type: "answer", request, response, said: said(stripControl(answer)) };
}
