// How the conversation is looked at: where, what is unfolded, what is searched.
import { createMemo, type Memo } from "./memo.ts";

/** The first line on the screen: a line of an item. */
export interface Place {
  /** Of the item: the id of its message. */
  key: string;
  /** Where the item was; it may have moved since. */
  index: number;
  /** Lines of the item above the screen. */
  offset: number;
  /** Messages that there were when the human looked away from the end: what comes later is new. */
  seen: number;
}

/** One place in the text of a message. */
export interface Match {
  key: string;
  index: number;
  /** Which of the places in its message it is, from 0, and how many there are. */
  nth: number;
  of: number;
}

export interface Search {
  query: string;
  /** Still typed: nothing is searched yet. */
  isTyping: boolean;
  /** The newest first. */
  matches: readonly Match[];
  current: number;
  /** Where the keys go again once it is closed. */
  begunIn: "composer" | "conversation";
}

export interface Conversation {
  /** null follows the end. */
  place: Place | null;
  /** What a human folded or unfolded by hand, by fold key. */
  folds: Readonly<Record<string, boolean>>;
  /** Every tool call at once; null: as is usual for each. */
  isUnfolded: true | null;
  /** Changes of white space alone are none. */
  ignoresSpace: boolean;
  /** The change of a file that was gone to: which of its call's, from 0. */
  change: { call_id: string; nth: number } | null;
  /** The message that keys work on. */
  selected: string | null;
  search: Search | null;
  memo: Memo;
}

export const emptyConversation = (): Conversation => ({
  place: null,
  folds: {},
  isUnfolded: null,
  ignoresSpace: false,
  change: null,
  selected: null,
  search: null,
  memo: createMemo(),
});
