// Two versions of a text side by side, as a unified diff; coloured where colours are on.
import { paint } from "./colour.ts";
import { stripControl } from "./strip.ts";

/** A pair of texts that takes longer is only said to differ. Milliseconds. */
const MAX_DIFF_MS = 2_000;
const CONTEXT_LINES = 3;

export interface Version {
  name: string;
  text: string;
}

/** Empty where nothing differs. */
export async function differenceOf(before: Version, after: Version): Promise<string> {
  if (before.text === after.text) return "";
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const patch = createTwoFilesPatch(
    before.name,
    after.name,
    before.text,
    after.text,
    undefined,
    undefined,
    { context: CONTEXT_LINES, timeout: MAX_DIFF_MS, headerOptions: FILE_HEADERS_ONLY },
  );
  return patch ?? `--- ${before.name}\n+++ ${after.name}\n(too different to show)\n`;
}

const styles = [
  [/^(---|\+\+\+) /, "bold"],
  [/^@@/, "cyan"],
  [/^-/, "red"],
  [/^\+/, "green"],
] as const;

export function paintDifference(hasColour: boolean, patch: string): string {
  return stripControl(patch)
    .split("\n")
    .map((line) => {
      const style = styles.find(([pattern]) => pattern.test(line))?.[1];
      return style ? paint(hasColour, style, line) : line;
    })
    .join("\n");
}
