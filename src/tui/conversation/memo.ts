// Lines that were laid out before. They hang on the value that they were made from, and go with it: the same
// value always gives the same lines, so that whoever asks cannot tell whether they were remembered.
import { createGrowingMarkdown, type GrowingMarkdown } from "./markdown.ts";

/** Layouts of one value: two widths, each folded and unfolded; of a call also what it changes, in two ways. */
const MAX_VARIANTS = 8;

export interface Memo {
  of<Result>(subject: object, variant: string, make: () => Result): Result;
  /** The text that is being written: one at a time. */
  growing(key: string, columns: number): GrowingMarkdown;
  /** How often something was laid out anew, for who measures. */
  readonly made: number;
}

export function createMemo(): Memo {
  const known = new WeakMap<object, Map<string, unknown>>();
  let growing: { key: string; columns: number; markdown: GrowingMarkdown } | undefined;
  let made = 0;
  return {
    of<Result>(subject: object, variant: string, make: () => Result): Result {
      const variants = known.get(subject) ?? new Map<string, unknown>();
      known.set(subject, variants);
      // A variant is made by one place of the code, which knows what it made.
      if (variants.has(variant)) return variants.get(variant) as Result;
      const result = make();
      made += 1;
      const [oldest] = variants.keys();
      if (variants.size >= MAX_VARIANTS && oldest !== undefined) variants.delete(oldest);
      variants.set(variant, result);
      return result;
    },
    growing(key, columns) {
      if (growing?.key !== key || growing.columns !== columns) {
        growing = { key, columns, markdown: createGrowingMarkdown(columns) };
      }
      return growing.markdown;
    },
    get made() {
      return made;
    },
  };
}
