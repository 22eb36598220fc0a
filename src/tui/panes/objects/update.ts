// What keys and replies make of the object browser.
import { name as objectName } from "../../../protocol/messages.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { paneAction } from "../parts/bound.ts";
import { emptyField, fieldText, typeInto } from "../parts/field.ts";
import { answerTwice } from "../parts/guard.ts";
import type { PaneAction } from "../parts/keys.ts";
import { moveBy } from "../parts/list.ts";
import { lastPiece, nextChangedPiece, type Piece, SCROLLED_PIECES } from "../parts/long-text.ts";
import { pass, stay } from "../parts/words.ts";
import {
  beginEdit,
  beginNew,
  edited,
  editedText,
  resolved,
  saved,
  saveFailed,
  withLiveText,
} from "./edit.ts";
import { chosenObject, fetched, fetching, objectNames, withDifference } from "./fetch.ts";
import { type ObjectsMode, type ObjectsState, tabs } from "./state.ts";

type Result = PaneResult<ObjectsState>;

export function updateObjects(state: ObjectsState, input: Input, shared: Shared): Result {
  const result = taken(state, input, shared);
  const asked = fetching(result.state, shared);
  return { ...result, state: asked.state, effects: [...result.effects, ...asked.effects] };
}

function taken(state: ObjectsState, input: Input, shared: Shared): Result {
  switch (input.type) {
    case "key":
      return pressed(state, input, shared);
    case "paste":
      return state.mode.type === "name" ? named(state, state.mode, { input, shared }) : pass(state);
    case "mouse": {
      const step = { wheel_up: -1, wheel_down: 1, press: 0, release: 0, drag: 0 }[input.action];
      return step === 0 ? pass(state) : stay(scrolled(state, step * SCROLLED_PIECES));
    }
    case "edited": {
      const text = editedText(input);
      return text === undefined ? pass(state) : edited(state, text);
    }
    case "replied":
      return replied(state, input);
    case "call_failed":
      return input.purpose === "objects:save"
        ? saveFailed(state, input.error)
        : { ...stay(state), request: { notice: input.error.message } };
    default:
      return pass(state);
  }
}

function replied(state: ObjectsState, input: Extract<Input, { type: "replied" }>): Result {
  const { command, purpose } = input;
  if (purpose === "objects:save") return saved(state);
  if (command === "GetPOVersion" && purpose !== "objects:text") {
    return withLiveText(state, purpose, input.reply);
  }
  if (command === "RenamePO") {
    return stay({ ...state, selected: input.reply.po_name, asked: "" });
  }
  if (command === "RevertPO") return stay({ ...state, version: 0, difference: null, asked: "" });
  return stay(fetched(state, input));
}

type KeyInput = Extract<Input, { type: "key" }>;

function pressed(state: ObjectsState, input: KeyInput, shared: Shared): Result {
  const { mode } = state;
  const key = input.key.name;
  switch (mode.type) {
    case "name":
      return named(state, mode, { input, shared });
    case "confirm":
      return confirmed(state, mode, { key, shared });
    case "refused": {
      const read = reading(state, paneAction(shared, "objects", key));
      return read ? stay(read) : resolved(state, key, shared);
    }
    case "list":
      return acted(state, paneAction(shared, "objects", key), shared);
  }
}

/** Keys that only move in what is shown; undefined for all others. */
function reading(
  state: ObjectsState,
  action: PaneAction<"objects"> | undefined,
): ObjectsState | undefined {
  switch (action) {
    case "page_up":
      return scrolled(state, -SCROLLED_PIECES);
    case "page_down":
      return scrolled(state, SCROLLED_PIECES);
    case "next_change":
      return toChange(state, 1);
    case "previous_change":
      return toChange(state, -1);
    default:
      return undefined;
  }
}

function acted(
  state: ObjectsState,
  action: PaneAction<"objects"> | undefined,
  shared: Shared,
): Result {
  const read = reading(state, action);
  if (read) return stay(read);
  switch (action) {
    case "whitespace": {
      const next = { ...state, ignoresSpace: !state.ignoresSpace, difference: null, scroll: 0 };
      return stay(state.tab === "history" ? withDifference(next) : state);
    }
    case "close":
      return { ...stay(state), request: "close" };
    case "up":
    case "down":
      return stay(
        selected(state, moveBy(objectNames(shared), state.selected, action === "up" ? -1 : 1)),
      );
    case "first":
      return stay(selected(state, objectNames(shared)[0] ?? null));
    case "last":
      return stay(selected(state, objectNames(shared).at(-1) ?? null));
    case "next":
    case "previous":
      return stay(turned(state, action === "next" ? 1 : tabs.length - 1));
    case "older":
    case "newer":
      return stay(versioned(state, action === "older" ? 1 : -1));
    case "new":
      return stay({ ...state, mode: naming("new", "") });
    default: {
      const po_name = chosenObject(state, shared);
      return po_name === null ? pass(state) : actedOn(state, action, { po_name, now: shared.now });
    }
  }
}

