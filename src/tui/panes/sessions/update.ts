// What keys and replies make of the session switcher.

import { COPIED, copyName } from "../../copies.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH, type TailLine } from "../../world.ts";
import { paneAction } from "../parts/bound.ts";
import { emptyField, type Field, fieldText, typeInto } from "../parts/field.ts";
import { type AskedTwice, answerTwice } from "../parts/guard.ts";
import { current, moveBy, stepOf } from "../parts/list.ts";
import { pass, stay } from "../parts/words.ts";
import { isOfPinned, unpinned, withFetched, withoutStale, withPinned } from "./pins.ts";
import { type Found, nothingFound, type SessionRow, type Summary, sessionRows } from "./rows.ts";

/** Shorter words are looked for in names only. Letters. */
const MIN_SEARCHED = 2;
const MAX_SEARCHED = 1_000;
/** Longer words are no name, and looked for only in what was said. Letters. */
const MAX_NAMED = 200;
/** Conversations that are fetched by their name: the newest. */
const NAMED_SESSIONS = 50;
/** How the purpose of what is searched for begins. */
const SEARCH = "sessions:search:";
/** Messages of a preview: the newest. */
const PREVIEW_MESSAGES = 40;

export type SessionsMode =
  | { type: "list" }
  | { type: "search" }
  | { type: "rename"; session_id: string; field: Field }
  /** Asked twice: what was said is gone for good. */
  | ({ type: "delete"; session_id: string; title: string } & AskedTwice);

export interface SessionsState {
  selected: string | null;
  query: Field;
  found: Found;
  mode: SessionsMode;
  isPreviewing: boolean;
  preview: { session_id: string; lines: readonly TailLine[] } | null;
  /** What is pinned and older than what the world knows. */
  older: readonly Summary[];
  /** What was asked for, and has not changed since. */
  asked: readonly string[];
}

export const initialSessions: SessionsState = {
  selected: null,
  query: emptyField("search"),
  found: nothingFound,
  mode: { type: "list" },
  isPreviewing: true,
  preview: null,
  older: [],
  asked: [],
};

type Result = PaneResult<SessionsState>;

export const rowsOf = (
  { query, found, older }: SessionsState,
  { world, pinned }: Shared,
): readonly SessionRow[] =>
  sessionRows(world, fieldText(query).trim(), { found, pins: { pinned, older } });

export function chosenOf(
  rows: readonly SessionRow[],
  { selected }: SessionsState,
): SessionRow | undefined {
  const ids = rows.map(({ session_id }) => session_id);
  const session_id = current(ids, selected);
  return rows.find((one) => one.session_id === session_id);
}

const chosenRow = (state: SessionsState, shared: Shared): SessionRow | undefined =>
  chosenOf(rowsOf(state, shared), state);

export function updateSessions(state: SessionsState, input: Input, shared: Shared): Result {
  switch (input.type) {
    case "key":
      return pressed(state, input, shared);
    case "paste":
      return typed(state, input, shared);
    case "mouse": {
      const step = { wheel_up: -1, wheel_down: 1, press: 0, release: 0, drag: 0 }[input.action];
      return step === 0 ? pass(state) : moved(state, step, shared);
    }
    case "tick":
      return shared.isFocused ? withPinned(state, shared) : pass(state);
    case "frames":
    case "link": {
      const told = withoutStale(state, input);
      return told !== state && shared.isFocused ? withPinned(told, shared) : pass(told);
    }
    case "replied":
      return replied(state, input, shared);
    case "call_failed":
      // One that is gone by now: it is pinned no more.
      if (isOfPinned(input.purpose)) return unpinned(state, input);
      return { ...stay(state), request: { notice: input.error.message } };
    default:
      return pass(state);
  }
}

type KeyInput = Extract<Input, { type: "key" }>;

function pressed(state: SessionsState, input: KeyInput, shared: Shared): Result {
  switch (state.mode.type) {
    case "search":
    case "rename":
      return typed(state, input, shared);
    case "delete":
      return confirmed(state, state.mode, { key: input.key.name, shared });
    case "list":
      return acted(state, input.key.name, shared);
  }
}

function acted(state: SessionsState, key: string, shared: Shared): Result {
  const action = paneAction(shared, "sessions", key);
  const step = stepOf(action);
  if (step !== undefined) return moved(state, step, shared);
  if (action === "close") {
    const isSearched = fieldText(state.query) !== "";
    return isSearched
      ? stay({ ...state, query: emptyField("search"), found: nothingFound })
      : { ...stay(state), request: "close" };
  }
  if (action === "search") return stay({ ...state, mode: { type: "search" } });
  if (action === "preview") {
    const next = { ...state, isPreviewing: !state.isPreviewing };
    return stay(next, previewEffects(next, shared));
  }
  if (action === "numbered") return opened(state, rowsOf(state, shared)[Number(key) - 1]);
  const row = chosenRow(state, shared);
  return row ? actedOn(state, action, { row, now: shared.now }) : pass(state);
}

function actedOn(
  state: SessionsState,
  action: string | undefined,
  { row, now }: { row: SessionRow; now: number },
): Result {
  const { session_id, title, session } = row;
  switch (action) {
    case "open":
      return opened(state, row);
    case "pin": {
      const request = { pin: session_id, isPinned: !row.isPinned };
      return { ...stay({ ...state, selected: session_id }), request };
    }
    case "fork":
      return stay(state, [
        {
          type: "call",
          command: "ForkSession",
          params: { session_id, name: copyName(title) },
          purpose: "sessions:fork",
        },
      ]);
    case "rename": {
      const field = emptyField("name", session?.name ?? "");
      return stay({ ...state, mode: { type: "rename", session_id, field } });
    }
    case "delete":
      return stay({ ...state, mode: { type: "delete", session_id, title, times: 1, since: now } });
    default:
      return pass(state);
  }
}

