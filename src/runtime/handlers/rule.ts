// Handlers over the rules that humans gave in answers, and what makes an answer one.
import { permit } from "../../core/agent/permission.ts";
import { grantOf } from "../../core/session/grants.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_RULE_LENGTH } from "../../protocol/limits.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import type { StandingRule } from "../../protocol/rules.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

/** Rules of one environment; who needs more writes them into its manifest. */
const MAX_STANDING_RULES = 1_000;

export function ruleHandlers({
  actor,
}: HandlerContext): Pick<Handlers, "ListRules" | "RemoveRule"> {
  return {
    ListRules({ po_name }) {
      const { rules } = actor.state();
      return { rules: rules.filter((one) => po_name === null || one.po_name === po_name) };
    },
    async RemoveRule({ rule_id }, caller) {
      const from = { caller: callerName(caller), causation_id: null };
      const { happened } = await actor.take({ type: "rule_removed", rule_id }, from);
      if (happened.length > 0) return {};
      throw new JameyError("not_found", `There is no rule '${rule_id}': jamey rules list.`);
    },
  };
}

type Given = Omit<StandingRule, "added_at">;

/**
 * The rule that an answer gives, if it gives one. Throws where this caller may give none, and where it would
 * not allow the very call that was shown: nobody shall believe in a rule that does nothing.
 */
export function ruleOf(
  request: HumanRequest,
  response: Answer,
  { caller, context }: { caller: Caller; context: HandlerContext },
): Given | undefined {
  if (response.type !== "decision" || response.scope !== "rule") return undefined;
  if (response.decision !== "approve") {
    throw new JameyError("invalid_request", "A rule allows; deny this call once, or its session.");
  }
  if (!caller.scopes.includes("admin")) {
    const message =
      "A rule needs the scope 'admin', which this caller does not have: approve once.";
    throw new JameyError("forbidden", message, { details: { scope: "admin" } });
  }
  const { state } = context.actor;
  if (state().rules.length >= MAX_STANDING_RULES) {
    const message = `There are ${MAX_STANDING_RULES} rules already: remove one with 'jamey rules remove'.`;
    throw new JameyError("overloaded", message);
  }
  const grant = grantOf(request);
  if (!grant) throw new JameyError("invalid_request", "This request shows no call to allow.");
  const match = response.match ?? exactly(grant.subject);
  const { tool, subject } = grant;
  const risk = context.services.tools.find(tool)?.risk ?? "execute";
  const allowed = permit([{ tool, match, action: "allow" }], { tool, risk, subject });
  if (allowed.rule === null) throw useless(match, grant);
  const { request_id, from_po: po_name } = request;
  const rule_id = `rule_${request_id}`;
  return { rule_id, po_name, tool, match, request_id, added_by: callerName(caller) };
}

/** In a rule `*` stands for any text: a subject that holds one cannot be named exactly. */
function exactly(subject: string): string {
  if (!subject.includes("*") && subject.length <= MAX_RULE_LENGTH) return subject;
  const why = subject.includes("*") ? "holds '*'" : "is too long";
  const message = `What this call is about ${why}, so no rule can mean exactly it: approve it for the session, or type a pattern.`;
  throw new JameyError("invalid_request", message);
}

function useless(match: string, { tool, subject }: { tool: string; subject: string }): JameyError {
  const message = `The rule ${tool}(${match}) would not allow this call: ${subject}. A rule for commands allows single programs only, without ; & | > $ and quotes; approve others once, or for the session.`;
  return new JameyError("invalid_request", message, { details: { tool, match, subject } });
}
