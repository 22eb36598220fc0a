// What keys and replies make of the inbox.
// Rules: 1. Keys that are typed before a question has been seen for a while count for nothing: they were
//           meant for something else. 2. What is answered is what is shown, never what came after it.
import type { Answer, HumanRequest } from "../../../protocol/messages.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Input } from "../../shapes.ts";
import { emptyField, type Field, fieldText, typeInto } from "../parts/field.ts";
import { type PaneAction, paneAction } from "../parts/keys.ts";
import { current, moveBy } from "../parts/list.ts";
import { lastPiece, type Piece, SCROLLED_PIECES } from "../parts/long-text.ts";
import { pass, stay } from "../parts/words.ts";
import { requestPieces } from "./body.ts";
import { type Choice, choiceOf, choicesFor, type Typing, typedAnswer } from "./choices.ts";

/** How long a question is seen before it can be answered: 300, and what a clock may be late. Milliseconds. */
export const GUARD_MS = 350;

export interface Shown {
  request: HumanRequest;
  body: readonly Piece[];
  /** The clock when it appeared: it may be old, so that time counts from when it moves. */
  clock: number;
  since: number | null;
}

export interface InboxState {
  selected: string | null;
  shown: Shown | null;
  choice: number;
  scroll: number;
  typing: { what: Typing; field: Field } | null;
  /** Answered, and not yet gone. */
  sending: readonly string[];
}

export const initialInbox: InboxState = {
  selected: null,
  shown: null,
  choice: 0,
  scroll: 0,
  typing: null,
  sending: [],
};

type Result = PaneResult<InboxState>;

/**
 * The state with the question that is selected now, and for how long it has been seen. The clock is fresh when
 * it has just been told, else it may be old.
 */
export function seen(state: InboxState, shared: Shared, isFresh = false): InboxState {
  const { requests } = shared.world;
  const selected = current(
    requests.map(({ request_id }) => request_id),
    state.selected,
  );
  const request = requests.find(({ request_id }) => request_id === selected);
  if (!request) return state.shown === null ? state : { ...initialInbox, sending: [] };
  const { shown } = state;
  if (shown?.request.request_id !== request.request_id) {
    const fresh = { request, body: requestPieces(request), clock: shared.now, since: null };
    const since = isFresh && shared.isFocused ? shared.now : null;
    return { ...state, selected, shown: { ...fresh, since }, choice: 0, scroll: 0, typing: null };
  }
  // What nobody looks at has not been seen.
  if (!shared.isFocused) return { ...state, shown: { ...shown, clock: shared.now, since: null } };
  const isLater = isFresh || shared.now > shown.clock;
  if (shown.since !== null || !isLater) return state;
  return { ...state, shown: { ...shown, since: shared.now } };
}

export const isGuarded = ({ shown }: InboxState, now: number): boolean =>
  shown !== null && (shown.since === null || now - shown.since < GUARD_MS);

export function updateInbox(before: InboxState, input: Input, shared: Shared): Result {
  const state = seen(before, shared, input.type === "tick");
  const isGone = before.typing !== null && state.typing === null;
  const gone = "It was answered elsewhere, or its turn is over: nothing was sent.";
  const noticed = isGone ? { request: { notice: gone } } : {};
  switch (input.type) {
    case "key":
      return isGone ? { ...stay(state), ...noticed } : pressed(state, input, shared);
    case "paste":
      return isGone || isGuarded(state, shared.now) ? stay(state) : typed(state, input);
    case "replied":
      return stay(settled(state, input.purpose));
    case "call_failed":
      return { ...stay(settled(state, input.purpose)), request: { notice: input.error.message } };
    default:
      return { ...pass(state), ...noticed };
  }
}

type KeyInput = Extract<Input, { type: "key" }>;

function pressed(state: InboxState, input: KeyInput, shared: Shared): Result {
  const { name } = input.key;
  const action = paneAction("inbox", name);
  if (state.typing) return typed(state, input);
  if (action === "close") return { ...stay(state), request: "close" };
  if (!state.shown) return pass(state);
  if (isGuarded(state, shared.now)) {
    const couldAnswer = action !== undefined || input.key.text !== "";
    return couldAnswer ? stay(state) : pass(state);
  }
  const moved = movedBy(state, action, shared);
  if (moved) return stay(moved);
  if (action === "open") {
    return { ...stay(state), request: { open_session: state.shown.request.session_id } };
  }
  const choices = choicesFor(state.shown.request);
  const isPress = action === "press";
  const choice = isPress ? choices[state.choice] : choiceOf(choices, name, action);
  return choice ? chosen(state, choice) : pass(state);
}

function movedBy(
  state: InboxState,
  action: PaneAction<"inbox"> | undefined,
  shared: Shared,
): InboxState | undefined {
  const { shown, choice, scroll } = state;
  const ids = shared.world.requests.map(({ request_id }) => request_id);
  const choices = shown ? choicesFor(shown.request).length : 0;
  const end = lastPiece(shown?.body ?? []);
  switch (action) {
    case "up":
    case "down": {
      const selected = moveBy(ids, state.selected, action === "up" ? -1 : 1);
      return seen({ ...state, selected }, shared);
    }
    case "back":
      return { ...state, scroll: Math.max(0, scroll - SCROLLED_PIECES) };
    case "on":
      return { ...state, scroll: Math.min(end, scroll + SCROLLED_PIECES) };
    case "left":
      return { ...state, choice: Math.max(0, choice - 1) };
    case "right":
      return { ...state, choice: Math.min(choices - 1, choice + 1) };
    default:
      return undefined;
  }
}

function chosen(state: InboxState, choice: Choice): Result {
  if (choice.type === "send") return sent(state, choice.response);
  const field = emptyField(choice.prompt, "", choice.typing === "secret");
  return stay({ ...state, typing: { what: choice.typing, field } });
}

function typed(state: InboxState, input: Input): Result {
  const { typing, shown } = state;
  if (!typing || !shown) return pass(state);
  const action = input.type === "key" ? paneAction("field", input.key.name) : undefined;
  if (action === "leave") return stay({ ...state, typing: null });
  if (action !== "submit") {
    const field = typeInto(typing.field, input) ?? typing.field;
    return stay({ ...state, typing: { ...typing, field } });
  }
  const response = typedAnswer(typing.what, fieldText(typing.field), shown.request);
  return response ? sent({ ...state, typing: null }, response) : stay(state);
}

function sent(state: InboxState, response: Answer): Result {
  const request_id = state.shown?.request.request_id;
  if (request_id === undefined || state.sending.includes(request_id)) return stay(state);
  const next = { ...state, sending: [...state.sending, request_id] };
  const purpose = `${PURPOSE}${request_id}`;
  const params = { request_id, response };
  return stay(next, [{ type: "call", command: "RespondToRequest", params, purpose }]);
}

const PURPOSE = "inbox:answer:";

const settled = (state: InboxState, purpose: string): InboxState => ({
  ...state,
  sending: state.sending.filter((request_id) => `${PURPOSE}${request_id}` !== purpose),
});
