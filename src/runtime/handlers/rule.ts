// Handlers over the rules that humans gave in answers, and what makes an answer one.
import { permit } from "../../core/agent/permission.ts";
import { grantOf } from "../../core/session/grants.ts";
import type { Risk } from "../../protocol/agents.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_RULE_LENGTH } from "../../protocol/limits.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import type { StandingRule } from "../../protocol/rules.ts";
import type { From } from "../actor.ts";
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

export type Given = Omit<StandingRule, "added_at">;

/**
 * Makes the rule of this request the one that is given, or none: what a crash or a failure left of an earlier
 * answer goes. Asked twice it changes nothing.
 */
export async function settleRule(
  request_id: string,
  given: Given | undefined,
  { actor, from }: Pick<HandlerContext, "actor"> & { from: From },
): Promise<void> {
  const rule_id = ruleIdOf(request_id);
  const there = actor.state().rules.find((one) => one.rule_id === rule_id);
  const isSame = there?.match === given?.match && there?.call_hash === given?.call_hash;
  if (there && !isSame) await actor.take({ type: "rule_removed", rule_id }, from);
  if (given && !(there && isSame)) await actor.take({ type: "rule_given", ...given }, from);
}

const ruleIdOf = (request_id: string): string => `rule_${request_id}`;

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
    const message = "A rule allows; deny the call once, or for the session where that is offered.";
    throw new JameyError("invalid_request", message);
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
  const { tool, subject, hash } = grant;
  const { request_id, from_po: po_name } = request;
  const about = { rule_id: ruleIdOf(request_id), po_name, tool, request_id };
  const given = { ...about, added_by: callerName(caller) };
  if (response.match === null) return { ...given, match: shownOf(subject), call_hash: hash };
  const { match } = response;
  const asked = { tool, risk: riskOf(tool, context.services), subject };
  const allowed = permit([{ tool, match, action: "allow" }], asked);
  if (allowed.rule === null) throw useless(match, grant);
  return { ...given, match, call_hash: null };
}

/** What exactly one call is about, as lists show it: the whole of it, or there is no rule. */
function shownOf(subject: string): string {
  if (subject.length <= MAX_RULE_LENGTH) return subject;
  const message =
    "What this call is about is too long to be listed as a rule: approve it for the session, or type a pattern.";
  throw new JameyError("invalid_request", message);
}

/** Asking another agent does nothing by itself: what that one does is asked for there. */
function riskOf(tool: string, { tools, catalog, workflows }: HandlerContext["services"]): Risk {
  const isCalled = catalog.get(tool) !== undefined || workflows.has(tool);
  return tools.find(tool)?.risk ?? (isCalled ? "none" : "execute");
}

function useless(match: string, { tool, subject }: { tool: string; subject: string }): JameyError {
  const message = `The rule ${tool}(${match}) would not allow this call: ${subject}. A rule for commands allows single programs only, without ; & | > $ and quotes; approve others once, or for the session.`;
  return new JameyError("invalid_request", message, { details: { tool, match, subject } });
}
