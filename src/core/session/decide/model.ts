// What the model's answer or failure leads to.
import type { TurnTool } from "../../../protocol/agents.ts";
import type { ErrorBody } from "../../../protocol/errors.ts";
import type { ToolCall } from "../../../protocol/messages.ts";
import { asksAtLimit, limitReached, reachedLimit } from "../../agent/limits.ts";
import { retryDelay } from "../../agent/retry.ts";
import { assistantMessage } from "../../orchestration/single.ts";
import { isDue, later } from "../../time.ts";
import { dueCompaction, lastCompacted, plainSummary } from "../compaction.ts";
import type { Draft } from "../draft.ts";
import type { InputOf, ModelAnswer, PartialAnswer } from "../inputs.ts";
import { MODEL } from "../session.ts";
import type { ModelCall } from "../state.ts";
import { completeCall } from "./calls.ts";
import { askModel, fail, running, settle } from "./turn.ts";

/** Tool calls of one answer that are run; one more is kept to say so, the rest is left out. */
const MAX_CALLS_PER_ANSWER = 64;
/** Restarts in a row after which one model call is made again. */
export const MAX_RESTARTS = 20;
/** Characters of a tool's name that every vendor takes. */
const MAX_UNKNOWN_NAME = 64;

/** The model call that this outcome belongs to; one of an earlier or failed attempt belongs to none. */
function current(
  draft: Draft,
  outcome: { call_id: string; attempt: number },
): ModelCall | undefined {
  const model = draft.state().turn?.model;
  const isCurrent = model?.call_id === outcome.call_id && model.attempt === outcome.attempt;
  return isCurrent && model.retry_at === null ? model : undefined;
}

export function modelAnswered(draft: Draft, input: InputOf<"model_answered">): void {
  const now = running(draft);
  const model = current(draft, input);
  if (!now || !model) return;
  const { answer, call_id } = input;
  draft.add("UsageRecorded", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    call_id,
    model: answer.model,
    usage: answer.usage,
  });
  if (model.purpose === "compact") {
    return compacted(draft, call_id, answer.reason === "refusal" ? "" : answer.text.trim());
  }
  const result = { id: call_id, name: MODEL, output: answer.text, success: true, at: draft.at };
  const { text: content, reasoning } = answer;
  const problem = problemOf(draft, answer);
  if (!problem) {
    const tool_calls = callsOf(call_id, answer, now.turn.agent.tools);
    settle(draft, { ...result, answer: { content, tool_calls, reasoning } });
    return refuseUnusable(draft, answer, tool_calls);
  }
  if (content.trim() !== "") {
    const said = { ...result, answer: { content, tool_calls: [], reasoning } };
    const message = assistantMessage(now.session, said);
    draft.add("MessageAdded", { ...message, session_id: now.session.id });
  }
  fail(draft, problem);
}

/** What had been said when the turn was cancelled stays said, without the calls that it may have begun. */
export function keepPartial(draft: Draft, { call_id, attempt, text }: PartialAnswer): void {
  const now = running(draft);
  const model = current(draft, { call_id, attempt });
  if (!now || model?.purpose !== "answer" || text.trim() === "") return;
  const result = { id: call_id, name: MODEL, output: text, success: true, at: draft.at };
  const message = assistantMessage(now.session, result);
  draft.add("MessageAdded", { ...message, session_id: now.session.id });
}

/** An answer that must not count as one. */
function problemOf(draft: Draft, answer: ModelAnswer): ErrorBody | undefined {
  const details = { reason: answer.reason };
  if (answer.reason === "refusal") {
    return { code: "model_refused", message: "The model refused to answer.", details };
  }
  if (answer.reason === "length") {
    // Where the turn's own limit cut it, that is the one to name.
    const now = running(draft);
    const isCut = now && !asksAtLimit(now.turn, now.session);
    const limit = isCut && reachedLimit(now.turn, now.session, draft.at);
    return limit || limitReached("output_tokens", answer.usage.output_tokens);
  }
  if (answer.text.trim() !== "" || answer.tool_calls.length > 0) return undefined;
  return { code: "empty_answer", message: "The model answered with nothing.", details };
}

/** Our own ids, unique in the session whatever the vendor sent, short enough for every vendor. */
function callsOf(call_id: string, answer: ModelAnswer, tools: TurnTool[]): ToolCall[] {
  return answer.tool_calls.slice(0, MAX_CALLS_PER_ANSWER + 1).map(({ name, args }, index) => ({
    id: `${call_id}_${index}`,
    name: callName(name, tools),
    args,
  }));
}

