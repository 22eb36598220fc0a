// The lines that differ between two texts, and the words in them, for a screen that is drawn again and again: at
// once, and bounded.
import { structuredPatch } from "diff";
import { type Part, type WordChanges, wordChanges } from "./word-changes.ts";

const CONTEXT_LINES = 3;
/** Texts that differ in more lines are only said to differ: the time that it takes grows with its square. */
const MAX_CHANGED_LINES = 1_000;
/** A text that stands alone is no longer than this. Lines. */
const MAX_LINES = 20_000;
/** Further lines of a text are not compared word by word. UTF-16 units of both. */
const MAX_WORDS_COMPARED = 32 * 1024;
/** Longer texts are not compared. UTF-16 units of both. */
const MAX_COMPARED_LENGTH = 512 * 1024;

export interface Change {
  type: "same" | "added" | "removed" | "skipped";
  /** The line, in pieces: those are marked that its counterpart does not have. */
  parts: readonly Part[];
}

export interface Comparing {
  /** Lines that differ in nothing but blanks, tabs and line ends are the same. */
  ignoresSpace: boolean;
}

const types = { " ": "same", "+": "added", "-": "removed" } as const;
type Type = (typeof types)[keyof typeof types];

/** null: too different, or too long, to be shown. */
export function lineChanges(
  before: string,
  after: string,
  { ignoresSpace }: Comparing = { ignoresSpace: false },
): readonly Change[] | null {
  if (before.length + after.length > MAX_COMPARED_LENGTH) return null;
  // What stands alone need not be compared.
  if (before === "" || after === "") {
    const { added, removed } = countLines(before, after);
    return added + removed > MAX_LINES ? null : replacedLines(before, after);
  }
  const compared = (text: string) => (ignoresSpace ? text.replace(/[^\S\n]+/g, "") : text);
  const patch = structuredPatch("", "", compared(before), compared(after), "", "", {
    context: CONTEXT_LINES,
    maxEditLength: MAX_CHANGED_LINES,
  });
  if (!patch) return null;
  const [old, now] = [before.split("\n"), after.split("\n")];
  const words = { ignoresSpace, left: MAX_WORDS_COMPARED };
  return patch.hunks.flatMap(({ oldStart, newStart, lines }, index) => {
    // What was compared may have lost its blanks: what is shown is the line as it stands.
    const at = { old: oldStart - 1, now: newStart - 1 };
    const shown = lines.flatMap((line): Line[] => {
      const type = Object.entries(types).find(([mark]) => line.startsWith(mark))?.[1];
      // "\ No newline at end of file" is about the line before.
      if (!type) return [];
      const text = (type === "removed" ? old[at.old] : now[at.now]) ?? "";
      if (type !== "added") at.old += 1;
      if (type !== "removed") at.now += 1;
      return [{ type, text }];
    });
    const skipped = whole("skipped", `line ${newStart}`);
    return [...(index > 0 ? [skipped] : []), ...withWords(shown, words)];
  });
}

/** All that went, then all that came: nothing is compared. */
export const replacedLines = (before: string, after: string): readonly Change[] => [
  ...linesOf(before).map((text) => whole("removed", text)),
  ...linesOf(after).map((text) => whole("added", text)),
];

/** How many lines that would be. */
export const countLines = (before: string, after: string): { added: number; removed: number } => ({
  added: linesIn(after),
  removed: linesIn(before),
});

function linesIn(text: string): number {
  let lines = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

const linesOf = (text: string): readonly string[] =>
  text === "" ? [] : text.replace(/\n$/, "").split("\n");

interface Line {
  type: Type;
  text: string;
}

const whole = (type: Change["type"], text: string): Change => ({
  type,
  parts: [{ text, isMarked: false }],
});

/** How words are compared, and in how much of the text they still may be. */
interface Words extends Comparing {
  left: number;
}

/** Lines that went, and those that came in their place, stand one for one where they are equally many. */
function withWords(lines: readonly Line[], words: Words): readonly Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < lines.length; ) {
    const removed = run(lines, at, "removed");
    const added = run(lines, at + removed.length, "added");
    const isPaired = removed.length > 0 && removed.length === added.length;
    const pairs = isPaired
      ? removed.map((text, index) => pairOf(text, added[index] ?? "", words))
      : [];
    for (const [index, text] of removed.entries()) {
      const parts = pairs[index]?.before;
      changes.push(parts ? { type: "removed", parts } : whole("removed", text));
    }
    for (const [index, text] of added.entries()) {
      const parts = pairs[index]?.after;
      changes.push(parts ? { type: "added", parts } : whole("added", text));
    }
    at += removed.length + added.length;
    const line = lines[at];
    if (removed.length + added.length === 0 && line) {
      changes.push(whole(line.type, line.text));
      at += 1;
    }
  }
  return changes;
}

function pairOf(before: string, after: string, words: Words): WordChanges | null {
  words.left -= before.length + after.length;
  return words.left < 0 ? null : wordChanges(before, after, words);
}

/** The texts of this type that stand in a row from here on. */
function run(lines: readonly Line[], from: number, type: Type): readonly string[] {
  let to = from;
  while (lines[to]?.type === type) to += 1;
  return lines.slice(from, to).map(({ text }) => text);
}

/** Where changes begin: lines that went or came in a row are one. */
export const beginsChange = (changes: readonly Change[], index: number): boolean =>
  isChanged(changes[index]) && !isChanged(changes[index - 1]);

const isChanged = (change: Change | undefined): boolean =>
  change?.type === "added" || change?.type === "removed";
