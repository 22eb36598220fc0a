// The words that differ between a line and the one that came in its place. Bounded, for lines of any length.
import { diffWordsWithSpace } from "diff";

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
  const pieces = diffWordsWithSpace(before, after, { maxEditLength: MAX_CHANGED_WORDS });
  if (!pieces) return null;
  const changes: { before: Part[]; after: Part[] } = { before: [], after: [] };
  let common = 0;
  for (const { value, added, removed } of pieces) {
    const isChanged = added || removed;
    const part = { text: value, isMarked: isChanged && !(ignoresSpace && value.trim() === "") };
    if (!added) changes.before.push(part);
    if (!removed) changes.after.push(part);
    if (!isChanged) common += letters(value);
  }
  const isAlike = common >= MIN_COMMON_SHARE * Math.max(letters(before), letters(after));
  return isAlike ? changes : null;
}

const letters = (text: string): number => text.replace(/\s+/g, "").length;
