// What a human allowed for the rest of a session: exactly the call that was shown, by its hash, with all its
// arguments and in its workspace; never what merely looks like it. Beside it what a pattern allows that was given
// in an answer, for the turn that was already prepared without it: rules may be taken away again.
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { type AskedCall, permit } from "../agent/permission.ts";

export interface Grant {
  tool: string;
  subject: string;
  /** The call that was shown: its tool, arguments, workspace, and what they lead to. */
  hash: string;
  /** Of a rule, until the turn ends: later ones know the rule. The pattern as it was typed, or null. */
  rule?: { match: string | null };
}

/**
 * The question of an approval, so that it can be read back: no name of a tool holds a colon, and the subject
 * stands last and whole. The tool is called as rules call it: a model may know what is called by another name.
 */
export function approvalText(asked: { from_po: string; tool: string; subject: string }): string {
  return `${opening(asked)}${asked.tool}: ${asked.subject}`;
}

const opening = ({ from_po }: { from_po: string }): string => `May ${from_po} use `;

/** What an approval of this request allows, or undefined where the request shows no subject. */
export function grantOf({ from_po, tool_call, question, hash }: HumanRequest): Grant | undefined {
  const before = opening({ from_po });
  const end = question.indexOf(": ", before.length);
  if (!tool_call || hash === null || !question.startsWith(before) || end < 0) return undefined;
  return { tool: question.slice(before.length, end), subject: question.slice(end + 2), hash };
}

/** What this approval allows beyond its one call. */
export function grantGiven(
  request: HumanRequest,
  { scope, match }: Extract<Answer, { type: "decision" }>,
): Grant | undefined {
  const grant = scope === "once" ? undefined : grantOf(request);
  return grant && scope === "rule" ? { ...grant, rule: { match } } : grant;
}

/** `onlyExactly`: of a call that no rule may allow. */
export function isGranted(
  grants: Grant[],
  asked: AskedCall & { hash: string; onlyExactly: boolean },
): boolean {
  return grants.some(({ tool, hash, rule }) => {
    if (hash === asked.hash) return true;
    if (tool !== asked.tool || asked.onlyExactly || !rule || rule.match === null) return false;
    return permit([{ tool, match: rule.match, action: "allow" }], asked).rule !== null;
  });
}

/** What is there already is kept once. */
export function withGrant(grants: Grant[], grant: Grant): Grant[] {
  const isThere = grants.some(
    ({ hash, rule }) => hash === grant.hash && rule?.match === grant.rule?.match,
  );
  return isThere ? grants : [...grants, grant];
}
