// The width that text is fitted to, and words fitted to it.
import type { Node } from "./tree.ts";

export interface Page {
  /** Columns */
  width: number;
  hasColour: boolean;
}

/** By words; words are cut only where they are no address, which must stay whole to be opened. */
export function wrap(text: string, { width }: Page): string[] {
  const hasLongAddress = (Bun.stripANSI(text).match(/\S+:\/\/\S+/g) ?? []).some(
    (address) => Bun.stringWidth(address) > width,
  );
  return Bun.wrapAnsi(text.trim(), width, { hard: !hasLongAddress }).split("\n");
}

export const textOf = (node: Node): string =>
  node.type === "text" ? node.text : node.children.map(textOf).join("");
