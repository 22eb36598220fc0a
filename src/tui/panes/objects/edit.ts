// Editing an object's text in the human's own editor. Rule: what was written is never lost: where it is
// refused it can be mended, put over the newer version, or is left in the clipboard.
import type { ErrorBody } from "../../../protocol/errors.ts";
import type { PaneResult } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { clip } from "../../world/clip.ts";
import { type Bound, paneAction } from "../parts/bound.ts";
import { differencePieces } from "../parts/long-text.ts";
import { pass, stay } from "../parts/words.ts";
import { type Editing, newObjectText, type ObjectsState } from "./state.ts";

type Result = PaneResult<ObjectsState>;

const MAX_PROBLEM_LENGTH = 1_000;
const SUFFIX = ".md";

/** The text as it lives now is what is edited, not what was shown a while ago. */
export const beginEdit = (state: ObjectsState, po_name: string): Result =>
  stay(state, [
    { type: "call", command: "GetPOVersion", params: { po_name }, purpose: "objects:edit" },
  ]);

export function beginNew(state: ObjectsState, po_name: string): Result {
  const editing: Editing = { kind: "new", po_name, base_hash: null, mine: null };
  return stay({ ...state, editing, mode: { type: "list" } }, [editor(newObjectText(po_name))]);
}

const editor = (text: string): Effect => ({
  type: "edit",
  purpose: "objects:edited",
  text,
  suffix: SUFFIX,
});

type Version = { po_name: string; hash: string; text: string };

/** The live text has come: for the editor, or to be set beside what was refused. */
export function withLiveText(state: ObjectsState, purpose: string, live: Version): Result {
  const { po_name, hash, text } = live;
  if (purpose === "objects:edit") {
    const editing: Editing = { kind: "edit", po_name, base_hash: hash, mine: null };
    return stay({ ...state, editing }, [editor(text)]);
  }
  const { editing } = state;
  if (!editing || editing.mine === null) return stay(state);
  const theirs = differencePieces(text, editing.mine);
  const problem = `${po_name} was changed by somebody else meanwhile. From theirs to yours:`;
  return stay({
    ...state,
    editing: { ...editing, base_hash: hash },
    scroll: 0,
    mode: { type: "refused", problem, theirs },
  });
}

export function edited(state: ObjectsState, text: string | null): Result {
  const { editing } = state;
  if (!editing) return stay(state);
  // Left as it was: what had been refused before is still there to be mended.
  if (text === null && editing.mine !== null) return stay(state);
  if (text === null) {
    return { ...stay({ ...state, editing: null }), request: { notice: "Left as it was." } };
  }
  const next: Editing = { ...editing, mine: text };
  return stay({ ...state, editing: next, mode: { type: "list" } }, [saving(next, text)]);
}

const saving = ({ kind, po_name, base_hash }: Editing, text: string): Effect =>
  kind === "new"
    ? { type: "call", command: "CreatePO", params: { text }, purpose: "objects:save" }
    : {
        type: "call",
        command: "EditPO",
        params: { po_name, text, base_hash },
        purpose: "objects:save",
      };

export function saved(state: ObjectsState): Result {
  const { editing } = state;
  const notice = `${editing?.po_name ?? "It"} is saved: it counts from the next message on.`;
  const selected = editing?.po_name ?? state.selected;
  const next: ObjectsState = {
    ...state,
    selected,
    editing: null,
    mode: { type: "list" },
    asked: "",
  };
  return { ...stay(next), request: { notice } };
}

export function saveFailed(state: ObjectsState, error: ErrorBody): Result {
  const { editing } = state;
  if (!editing) return { ...stay(state), request: { notice: error.message } };
  if (error.code === "stale_hash") {
    const params = { po_name: editing.po_name };
    return stay(state, [
      { type: "call", command: "GetPOVersion", params, purpose: "objects:theirs" },
    ]);
  }
  const problem = clip(`Not saved: ${error.message}`, MAX_PROBLEM_LENGTH);
  return stay({ ...state, scroll: 0, mode: { type: "refused", problem, theirs: [] } });
}

/** What to do with a text that was refused. */
export function resolved(state: ObjectsState, key: string, bound: Bound): Result {
  const { editing } = state;
  const mine = editing?.mine ?? null;
  if (!editing || mine === null) return stay({ ...state, mode: { type: "list" } });
  const { mode } = state;
  const isConflict = mode.type === "refused" && mode.theirs.length > 0;
  const action = isConflict ? paneAction(bound, "stale", key) : paneAction(bound, "rejected", key);
  switch (action) {
    case "again":
      return stay(state, [editor(mine)]);
    case "overwrite":
      return stay({ ...state, mode: { type: "list" } }, [saving(editing, mine)]);
    case "leave": {
      const next: ObjectsState = { ...state, editing: null, mode: { type: "list" }, asked: "" };
      const stands = isConflict ? "Theirs stands." : "Not saved.";
      const notice = `${stands} Yours is in the clipboard.`;
      return { ...stay(next, [{ type: "copy", text: mine }]), request: { notice } };
    }
    default:
      return pass(state);
  }
}

/** An editor that was closed, as an input. */
export const editedText = (input: Input): string | null | undefined =>
  input.type === "edited" && input.purpose === "objects:edited" ? input.text : undefined;
