// A rule that a human gave, in words: a pattern, or exactly one call.
import type { StandingRule } from "../protocol/rules.ts";

export function ruleLine({
  tool,
  match,
  call_hash,
}: Pick<StandingRule, "tool" | "match" | "call_hash">): string {
  const text = `${tool}(${match})`;
  if (call_hash === null) return text;
  // An older jamey did not keep which call it was.
  return call_hash === "" ? `${text} counts no longer: approve it again` : `${text} exactly`;
}
