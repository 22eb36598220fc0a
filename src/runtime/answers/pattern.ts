// Regular expressions of schemas, matched in time linear in the text whatever they are: the schema may
// come from anyone, and the text from a model.
import { createMatcher, type Matcher } from "../../tools/pattern/match.ts";
import { parsePattern } from "../../tools/pattern/parse.ts";

/** UTF-16 units that are matched before they are paid for, about. */
const SLICE_UNITS = 256;
/** What making a state costs, for each instruction that is looked at, in looks at a character. */
const INSTRUCTION_COST = 12;

export interface TextPattern {
  /** Undefined where it cannot be paid for: `pay` answers whether there is more to spend. */
  matches(text: string, pay: (units: number) => boolean): boolean | undefined;
}

export type ReadPattern = { ok: true; value: TextPattern } | { ok: false; problem: string };

export function readPattern(source: string): ReadPattern {
  const pattern = parsePattern(source, { ignore_case: false });
  if (!pattern.ok) return pattern;
  const matcher = createMatcher(pattern.value);
  if (!matcher.ok) return matcher;
  return { ok: true, value: { matches: (text, pay) => matches(matcher.value, text, pay) } };
}

function matches(
  { begin, advance, isMatch, endsInMatch, work }: Matcher,
  text: string,
  pay: (units: number) => boolean,
): boolean | undefined {
  let state = begin;
  for (let at = 0; at < text.length && !isMatch(state); ) {
    const to = at + SLICE_UNITS;
    // A pair of surrogates is one character.
    const end = (text.codePointAt(to - 1) ?? 0) > 0xffff ? to + 1 : to;
    const before = work();
    state = advance(state, text, at, Math.min(end, text.length));
    if (!pay(end - at + (work() - before) * INSTRUCTION_COST)) return undefined;
    at = end;
  }
  return endsInMatch(state);
}
