// What was sent before: called back one by one, or searched.
// Rule: what stood in the composer comes back behind the newest entry, and with undo.
import { replaceAll } from "./edit.ts";
import { cleanText } from "./pastes.ts";
import {
  type ComposerContext,
  type ComposerState,
  MAX_HISTORY,
  type SearchScope,
  type Sent,
} from "./state.ts";

/** Entries as they were kept, the oldest first. */
export const withHistory = (state: ComposerState, entries: readonly Sent[]): ComposerState => ({
  ...state,
  history: entries.slice(-MAX_HISTORY).map((one) => ({ ...one, text: cleanText(one.text) })),
});

/** The same text twice in a row is one. */
export function remembered(history: readonly Sent[], entry: Sent): readonly Sent[] {
  if (entry.text.trim() === "") return history;
  const before = history.at(-1)?.text === entry.text ? history.slice(0, -1) : history;
  return [...before, entry].slice(-MAX_HISTORY);
}

export function recall(state: ComposerState, step: -1 | 1): ComposerState {
  const shown = state.recalled?.index ?? state.history.length;
  const index = shown + step;
  const before = state.recalled?.before ?? { text: state.text, cursor: state.cursor };
  if (index < 0) return { ...state, notice: "Nothing was sent before that." };
  if (index > state.history.length) return state;
  const entry = state.history[index];
  if (entry === undefined) {
    const back = replaceAll({ ...state, known: [] }, before.text, "recall");
    return { ...back, cursor: before.cursor, recalled: null };
  }
  return { ...said(state, entry, "recall"), recalled: { index, before } };
}

/** With what stood for images in it. */
const said = (state: ComposerState, { text, images }: Sent, kind: "recall" | "other") =>
  replaceAll({ ...state, known: images ?? [] }, text, kind);

type Place = Pick<ComposerContext, "session_id" | "po_name" | "saidHere">;

const next: Record<SearchScope, SearchScope> = { all: "object", object: "session", session: "all" };

/** Ctrl+R once begins, again goes further back. */
export function searchBack(state: ComposerState, place: Place): ComposerState {
  const { search } = state;
  if (!search) {
    return { ...state, search: { query: "", index: null, scope: "all" }, completion: null };
  }
  const index = indexOf(state, search, { place, from: (search.index ?? state.history.length) - 1 });
  if (index === null) return { ...state, notice: "Nothing further back holds this." };
  return { ...state, search: { ...search, index } };
}

/** The newest entry that holds what is looked for; one that was found stays as long as it holds it. */
export function searchFor(state: ComposerState, query: string, place: Place): ComposerState {
  const { search } = state;
  if (!search) return state;
  const isLonger = query.startsWith(search.query) && search.index !== null;
  const from = isLonger ? (search.index ?? 0) : state.history.length - 1;
  return found(state, { ...search, query }, { place, from });
}

/** In what was sent to this object alone, in this session alone, and then in all again. */
export function searchElsewhere(state: ComposerState, place: Place): ComposerState {
  const search = state.search ?? { query: "", scope: "session" as const };
  const scope = next[search.scope];
  const from = state.history.length - 1;
  return found(
    { ...state, completion: null },
    { query: search.query, index: null, scope },
    { place, from },
  );
}

type Search = NonNullable<ComposerState["search"]>;
type Looking = { place: Place; from: number };

function found(state: ComposerState, search: Search, looking: Looking): ComposerState {
  const index = indexOf(state, search, looking);
  const notice = index === null && search.query !== "" ? "Nothing that was sent holds this." : null;
  return { ...state, search: { ...search, index }, notice };
}

function indexOf(
  { history }: ComposerState,
  { query, scope }: Omit<Search, "index">,
  { place, from }: Looking,
): number | null {
  if (query === "") return null;
  const wanted = query.toLowerCase();
  const isIn = inScope(scope, place);
  const holds = (entry: Sent, at: number) =>
    at <= from && isIn(entry) && entry.text.toLowerCase().includes(wanted);
  const index = history.findLastIndex(holds);
  return index < 0 ? null : index;
}

function inScope(scope: SearchScope, place: Place): (entry: Sent) => boolean {
  if (scope === "all") return () => true;
  if (scope === "object") return ({ po_name }) => po_name === place.po_name;
  const said = place.saidHere();
  const { session_id: here } = place;
  return ({ text, session_id }) => said.has(text) || (here !== null && session_id === here);
}

/** What a search shows: the entry that was found, else what stood there before. */
export const shownBySearch = (state: ComposerState): string | null => foundIn(state)?.text ?? null;

const foundIn = ({ search, history }: ComposerState): Sent | undefined =>
  search?.index == null ? undefined : history[search.index];

export function endSearch(state: ComposerState, isTaken: boolean): ComposerState {
  const entry = foundIn(state);
  const ended = { ...state, search: null, notice: null };
  return isTaken && entry ? said(ended, entry, "other") : ended;
}
