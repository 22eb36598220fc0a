// What keys and replies make of the inbox.
// Rules: 1. Keys that are typed before a question has been seen for a while count for nothing: they were
//           meant for something else. 2. What is answered is what is shown, never what came after it.
//        3. Nothing is allowed of which a part has never been on the screen.
import type { Answer } from "../../../protocol/messages.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Input } from "../../shapes.ts";
import { paneAction } from "../parts/bound.ts";
import { emptyField, fieldText, typeInto } from "../parts/field.ts";
import type { PaneAction } from "../parts/keys.ts";
import { current, moveBy } from "../parts/list.ts";
import { lastPiece, nextChangedPiece, pageOf, SCROLLED_PIECES } from "../parts/long-text.ts";
import { pass, stay } from "../parts/words.ts";
import { aroundOf, readingKey } from "./around.ts";
import { requestPieces } from "./body.ts";
import { allows, type Choice, choiceOf, choicesFor, typedAnswer } from "./choices.ts";
import { type InboxState, initialInbox, isGuarded, isRead, type Shown } from "./state.ts";

type Result = PaneResult<InboxState>;

/** The state with the question that is selected now. */
export function seen(state: InboxState, shared: Shared): InboxState {
  const { requests } = shared.world;
  const selected = current(
    requests.map(({ request_id }) => request_id),
    state.selected,
  );
  const request = requests.find(({ request_id }) => request_id === selected);
  if (!request) return state.shown === null ? state : { ...initialInbox, sending: [] };
  const { shown } = state;
  if (shown?.request.request_id !== request.request_id) {
    const body = requestPieces(request, { ignoresSpace: false });
    const next = { ...state, selected, choice: 0, scroll: 0, ignoresSpace: false, typing: null };
    return { ...next, shown: { request, body, since: null, read: 0 } };
  }
  // What nobody looks at has not been seen.
  const isUnseen = shown.since === null || isOnScreen(shared);
  return isUnseen ? state : { ...state, shown: { ...shown, since: null } };
}

const isOnScreen = ({ isFocused, size }: Shared): boolean => isFocused && size !== null;

/** With what of it is on the screen now. Time begins there, and anew when the last of it has appeared. */
function drawn(before: InboxState, shared: Shared, now: number): InboxState {
  const state = seen(before, shared);
  const { shown, scroll } = state;
  if (!shown || !isOnScreen(shared)) return state;
  const end = scroll > shown.read ? shown.read : pageEnd(state, shown, shared);
  const isMore = end > shown.read && !isRead(shown);
  const isLast = isMore && shown.read > 0 && end >= shown.body.length;
  if (!isMore && shown.since !== null) return state;
  const since = shown.since === null || isLast ? now : shown.since;
  return { ...state, shown: { ...shown, read: Math.max(end, shown.read), since } };
}

/** The first piece that is not whole on the page. */
const pageEnd = (state: InboxState, shown: Shown, shared: Shared): number =>
  shared.size === null
    ? state.scroll
    : pageOf(shown.body, state.scroll, aroundOf(state, shown, shared, shared.size).body).end;

export function updateInbox(before: InboxState, input: Input, shared: Shared): Result {
  const state = seen(before, shared);
  const isGone = before.typing !== null && state.typing === null;
  // What the pane was opened for is answered: it goes away by itself.
  const isOver = before.shown !== null && state.shown === null && shared.isFocused;
  switch (input.type) {
    case "key":
      return isGone ? { ...stay(state), ...gone(before) } : pressed(state, input, shared);
    case "paste":
      if (isGone) return { ...stay(state), ...gone(before) };
      return isGuarded(state, shared.now) ? stay(state) : typed(state, input, shared);
    case "drawn":
      return pass(drawn(before, shared, input.now));
    case "replied":
      return { ...stay(settled(state, input.purpose)), ...(isGone ? gone(before) : {}) };
    case "call_failed": {
      const failed = { request: { notice: input.error.message } };
      return { ...stay(settled(state, input.purpose)), ...(isGone ? gone(before) : failed) };
    }
    default:
      if (isGone) return { ...pass(state), ...gone(before) };
      return isOver ? { ...pass(state), request: "close" } : pass(state);
  }
}

/** What was typed is not lost: it may be said elsewhere. */
function gone({ typing }: InboxState): Required<Pick<Result, "request">> {
  const notice = "It was answered elsewhere, or its turn is over: nothing was sent.";
  const text = typing && typing.what !== "secret" ? fieldText(typing.field) : "";
  if (text.trim() === "") return { request: { notice } };
  return { request: { keep: text, notice: KEPT } };
}

/** In one row of a usual terminal. */
const KEPT = "Answered elsewhere, or over: Up in the composer brings back what you wrote.";

const READS: readonly PaneAction<"inbox">[] = [
  ...(["on", "back"] as const),
  ...(["next_change", "previous_change", "whitespace"] as const),
];

type KeyInput = Extract<Input, { type: "key" }>;

