// Looking around in the conversation: scrolling, folding, selecting, searching, taking it elsewhere.
import type { Message } from "../../protocol/messages.ts";
import { countItems, itemAt, type Source } from "../conversation/items.ts";
import type { Row } from "../conversation/row.ts";
import { itemRows, type Layout } from "../conversation/rows.ts";
import type { Conversation } from "../conversation/state.ts";
import { beginningOf, placeOf, scrolled, topAtEnd, topOf } from "../conversation/window.ts";
import type { State } from "../state.ts";
import { layoutOf, selectedMessage, sourceOf } from "../state-questions.ts";
import { conversationArea } from "../view/places.ts";
import { type Next, still, withNotice } from "./updated.ts";

export const withConversation = (state: State, change: Partial<Conversation>): State => ({
  ...state,
  conversation: { ...state.conversation, ...change },
});

interface Looked {
  source: Source;
  layout: Layout;
  height: number;
}

export function look(state: State): Looked | null {
  const source = sourceOf(state);
  if (!source) return null;
  const area = conversationArea(state);
  return { source, layout: layoutOf(state, source, area.columns), height: area.rows };
}

export function scrollBy(state: State, rows: number): State {
  const looked = look(state);
  if (!looked) return state;
  const { layout, height } = looked;
  const place = scrolled(layout, state.conversation.place, rows, height);
  return withConversation(state, { place });
}

export const pageRows = (state: State): number => Math.max(1, conversationArea(state).rows - 2);

export function toTop(state: State): State {
  const looked = look(state);
  if (!looked) return state;
  const place = placeOf(looked.layout, { index: 0, offset: 0 });
  return withConversation(state, { place });
}

export const toEnd = (state: State): State => withConversation(state, { place: null });

/** The message that keys work on moves to the one before or after. */
export function selectBy(state: State, step: -1 | 1): State {
  const looked = look(state);
  if (!looked) return state;
  const { source } = looked;
  const from = selectedIndex(state, looked);
  const isShown = (index: number): boolean => {
    const item = itemAt(source, index);
    return item?.type === "message" && item.message.role !== "tool";
  };
  let index = from + step;
  while (index >= 0 && index < countItems(source) && !isShown(index)) index += step;
  return isShown(index) ? select(state, looked, index) : state;
}

/** The newest one, when the conversation comes into focus. */
export function selectNewest(state: State): State {
  const looked = look(state);
  if (!looked) return state;
  const { messages } = looked.source.transcript;
  const index = messages.findLastIndex(({ role }) => role !== "tool");
  return withConversation(state, { selected: messages[index]?.message_id ?? null });
}

function selectedIndex(state: State, { source }: Looked): number {
  const { selected } = state.conversation;
  const { messages } = source.transcript;
  const index = messages.findLastIndex(({ message_id }) => message_id === selected);
  return index < 0 ? messages.length : index;
}

/** Selected, and on the screen. */
function select(state: State, { layout, height }: Looked, index: number): State {
  const item = itemAt(layout.source, index);
  const next = withConversation(state, { selected: item?.key ?? null });
  const top =
    (state.conversation.place && topOf(layout, state.conversation.place)) ??
    topAtEnd(layout, height);
  const isAbove =
    index < top.index || (index === top.index && top.offset > beginningOf(layout, index).offset);
  if (isAbove)
    return withConversation(next, { place: placeOf(layout, beginningOf(layout, index)) });
  let below = -top.offset;
  for (let at = top.index; at < index && below < height; at += 1) {
    const shown = itemAt(layout.source, at);
    below += shown ? itemRows(shown, at, layout).length : 0;
  }
  if (below < height) return next;
  return withConversation(next, { place: placeOf(layout, beginningOf(layout, index)) });
}

/** The calls and the reasoning of the selected message: closed where one is open, whoever opened it. */
export function foldSelected(state: State): State {
  const looked = look(state);
  const { selected } = state.conversation;
  if (!looked || selected === null) return state;
  const index = selectedIndex(state, looked);
  const item = itemAt(looked.source, index);
  const rows = item ? itemRows(item, index, looked.layout) : [];
  const keys = new Set(rows.flatMap(({ fold }) => (fold === null ? [] : [fold])));
  const isOpen = rows.some((row) => row.isOpen);
  const folds = Object.fromEntries([...keys].map((key) => [key, !isOpen]));
  return withConversation(state, { folds: { ...state.conversation.folds, ...folds } });
}

export const foldRow = (state: State, { fold, isOpen }: Row): State =>
  fold === null
    ? state
    : withConversation(state, { folds: { ...state.conversation.folds, [fold]: !isOpen } });

/** All open, and back to what is usual for each. */
export function foldAll(state: State): State {
  const isUnfolded = state.conversation.isUnfolded === null ? true : null;
  return withConversation(state, { isUnfolded, folds: {} });
}

/** The session of the object that the selected message called. */
export function childOf(state: State): string | null {
  const calls = selectedMessage(state)?.tool_calls ?? [];
  const delegations = state.session?.transcript.delegations ?? {};
  const called = calls.findLast(({ id }) => delegations[id]);
  return called ? (delegations[called.id]?.child_session_id ?? null) : null;
}

/** The n-th message from the end that says something, as it was written; null: the last answer. */
export function copy(state: State, number: number | null): Next {
  const messages = state.session?.transcript.messages ?? [];
  const said = messages.filter(
    ({ role, content }) => (role === "user" || role === "assistant") && content.trim() !== "",
  );
  const message =
    number === null ? said.findLast(({ role }) => role === "assistant") : said.at(-number);
  if (!message) return still(withNotice(state, "There is no such message to copy."));
  return copyMessage(state, message);
}

export function copySelected(state: State): Next {
  const message = selectedMessage(state);
  return message ? copyMessage(state, message) : copy(state, null);
}

const copyMessage = (state: State, { content }: Message): Next =>
  still(withNotice(state, `Copied ${content.length} characters.`), { type: "copy", text: content });

/** The whole conversation as text, where the human's own tools work on it. */
export function dump(state: State, to: "page" | "editor"): Next {
  const messages = state.session?.transcript.messages ?? [];
  const text = messages.map(messageText).join("\n");
  if (text === "") return still(withNotice(state, "Nothing was said yet."));
  if (to === "page") return still(state, { type: "page", text });
  return still(state, { type: "edit", purpose: "root:dump", text, suffix: ".md" });
}

const messageText = ({ role, name, content, tool_calls }: Message): string => {
  const who = role === "user" ? "you" : (name ?? role);
  const calls = tool_calls.map((call) => `${call.name} ${JSON.stringify(call.args)}\n`);
  return `${who}:\n${content}\n${calls.join("")}`;
};

/** At another width the same message stays at the top, as far into it as before. */
export function resized(before: State, after: State): State {
  const { place } = before.conversation;
  const [old, now] = [look(before), look(after)];
  const item = old && place && itemAt(old.source, place.index);
  if (!place || !old || !now || !item || item.key !== place.key) return after;
  const rows = (layout: Layout): number => itemRows(item, place.index, layout).length;
  const share = place.offset / Math.max(1, rows(old.layout));
  const offset = Math.round(share * rows(now.layout));
  return withConversation(after, { place: { ...place, offset } });
}
