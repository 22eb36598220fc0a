// What was sent before: called back one by one, or searched.
// Rule: what stood in the composer comes back behind the newest entry, and with undo.
import { replaceAll } from "./edit.ts";
import { cleanText } from "./pastes.ts";
import { type ComposerState, MAX_HISTORY } from "./state.ts";

/** Entries as they were kept, the oldest first. */
export const withHistory = (state: ComposerState, entries: readonly string[]): ComposerState => ({
  ...state,
  history: entries.slice(-MAX_HISTORY).map(cleanText),
});

/** The same entry twice in a row is one. */
export function remembered(history: readonly string[], entry: string): readonly string[] {
  if (entry.trim() === "" || history.at(-1) === entry) return history;
  return [...history, entry].slice(-MAX_HISTORY);
}

export function recall(state: ComposerState, step: -1 | 1): ComposerState {
  const shown = state.recalled?.index ?? state.history.length;
  const index = shown + step;
  const before = state.recalled?.before ?? { text: state.text, cursor: state.cursor };
  if (index < 0) return { ...state, notice: "Nothing was sent before that." };
  if (index > state.history.length) return state;
  const entry = state.history[index];
  if (entry === undefined) {
    return { ...replaceAll(state, before.text, "recall"), cursor: before.cursor, recalled: null };
  }
  return { ...replaceAll(state, entry, "recall"), recalled: { index, before } };
}

/** Ctrl+R once begins, again goes further back. */
export function searchBack(state: ComposerState): ComposerState {
  const { search } = state;
  if (!search) return { ...state, search: { query: "", index: null }, completion: null };
  const index = indexOf(state, search.query, (search.index ?? state.history.length) - 1);
  if (index === null) return { ...state, notice: "Nothing further back holds this." };
  return { ...state, search: { ...search, index } };
}

/** The newest entry that holds what is looked for; one that was found stays as long as it holds it. */
export function searchFor(state: ComposerState, query: string): ComposerState {
  const { search } = state;
  if (!search) return state;
  const isLonger = query.startsWith(search.query) && search.index !== null;
  const from = isLonger ? (search.index ?? 0) : state.history.length - 1;
  const index = indexOf(state, query, from);
  const notice = index === null && query !== "" ? "Nothing that was sent holds this." : null;
  return { ...state, search: { query, index }, notice };
}

function indexOf({ history }: ComposerState, query: string, from: number): number | null {
  if (query === "") return null;
  const wanted = query.toLowerCase();
  const holds = (entry: string, at: number) => at <= from && entry.toLowerCase().includes(wanted);
  const index = history.findLastIndex(holds);
  return index < 0 ? null : index;
}

/** What a search shows: the entry that was found, else what stood there before. */
export const shownBySearch = ({ search, history }: ComposerState): string | null =>
  search?.index == null ? null : (history[search.index] ?? null);

export function endSearch(state: ComposerState, isTaken: boolean): ComposerState {
  const entry = shownBySearch(state);
  const ended = { ...state, search: null, notice: null };
  return isTaken && entry !== null ? replaceAll(ended, entry, "other") : ended;
}
