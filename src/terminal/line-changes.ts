// The lines that differ between two texts, for a screen that is drawn again and again: at once, and bounded.
import { structuredPatch } from "diff";

const CONTEXT_LINES = 3;
/** Texts that differ in more lines are only said to differ. */
const MAX_CHANGED_LINES = 2_000;
/** Longer texts are not compared. UTF-16 units of both. */
const MAX_COMPARED_LENGTH = 512 * 1024;

export interface Change {
  type: "same" | "added" | "removed" | "skipped";
  text: string;
}

const types = { " ": "same", "+": "added", "-": "removed" } as const;

/** null: too different to be shown. */
export function lineChanges(before: string, after: string): readonly Change[] | null {
  if (before.length + after.length > MAX_COMPARED_LENGTH) return null;
  const patch = structuredPatch("", "", before, after, "", "", {
    context: CONTEXT_LINES,
    maxEditLength: MAX_CHANGED_LINES,
  });
  if (!patch) return null;
  return patch.hunks.flatMap((hunk, index) => [
    ...(index > 0 ? [{ type: "skipped", text: `line ${hunk.newStart}` } as const] : []),
    ...hunk.lines.flatMap((line): Change[] => {
      const type = Object.entries(types).find(([mark]) => line.startsWith(mark))?.[1];
      // "\ No newline at end of file" is about the line before.
      return type ? [{ type, text: line.slice(1) }] : [];
    }),
  ]);
}