function opened(state: SessionsState, row: SessionRow | undefined): Result {
  if (!row) return stay(state);
  const next: SessionsState = { ...state, query: emptyField("search"), found: nothingFound };
  const { session_id, snippet } = row;
  const search = fieldText(state.query).trim();
  const isSaid = snippet !== null && search !== "";
  return { ...stay(next), request: { open_session: session_id, ...(isSaid ? { search } : {}) } };
}

function moved(state: SessionsState, step: number, shared: Shared): Result {
  const ids = rowsOf(state, shared).map(({ session_id }) => session_id);
  const next = { ...state, selected: moveBy(ids, state.selected, step) };
  return stay(next, previewEffects(next, shared));
}

function typed(state: SessionsState, input: Input, shared: Shared): Result {
  const { mode } = state;
  if (mode.type !== "search" && mode.type !== "rename") return pass(state);
  const field = mode.type === "search" ? state.query : mode.field;
  const list: SessionsState = { ...state, mode: { type: "list" } };
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  if (mode.type === "rename") {
    if (action === "leave") return stay(list);
    if (action === "submit") return stay(list, [renaming(mode.session_id, fieldText(field))]);
    return stay({ ...state, mode: { ...mode, field: typeInto(field, input) ?? field } });
  }
  if (action === "leave")
    return stay({ ...list, query: emptyField("search"), found: nothingFound });
  if (action === "submit") return opened(list, chosenRow(list, shared));
  // The list can be walked while the words stand.
  const step = input.type === "key" ? arrows[input.key.name] : undefined;
  if (step !== undefined) return moved(state, step, shared);
  const query = typeInto(field, input);
  if (!query) return pass(state);
  return stay({ ...state, query, selected: null }, searching(fieldText(query).trim()));
}

const arrows: Readonly<Record<string, number>> = { up: -1, down: 1 };

const renaming = (session_id: string, text: string): Effect => ({
  type: "call",
  command: "RenameSession",
  params: { session_id, name: text.replace(/\s+/g, " ").trim() || null },
  purpose: "sessions:rename",
});

function searching(query: string): readonly Effect[] {
  if (query.length < MIN_SEARCHED || query.length > MAX_SEARCHED) return [];
  const purpose = `${SEARCH}${query}`;
  const said: Effect = { type: "call", command: "SearchSessions", params: { query }, purpose };
  if (query.length > MAX_NAMED) return [said];
  const params = { named: query, limit: NAMED_SESSIONS };
  return [said, { type: "call", command: "ListSessions", params, purpose }];
}

type Deleting = Extract<SessionsMode, { type: "delete" }>;

function confirmed(
  state: SessionsState,
  mode: Deleting,
  { key, shared }: { key: string; shared: Shared },
): Result {
  const answer = answerTwice(mode, paneAction(shared, "confirm", key), shared.now);
  const list: SessionsState = { ...state, mode: { type: "list" } };
  if (answer === "no") return stay(list);
  if (answer !== "yes") return stay({ ...state, mode: answer });
  const params = { session_id: mode.session_id };
  return stay(list, [
    { type: "call", command: "DeleteSession", params, purpose: "sessions:delete" },
  ]);
}

function previewEffects(state: SessionsState, shared: Shared): readonly Effect[] {
  const row = chosenRow(state, shared);
  if (!state.isPreviewing || !row || state.preview?.session_id === row.session_id) return [];
  const params = { session_id: row.session_id };
  return [{ type: "call", command: "GetSession", params, purpose: "sessions:preview" }];
}

type Replied = Extract<Input, { type: "replied" }>;

function found(state: SessionsState, input: Replied): SessionsState {
  // An answer to what was typed earlier says nothing about what stands there now.
  if (input.purpose !== `${SEARCH}${fieldText(state.query).trim()}`) return state;
  if (input.command === "SearchSessions") {
    return { ...state, found: { ...state.found, hits: input.reply.hits } };
  }
  if (input.command !== "ListSessions") return state;
  return { ...state, found: { ...state.found, named: input.reply } };
}

function replied(state: SessionsState, input: Replied, shared: Shared): Result {
  const { command } = input;
  if (command === "SearchSessions" || command === "ListSessions") {
    // What was found may put another one under the mark.
    const next = found(state, input);
    return stay(next, previewEffects(next, shared));
  }
  if (input.command === "ForkSession") {
    const { session_id } = input.reply.session;
    return { ...stay(state), request: { open_session: session_id, notice: COPIED } };
  }
  if (input.command !== "GetSession") return stay(state);
  const { session } = input.reply;
  if (isOfPinned(input.purpose)) return stay(withFetched(state, session, shared));
  const { session_id, po_name, conversation } = session;
  const said = conversation.filter(({ content }) => content !== "").slice(-PREVIEW_MESSAGES);
  const lines = said.map(({ role, name, content }) => ({
    who: clip(
      name ?? { user: "you", assistant: po_name, tool: "tool", system: "system" }[role],
      64,
    ),
    text: clip(content, MAX_TEXT_LENGTH),
  }));
  return stay({ ...state, preview: { session_id, lines } });
}
