// Permission decisions: rules and a call in; allow, ask or deny out.
//
// 1. A matching `deny` wins over everything. 2. Else the first matching rule decides. 3. Else reads and
// harmless tools are allowed and everything else is asked. 4. A pattern never allows a command line
// that does more than run one program: the text of a command grants nothing by itself. 5. A rule that was
// given for one call is about exactly that call: its arguments and its workspace, whatever its subject says.
import type { PermissionRule, Risk } from "../../protocol/agents.ts";

export type Permission = { action: "allow" | "ask" | "deny"; rule: PermissionRule | null };

export interface AskedCall {
  tool: string;
  risk: Risk;
  /** The resolved path, command line or address. */
  subject: string;
  /** The same without what only narrows it: rules that ask or deny are about this too. */
  bare_subject?: string | undefined;
  /** Of exactly this call, for rules that were given for one call. */
  hash?: string;
}

export function permit(rules: PermissionRule[], call: AskedCall): Permission {
  const denial = rules.find((rule) => rule.action === "deny" && matches(rule, call));
  if (denial) return { action: "deny", rule: denial };
  const rule = rules.find((one) => matches(one, call) && isTrustworthy(one, call));
  if (rule) return { action: rule.action, rule };
  return { action: call.risk === "none" || call.risk === "read" ? "allow" : "ask", rule: null };
}

/**
 * Whether rules about paths keep this file from being read unasked: then a search of the folder above it does not
 * tell what is in it. Rules about the whole tool say nothing of a file.
 */
export function isKeptBack(rules: PermissionRule[], path: string): boolean {
  const about = rules.filter((rule) => rule.action === "allow" || rule.match !== null);
  return permit(about, { tool: "file_read", risk: "read", subject: path }).action !== "allow";
}

function matches(rule: PermissionRule, call: AskedCall): boolean {
  if (rule.call_hash !== undefined) return rule.tool === call.tool && rule.call_hash === call.hash;
  if (!matchesPattern(rule.tool, call.tool)) return false;
  if (rule.match === null || isAbout(rule.match, call.subject)) return true;
  const { bare_subject } = call;
  return rule.action !== "allow" && bare_subject !== undefined && isAbout(rule.match, bare_subject);
}

/** `git log *` is about `git log`, with arguments or without. */
const isAbout = (match: string, subject: string): boolean =>
  matchesPattern(match, subject) ||
  (match.endsWith(" *") && matchesPattern(match.slice(0, -2), subject));

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
  if (rule.action !== "allow" || rule.call_hash !== undefined) return true;
  if (rule.match === null || call.risk !== "execute") return true;
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
export function ruleText(rule: {
  tool: string;
  match: string | null;
  call_hash?: string | undefined;
}): string {
  const text = rule.match === null ? rule.tool : `${rule.tool}(${rule.match})`;
  return rule.call_hash === undefined ? text : `${text} exactly`;
}
