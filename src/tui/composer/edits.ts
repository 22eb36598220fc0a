// What each key of the composer does to it.
import { accept, dismiss, isListOpen, select } from "./completion.ts";
import { cut, insert, moved, putBack, putEarlier, redo, replace, undo } from "./edit.ts";
import { recall, searchBack, searchElsewhere } from "./history.ts";
import type { EditingAction } from "./keys.ts";
import {
  blankBefore,
  letterAfter,
  letterBefore,
  lineEnd,
  lineStart,
  wordAfter,
  wordBefore,
} from "./letters.ts";
import { motions, moveByRow } from "./motion.ts";
import { unfoldPaste } from "./pastes.ts";
import type { ComposerContext, ComposerState } from "./state.ts";

type Does = (state: ComposerState, context: ComposerContext) => ComposerState | null;

const go =
  (name: keyof typeof motions): Does =>
  (state) =>
    moved(state, motions[name](state));

/** null: there is nothing to do it to, and the key may mean something elsewhere. */
export const edits: Record<EditingAction, Does> = {
  newline: (state) => insert(state, "\n", "type"),
  left: go("left"),
  right: go("right"),
  word_left: go("word_left"),
  word_right: go("word_right"),
  home: go("home"),
  end: go("end"),
  text_start: go("text_start"),
  text_end: go("text_end"),
  up: (state, { columns }) =>
    isListOpen(state) ? select(state, -1) : (moveByRow(state, -1, columns) ?? recall(state, -1)),
  down: (state, { columns }) => {
    if (isListOpen(state)) return select(state, 1);
    return moveByRow(state, 1, columns) ?? (state.recalled ? recall(state, 1) : null);
  },
  erase: (state) =>
    replace(state, { from: letterBefore(state.text, state.cursor), to: state.cursor }, "", "erase"),
  erase_on: (state) => {
    if (state.text === "") return null;
    return replace(
      state,
      { from: state.cursor, to: letterAfter(state.text, state.cursor) },
      "",
      "erase",
    );
  },
  cut_word: (state) => cutBack(state, blankBefore(state.text, state.cursor)),
  cut_word_left: (state) => cutBack(state, wordBefore(state.text, state.cursor)),
  cut_word_right: (state) =>
    cut(state, { from: state.cursor, to: wordAfter(state.text, state.cursor) }, "on"),
  cut_to_start: (state) => {
    const start = lineStart(state.text, state.cursor);
    return cutBack(state, start === state.cursor ? Math.max(0, start - 1) : start);
  },
  cut_to_end: (state) => {
    const end = lineEnd(state.text, state.cursor);
    const to = end === state.cursor ? Math.min(end + 1, state.text.length) : end;
    return cut(state, { from: state.cursor, to }, "on");
  },
  put_back: (state) => (state.cuts.length === 0 ? null : putBack(state)),
  put_earlier: putEarlier,
  undo,
  redo,
  complete: (state) => (isListOpen(state) ? accept(state) : null),
  dismiss: (state) => (isListOpen(state) ? dismiss(state) : null),
  search_sent: searchBack,
  search_scope: searchElsewhere,
  unfold_paste: unfoldPaste,
};

const cutBack = (state: ComposerState, from: number): ComposerState =>
  cut(state, { from, to: state.cursor }, "back");

export const isEdit = (action: string): action is EditingAction => Object.hasOwn(edits, action);
