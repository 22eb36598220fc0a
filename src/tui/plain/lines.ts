// The interface as lines one under the other, for screen readers: what is said about an event, and what a typed
// line means. Pure.
// Rules: 1. Every line begins with who speaks. 2. Nothing is ever drawn again. 3. A question is answered by its
//           number and the number of a choice; nothing else is taken for a yes.
import type { TypedEvent } from "../../client/events.ts";
import type { Answer, HumanRequest, ToolCall } from "../../protocol/messages.ts";
import { describeEvent } from "../../terminal/activity.ts";
import { requestText } from "../../terminal/request-text.ts";
import { stripControl } from "../../terminal/strip.ts";

export interface PlainState {
  /** null until something was said. */
  session_id: string | null;
  po_name: string;
  /** The turn that Ctrl-C or /stop ends. */
  turn_id: string | null;
  /** What waits for the human, by the number that was said. */
  requests: ReadonlyMap<number, HumanRequest>;
  asked: number;
  calls: Map<string, ToolCall>;
}

export const plainState = (session_id: string | null, po_name: string): PlainState => ({
  session_id,
  po_name,
  turn_id: null,
  requests: new Map(),
  asked: 0,
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
      return { state: { ...state, turn_id: event.payload.turn_id }, lines: [] };
    case "TurnCompleted":
      return { state: { ...state, turn_id: null }, lines: [] };
    case "TurnFailed":
      return {
        state: { ...state, turn_id: null },
        lines: [`error: ${event.payload.error.message}`],
      };
    case "TurnCancelled":
      return { state: { ...state, turn_id: null }, lines: ["jamey: stopped."] };
    case "MessageAdded": {
      const { role, source, name, content } = event.payload;
      if (role === "assistant") return { state, lines: labelled("jamey", content) };
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

/** The label stands before the first line only; a text without words is not read out. */
function labelled(label: string, text: string): readonly string[] {
  const clean = stripControl(text).trim();
  return clean === "" ? [] : [`${label}: ${clean}`];
}

/** The choices of an approval: the safe one is the last, and none is the default. */
const DECISIONS = ["allow this once", "allow exactly this for the session", "deny"];

export function ask(state: PlainState, request: HumanRequest): Told {
  const number = state.asked + 1;
  const requests = new Map(state.requests).set(number, request);
  const lines = [
    `request ${number}: ${request.from_po} ${request.kind === "approval" ? "asks for leave" : "asks"}: ${requestText(request)}`,
    ...howToAnswer(number, request),
  ];
  return { state: { ...state, requests, asked: number }, lines };
}

function howToAnswer(number: number, request: HumanRequest): readonly string[] {
  if (request.kind === "secret") {
    return [
      `  It would be read out here. Answer with: jamey requests answer ${request.request_id}`,
    ];
  }
  const choices = choicesOf(request);
  const listed = choices.map((choice, index) => `  ${index + 1} ${choice}`);
  const example = choices.length > 0 ? `${number} 1` : `${number} and your answer`;
  return [...listed, `  To answer, type: ${example}`];
}

const choicesOf = ({ kind, options }: HumanRequest): readonly string[] =>
  kind === "approval" ? DECISIONS : options;

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
  | { type: "answer"; request: HumanRequest; response: Answer }
  | { type: "tell"; lines: readonly string[] };

const HELP = [
  "help: a line is a message. /stop ends the turn, /requests repeats what waits for you, /quit leaves.",
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
  const [, number = "", rest = ""] = /^(\d+)\s+(\S[\s\S]*)$/.exec(line) ?? [];
  const request = state.requests.get(Number(number));
  return request ? answerTo(request, rest) : { type: "say", text: line };
}

const waiting = ({ requests }: PlainState): readonly string[] =>
  requests.size === 0
    ? ["help: nothing waits for you."]
    : [...requests].flatMap(([number, request]) => [
        `request ${number}: ${requestText(request)}`,
        ...howToAnswer(number, request),
      ]);

function answerTo(request: HumanRequest, text: string): Meant {
  if (request.kind === "secret") return { type: "tell", lines: howToAnswer(0, request) };
  const chosen = Number(text);
  if (request.kind === "approval") {
    const isChoice = Number.isInteger(chosen) && chosen >= 1 && chosen <= DECISIONS.length;
    if (!isChoice || request.hash === null) {
      const lines = [`help: type 1 to ${DECISIONS.length} behind the number of the request.`];
      return { type: "tell", lines };
    }
    const decision = chosen === DECISIONS.length ? "deny" : "approve";
    const scope = chosen === 2 ? "session" : "once";
    const response = { type: "decision", decision, hash: request.hash, scope } as const;
    return { type: "answer", request, response: { ...response, match: null, reason: null } };
  }
  const option = request.options[chosen - 1];
  return { type: "answer", request, response: { type: "answer", text: option ?? text } };
}
