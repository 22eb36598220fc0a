// A search in the conversation: every place that holds what was typed, the newest first, and the way between them.

import { itemAt } from "../conversation/items.ts";
import { itemRows, type Layout } from "../conversation/rows.ts";
import type { Match, Search } from "../conversation/state.ts";
import { placeOf } from "../conversation/window.ts";
import type { State } from "../state.ts";
import { plainText } from "../text.ts";
import { look, withConversation } from "./conversation.ts";

/** Places that a search finds. */
const MAX_MATCHES = 10_000;
/** Letters that can be searched for. */
export const MAX_QUERY_LENGTH = 200;

export function startSearch(state: State): State {
  const search: Search = {
    query: "",
    isTyping: true,
    matches: [],
    current: 0,
    begunIn: begunIn(state),
  };
  return { ...withConversation(state, { search }), open: null, overlay: null };
}

/** Whoever came from the composer types there again: a letter would be a key of the conversation. */
export function endSearch(state: State): State {
  const isTyped = state.focus === "composer";
  const focus = isTyped ? state.focus : (state.conversation.search?.begunIn ?? state.focus);
  const marked = focus === "composer" ? { selected: null, change: null } : {};
  return { ...withConversation(state, { search: null, ...marked }), focus };
}

/** One search after the other, and what lies over the conversation, lead back to where the first was begun. */
function begunIn({ conversation, focus, behind }: State): Search["begunIn"] {
  const where = focus === "pane" ? behind : focus;
  return where === "composer" ? where : (conversation.search?.begunIn ?? where);
}

export function searchFor(state: State, query: string): State {
  const messages = state.session?.transcript.messages ?? [];
  const wanted = asDrawn(query) || query.toLowerCase();
  const matches: Match[] = [];
  for (let index = messages.length - 1; index >= 0 && matches.length < MAX_MATCHES; index -= 1) {
    const message = messages[index];
    const count = message ? placesIn(asDrawn(message.content), wanted).length : 0;
    const room = MAX_MATCHES - matches.length;
    for (let nth = count - 1; nth >= Math.max(0, count - room); nth -= 1) {
      matches.push({ key: message?.message_id ?? "", index, nth, of: count });
    }
  }
  const search: Search = {
    query,
    isTyping: false,
    matches,
    current: 0,
    begunIn: begunIn(state),
  };
  return showMatch(withConversation(state, { search }), 0);
}

/** What a search of all conversations found: words of it may stand apart in what was said, then the longest counts. */
export function searchSaid(state: State, query: string): State {
  const shown = (found: State): State => ({ ...found, focus: "conversation" });
  const found = searchFor(state, query.slice(0, MAX_QUERY_LENGTH));
  if (found.conversation.search?.matches.length !== 0) return shown(found);
  const [longest = ""] = query.split(/\s+/).sort((one, other) => other.length - one.length);
  return shown(searchFor(state, longest.slice(0, MAX_QUERY_LENGTH)));
}

/** Upwards from one match to the older one, and round. */
export function nextMatch(state: State, step: -1 | 1): State {
  const { search } = state.conversation;
  if (!search || search.matches.length === 0) return state;
  const count = search.matches.length;
  return showMatch(state, (search.current + step + count) % count);
}

function showMatch(before: State, current: number): State {
  const { search } = before.conversation;
  const match = search?.matches[current];
  if (!search || !match) return before;
  const state = unfolded(before, match);
  const looked = look(state);
  if (!looked) return before;
  const { layout } = looked;
  const index = visibleIndex(layout, match.index);
  const offset = rowOf(layout, index, { match, query: search.query });
  return withConversation(state, {
    search: { ...search, current },
    place: placeOf(layout, { index, offset }),
  });
}

/** What a call answered is seen only where the call is open. */
function unfolded(state: State, { index }: Match): State {
  const call_id = state.session?.transcript.messages[index]?.tool_call_id;
  if (!call_id) return state;
  return withConversation(state, { folds: { ...state.conversation.folds, [call_id]: true } });
}

/** What a call answered is shown with the message that asked for it. */
function visibleIndex(layout: Layout, from: number): number {
  for (let index = from; index >= 0; index -= 1) {
    const item = itemAt(layout.source, index);
    if (item && itemRows(item, index, layout).length > 0) return index;
  }
  return from;
}

/** The row that a match is drawn in: also one that was broken in the middle of it. */
function rowOf(
  layout: Layout,
  index: number,
  { match, query }: { match: Match; query: string },
): number {
  const item = itemAt(layout.source, index);
  const rows = item ? itemRows(item, index, layout) : [];
  const from = rows[0]?.line.length === 0 ? 1 : 0;
  // The rows of a call belong to its answer, any others to the message itself.
  const call_id = layout.source.transcript.messages[match.index]?.tool_call_id;
  const isShown = (fold: string | null) => fold === (match.index === index ? null : call_id);
  let text = "";
  const ends = rows.map(({ line, fold }) => {
    if (isShown(fold)) text += `${flat(plainText(line)).trim()} `;
    return text.length;
  });
  const places = placesIn(text, flat(asDrawn(query)).trim());
  // Signs of Markdown, and what is cut away, are not drawn: then about where it stands in the text.
  const share = places.length > 0 ? match.nth / Math.max(1, match.of - 1) : 0;
  const nth = places.length === match.of ? match.nth : Math.round(share * (places.length - 1));
  const at = places[nth];
  if (at === undefined) return from;
  return Math.max(
    from,
    ends.findIndex((end) => end > at),
  );
}

/** Without the signs that are drawn as a style; what is searched for is what was read. */
const asDrawn = (text: string): string => text.toLowerCase().replace(/\*\*|`/g, "");

const flat = (text: string): string => text.toLowerCase().replace(/\s+/g, " ");

function placesIn(text: string, wanted: string): number[] {
  const places: number[] = [];
  if (wanted === "") return places;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    places.push(at);
    if (places.length >= MAX_MATCHES) break;
  }
  return places;
}
