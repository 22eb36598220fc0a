// An answer that grows, as lines: each is said once it is whole, and what is left when the answer is. Pure.
// Rule: what was said is never said again; where the answer turns out otherwise it is said whole.
import type { SignalPayload } from "../../protocol/signals.ts";
import { stripControl } from "../../terminal/strip.ts";

/** An answer that is longer is said at its end. UTF-16 units. */
const MAX_GROWING_LENGTH = 1_000_000;

export interface Growing {
  message_id: string;
  attempt: number;
  text: string;
  /** UTF-16 units of the text that were said. */
  said: number;
}

export interface Grown {
  growing: Growing | null;
  lines: readonly string[];
}

export function grow(before: Growing | null, delta: SignalPayload): Grown {
  const { message_id, attempt, offset, text } = delta;
  const isSame = before?.message_id === message_id && before.attempt === attempt;
  const known = isSame ? before : { message_id, attempt, text: "", said: 0 };
  const whole = known.text + text;
  // Something is missing in between: the rest is said with the whole.
  if (offset !== known.text.length || whole.length > MAX_GROWING_LENGTH) {
    return { growing: known, lines: [] };
  }
  const end = whole.lastIndexOf("\n") + 1;
  const next = whole.slice(known.said, end);
  if (next.trim() === "") return { growing: { ...known, text: whole }, lines: [] };
  return {
    growing: { ...known, text: whole, said: end },
    lines: [labelled(known.said, stripControl(next).replace(/\n+$/, ""))],
  };
}

/** The answer is there: what of it was not said yet. */
export function finished(growing: Growing | null, message_id: string, content: string): string[] {
  const isSame = growing !== null && growing.message_id === message_id;
  const said = isSame ? growing.text.slice(0, growing.said) : "";
  const isKnown = content.startsWith(said);
  const rest = stripControl(isKnown ? content.slice(said.length) : content).trim();
  return rest === "" ? [] : [labelled(isKnown ? said.length : 0, rest)];
}

/** The label stands before the first line only. */
const labelled = (said: number, text: string): string =>
  said === 0 ? `jamey: ${text.trimStart()}` : text;
