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
  return rule.match === null || matchesPattern(rule.match, call.subject);
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
