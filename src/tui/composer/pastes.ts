// What is pasted: made clean, folded where it is long, and the whole text with its pastes unfolded.
import { MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import { stripControl } from "../../terminal/strip.ts";
import { foldPaste, insert, replace, replaceAll } from "./edit.ts";
import { letterBefore, pasteAt, pasteCharacter } from "./letters.ts";
import {
  type ComposerState,
  MAX_DRAFT_BYTES,
  MAX_ENTRY_LENGTH,
  MAX_PASTED_LENGTH,
  MAX_PASTED_LINES,
  MAX_PASTES,
  MAX_TYPED_LENGTH,
  MAX_UNFOLDED_LENGTH,
  type Paste,
} from "./state.ts";

/** Line ends as `\n`, and no character that a folded paste could be taken for. */
export const cleanText = (text: string): string =>
  stripControl(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text).toWellFormed();

export function paste(state: ComposerState, raw: string): ComposerState {
  const text = cleanText(raw);
  if (text === "") return state;
  const isShort = text.length <= MAX_PASTED_LENGTH && linesOf(text) <= MAX_PASTED_LINES;
  if (isShort && state.text.length + text.length <= MAX_TYPED_LENGTH) {
    return insert(state, text, "other");
  }
  return fold(state, text);
}

function fold(state: ComposerState, text: string): ComposerState {
  const bytes = Buffer.byteLength(text);
  if (bytes + bytesOf(state) > MAX_MESSAGE_BYTES) {
    const mib = MAX_MESSAGE_BYTES / (1024 * 1024);
    return {
      ...state,
      notice: `A message holds at most ${mib} MiB: save it as a file and name it with @.`,
    };
  }
  const folded = foldPaste(state, { text, label: labelOf(text), bytes });
  if (folded) return folded;
  return { ...state, notice: `A text holds at most ${MAX_PASTES} folded pastes: send it first.` };
}

function linesOf(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return text.endsWith("\n") ? lines - 1 : lines;
}

function labelOf(text: string): string {
  const lines = linesOf(text);
  return lines > 1 ? `[pasted ${lines} lines]` : `[pasted ${text.length} characters]`;
}

/** The text as bytes with its pastes unfolded. */
const bytesOf = (state: ComposerState): number =>
  Buffer.byteLength(state.text) +
  placesIn(state.text).reduce((sum, place) => sum + (state.pastes[place]?.bytes ?? 0), 0);

function placesIn(text: string): readonly number[] {
  const places: number[] = [];
  for (let offset = 0; offset < text.length; offset += 1) {
    const place = pasteAt(text, offset);
    if (place !== null) places.push(place);
  }
  return places;
}

function withPastes(state: ComposerState, shown: (paste: Paste) => string): string {
  let text = state.text;
  for (const place of new Set(placesIn(state.text))) {
    const paste = state.pastes[place];
    text = text.split(pasteCharacter(place)).join(paste ? shown(paste) : "");
  }
  return text;
}

/** The text as it is sent: an image is sent beside it. */
export const wholeText = (state: ComposerState): string =>
  withPastes(state, ({ text, label, image }) => (image ? label : text));

/** Images by their paths: what can be kept of them. */
export const writtenText = (state: ComposerState): string => withPastes(state, ({ text }) => text);

/** Kept at every key: of what is too long for that, only how its pastes are called. */
export const draftText = (state: ComposerState): string =>
  bytesOf(state) <= MAX_DRAFT_BYTES ? writtenText(state) : withPastes(state, ({ label }) => label);

/** The text as it is remembered: a long one with its pastes folded. */
export function entryOf(state: ComposerState): string {
  const whole = writtenText(state);
  return whole.length <= MAX_ENTRY_LENGTH ? whole : withPastes(state, ({ label }) => label);
}

/** The folded paste beside the cursor, as text. */
export function unfoldPaste(state: ComposerState): ComposerState {
  const beside = [letterBefore(state.text, state.cursor), state.cursor];
  const at = beside.find((offset) => pasteAt(state.text, offset) !== null);
  if (at === undefined) return { ...state, notice: "No folded paste is beside the cursor." };
  const text = state.pastes[pasteAt(state.text, at) ?? 0]?.text ?? "";
  if (text.length > MAX_UNFOLDED_LENGTH || state.text.length + text.length > MAX_TYPED_LENGTH) {
    return { ...state, notice: "It is too long to be edited here: Ctrl+G opens your editor." };
  }
  return replace(state, { from: at, to: at + 1 }, text, "other");
}

/** Put in at the cursor, folded where it is too long; never lost. */
export function insertLong(state: ComposerState, text: string): ComposerState {
  const isShort = state.text.length + text.length <= MAX_TYPED_LENGTH;
  const folded = isShort ? null : fold(state, text);
  return folded?.notice === null ? folded : insert(state, text, "other");
}

/** The whole text is another one, written elsewhere: in an editor, before a crash. */
export function setText(state: ComposerState, raw: string): ComposerState {
  const text = cleanText(raw);
  if (text.length <= MAX_TYPED_LENGTH) return replaceAll(state, text, "other");
  const folded = fold(replaceAll(state, "", "other"), text);
  return folded.notice === null ? folded : { ...state, notice: folded.notice };
}
