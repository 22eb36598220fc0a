// What a copy of a conversation is called, and what is said when one is begun.
import { oneLine } from "../terminal/strip.ts";

/** Letters of the name of what was copied: the word behind them is seen in any list. */
const MAX_COPIED_NAME = 40;

/** null leaves it to what was said first. */
export const copyName = (title: string): string | null =>
  title.trim() === "" ? null : `${oneLine(title, MAX_COPIED_NAME)} (copy)`;

export const COPIED = "You are in a copy. The conversation that it was made of stays as it was.";
