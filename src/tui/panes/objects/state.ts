// What the object browser knows: the object that is looked at, its versions, and a text that is being edited.
import type { Reply } from "../../../protocol/commands/index.ts";
import type { PoVersion } from "../../../protocol/commands/object.ts";
import type { Field } from "../parts/field.ts";
import type { AskedTwice } from "../parts/guard.ts";
import type { Piece } from "../parts/long-text.ts";

export const tabs = ["prompt", "capabilities", "history"] as const;
export type Tab = (typeof tabs)[number];

/** Texts of versions that are kept for their differences. */
export const MAX_TEXTS = 20;

export interface Editing {
  kind: "edit" | "new";
  po_name: string;
  /** The version that the text was made from; null for a new object. */
  base_hash: string | null;
  /** What the human wrote; null while it is being written. */
  mine: string | null;
}

export type ObjectsMode =
  | { type: "list" }
  | { type: "name"; what: "new" | "rename"; po_name: string; field: Field }
  | ({ type: "confirm"; what: "delete" | "revert"; po_name: string; hash: string } & AskedTwice)
  /** The text was refused; where somebody else was faster, with the difference to theirs. */
  | { type: "refused"; problem: string; theirs: readonly Piece[] };

export interface ObjectsState {
  selected: string | null;
  tab: Tab;
  mode: ObjectsMode;
  scroll: number;
  info: { po_name: string; reply: Reply<"InspectPO">; prompt: readonly Piece[] } | null;
  history: { po_name: string; versions: readonly PoVersion[] } | null;
  /** Of the history: which version is looked at, from the newest on. */
  version: number;
  texts: ReadonlyMap<string, string>;
  /** The change that this version made; of the one that is looked at. */
  difference: { hash: string; pieces: readonly Piece[] } | null;
  /** White space alone is no difference. */
  ignoresSpace: boolean;
  editing: Editing | null;
  /** What was asked for last, so that it is asked once. */
  asked: string;
}

export const initialObjects: ObjectsState = {
  selected: null,
  tab: "prompt",
  mode: { type: "list" },
  scroll: 0,
  info: null,
  history: null,
  version: 0,
  texts: new Map(),
  difference: null,
  ignoresSpace: false,
  editing: null,
  asked: "",
};

export const newObjectText = (name: string): string =>
  `---\nname: ${name}\ndescription: \ncapabilities: [file_read, file_list, file_search]\n---\nYou \n`;