/** A name that nothing has is kept so that every vendor takes it back, and never as the reserved one. */
function callName(name: string, tools: TurnTool[]): string {
  if (name === MODEL) return `${MODEL}_`;
  if (tools.some((tool) => tool.name === name)) return name;
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_UNKNOWN_NAME) || "unnamed";
}

/** Calls of no tool, with arguments that could not be read, or that are too many: answered at once. */
function refuseUnusable(draft: Draft, answer: ModelAnswer, tool_calls: ToolCall[]): void {
  const tools = draft.state().turn?.agent.tools.map((tool) => tool.name) ?? [];
  tool_calls.forEach((call, index) => {
    const known = `You have: ${tools.join(", ") || "none"}.${adviceFor(tools)}`;
    const unknown = tools.includes(call.name) ? null : `There is no tool '${call.name}'. ${known}`;
    const problem = unknown ?? answer.tool_calls[index]?.problem ?? null;
    if (index >= MAX_CALLS_PER_ANSWER) {
      const excess = answer.tool_calls.length - MAX_CALLS_PER_ANSWER;
      const output = `Not run: at most ${MAX_CALLS_PER_ANSWER} calls in one answer, and ${excess} more were asked for.`;
      completeCall(draft, call.id, { outcome: "not_run", output });
    } else if (problem !== null) {
      completeCall(draft, call.id, { outcome: "invalid", output: problem });
    }
  });
}

/** How an object that may ask for more gets more. */
const adviceFor = (tools: string[]): string =>
  tools.includes("add_capability")
    ? " If there is one that you need, list_capabilities names it and add_capability asks a human for it."
    : "";

export function modelFailed(draft: Draft, input: InputOf<"model_failed">): void {
  const now = running(draft);
  const model = current(draft, input);
  if (!now || !model) return;
  const delay = retryDelay({
    ...input,
    failures: model.failures + 1,
    config: now.turn.agent.config,
  });
  const retry_at = delay === undefined ? null : later(draft.at, delay);
  draft.add("ModelCallFailed", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    call_id: input.call_id,
    attempt: input.attempt,
    error: input.error,
    retry_at,
  });
  if (retry_at !== null) return;
  if (model.purpose === "compact") return compacted(draft, input.call_id, "");
  const isFull = input.error.code === "context_full" && now.turn.full?.call_id !== input.call_id;
  const after = running(draft);
  // Once for each call: what is left out now may not be enough.
  if (isFull && after && dueCompaction(draft.state(), after.turn)) {
    return askModel(draft, input.call_id);
  }
  fail(draft, input.error);
}

/** The wait before the next attempt is over. */
export function retryModel(draft: Draft): void {
  const now = running(draft);
  const model = now?.turn.model;
  if (!now || !model?.retry_at || !isDue(model.retry_at, draft.at)) return;
  startAttempt(draft, model);
}

/** The next attempt of the same call: whatever text the one before had streamed is discarded. */
export function startAttempt(draft: Draft, model: ModelCall): void {
  const now = running(draft);
  if (!now) return;
  draft.add("ModelCallStarted", {
    session_id: now.session.id,
    turn_id: now.turn.turn_id,
    call_id: model.call_id,
    attempt: model.attempt + 1,
    model: now.turn.agent.model,
    purpose: model.purpose,
  });
}

/** After a restart: the call is made again, unless it is what ends the daemon each time. */
export function resumeModel(draft: Draft): void {
  const model = draft.state().turn?.model;
  if (!model || model.retry_at !== null) return;
  if (model.restarts < MAX_RESTARTS) return startAttempt(draft, model);
  if (model.purpose === "compact") return compacted(draft, model.call_id, "");
  fail(draft, {
    code: "interrupted",
    message: `The daemon ended ${MAX_RESTARTS + 1} times in a row while it waited for this answer of the model; it is not asked again.`,
    details: { call_id: model.call_id, restarts: MAX_RESTARTS + 1 },
  });
}

/** A summary stands in for the older messages, and the model is asked what it was to be asked. */
function compacted(draft: Draft, call_id: string, summary: string): void {
  const now = running(draft);
  if (!now) return;
  const messages = dueCompaction(draft.state(), now.turn) ?? [];
  if (messages.length > 0) {
    draft.add("HistoryCompacted", {
      session_id: now.session.id,
      through_message_id: lastCompacted(messages, now.session.conversation),
      summary: summary || plainSummary(messages),
    });
  }
  askModel(draft, call_id.replace(/_k\d+$/, ""));
}
