// From change to change in the conversation, and whether white space alone is one.
import { editOf } from "../../terminal/edits.ts";
import { itemAt } from "../conversation/items.ts";
import { nextChange, ROWS_ABOVE, type Side } from "../conversation/next-change.ts";
import { itemRows, type Layout } from "../conversation/rows.ts";
import { placeOf, type Top, topAtEnd, topOf } from "../conversation/window.ts";
import { keysOf } from "../keys.ts";
import type { State } from "../state.ts";
import { look, withConversation } from "./conversation.ts";
import { type Next, still, withNotice } from "./updated.ts";

/** A change, and the row of its item that it begins with once its call is open. */
interface Found {
  index: number;
  row: number;
  call_id: string;
  /** Which of the changes of its call it is, from 0. */
  nth: number;
  path: string;
}

export function toChange(state: State, step: -1 | 1): Next {
  // What is said of it takes a row, which the conversation has less then.
  const looked = look(withNotice(state, "Change"));
  const screen = looked && screenOf(looked.layout, looked.height);
  const found = screen && nearest(screen, step);
  if (!screen || !found) {
    const where = step === 1 ? "below" : "above";
    return still(withNotice(state, `There is no further change of a file ${where}.`));
  }
  const { call_id, nth, path, index, row } = found;
  const layout = opened(screen.layout, index);
  const next = withConversation(state, {
    change: { call_id, nth },
    folds: layout.conversation.folds,
  });
  const place = isShown({ ...screen, layout }, found)
    ? next.conversation.place
    : placeOf(layout, { index, offset: Math.max(0, row - ROWS_ABOVE) });
  const all = [...changesFrom(screen.layout, 0, 1)];
  const which = 1 + all.findIndex((one) => one.call_id === call_id && one.nth === nth);
  const said = `Change ${which} of ${all.length}${path === "" ? "" : `, in ${path}`}.`;
  return still(withNotice(withConversation(next, { place }), said));
}

export function compareSpace(state: State): Next {
  const ignoresSpace = !state.conversation.ignoresSpace;
  const [key] = keysOf(state.keymap, "conversation", "whitespace");
  const again = key === undefined ? "" : ` ${key} compares it again.`;
  const said = ignoresSpace
    ? `White space alone is no change now.${again}`
    : "White space is compared, too.";
  return still(withNotice(withConversation(state, { ignoresSpace, change: null }), said));
}

interface Screen {
  layout: Layout;
  height: number;
  top: Top;
}

function screenOf(layout: Layout, height: number): Screen {
  const { place } = layout.conversation;
  const last = topAtEnd(layout, height);
  const top = (place && topOf(layout, place)) ?? last;
  return { layout, height, top: isBefore(last, top) ? last : top };
}

const isBefore = (left: Top, right: Top): boolean =>
  left.index < right.index || (left.index === right.index && left.offset < right.offset);

function isShown({ layout, height, top }: Screen, { index, row }: Found): boolean {
  if (isBefore({ index, offset: row }, top)) return false;
  let rows = row - top.offset;
  for (let at = top.index; at < index && rows < height; at += 1) rows += rowsAt(layout, at).length;
  // The last row may say what is below instead.
  return rows < height - 1;
}

function rowsAt(layout: Layout, index: number) {
  const item = itemAt(layout.source, index);
  return item ? itemRows(item, index, layout) : [];
}

function nearest(screen: Screen, step: -1 | 1): Found | undefined {
  const { layout, top } = screen;
  const sideOf = (one: Found): Side => {
    if (isBefore({ index: one.index, offset: one.row }, top)) return "above";
    return isShown(screen, one) ? "shown" : "below";
  };
  const marked = markedChange(layout);
  const isFromMarked = marked !== undefined && sideOf(marked) === "shown";
  const last = layout.source.transcript.messages.length - 1;
  const first = isFromMarked ? marked.index : step === 1 ? top.index : last;
  const compare = (left: Found, right: Found) => left.index - right.index || left.row - right.row;
  return nextChange(changesFrom(layout, first, step), step, { sideOf, marked, compare });
}

/** One message after the other: what is not asked for is not laid out. */
function* changesFrom(layout: Layout, first: number, step: -1 | 1): Generator<Found> {
  const { length } = layout.source.transcript.messages;
  for (let index = first; index >= 0 && index < length; index += step) {
    const changes = changesAt(layout, index);
    yield* step === 1 ? changes : changes.toReversed();
  }
}

function markedChange(layout: Layout): Found | undefined {
  const { change } = layout.conversation;
  if (!change) return undefined;
  const index = layout.source.transcript.messages.findLastIndex(({ tool_calls }) =>
    tool_calls.some(({ id }) => id === change.call_id),
  );
  return changesAt(layout, index).find(
    ({ call_id, nth }) => call_id === change.call_id && nth === change.nth,
  );
}

/** Of one message, also of calls that are folded. Only what changes files is laid out. */
function changesAt(layout: Layout, index: number): readonly Found[] {
  const calls = layout.source.transcript.messages[index]?.tool_calls ?? [];
  if (!calls.some((call) => editOf(call) !== null)) return [];
  const rows = rowsAt(opened(layout, index), index).entries().toArray();
  return calls.flatMap((call) => {
    const own = rows.filter(([, { fold, isChange }]) => isChange && fold === call.id);
    const path = editOf(call)?.path ?? "";
    return own.map(([row], nth) => ({ index, row, call_id: call.id, nth, path }));
  });
}

/** With the calls of this message open that change a file; one that failed changed none. */
function opened(layout: Layout, index: number): Layout {
  const { conversation, source } = layout;
  const calls = source.transcript.messages[index]?.tool_calls ?? [];
  const edits = calls.filter(
    (call) => editOf(call) !== null && source.transcript.calls[call.id]?.success !== false,
  );
  const folds = { ...conversation.folds };
  for (const { id } of edits) folds[id] = true;
  return { ...layout, conversation: { ...conversation, folds } };
}
