// The composer: a text of several lines, edited by keys, until it is sent. Pure.
import type { KeyPress } from "../shapes.ts";
import { accept, offer } from "./completion.ts";
import { insert, replace, replaceAll } from "./edit.ts";
import { edits, isEdit } from "./edits.ts";
import { endSearch, remembered, searchBack, searchElsewhere, searchFor } from "./history.ts";
import { imagesIn, insertWithImages, lookForImage, withImage } from "./images.ts";
import { letterBefore } from "./letters.ts";
import { cleanText, draftText, paste, setText, wholeText } from "./pastes.ts";
import {
  blank,
  type Completion,
  type ComposerContext,
  type ComposerInput,
  type ComposerResult,
  type ComposerState,
  MAX_TYPED_LENGTH,
  type Sent,
  type Submitted,
} from "./state.ts";
import { NOT_SENT, submit, taken, untaken } from "./submit.ts";

export { isMentionable, mentionOf } from "./completion.ts";
export { withHistory } from "./history.ts";
export { insertWithImages, tooMany, withPaths } from "./images.ts";
export type * from "./state.ts";
export { type ComposerView, pointAt, viewComposer } from "./view.ts";

/** With what was kept of a text that was not sent. */
export const emptyComposer = (draft = ""): ComposerState =>
  draft === "" ? blank : { ...setText(blank, draft), undo: [], last: "none" };

/** What is kept of the text if the program ends now. */
export const draftOf = draftText;

/** Without looking into long pastes. */
export const hasSameText = (left: ComposerState, right: ComposerState): boolean =>
  left.text === right.text && left.pastes === right.pastes;

export const isEmpty = ({ text }: ComposerState): boolean => text === "";

/** Another text instead, such as one that could not be sent, with its images. Undo brings back what stood here. */
export function restoreText(
  state: ComposerState,
  { text, images }: Pick<Submitted, "text" | "images">,
): ComposerState {
  if (images.length === 0) return setText(state, text);
  return asOneStep(state, insertWithImages(setText(state, ""), text, images));
}

/** As the human's own editor left it. A path whose file is still read is looked at again before it is sent. */
export const editedText = (state: ComposerState, text: string): ComposerState => ({
  ...restoreText(state, { text, images: imagesIn(state) }),
  known: [...state.known, ...state.reading.map(({ written }) => written)],
});

/** What was kept of it, before what was typed meanwhile. Where nothing was, it counts as untouched. */
export function withDraft(state: ComposerState, text: string): ComposerState {
  if (text === "" || text === draftText(state)) return state;
  if (state.text === "") return { ...setText(state, text), undo: [], last: "none" };
  return insertBefore(state, { text: `${text}\n\n`, images: [] });
}

/** Before everything that stands there, the cursor at the end. */
export function insertBefore(
  state: ComposerState,
  { text, images }: Pick<Submitted, "text" | "images">,
): ComposerState {
  const next = asOneStep(state, insertWithImages({ ...state, cursor: 0 }, text, images));
  return { ...next, cursor: next.text.length };
}

/** One step back, over all pieces that were put in. */
function asOneStep(before: ComposerState, after: ComposerState): ComposerState {
  const earlier = new Set(before.undo);
  const added = after.undo.filter((step) => !earlier.has(step)).slice(1);
  return { ...after, undo: after.undo.filter((step) => !added.includes(step)) };
}

/** With one more that can be called back. */
export const withSent = (state: ComposerState, entry: Sent): ComposerState => ({
  ...state,
  history: remembered(state.history, entry),
});

export const clearText = (state: ComposerState): ComposerState => ({
  ...replaceAll(state, "", "other"),
  completion: null,
  search: null,
});

export function updateComposer(
  before: ComposerState,
  input: ComposerInput,
  context: ComposerContext,
): ComposerResult {
  const state = before.notice === null ? before : { ...before, notice: null };
  if (state.waits === null || input.type === "image" || input.type === "files") {
    return updated(state, input, context);
  }
  // Who types on has not done with it. Enter once more waits again.
  const result = updated({ ...state, waits: null }, input, context);
  const isSaid = result.submitted || result.state.waits || result.state.notice !== null;
  return isSaid ? result : { ...result, state: { ...result.state, notice: NOT_SENT } };
}

function updated(
  state: ComposerState,
  input: ComposerInput,
  context: ComposerContext,
): ComposerResult {
  switch (input.type) {
    case "paste": {
      const pasted = offered(paste(endSearch(state, true), input.text), context);
      const asked = lookForImage(pasted.state, input.text);
      return taken(asked.state, [...pasted.effects, ...asked.effects]);
    }
    case "image":
      return attached(state, input, context);
    case "files":
      return offered(
        { ...state, files: { query: input.query, paths: input.paths.map(cleanText) } },
        context,
      );
    case "key":
      return state.search
        ? withSearchKey(state, input.key, context)
        : withKey(state, input.key, context);
  }
}

