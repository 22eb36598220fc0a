// What a human allowed for the rest of a session: one tool on exactly the subject that was shown. It is
// compared letter by letter, never as a pattern: a `*` in it stands for itself.
import type { HumanRequest } from "../../protocol/messages.ts";

export interface Grant {
  tool: string;
  subject: string;
}

/** The question of an approval. The subject stands last and whole, so that it can be read back. */
export function approvalText(asked: { from_po: string; tool: string; subject: string }): string {
  return `May ${asked.from_po} use ${asked.tool}: ${asked.subject}`;
}

/** What an approval of this request allows, or undefined where the request shows no subject. */
export function grantOf({ from_po, tool_call, question }: HumanRequest): Grant | undefined {
  if (!tool_call) return undefined;
  const before = approvalText({ from_po, tool: tool_call.name, subject: "" });
  if (!question.startsWith(before)) return undefined;
  return { tool: tool_call.name, subject: question.slice(before.length) };
}

export const isGranted = (grants: Grant[], asked: Grant): boolean =>
  grants.some((grant) => grant.tool === asked.tool && grant.subject === asked.subject);
