// Letters as a reader counts them: where they begin, how wide they are, where words end.
import { isSimple, widthOf } from "../text.ts";
import { MAX_PASTES, type Paste } from "./state.ts";

const FIRST_PASTE = 0x80;
/** Columns of a tab. */
const TAB = "    ";

/** Made where one is needed: the first one costs as much as a frame. */
const clustersOf = (text: string): Intl.Segments =>
  new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);

const PLAIN = /^[\x20-\x7e\n]*$/;
const WORD = /^[\p{L}\p{N}\p{M}_]/u;

export const pasteCharacter = (index: number): string => String.fromCharCode(FIRST_PASTE + index);

/** Which paste a letter stands for; null for a letter of the text. */
export function pasteAt(text: string, offset: number): number | null {
  const index = text.charCodeAt(offset) - FIRST_PASTE;
  return index >= 0 && index < MAX_PASTES ? index : null;
}

/** What the screen shows for a letter. */
export function shownLetter(letter: string, pastes: readonly (Paste | null)[]): string {
  if (letter === "\t") return TAB;
  const index = pasteAt(letter, 0);
  return index === null ? letter : (pastes[index]?.label ?? "");
}

export interface Letter {
  offset: number;
  text: string;
}

export function* lettersOf(text: string): Generator<Letter> {
  if (PLAIN.test(text) || isSimple(text)) {
    for (let offset = 0; offset < text.length; offset += 1)
      yield { offset, text: text.charAt(offset) };
    return;
  }
  for (const { index, segment } of clustersOf(text)) yield { offset: index, text: segment };
}

/** The line around an offset: letters never reach over its ends. */
function lineAround(text: string, offset: number): { from: number; line: string } {
  const from = lineStart(text, offset);
  return { from, line: text.slice(from, lineEnd(text, offset)) };
}

export const lineStart = (text: string, offset: number): number =>
  offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;

export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

export function letterBefore(text: string, offset: number): number {
  if (offset <= 0) return 0;
  const { from, line } = lineAround(text, offset);
  if (offset === from) return offset - 1;
  return from + (clustersOf(line).containing(offset - from - 1)?.index ?? 0);
}

export function letterAfter(text: string, offset: number): number {
  if (offset >= text.length) return text.length;
  const { from, line } = lineAround(text, offset);
  const found = clustersOf(line).containing(offset - from);
  // No letter contains the end of a line: the line break itself comes next.
  return found ? from + found.index + found.segment.length : offset + 1;
}

/** The nearest border that is not before the offset. */
export function borderAt(text: string, offset: number): number {
  if (offset <= 0) return 0;
  if (offset >= text.length) return text.length;
  const { from, line } = lineAround(text, offset);
  const found = clustersOf(line).containing(offset - from);
  if (!found || from + found.index === offset) return offset;
  return from + found.index + found.segment.length;
}

type Kind = "word" | "paste" | "other";

function kindOf(letter: string): Kind {
  if (pasteAt(letter, 0) !== null) return "paste";
  return WORD.test(letter) ? "word" : "other";
}

/** Whether a word that was entered ends here. A folded paste is a word. */
const endsWord = (entered: Kind, next: Kind): boolean =>
  entered !== "other" && (next !== entered || entered === "paste");

/** The beginning of the word before. */
export function wordBefore(text: string, offset: number): number {
  const letters = [...lettersOf(text.slice(0, offset))].reverse();
  let entered: Kind = "other";
  for (const letter of letters) {
    const kind = kindOf(letter.text);
    if (endsWord(entered, kind)) return letter.offset + letter.text.length;
    entered = kind;
  }
  return 0;
}

/** The end of the word behind. */
export function wordAfter(text: string, offset: number): number {
  let entered: Kind = "other";
  for (const letter of lettersOf(text.slice(offset))) {
    const kind = kindOf(letter.text);
    if (endsWord(entered, kind)) return offset + letter.offset;
    entered = kind;
  }
  return text.length;
}

/** Back over blanks, then over what is no blank. */
export function blankBefore(text: string, offset: number): number {
  const isBlank = (at: number) => /\s/.test(text.charAt(at));
  let at = offset;
  while (at > 0 && isBlank(at - 1)) at -= 1;
  while (at > 0 && !isBlank(at - 1)) at -= 1;
  return borderAt(text, at);
}

export const widthOfLetter = (letter: string, pastes: readonly (Paste | null)[]): number =>
  widthOf(shownLetter(letter, pastes));
