// Keys and pastes: to whatever is uppermost, then to what has the focus, then to what means something everywhere.
import {
  clearText,
  draftOf,
  isEmpty,
  restoreText,
  type Submitted,
  updateComposer,
} from "../composer/index.ts";
import { type Action, actionFor, keysOf } from "../keys.ts";
import { isTooSmall, isWide } from "../layout.ts";
import { type CommandName, commandTable } from "../palette/commands.ts";
import { updatePalette } from "../palette/index.ts";
import { viewKeyHelp } from "../palette/key-help.ts";
import { readSubmitted } from "../palette/submitted.ts";
import type { TerminalInput } from "../shapes.ts";
import type { State } from "../state.ts";
import {
  composerContextOf,
  isBusy,
  isParked,
  isWorking,
  lineToStop,
  paletteContextOf,
  requestsHere,
} from "../state-questions.ts";
import { overlaySize, placedAreas } from "../view/places.ts";
import { act, openPane } from "./acts.ts";
import { compareSpace, toChange } from "./changes.ts";
import * as conversation from "./conversation.ts";
import { leavingNotice } from "./lines.ts";
import { goOn, interrupt, takeBack } from "./messages.ts";
import { focusedPane, toPane } from "./panes.ts";
import { endSearch, MAX_QUERY_LENGTH, nextMatch, searchFor, startSearch } from "./search.ts";
import { type Next, still, then, withNotice, withoutOldNotice, withProblem } from "./updated.ts";

export type Typed = Extract<TerminalInput, { type: "key" | "paste" }>;

/** Rows of the key help that a page moves. */
const HELP_PAGE_ROWS = 10;

/** Whatever else is typed, leaving begins anew: only two of its keys in a row leave. */
export function typed(state: State, input: Typed): Next {
  const action =
    input.type === "key" ? actionFor(state.keymap, "everywhere", input.key.name) : undefined;
  const isLeaving = action === "cancel" || action === "quit";
  const armed = state.leaving === null || isLeaving ? state : { ...state, leaving: null };
  const next = toWhoHasTheKeys(armed, input);
  return { ...next, state: withoutOldNotice(armed, next.state) };
}

function toWhoHasTheKeys(state: State, input: Typed): Next {
  if (isTooSmall(state.size)) return unseen(state, input);
  if (state.overlay === "palette") return inPalette(state, input);
  if (state.overlay === "help") return inHelp(state, input);
  if (state.conversation.search?.isTyping) return inSearch(state, input);
  const pane = focusedPane(state);
  if (pane !== null) {
    const next = toPane(state, pane, input);
    if (next.isTaken) return next;
    return then(next, (after) =>
      asksForKeys(state, input) ? act(after, { type: "help" }) : everywhere(after, input),
    );
  }
  return state.focus === "conversation" ? inConversation(state, input) : inComposer(state, input);
}

/** Where nothing is drawn nothing is decided: what runs can be stopped, and the interface be left. */
function unseen(state: State, input: Typed): Next {
  const action =
    input.type === "key" ? actionFor(state.keymap, "everywhere", input.key.name) : undefined;
  if (action === "interrupt" || (action === "cancel" && canStop(state))) return interrupt(state);
  if (asksFirst(state, action)) {
    return still({ ...state, leaving: { until: null } });
  }
  if (action === "cancel" || action === "quit") return act(state, { type: "quit" });
  return action === "suspend" || action === "redraw" ? everywhereDo[action](state) : still(state);
}

function inPalette(state: State, input: Typed): Next {
  const result = updatePalette(state.palette, input, paletteContextOf(state));
  const overlay = result.isClosed ? null : state.overlay;
  const next: State = { ...state, palette: result.state, overlay };
  if (result.act) return act(next, result.act);
  return result.isTaken ? still(next, ...result.effects) : everywhere(next, input);
}

function inHelp(state: State, input: Typed): Next {
  if (input.type === "paste") return still(state);
  const action = actionFor(state.keymap, "help", input.key.name);
  const steps: Record<Action<"help">, number> = {
    up: -1,
    down: 1,
    page_up: -HELP_PAGE_ROWS,
    page_down: HELP_PAGE_ROWS,
  };
  const step = action && steps[action];
  if (step === undefined) return still({ ...state, overlay: null });
  const room = overlaySize(placedAreas(state, state.size).main);
  const { count } = viewKeyHelp(state.keymap, room, 0, state.bindingProblems);
  const last = Math.max(0, count - room.rows);
  return still({ ...state, helpScroll: Math.max(0, Math.min(last, state.helpScroll + step)) });
}

