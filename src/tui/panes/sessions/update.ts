// What keys and replies make of the session switcher.
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH, type TailLine } from "../../world.ts";
import { emptyField, type Field, fieldText, typeInto } from "../parts/field.ts";
import { paneAction } from "../parts/keys.ts";
import { current, moveBy, stepOf } from "../parts/list.ts";
import { pass, stay } from "../parts/words.ts";
import { type Hits, type SessionRow, sessionRows } from "./rows.ts";

/** Shorter words are looked for in names only. Letters. */
const MIN_SEARCHED = 2;
const MAX_SEARCHED = 1_000;
/** Messages of a preview: the newest. */
const PREVIEW_MESSAGES = 40;

export type SessionsMode =
  | { type: "list" }
  | { type: "search" }
  | { type: "rename"; session_id: string; field: Field }
  /** Asked twice: what was said is gone for good. */
  | { type: "delete"; session_id: string; title: string; times: 1 | 2 };

export interface SessionsState {
  selected: string | null;
  query: Field;
  hits: Hits;
  mode: SessionsMode;
  isPreviewing: boolean;
  preview: { session_id: string; lines: readonly TailLine[] } | null;
}

export const initialSessions: SessionsState = {
  selected: null,
  query: emptyField("search"),
  hits: [],
  mode: { type: "list" },
  isPreviewing: true,
  preview: null,
};

type Result = PaneResult<SessionsState>;

export const rowsOf = ({ query, hits }: SessionsState, { world }: Shared): readonly SessionRow[] =>
  sessionRows(world, fieldText(query).trim(), hits);

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
    case "replied":
      return replied(state, input);
    case "call_failed":
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
      return confirmed(state, state.mode, input);
    case "list":
      return acted(state, input.key.name, shared);
  }
}

function acted(state: SessionsState, key: string, shared: Shared): Result {
  const action = paneAction("sessions", key);
  const step = stepOf(action);
  if (step !== undefined) return moved(state, step, shared);
  if (action === "close") {
    const isSearched = fieldText(state.query) !== "";
    return isSearched
      ? stay({ ...state, query: emptyField("search"), hits: [] })
      : { ...stay(state), request: "close" };
  }
  if (action === "search") return stay({ ...state, mode: { type: "search" } });
  if (action === "preview") {
    const next = { ...state, isPreviewing: !state.isPreviewing };
    return stay(next, previewEffects(next, shared));
  }
  if (/^[1-9]$/.test(key)) return opened(state, rowsOf(state, shared)[Number(key) - 1]);
  const row = chosenRow(state, shared);
  return row ? actedOn(state, action, row) : pass(state);
}

function actedOn(state: SessionsState, action: string | undefined, row: SessionRow): Result {
  const { session_id, title, session } = row;
  switch (action) {
    case "open":
      return opened(state, row);
    case "fork":
      return stay(state, [
        { type: "call", command: "ForkSession", params: { session_id }, purpose: "sessions:fork" },
      ]);
    case "rename": {
      const field = emptyField("name", session?.name ?? "");
      return stay({ ...state, mode: { type: "rename", session_id, field } });
    }
    case "delete":
      return stay({ ...state, mode: { type: "delete", session_id, title, times: 1 } });
    default:
      return pass(state);
  }
}

function opened(state: SessionsState, row: SessionRow | undefined): Result {
  if (!row) return stay(state);
  const next: SessionsState = { ...state, query: emptyField("search"), hits: [] };
  return { ...stay(next), request: { open_session: row.session_id } };
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
  const action = input.type === "key" ? paneAction("field", input.key.name) : undefined;
  if (mode.type === "rename") {
    if (action === "leave") return stay(list);
    if (action === "submit") return stay(list, [renaming(mode.session_id, fieldText(field))]);
    return stay({ ...state, mode: { ...mode, field: typeInto(field, input) ?? field } });
  }
  if (action === "leave") return stay({ ...list, query: emptyField("search"), hits: [] });
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
  const purpose = `sessions:search:${query}`;
  return [{ type: "call", command: "SearchSessions", params: { query }, purpose }];
}

type Deleting = Extract<SessionsMode, { type: "delete" }>;

function confirmed(state: SessionsState, mode: Deleting, input: KeyInput): Result {
  const action = paneAction("confirm", input.key.name);
  const list: SessionsState = { ...state, mode: { type: "list" } };
  if (action === "no") return stay(list);
  if (action !== "yes") return stay(state);
  if (mode.times === 1) return stay({ ...state, mode: { ...mode, times: 2 } });
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

function replied(state: SessionsState, input: Extract<Input, { type: "replied" }>): Result {
  if (input.command === "SearchSessions") {
    // An answer to what was typed earlier says nothing about what stands there now.
    const isCurrent = input.purpose === `sessions:search:${fieldText(state.query).trim()}`;
    return stay(isCurrent ? { ...state, hits: input.reply.hits } : state);
  }
  if (input.command === "ForkSession") {
    return { ...stay(state), request: { open_session: input.reply.session.session_id } };
  }
  if (input.command !== "GetSession") return stay(state);
  const { session_id, po_name, conversation } = input.reply.session;
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
