// What becomes of a tool call once it is checked, finished, or found after a restart. At most once.

import { limitReached, reachedLimit } from "../../agent/limits.ts";
import { narrowestRule, type Permission, permit, ruleText } from "../../agent/permission.ts";
import { isDue } from "../../time.ts";
import { calledObject, calleeOf, isObjectCall, refusedDelegation } from "../delegation.ts";
import type { Draft } from "../draft.ts";
import { isGranted } from "../grants.ts";
import { UNKNOWN_OUTCOME } from "../history.ts";
import type { InputOf, SoFar } from "../inputs.ts";
import { ASK_HUMAN } from "../question.ts";
import { isAskingForMore } from "../state.ts";
import { completeCall, freePlaces, startCall, withdrawQuestions } from "./calls.ts";
import { keepPartial } from "./model.ts";
import { askForMore } from "./more.ts";
import { askApproval, askQuestion } from "./requests.ts";
import { fail, running } from "./turn.ts";

export function toolChecked(draft: Draft, input: InputOf<"tool_checked">): void {
  const { check, call_id } = input;
  const now = running(draft);
  const open = now?.turn.calls.find((one) => one.call.id === call_id);
  // A check that comes when all places are taken, or while a limit is asked about, is made again afterwards.
  if (!now || open?.phase !== "proposed" || freePlaces(now.turn) <= 0) return;
  if (isAskingForMore(draft.state())) return;
  if (!check.valid) {
    return completeCall(draft, call_id, { outcome: "invalid", output: check.problem });
  }
  const { call } = open;
  const { agent } = now.turn;
  const tool = agent.tools.find((one) => one.name === call.name);
  const { subject, hash } = check;
  const object = calledObject(now.turn, call);
  if (object) {
    const limit = reachedLimit(now.turn, now.session, draft.at);
    if (limit) return askForMore(draft, limit, null) ? undefined : fail(draft, limit);
    const refused = refusedDelegation(now.session, now.turn, calleeOf(object));
    if (refused) return completeCall(draft, call_id, { outcome: "invalid", output: refused });
  }
  const asked = {
    tool: object ? calleeOf(object) : call.name,
    risk: tool?.risk ?? "execute",
    subject,
    bare_subject: check.bare_subject,
    hash,
    onlyExactly: check.must_ask === true,
  };
  if (draft.state().denied.includes(hash))
    return completeCall(draft, call_id, deniedBefore(subject));
  const permission = permit(agent.rules, asked);
  const mustAsk = check.must_ask === true && permission.action === "allow";
  const { action, rule } = mustAsk ? ONLY_A_HUMAN : permission;
  if (action !== "deny") {
    if (call.name === ASK_HUMAN) return askQuestion(draft, call, hash);
    const isAllowed = action === "allow" || isGranted(draft.state().grants, asked);
    if (isAllowed) return startCall(draft, open, hash);
  }
  if (action === "ask" && agent.on_ask === "queue") return askApproval(draft, call, asked);
  const why =
    rule?.action === "deny"
      ? `Denied by the rule ${ruleText(rule)}.`
      : "Denied: it needs a human's approval and nobody is there to give it.";
  const allow_with =
    rule?.action === "deny"
      ? "take that rule away"
      : check.must_ask
        ? "approve it when asked (--on-ask queue)"
        : `--allow '${narrowestRule(asked)}'`;
  const denial = { subject, allow_with };
  const blocked = {
    code: "blocked" as const,
    message: `${call.name} needs a human's approval and nobody is there to give it: ${subject}`,
    details: { tool: call.name, subject },
  };
  const end = action === "ask" && agent.on_ask === "fail" ? blocked : undefined;
  completeCall(draft, call_id, { outcome: "denied", output: why, denial }, end);
}

const deniedBefore = (subject: string) => ({
  outcome: "denied" as const,
  output: "A human denied this call for the rest of the session.",
  denial: { subject, allow_with: "ask in a new session" },
});

/** What can run code, or may do more than before, is allowed by no rule. */
const ONLY_A_HUMAN = { action: "ask", rule: null } satisfies Permission;

export function toolFinished(draft: Draft, input: InputOf<"tool_finished">): void {
  const now = running(draft);
  const open = now?.turn.calls.find((one) => one.call.id === input.call_id);
  if (!now || open?.phase !== "started" || isObjectCall(now.turn, open.call)) return;
  completeCall(draft, input.call_id, { ...input.output, duration_ms: input.duration_ms });
}

/** After a restart: what had started and may not run twice is told so, and the turn goes on. */
export function interruptStarted(draft: Draft): void {
  for (const { call, phase } of draft.state().turn?.calls ?? []) {
    const turn = draft.state().turn;
    const tool = turn?.agent.tools.find((one) => one.name === call.name);
    // What runs again asks again.
    withdrawQuestions(draft, call.id);
    if (phase !== "started" || tool?.replay === "safe") continue;
    completeCall(draft, call.id, { outcome: "interrupted", output: UNKNOWN_OUTCOME });
  }
}

/** The wall limit: checked when its time has come, whatever runs. What had been said stays said. */
export function checkWall(
  draft: Draft,
  deadline: string | null,
  { partial, written }: SoFar,
): void {
  const now = running(draft);
  if (!now || deadline === null || !isDue(deadline, draft.at)) return;
  if (partial) keepPartial(draft, partial);
  fail(draft, limitReached("wall_ms", now.turn.agent.config.max_wall_ms ?? 0), written);
}
