// What the composer holds: a text with a cursor, and what editing needs to remember.
// Rules: 1. A folded paste is one character of the text, of the control range that clean text never holds:
//           U+0080 + its place in `pastes`. It is a letter of its own, whatever stands beside it.
//        2. The cursor stands on a border between letters, always.
//        3. Nothing is lost that `undo` cannot bring back, up to the limits here.
import type { Keymap } from "../keys.ts";
import type { Effect, KeyPress } from "../shapes.ts";

/** Rows of the screen that the text may take. */
export const MAX_ROWS = 10;
/** Characters that can be typed; a paste beyond it is folded. */
export const MAX_TYPED_LENGTH = 32_768;
/** Steps back. */
export const MAX_UNDO_STEPS = 500;
/** Characters that all steps back hold together. */
export const MAX_UNDO_LENGTH = 4_000_000;
/** Texts that were cut and can be put back. */
export const MAX_CUTS = 32;
/** Folded pastes in one text: as many as there are characters for them. */
export const MAX_PASTES = 32;
/** A paste with more lines or characters than these is folded. */
export const MAX_PASTED_LINES = 10;
export const MAX_PASTED_LENGTH = 1_000;
/** A folded paste can be unfolded up to this length in characters. */
export const MAX_UNFOLDED_LENGTH = 16_384;
/** Entries of the history that can be called back. */
export const MAX_HISTORY = 1_000;
/** A longer entry is remembered with its pastes folded, in characters: what can be typed fits, labels included. */
export const MAX_ENTRY_LENGTH = MAX_TYPED_LENGTH + 8_192;
/** Text of a draft with its pastes, in bytes: it is written at every key. */
export const MAX_DRAFT_BYTES = 512 * 1024;
/** Completions that are offered at once. */
export const MAX_OFFERED = 50;

/** As it is sent. */
export interface Image {
  media_type: string;
  /** Base64 */
  data: string;
  /** Of its file. */
  name: string;
  bytes: number;
  /** The text that stood for it: how it is written where it cannot be carried along. */
  written: string;
}

export interface Paste {
  text: string;
  label: string;
  bytes: number;
  /** It is sent beside the text, in which its label stands. */
  image?: Image;
}

/** The path of a file that is being read, and where it stands in the text. */
export interface Reading {
  id: number;
  from: number;
  written: string;
  /** It stood for one before. */
  wasImage: boolean;
}

/** What was sent before, and where. */
export interface Sent {
  text: string;
  /** What stands in it for images. */
  images?: readonly string[];
  /** null: in one that it began, or nobody knows. */
  session_id: string | null;
  po_name: string | null;
}

/** Where what was sent is looked for. */
export type SearchScope = "all" | "object" | "session";

export interface Snapshot {
  text: string;
  cursor: number;
}

/** What the last key did: like ones are undone together, and cuts in a row are put back as one. */
export type LastEdit =
  | "none"
  | ("type" | "erase" | "cut_back" | "cut_on" | "recall" | "other")
  | { put: { from: number; to: number; index: number } };

export interface Candidate {
  /** What it is found by, and what is inserted. */
  name: string;
  help: string;
}

export type CompletionKind = "command" | "argument" | "mention";

export interface Completion {
  kind: CompletionKind;
  /** Where what is completed begins: its sign included. */
  from: number;
  query: string;
  offered: readonly Candidate[];
  selected: number;
}

export interface ComposerState {
  text: string;
  cursor: number;
  /** The column that up and down keep, in columns of the screen. */
  goal: number | null;
  pastes: readonly (Paste | null)[];
  /** Pasted paths that become images if their files are some; the files are being read. */
  reading: readonly Reading[];
  /** Files that were asked for so far: the next one's id. */
  asked: number;
  /** What stood for images in a text that is not sent with them yet: looked at again before it is. */
  known: readonly string[];
  /** It was entered while files are read, here: sent once they are there. */
  waits: { how: "send" | "queue"; session_id: string | null } | null;
  undo: readonly Snapshot[];
  redo: readonly Snapshot[];
  last: LastEdit;
  /** The newest last. */
  cuts: readonly string[];
  /** Sent before, the oldest first. */
  history: readonly Sent[];
  /** Which entry is shown, and what stood here before. */
  recalled: { index: number; before: Snapshot } | null;
  /** Looks for an entry of the history; `index` is the one that was found. */
  search: { query: string; index: number | null; scope: SearchScope } | null;
  completion: Completion | null;
  /** Where a list was closed: it stays closed until something else is completed. */
  dismissed_at: number | null;
  /** What the folder holds, as it was found last. */
  files: { query: string; paths: readonly string[] };
  /** One line about the last key: why it did nothing. */
  notice: string | null;
}

export interface ComposerContext {
  keymap: Keymap;
  /** Columns of the composer, its margin included: rows are counted in them. */
  columns: number;
  /** Where what is sent goes. */
  session_id: string | null;
  po_name: string;
  /** What was said in the session that is open, by whichever interface. */
  saidHere(): ReadonlySet<string>;
  /** A turn runs: Alt+Enter queues. */
  isBusy: boolean;
  /** Completions behind `/` at the beginning. */
  commands: readonly Candidate[];
  /** Objects behind `@`, before files. */
  objects: readonly Candidate[];
  /** Completions behind `/command `; none where it takes none. */
  argumentsOf(command: string): readonly Candidate[];
}

export type ComposerInput =
  | { type: "key"; key: KeyPress }
  | { type: "paste"; text: string }
  | { type: "files"; query: string; paths: readonly string[] }
  /** The file of a path that was pasted: an image, or why it cannot be sent. */
  | { type: "image"; id: number; image: Image | null; problem: string | null };

export interface Submitted {
  text: string;
  /** The same with paths instead of images: what a command or the shell is given. */
  written: string;
  how: "send" | "queue";
  /** It begins with a folded paste: neither a command nor a line for the shell, whatever it looks like. */
  isLiteral: boolean;
  /** In the order of their labels in the text. */
  images: readonly Image[];
}

export interface ComposerResult {
  state: ComposerState;
  effects: readonly Effect[];
  /** False: the key means nothing here, and others may look at it. */
  isTaken: boolean;
  submitted?: Submitted;
}

export const blank: ComposerState = {
  text: "",
  cursor: 0,
  goal: null,
  pastes: [],
  reading: [],
  asked: 0,
  known: [],
  waits: null,
  undo: [],
  redo: [],
  last: "none",
  cuts: [],
  history: [],
  recalled: null,
  search: null,
  completion: null,
  dismissed_at: null,
  files: { query: "", paths: [] },
  notice: null,
};
