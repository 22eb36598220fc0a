// Bytes of a terminal → inputs. Pure: what is not complete is kept in the state.
// Rules: 1. However the bytes are cut, the same inputs come out. 2. A sequence that is not understood, or
//           that is cut for good, is swallowed: never typed. 3. Between the marks of a paste nothing is a key.
import { readControl, readShifted, readString } from "./control-sequences.ts";
import { controlKey, type Decoded, keyNamed, letterKey, pastedText } from "./decoded.ts";

export interface Decoding {
  /** Bytes of a sequence that has not ended; each unit is one byte. */
  held: string;
  /** Bytes of the paste that is under way. */
  paste: readonly string[] | null;
  /** Time has passed since the held bytes came. */
  isLate: boolean;
}

export const freshDecoding: Decoding = { held: "", paste: null, isLate: false };

/** A string sequence, or the numbers of a control sequence, without an end are given up. Bytes. */
const MAX_SEQUENCE_BYTES = 4096;
/** Bytes of a paste that are kept; what goes beyond is dropped. */
const MAX_PASTE_BYTES = 16 * 1024 * 1024;
const ESCAPE = "\u001b";
const [PASTE_BEGIN, PASTE_END] = ["\u001b[200~", "\u001b[201~"];

interface Result {
  state: Decoding;
  inputs: readonly Decoded[];
}

/** One unit, whole; undefined where more bytes have to come. */
type Token = { length: number; inputs: readonly Decoded[] } | undefined;

export function decode(state: Decoding, bytes: Uint8Array): Result {
  const inputs: Decoded[] = [];
  let { paste } = state;
  let rest = state.held + Buffer.from(bytes).toString("latin1");
  let at = 0;
  while (at < rest.length) {
    if (paste !== null) {
      const end = rest.indexOf(PASTE_END, at);
      const until = end < 0 ? pasteHolds(rest, at) : end;
      paste = addPaste(paste, rest.slice(at, until));
      at = until;
      if (end < 0) break;
      inputs.push(pastedText(Buffer.from(paste.join(""), "latin1")));
      paste = null;
      at += PASTE_END.length;
    } else if (rest.startsWith(PASTE_BEGIN, at)) {
      paste = [];
      at += PASTE_BEGIN.length;
    } else {
      const token = readToken(rest, at);
      if (!token) break;
      inputs.push(...token.inputs);
      at += token.length;
    }
  }
  rest = rest.slice(at);
  return { state: { held: rest, paste, isLate: false }, inputs };
}

/**
 * Nothing came for a while. A lone Escape was the key; the beginning of a sequence may still go on, and is
 * dropped when nothing has come for a second while.
 */
export function settle(state: Decoding): Result {
  const { held, paste, isLate } = state;
  if (held === ESCAPE || held === ESCAPE + ESCAPE) {
    const inputs = [...held].map(() => keyNamed("escape", 0));
    if (paste === null) return { state: freshDecoding, inputs };
  }
  if (!isLate) return { state: { ...state, isLate: true }, inputs: [] };
  // A paste without an end: what has come of it is not lost, and keys are keys again.
  const inputs = paste === null ? [] : [pastedText(Buffer.from(paste.join("") + held, "latin1"))];
  return { state: freshDecoding, inputs };
}

/** Whether `settle` has something to do. */
export const isWaiting = ({ held, paste }: Decoding): boolean => held !== "" || paste !== null;

/** A paste's end may be cut: where the part begins that may belong to it. */
function pasteHolds(rest: string, from: number): number {
  for (let length = Math.min(PASTE_END.length - 1, rest.length - from); length > 0; length -= 1) {
    if (rest.endsWith(PASTE_END.slice(0, length))) return rest.length - length;
  }
  return rest.length;
}

function addPaste(paste: readonly string[], piece: string): readonly string[] {
  const length = paste.reduce((sum, part) => sum + part.length, 0);
  const room = MAX_PASTE_BYTES - length;
  return piece === "" || room <= 0 ? paste : [...paste, piece.slice(0, room)];
}

function readToken(text: string, at: number): Token {
  const first = text.charAt(at);
  if (first === ESCAPE) return readEscape(text, at);
  if (first < " " || first === "\u007f") return { length: 1, inputs: [controlKey(first)] };
  return readLetter(text, at, 0);
}

