// What the panes have in common in which something long is read: what lies before one, and where one is in it.
import type { LivePane, Shared } from "../../pane.ts";
import type { Effect, Input, Line, Size } from "../../shapes.ts";
import type { PaneAction } from "./keys.ts";
import type { ReaderSearch } from "./reader-search.ts";

/** Columns before the text: the change that keys go on from is marked there. */
export const MARGIN = 2;

export interface Paper {
  /** What is read; it stays above the text. */
  title: string;
  /** Which of several it is; empty where there is only one. */
  place: string;
  lines: readonly Line[];
  /** The lines that changes begin with. */
  changes: readonly number[];
  /** Old and new stand in it, with or without changes of white space. */
  isDifference: boolean;
  /** For the editor. */
  text(): string;
  suffix: string;
}

/** Where one is in it. Lines, from 0. */
export interface ReaderState {
  scroll: number;
  /** The change that was gone to. */
  change: number | null;
  search: ReaderSearch | null;
}

export const beginning: ReaderState = { scroll: 0, change: null, search: null };

export interface Reader<S extends ReaderState> {
  name: LivePane["name"];
  title: string;
  initial: S;
  isWhole: boolean;
  /** null: there is nothing to read. */
  paper(state: S, shared: Shared, columns: number): Paper | null;
  empty: string;
  /** Keys that its last row names. */
  keys: readonly PaneAction<"reader">[];
  /** What its own keys make of it; undefined for those that mean nothing here. */
  pressed?(state: S, action: PaneAction<"reader"> | undefined, shared: Shared): S | undefined;
  /** What any input makes of it, before the keys are looked at. */
  told?(state: S, input: Input, shared: Shared): { state: S; effects: readonly Effect[] };
}

/** A title above, the keys below. */
export const roomOf = ({ rows }: Size): number => Math.max(1, rows - 2);

export const clamped = (scroll: number, { lines }: Paper, room: number): number =>
  Math.max(0, Math.min(scroll, lines.length - room));
