// Regular expressions of schemas, matched in time linear in the text whatever they are: the schema may
// come from anyone, and the text from a model.
import { createMatcher } from "../../tools/pattern/match.ts";
import { parsePattern } from "../../tools/pattern/parse.ts";

export type ReadPattern =
  | { ok: true; value: (text: string) => boolean }
  | { ok: false; problem: string };

export function readPattern(source: string): ReadPattern {
  const pattern = parsePattern(source, { ignore_case: false });
  if (!pattern.ok) return pattern;
  const matcher = createMatcher(pattern.value);
  if (!matcher.ok) return matcher;
  const { begin, advance, endsInMatch } = matcher.value;
  return { ok: true, value: (text) => endsInMatch(advance(begin, text, 0, text.length)) };
}
