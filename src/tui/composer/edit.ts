// Changes of the text: each can be undone, and those of one kind in a row are undone together.
import { borderAt, pasteCharacter } from "./letters.ts";
import {
  type ComposerState,
  type LastEdit,
  MAX_CUTS,
  MAX_PASTES,
  MAX_UNDO_LENGTH,
  MAX_UNDO_STEPS,
  type Paste,
  type Reading,
  type Snapshot,
} from "./state.ts";

interface Range {
  from: number;
  to: number;
}

const snapshotOf = ({ text, cursor }: ComposerState): Snapshot => ({ text, cursor });

/** Puts a text where another one stood; the cursor stands behind it. */
export function replace(
  state: ComposerState,
  { from, to }: Range,
  inserted: string,
  kind: LastEdit,
): ComposerState {
  if (from === to && inserted === "") return moved(state, from);
  const text = state.text.slice(0, from) + inserted + state.text.slice(to);
  const isSameStep = isGrouped(state, from, to, inserted, kind);
  const undo = isSameStep ? state.undo : bounded([...state.undo, snapshotOf(state)]);
  const cursor = borderAt(text, from + inserted.length);
  const reading = shifted(state.reading, { from, to }, inserted.length);
  const next = { ...state, text, cursor, reading, undo, redo: [], last: kind };
  return { ...next, goal: null, recalled: null };
}

/** Where paths stand after a change. One that was changed itself is a text like any other. */
function shifted(
  reading: readonly Reading[],
  { from, to }: Range,
  length: number,
): readonly Reading[] {
  return reading.flatMap((one) => {
    if (to <= one.from) return [{ ...one, from: one.from - to + from + length }];
    return from >= one.from + one.written.length ? [one] : [];
  });
}

/** A word typed or erased letter by letter is one step; so is going through the history. */
function isGrouped(
  state: ComposerState,
  from: number,
  to: number,
  inserted: string,
  kind: LastEdit,
): boolean {
  if (kind !== state.last) return false;
  if (kind === "recall" || kind === "cut_back" || kind === "cut_on") return true;
  if (kind === "erase") return to === state.cursor || from === state.cursor;
  const beginsWord = /\S/.test(inserted) && /\s$/.test(state.text.slice(0, from));
  return kind === "type" && from === state.cursor && !beginsWord;
}

function bounded(steps: readonly Snapshot[]): readonly Snapshot[] {
  let length = 0;
  let first = steps.length;
  while (first > 0 && steps.length - first < MAX_UNDO_STEPS) {
    length += steps[first - 1]?.text.length ?? 0;
    if (length > MAX_UNDO_LENGTH) break;
    first -= 1;
  }
  return first === 0 ? steps : steps.slice(first);
}

export function moved(state: ComposerState, cursor: number): ComposerState {
  return { ...state, cursor, goal: null, last: "none" };
}

export const insert = (state: ComposerState, text: string, kind: LastEdit): ComposerState =>
  replace(state, { from: state.cursor, to: state.cursor }, text, kind);

/** The whole text is another one: from the history, from an editor. */
export const replaceAll = (state: ComposerState, text: string, kind: LastEdit): ComposerState =>
  text === state.text
    ? moved(state, text.length)
    : replace(state, { from: 0, to: state.text.length }, text, kind);

export function undo(state: ComposerState): ComposerState {
  const before = state.undo.at(-1);
  if (!before) return { ...state, notice: "Nothing to undo." };
  const redo = [...state.redo, snapshotOf(state)];
  return stepped(state, before, { undo: state.undo.slice(0, -1), redo });
}

export function redo(state: ComposerState): ComposerState {
  const next = state.redo.at(-1);
  if (!next) return { ...state, notice: "Nothing to do again." };
  const undone = [...state.undo, snapshotOf(state)];
  return stepped(state, next, { undo: undone, redo: state.redo.slice(0, -1) });
}

const stepped = (
  state: ComposerState,
  to: Snapshot,
  steps: Pick<ComposerState, "undo" | "redo">,
): ComposerState => {
  const reading = state.reading.filter(({ from, written }) => to.text.startsWith(written, from));
  return { ...state, ...steps, ...to, reading, last: "none", goal: null, recalled: null };
};

/** Cuts in a row are put back as one. */
export function cut(state: ComposerState, range: Range, side: "back" | "on"): ComposerState {
  const text = state.text.slice(range.from, range.to);
  if (text === "") return state;
  const kind = side === "back" ? "cut_back" : "cut_on";
  const isGoingOn = state.last === "cut_back" || state.last === "cut_on";
  const newest = isGoingOn ? (state.cuts.at(-1) ?? "") : "";
  const joined = side === "back" ? text + newest : newest + text;
  const earlier = isGoingOn ? state.cuts.slice(0, -1) : state.cuts;
  const cuts = [...earlier, joined].slice(-MAX_CUTS);
  return { ...replace(state, range, "", kind), cuts };
}

export function putBack(state: ComposerState): ComposerState {
  const index = state.cuts.length - 1;
  const text = state.cuts[index];
  if (text === undefined) return state;
  const from = state.cursor;
  return insert(state, text, { put: { from, to: from + text.length, index } });
}

/** Instead of what was just put back: what was cut before that. */
export function putEarlier(state: ComposerState): ComposerState {
  const { last, cuts } = state;
  if (typeof last === "string") return { ...state, notice: "Put something back first." };
  const { from, to, index } = last.put;
  const earlier = (index + cuts.length - 1) % cuts.length;
  const text = cuts[earlier] ?? "";
  const put = { from, to: from + text.length, index: earlier };
  return replace(state, { from, to }, text, { put });
}

/** A place for a folded paste; null where all are taken by this text. What could be undone gives way. */
export function foldPaste(state: ComposerState, paste: Paste): ComposerState | null {
  const kept = [state, ...state.undo, ...state.redo].map(({ text }) => text).join("");
  const held = freePlace(kept + state.cuts.join(""));
  if (held !== null) return folded(state, paste, held);
  const place = freePlace(state.text);
  if (place === null) return null;
  return folded({ ...state, undo: [], redo: [], cuts: [], last: "none" }, paste, place);
}

function freePlace(used: string): number | null {
  for (let place = 0; place < MAX_PASTES; place += 1) {
    if (!used.includes(pasteCharacter(place))) return place;
  }
  return null;
}

function folded(state: ComposerState, paste: Paste, place: number): ComposerState {
  const pastes = Array.from({ length: Math.max(place + 1, state.pastes.length) }, (_, index) =>
    index === place ? paste : (state.pastes[index] ?? null),
  );
  return insert({ ...state, pastes }, pasteCharacter(place), "other");
}