/** The line that a search is typed into: letters, Backspace, Enter; anything else leaves it. */
function inSearch(state: State, input: Typed): Next {
  const { search } = state.conversation;
  if (!search) return still(state);
  const withQuery = (query: string): Next =>
    still(
      conversation.withConversation(state, {
        search: { ...search, query: query.slice(0, MAX_QUERY_LENGTH) },
      }),
    );
  if (input.type === "paste") return withQuery(search.query + input.text.replace(/\s+/g, " "));
  const { name, text } = input.key;
  if (name === "enter" && search.query !== "") {
    return still({ ...searchFor(state, search.query), focus: "conversation" });
  }
  if (name === "backspace" && search.query !== "") {
    return withQuery(Array.from(search.query).slice(0, -1).join(""));
  }
  if (text !== "" && name !== "enter") return withQuery(search.query + text);
  return still(endSearch(state));
}

function inComposer(state: State, input: Typed): Next {
  const isUp = input.type === "key" && actionFor(state.keymap, "composer", input.key.name) === "up";
  const back = isUp ? takeBack(state) : null;
  if (back) return back;
  const result = updateComposer(state.composer, input, composerContextOf(state));
  const next: Next = { state: { ...state, composer: result.state }, effects: result.effects };
  const { submitted } = result;
  if (submitted) return then(next, (after) => done(after, submitted));
  if (result.isTaken || input.type === "paste") return next;
  const action = actionFor(state.keymap, "composer", input.key.name);
  if (action === "key_help") return act(next.state, { type: "help" });
  if (action === "send" && isEmpty(state.composer)) return onNothing(next.state);
  return everywhere(next.state, input);
}

/** Enter where nothing is typed: what is parked goes on, else what waits for the human is shown. */
function onNothing(state: State): Next {
  if (isParked(state) || requestsHere(state).length === 0) return goOn(state);
  return still(openPane(state, "inbox"));
}

/** What somebody types who means to answer a question. */
const ANSWER = /^(?:y|n|yes|no)$/i;

/** What was entered. */
export function done(state: State, submitted: Submitted): Next {
  const what = readSubmitted(submitted, paletteContextOf(state));
  const isAnswer = what.type === "send" && ANSWER.test(what.text.trim());
  const isMistaken = isAnswer && requestsHere(state).length > 0;
  if (what.type !== "problem" && !isMistaken) return act(state, what);
  // What was typed stands there again, to be mended.
  const composer = restoreText(state.composer, submitted);
  const why = what.type === "problem" ? what.text : questionWaits(state);
  return still(withProblem({ ...state, composer }, why));
}

function questionWaits({ keymap }: State): string {
  const [inbox = "/inbox"] = keysOf(keymap, "everywhere", "inbox");
  return `A question waits: ${inbox} answers it. This was not sent.`;
}

function inConversation(state: State, input: Typed): Next {
  if (input.type === "paste") return inComposer({ ...state, focus: "composer" }, input);
  const action = actionFor(state.keymap, "conversation", input.key.name);
  if (action) return inConversationDo[action](state);
  return asksForKeys(state, input) ? act(state, { type: "help" }) : everywhere(state, input);
}

/** Where no text is typed it means what it means in an empty composer. */
const asksForKeys = ({ keymap }: State, input: Typed): boolean =>
  input.type === "key" && actionFor(keymap, "composer", input.key.name) === "key_help";

const toComposer = (state: State): State => ({
  ...conversation.withConversation(state, { selected: null, search: null, change: null }),
  focus: "composer",
});

type Does = (state: State) => Next;

const inConversationDo: Record<Action<"conversation">, Does> = {
  up: (state) => still(conversation.scrollBy(state, -1)),
  down: (state) => still(conversation.scrollBy(state, 1)),
  previous: (state) => still(conversation.selectBy(state, -1)),
  next: (state) => still(conversation.selectBy(state, 1)),
  half_up: (state) => still(conversation.scrollBy(state, -halfPage(state))),
  half_down: (state) => still(conversation.scrollBy(state, halfPage(state))),
  page_down: (state) => still(conversation.scrollBy(state, conversation.pageRows(state))),
  top: (state) => still(conversation.toTop(state)),
  bottom: (state) => still(conversation.toEnd(state)),
  fold: (state) => still(conversation.foldSelected(state)),
  search: (state) => still(startSearch(state)),
  next_match: (state) =>
    state.conversation.search ? still(nextMatch(state, 1)) : toChange(state, 1),
  previous_match: (state) =>
    state.conversation.search ? still(nextMatch(state, -1)) : toChange(state, -1),
  whitespace: compareSpace,
  copy: conversation.copySelected,
  page: (state) => conversation.dump(state, "page"),
  editor: (state) => conversation.dump(state, "editor"),
  result: (state) => still(openPane(state, "result")),
  open_child: (state) => {
    const session_id = conversation.childOf(state);
    if (session_id !== null) return act(state, { type: "open_session", session_id });
    return still(withNotice(state, "This message called no other object."));
  },
  // One step at a time: the search is closed first. Escape then stops what runs, from wherever it is pressed.
  leave: (state) => {
    if (state.conversation.search) return still(endSearch(state));
    return isBusy(state) || lineToStop(state)
      ? interrupt(toComposer(state))
      : still(toComposer(state));
  },
};