function actedOn(
  state: ObjectsState,
  action: PaneAction<"objects"> | undefined,
  { po_name, now }: { po_name: string; now: number },
): Result {
  const asked = { type: "confirm", po_name, times: 1, since: now } as const;
  switch (action) {
    case "talk":
      return { ...stay(state), request: { talk_to: po_name } };
    case "edit":
      return beginEdit(state, po_name);
    case "rename":
      return stay({ ...state, mode: naming("rename", po_name) });
    case "delete":
      return stay({ ...state, mode: { ...asked, what: "delete", hash: "" } });
    case "revert": {
      const version = state.tab === "history" ? state.history?.versions[state.version] : undefined;
      if (!version || version.is_live) {
        const notice = "Choose an earlier version in the history with [ and ] first.";
        return { ...stay(state), request: { notice } };
      }
      const { hash } = version;
      return stay({ ...state, mode: { ...asked, what: "revert", hash } });
    }
    default:
      return pass(state);
  }
}

const naming = (what: "new" | "rename", po_name: string): ObjectsMode => ({
  type: "name",
  what,
  po_name,
  field: emptyField(what === "new" ? "name of the new object" : "new name", po_name),
});

const selected = (state: ObjectsState, name: string | null): ObjectsState => ({
  ...state,
  selected: name,
  scroll: 0,
  version: 0,
  difference: null,
});

function turned(state: ObjectsState, by: number): ObjectsState {
  const tab = tabs[(tabs.indexOf(state.tab) + by) % tabs.length] ?? "prompt";
  return { ...state, tab, scroll: 0 };
}

function versioned(state: ObjectsState, by: number): ObjectsState {
  const last = (state.history?.versions.length ?? 1) - 1;
  const version = Math.min(Math.max(0, state.version + by), Math.max(0, last));
  return withDifference({ ...state, tab: "history", version, scroll: 0 });
}

function shownPieces({ mode, tab, info, difference }: ObjectsState): readonly Piece[] {
  if (mode.type === "refused") return mode.theirs;
  return (tab === "history" ? difference?.pieces : info?.prompt) ?? [];
}

function scrolled(state: ObjectsState, by: number): ObjectsState {
  const scroll = Math.min(Math.max(0, state.scroll + by), lastPiece(shownPieces(state)));
  return { ...state, scroll };
}

const toChange = (state: ObjectsState, step: -1 | 1): ObjectsState => ({
  ...state,
  scroll: nextChangedPiece(shownPieces(state), state.scroll, step) ?? state.scroll,
});

function named(
  state: ObjectsState,
  mode: Extract<ObjectsMode, { type: "name" }>,
  { input, shared }: { input: Input; shared: Shared },
): Result {
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  const list: ObjectsState = { ...state, mode: { type: "list" } };
  if (action === "leave") return stay(list);
  if (action !== "submit") {
    return stay({ ...state, mode: { ...mode, field: typeInto(mode.field, input) ?? mode.field } });
  }
  const name = fieldText(mode.field).trim();
  if (name === "") return stay(list);
  const known = objectName.safeParse(name);
  if (!known.success) {
    // What was typed stands there again, to be mended.
    const why = known.error.issues[0]?.message ?? "it is none";
    return { ...stay(state), request: { notice: `'${name}' is no name of an object: ${why}` } };
  }
  if (mode.what === "new") return beginNew(state, name);
  const params = { po_name: mode.po_name, new_name: name };
  return stay(list, [{ type: "call", command: "RenamePO", params, purpose: "objects:rename" }]);
}

function confirmed(
  state: ObjectsState,
  mode: Extract<ObjectsMode, { type: "confirm" }>,
  { key, shared }: { key: string; shared: Shared },
): Result {
  const { what, po_name, hash } = mode;
  const answer = answerTwice(mode, paneAction(shared, "confirm", key), shared.now);
  const list: ObjectsState = { ...state, mode: { type: "list" } };
  if (answer === "no") return stay(list);
  if (answer !== "yes") return stay({ ...state, mode: answer });
  const effect: Effect =
    what === "delete"
      ? { type: "call", command: "DeletePO", params: { po_name }, purpose: "objects:delete" }
      : { type: "call", command: "RevertPO", params: { po_name, hash }, purpose: "objects:revert" };
  return stay(list, [effect]);
}