const offered = (state: ComposerState, context: ComposerContext): ComposerResult => {
  const result = offer(state, context);
  return taken(result.state, result.effects);
};

function attached(
  state: ComposerState,
  input: Extract<ComposerInput, { type: "image" }>,
  context: ComposerContext,
): ComposerResult {
  const next = withImage(state, input);
  if (next.waits !== null && next.reading.length === 0) {
    const { how, session_id } = next.waits;
    // Another conversation was opened meanwhile: it was not said to that one.
    if (session_id !== context.session_id) return taken({ ...next, waits: null, notice: NOT_SENT });
    return submit(next, how, context);
  }
  return next.text === state.text ? taken(next) : offered(next, context);
}

function withKey(state: ComposerState, key: KeyPress, context: ComposerContext): ComposerResult {
  const action = context.keymap.composer.get(key.name);
  // Help is asked for where nothing is typed; else the key types itself.
  if (action === undefined || (action === "key_help" && state.text !== "")) {
    return key.text === "" ? untaken(state) : typed(state, key.text, context);
  }
  if (action === "send") return enter(state, context);
  if (action === "queue") {
    if (context.isBusy) return submit(state, "queue", context);
    // Escape, which closes a list, and Enter close behind it are the same bytes: a command has one line.
    return isCommand(state)
      ? submit(state, "send", context)
      : offered(insert(state, "\n", "type"), context);
  }
  if (action === "edit") {
    return taken(state, [
      { type: "edit", purpose: "composer", text: wholeText(state), suffix: ".md" },
    ]);
  }
  const next = isEdit(action) ? edits[action](state, context) : null;
  if (!next) return untaken(state);
  return afterEdit(state, next, context);
}

/** What was called back is no beginning of something; else a list follows the text, and an open one the cursor. */
function afterEdit(before: ComposerState, state: ComposerState, context: ComposerContext) {
  if (state.last === "recall") return taken({ ...state, completion: null });
  if (state.text !== before.text) return offered(state, context);
  const isMoved = state.cursor !== before.cursor && state.completion !== null;
  return isMoved ? offered(state, context) : taken(state);
}

function typed(state: ComposerState, raw: string, context: ComposerContext): ComposerResult {
  const text = cleanText(raw);
  if (state.text.length + text.length > MAX_TYPED_LENGTH) {
    return taken({ ...state, notice: "The text is full: Ctrl+G goes on in your editor." });
  }
  return offered(insert(state, text, "type"), context);
}

/** A search takes every key: letters into its query; what it does not know takes the entry and goes on with it. */
function withSearchKey(
  state: ComposerState,
  key: KeyPress,
  context: ComposerContext,
): ComposerResult {
  const { search } = state;
  const action = context.keymap.composer.get(key.name);
  if (!search) return untaken(state);
  if (action === "search_sent") return taken(searchBack(state, context));
  if (action === "search_scope") return taken(searchElsewhere(state, context));
  if (action === "dismiss") return taken(endSearch(state, false));
  if (action === "send") return taken(endSearch(state, true));
  if (action === "erase") {
    const { query } = search;
    const shorter = query.slice(0, letterBefore(query, query.length));
    return taken(searchFor(state, shorter, context));
  }
  if (key.text !== "") return taken(searchFor(state, search.query + cleanText(key.text), context));
  return withKey(endSearch(state, true), key, context);
}

/** Enter takes what is marked where it is meant; else it sends. */
function enter(state: ComposerState, context: ComposerContext): ComposerResult {
  const marked = state.completion?.offered[state.completion.selected];
  if (state.completion && marked && isMeant(state.completion, marked.name)) {
    const accepted = accept(state);
    const isWhole = state.completion.kind === "command" && !takesArgument(marked.name, context);
    return isWhole ? submit(accepted, "send", context) : offered(accepted, context);
  }
  const { text, cursor } = state;
  if (/(?:^|[^\\])\\$/.test(text.slice(Math.max(0, cursor - 2), cursor))) {
    return offered(replace(state, { from: cursor - 1, to: cursor }, "\n", "type"), context);
  }
  return submit(state, "send", context);
}

/** Chosen, or what was typed is its beginning. An argument may be anything: only a chosen one is taken. */
function isMeant({ kind, query, selected }: Completion, name: string): boolean {
  if (name === query) return false;
  if (selected > 0) return true;
  if (kind === "command") return name.startsWith(query);
  return kind === "mention" && query !== "";
}

const takesArgument = (command: string, context: ComposerContext): boolean =>
  context.argumentsOf(command).length > 0;

const isCommand = ({ text }: ComposerState): boolean => /^[/!][^\s/][^\n]*$/.test(text);