function pressed(state: InboxState, input: KeyInput, shared: Shared): Result {
  const { name } = input.key;
  const action = paneAction(shared, "inbox", name);
  if (state.typing) return typed(state, input, shared);
  if (action === "close") return { ...stay(state), request: "close" };
  if (!state.shown) return instead(state, input);
  // Reading decides nothing.
  if (READS.some((one) => one === action)) {
    return stay(movedBy(state, action, shared) ?? state);
  }
  if (isGuarded(state, shared.now)) {
    const couldAnswer = action !== undefined || input.key.text !== "";
    return couldAnswer ? stay(waitingOn(state, input, shared)) : pass(state);
  }
  const moved = movedBy(state, action, shared);
  if (moved) return stay(moved);
  if (action === "open") {
    return { ...stay(state), request: { open_session: state.shown.request.session_id } };
  }
  const choices = choicesFor(state.shown.request);
  const isPress = action === "press";
  const choice = isPress ? choices[state.choice] : choiceOf(choices, name, action);
  if (!choice) return begun(state, input);
  const isUnread = allows(choice) && !isRead(state.shown);
  return isUnread ? readOn(state, state.shown, shared) : chosen(state, choice);
}

/** Letters would begin an answer: who types on means something else, and the time begins anew. */
function waitingOn(state: InboxState, { key }: KeyInput, { now }: Shared): InboxState {
  const { shown } = state;
  if (!shown || shown.since === null || key.text === "" || !takesText(shown)) return state;
  return { ...state, shown: { ...shown, since: now } };
}

const takesText = ({ request }: Shown): boolean => request.kind !== "approval";

/** A letter that is no key here begins the answer to what is answered in words. */
function begun(state: InboxState, { key }: KeyInput): Result {
  const { shown } = state;
  const isText = key.text !== "" && shown !== null && takesText(shown);
  if (!isText || state.sending.includes(shown.request.request_id)) return pass(state);
  const choice = choicesFor(shown.request).find(({ type }) => type === "type");
  return choice ? chosen(state, choice, key.text) : pass(state);
}

/** Nothing waits: who types letters means the composer. */
const instead = (state: InboxState, { key }: KeyInput): Result =>
  key.text === "" ? pass(state) : { ...stay(state), request: { insert: key.text } };

/** What was to be allowed goes on below what was on the screen. */
function readOn(state: InboxState, shown: Shown, shared: Shared): Result {
  const bound = readingKey(shared);
  const key = bound === undefined ? "" : ` (${bound})`;
  const notice =
    pageEnd(state, shown, shared) === state.scroll
      ? "There is no room to show what you would allow: make the window larger."
      : `There is more of it than was shown: read on${key}, then allow it.`;
  return { ...stay({ ...state, scroll: shown.read }), request: { notice } };
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
      if (isAtEnd(state, shared)) return state;
      return {
        ...state,
        scroll: Math.min(end, scroll + SCROLLED_PIECES, nextUnread(state, shared)),
      };
    case "next_change":
    case "previous_change":
      return changed(state, action === "next_change" ? 1 : -1, shared);
    case "whitespace":
      return compared(state);
    case "left":
      return { ...state, choice: Math.max(0, choice - 1) };
    case "right":
      return { ...state, choice: Math.min(choices - 1, choice + 1) };
    default:
      return undefined;
  }
}

/** The change after or before the top of the page; never over what has not been on the screen. */
function changed(state: InboxState, step: -1 | 1, shared: Shared): InboxState {
  const { shown, scroll } = state;
  const to = nextChangedPiece(shown?.body ?? [], scroll, step);
  return to === undefined ? state : { ...state, scroll: Math.min(to, nextUnread(state, shared)) };
}

/** With or without differences of white space: it is drawn anew, and has to be seen anew. */
function compared(state: InboxState): InboxState {
  const { shown } = state;
  const ignoresSpace = !state.ignoresSpace;
  const isDifference = state.ignoresSpace || shown?.body.some(({ isChange }) => isChange);
  if (!shown || !isDifference) return state;
  const body = requestPieces(shown.request, { ignoresSpace });
  const fresh = { ...shown, body, since: null, read: 0 };
  return { ...state, ignoresSpace, scroll: 0, shown: fresh };
}

/** The last of it is on the screen. */
function isAtEnd(state: InboxState, shared: Shared): boolean {
  const { shown, scroll } = state;
  const { size } = shared;
  if (!shown || !size) return false;
  return pageOf(shown.body, scroll, aroundOf(state, shown, shared, size).body).left === 0;
}

/** Nothing is scrolled over that has not been seen; what is larger than the page cannot be seen whole. */
function nextUnread(state: InboxState, shared: Shared): number {
  const { shown, scroll } = state;
  const read = shown?.read ?? 0;
  if (!shown || read > scroll) return read;
  const isLeftOut = read < scroll || pageEnd(state, shown, shared) === scroll;
  return isLeftOut ? scroll + 1 : scroll;
}

function chosen(state: InboxState, choice: Choice, text = ""): Result {
  if (choice.type === "send") return sent(state, choice.response);
  const field = emptyField(choice.prompt, text, choice.typing === "secret");
  return stay({ ...state, typing: { what: choice.typing, field } });
}

function typed(state: InboxState, input: Input, shared: Shared): Result {
  const { typing, shown } = state;
  if (!typing || !shown) return pass(state);
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
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