function readEscape(text: string, at: number): Token {
  const second = text.charAt(at + 1);
  switch (second) {
    case "":
      return undefined;
    case "[":
      return readControlSequence(text, at);
    case "O":
      return readShiftedSequence(text, at);
    case "]":
    case "P":
    case "_":
    case "^":
    case "X":
      return readStringSequence(text, at);
    case ESCAPE:
      return readDoubled(text, at);
  }
  if (second < " " || second === "\u007f") {
    return { length: 2, inputs: [controlKey(second, 2)] };
  }
  const letter = readLetter(text, at + 1, 2);
  return letter && { ...letter, length: letter.length + 1 };
}

/** Some terminals say Alt by one more Escape before a sequence; else the first one is the key. */
function readDoubled(text: string, at: number): Token {
  const third = text.charAt(at + 2);
  if (third === "") return undefined;
  const sequence =
    third === "[" || third === "O" ? readEscape(text, at + 1) : { length: 0, inputs: [] };
  if (!sequence) return undefined;
  const [found] = sequence.inputs;
  if (found?.type !== "key" || found.key.name.includes("alt+")) {
    return { length: 1, inputs: [keyNamed("escape", 0)] };
  }
  const name = found.key.name.replace(/^(ctrl\+)?/, "$1alt+");
  return { length: sequence.length + 1, inputs: [{ type: "key", key: { name, text: "" } }] };
}

function readControlSequence(text: string, at: number): Token {
  // The console of Linux: F1 to F5.
  if (text.charAt(at + 2) === "[") {
    const letter = text.charCodeAt(at + 3);
    if (Number.isNaN(letter)) return undefined;
    const isKey = letter >= 0x41 && letter <= 0x45;
    return { length: 4, inputs: isKey ? [keyNamed(`f${letter - 0x40}`, 0)] : [] };
  }
  let end = at + 2;
  while (end < text.length && isBetween(text.charCodeAt(end), 0x20, 0x3f)) end += 1;
  if (end - at > MAX_SEQUENCE_BYTES) return { length: end - at, inputs: [] };
  if (end === text.length) return undefined;
  // Anything else breaks the sequence off, and is read by itself.
  if (!isBetween(text.charCodeAt(end), 0x40, 0x7e)) return { length: end - at, inputs: [] };
  const inputs = readControl(text.slice(at + 2, end), text.charAt(end));
  return { length: end - at + 1, inputs };
}

function readShiftedSequence(text: string, at: number): Token {
  const final = text.charAt(at + 2);
  if (final === "") return undefined;
  if (!/[A-Za-z]/.test(final)) return { length: 2, inputs: [keyNamed("O", 2)] };
  return { length: 3, inputs: readShifted(final) };
}

function readStringSequence(text: string, at: number): Token {
  let end = at + 2;
  const isEnd = (here: number) => text.charAt(here) === "\u0007" || text.charAt(here) === ESCAPE;
  while (end < text.length && !isEnd(end)) end += 1;
  if (end - at > MAX_SEQUENCE_BYTES) return { length: end - at, inputs: [] };
  if (end === text.length) return undefined;
  const isString = text.charAt(at + 1) === "]";
  const inputs = isString ? readString(text.slice(at + 2, end)) : [];
  if (text.charAt(end) === "\u0007") return { length: end - at + 1, inputs };
  if (end + 1 === text.length) return undefined;
  // An Escape that ends nothing begins the next sequence.
  const isTerminated = text.charAt(end + 1) === "\\";
  return { length: end - at + (isTerminated ? 2 : 0), inputs };
}

/** One code point of UTF-8. */
function readLetter(text: string, at: number, modifiers: number): Token {
  const lead = text.charCodeAt(at);
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // Nothing begins with these: a broken byte types nothing.
  if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return { length: 1, inputs: [] };
  for (let index = 1; index < length; index += 1) {
    const code = text.charCodeAt(at + index);
    if (Number.isNaN(code)) return undefined;
    if (!isBetween(code, 0x80, 0xbf)) return { length: index, inputs: [] };
  }
  const letter = Buffer.from(text.slice(at, at + length), "latin1").toString("utf8");
  // What is no letter after all, or controls the terminal in one byte.
  if (/[\p{Cc}\ufffd]/u.test(letter)) return { length, inputs: [] };
  return { length, inputs: [letterKey(letter, modifiers)] };
}

const isBetween = (code: number, least: number, most: number): boolean =>
  code >= least && code <= most;
