// The words that differ between a line and the one that came in its place. Bounded, for lines of any length.
// Rule: a piece ends only where a letter ends: a mark never stands apart from the letter that it is on.
import { diffArrays } from "diff";

/** Longer lines are not compared word by word. UTF-16 units of both. */
const MAX_WORDS_LENGTH = 4_000;
/** Lines that differ in more words have nothing to do with each other. */
const MAX_CHANGED_WORDS = 100;
/** Less that both have in common is chance: neither is marked. Share of the longer line. */
const MIN_COMMON_SHARE = 0.4;

/** A piece of a line; marked where the other line says something else. */
export interface Part {
  text: string;
  isMarked: boolean;
}

export interface WordChanges {
  before: readonly Part[];
  after: readonly Part[];
}

/** null: too different, or too long, to be set beside each other. */
export function wordChanges(
  before: string,
  after: string,
  { ignoresSpace }: { ignoresSpace: boolean },
): WordChanges | null {
  if (before.length + after.length > MAX_WORDS_LENGTH) return null;
  const pieces = diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: MAX_CHANGED_WORDS });
  if (!pieces) return null;
  const changes: { before: Part[]; after: Part[] } = { before: [], after: [] };
  let common = 0;
  for (const { value, added, removed } of pieces) {
    const isChanged = added || removed;
    const text = value.join("");
    const part = { text, isMarked: isChanged && !(ignoresSpace && text.trim() === "") };
    if (!added) changes.before.push(part);
    if (!removed) changes.after.push(part);
    if (!isChanged) common += letters(text);
  }
  const isAlike = common >= MIN_COMMON_SHARE * Math.max(letters(before), letters(after));
  return isAlike ? changes : null;
}

const letters = (text: string): number => text.replace(/\s+/g, "").length;

const ASCII = /^[\x20-\x7e\t]*$/;
const BLANK = /^\s/;
const WORD = /^[\p{L}\p{N}_]/u;
/** Written without blanks between words: each letter is one. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Words, blanks in a row, and signs one by one. */
function wordsOf(line: string): string[] {
  if (ASCII.test(line)) return line.match(/\w+|\s+|[^\w\s]/g) ?? [];
  const words: string[] = [];
  let last: RegExp | null = null;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(
    line,
  )) {
    const kind = BLANK.test(segment) ? BLANK : isWord(segment) ? WORD : null;
    if (kind !== null && kind === last) words.push((words.pop() ?? "") + segment);
    else words.push(segment);
    last = kind;
  }
  return words;
}

const isWord = (letter: string): boolean => WORD.test(letter) && !UNSPACED.test(letter);
