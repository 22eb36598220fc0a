// The width that text is fitted to, and words fitted to it.
import type { Node } from "./tree.ts";

export interface Page {
  /** Columns */
  width: number;
  hasColour: boolean;
}

const ADDRESS = /.:\/\/./s;

/** By words; words are cut only where they are no address, which must stay whole to be opened. */
export function wrap(text: string, { width }: Page): string[] {
  // Word by word: a pattern that looks for the word as well begins anew at each of its letters.
  const hasLongAddress = Bun.stripANSI(text)
    .split(/\s+/)
    .some((word) => ADDRESS.test(word) && Bun.stringWidth(word) > width);
  return Bun.wrapAnsi(text.trim(), width, { hard: !hasLongAddress }).split("\n");
}

export const textOf = (node: Node): string =>
  node.type === "text" ? node.text : node.children.map(textOf).join("");