const halfPage = (state: State): number => Math.ceil(conversation.pageRows(state) / 2);

function everywhere(state: State, input: Typed): Next {
  if (input.type === "paste") return still(state);
  const action = actionFor(state.keymap, "everywhere", input.key.name);
  return action ? everywhereDo[action](state) : still(state);
}

const opens =
  (name: string): Does =>
  (state) =>
    still(openPane(state, name));

const everywhereDo: Record<Action<"everywhere">, Does> = {
  interrupt: close,
  cancel,
  quit(state) {
    if (!isEmpty(state.composer)) return still(state);
    return asksFirst(state, "quit") ? leaveNext(state) : act(state, { type: "quit" });
  },
  palette: (state) => act(state, { type: "palette" }),
  help: (state) => act(state, { type: "help" }),
  sessions: opens("sessions"),
  inbox: opens("inbox"),
  agents: opens("agents"),
  objects: opens("objects"),
  workflows: opens("workflows"),
  usage: opens("usage"),
  connectors: opens("connectors"),
  log: opens("log"),
  caller: (state) => byName(state, "caller"),
  focus: (state) => still(focusNext(state)),
  search: (state) => act(state, { type: "search", query: "" }),
  page_up: (state) => still(conversation.scrollBy(state, -conversation.pageRows(state))),
  page_down: (state) => still(conversation.scrollBy(state, conversation.pageRows(state))),
  to_end: (state) => still(conversation.toEnd(state)),
  fold_all: (state) => act(state, { type: "fold_all" }),
  redraw: (state) => still(state, { type: "redraw" }),
  suspend: (state) => still(state, { type: "suspend" }),
};

function byName(state: State, name: CommandName): Next {
  const what = commandTable[name]?.run("", paletteContextOf(state));
  if (!what) return still(state);
  return what.type === "problem" ? still(withProblem(state, what.text)) : act(state, what);
}

/** What lies uppermost goes away; where nothing does, the turn is stopped. */
function close(state: State): Next {
  if (focusedPane(state) !== null) return act(state, { type: "close_pane" });
  if (state.conversation.search) return still(endSearch(state));
  if (isBusy(state) || state.pending.length > 0 || lineToStop(state)) return interrupt(state);
  return still(conversation.toEnd(state));
}

/** Clear, then interrupt, then leave: one press never takes more than one step. */
function cancel(state: State): Next {
  if (draftOf(state.composer) !== "") {
    return still({ ...state, composer: clearText(state.composer), leaving: null });
  }
  if (canStop(state)) return interrupt({ ...state, leaving: null });
  return asksFirst(state, "cancel") ? leaveNext(state) : act(state, { type: "quit" });
}

/** Where leaving would end something, the key that does nothing else is asked for twice, too. */
const asksFirst = (state: State, action: Action<"everywhere"> | undefined): boolean =>
  state.leaving === null && (action === "cancel" || (action === "quit" && state.lines.length > 0));

const leaveNext = (state: State): Next =>
  still(withNotice({ ...state, leaving: { until: null } }, leavingNotice(state)));

/** Where the daemon is away nothing is stopped: the key must still lead out. */
const canStop = (state: State): boolean =>
  state.link.type === "up" &&
  (isWorking(state) || lineToStop(state) !== undefined || (isBusy(state) && !state.wantsInterrupt));

function focusNext(state: State): State {
  if (state.open !== null) return state;
  if (state.focus === "composer") {
    return conversation.selectNewest({ ...state, focus: "conversation" });
  }
  const isSideNext = state.focus === "conversation" && isWide(state.size);
  return isSideNext ? { ...toComposer(state), focus: "pane" } : toComposer(state);
}
