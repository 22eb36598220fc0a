// Permission decisions: rules and a call in; allow, ask or deny out.
//
// 1. A matching `deny` wins over everything. 2. Else the first matching rule decides. 3. Else reads and
// harmless tools are allowed and everything else is asked. 4. A pattern never allows a command line
// that does more than run one program: the text of a command grants nothing by itself.
import type { PermissionRule, Risk } from "../../protocol/agents.ts";

export type Permission = { action: "allow" | "ask" | "deny"; rule: PermissionRule | null };

export interface AskedCall {
  tool: string;
  risk: Risk;
  /** The resolved path, command line or address. */
  subject: string;
}

export function permit(rules: PermissionRule[], call: AskedCall): Permission {
  const denial = rules.find((rule) => rule.action === "deny" && matches(rule, call));
  if (denial) return { action: "deny", rule: denial };
  const rule = rules.find((one) => matches(one, call) && isTrustworthy(one, call));
  if (rule) return { action: rule.action, rule };
  return { action: call.risk === "none" || call.risk === "read" ? "allow" : "ask", rule: null };
}

function matches(rule: PermissionRule, call: AskedCall): boolean {
  if (!matchesPattern(rule.tool, call.tool)) return false;
  if (rule.match === null || matchesPattern(rule.match, call.subject)) return true;
  // `git log *` is about `git log`, with arguments or without.
  return rule.match.endsWith(" *") && matchesPattern(rule.match.slice(0, -2), call.subject);
}

/** Longer than this, or with what a rule gives a meaning to, a subject is no advice that people would type. */
const MAX_ADVISED_LENGTH = 80;

/** The narrowest rule, as people write it, that allows the call. */
export function narrowestRule(call: AskedCall): string {
  const rule = { tool: call.tool, match: call.subject, action: "allow" as const };
  const isPlain = call.subject.length <= MAX_ADVISED_LENGTH && !/['*()\p{Cc}]/u.test(call.subject);
  const isEnough = isPlain && call.subject !== "" && permit([rule], call).action === "allow";
  return ruleText({ tool: call.tool, match: isEnough ? call.subject : null });
}

/** Rule 4. */
function isTrustworthy(rule: PermissionRule, call: AskedCall): boolean {
  if (rule.action !== "allow" || rule.match === null || call.risk !== "execute") return true;
  return /^[\p{L}\p{N} _./:=@%+,-]*$/u.test(call.subject);
}

/** `*` stands for any text; everything else for itself. Linear in the text for each star. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  if (parts.length === 1) return text === pattern;
  const last = parts[parts.length - 1] ?? "";
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** A rule as people write it: `shell`, `shell(git diff *)`. */
export function ruleText(rule: { tool: string; match: string | null }): string {
  return rule.match === null ? rule.tool : `${rule.tool}(${rule.match})`;
}
