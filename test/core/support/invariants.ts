// What must hold of a session after every step, whatever the world does to it. Each check answers what
// is wrong, so that a failure names the invariant and not a line of the test.
import type { Effect } from "../../../src/core/index.ts";
import { isPatternCall } from "../../../src/core/session/delegation.ts";
import { askedModel } from "../../../src/core/session/request.ts";
import {
  activityOf,
  type Happened,
  type SessionActorState,
} from "../../../src/core/session/state.ts";
import { sessionStreamEvents } from "../../../src/protocol/events/index.ts";
import { historyProblem, messageProblem } from "./history.ts";
import { SECRET } from "./outcomes.ts";

/** What is remembered of the events so far. */
export interface Ledger {
  accepted: Set<string>;
  ended: Set<string>;
  started: Set<string>;
  proposed: Map<string, string>;
  completed: Set<string>;
  /** Accepted messages that stand in no conversation yet: message → turn. */
  waiting: Map<string, string>;
  /** Hashes that humans were shown: call → hash. */
  shown: Map<string, string>;
  openRequests: Map<string, string>;
  modelCalls: Map<string, Set<string>>;
  /** Called objects: call → whether it has ended, and the seq up to which its use is counted. */
  delegations: Map<string, { hasEnded: boolean; through_seq: number }>;
  isDeleted: boolean;
}

export const createLedger = (): Ledger => ({
  accepted: new Set(),
  ended: new Set(),
  started: new Set(),
  proposed: new Map(),
  completed: new Set(),
  waiting: new Map(),
  shown: new Map(),
  openRequests: new Map(),
  modelCalls: new Map(),
  delegations: new Map(),
  isDeleted: false,
});

/** Writes an event into the ledger; answers what it breaks. */
export function eventProblems(ledger: Ledger, event: Happened): string[] {
  return [
    ...wireProblems(event),
    ...(ledger.isDeleted ? ["it is deleted"] : []),
    ...record(ledger, event),
  ];
}

function wireProblems(event: Happened): string[] {
  const parsed = sessionStreamEvents[event.type].payload.safeParse(event.payload);
  if (!parsed.success) return [`does not fit the wire: ${parsed.error.message}`];
  const isWhole = Bun.deepEquals(parsed.data, event.payload, true);
  const problems = isWhole ? [] : ["has fields that the wire does not know, or lacks some"];
  const isLeaking = JSON.stringify(event).includes(SECRET);
  return isLeaking ? [...problems, "holds a secret"] : problems;
}

function record(ledger: Ledger, event: Happened): string[] {
  switch (event.type) {
    case "MessageQueued":
      ledger.waiting.set(event.payload.message_id, event.payload.turn_id);
      if (event.payload.delivery === "queue") ledger.accepted.add(event.payload.turn_id);
      return [];
    case "MessageAdded": {
      ledger.waiting.delete(event.payload.message_id);
      const { turn_id } = event.payload;
      for (const call of event.payload.tool_calls) ledger.proposed.set(call.id, turn_id ?? "");
      const problem = messageProblem(event.payload);
      return problem ? [problem] : [];
    }
    case "MessageWithdrawn": {
      const { message_id } = event.payload;
      return ledger.waiting.delete(message_id) ? [] : [`${message_id} did not wait`];
    }
    case "ModelCallStarted": {
      if (event.payload.purpose === "compact") return [];
      const calls = ledger.modelCalls.get(event.payload.turn_id) ?? new Set();
      ledger.modelCalls.set(event.payload.turn_id, calls.add(event.payload.call_id));
      return [];
    }
    case "ToolCallStarted": {
      const { id } = event.payload.tool_call;
      const shown = ledger.shown.get(id) ?? event.payload.hash;
      const problems = ledger.started.has(id) ? [`the call ${id} starts twice`] : [];
      ledger.started.add(id);
      return shown === event.payload.hash
        ? problems
        : [...problems, `${id}: not what was approved`];
    }
    case "ToolCallCompleted": {
      const { call_id } = event.payload;
      const isSecond = ledger.completed.has(call_id);
      ledger.completed.add(call_id);
      return isSecond ? [`the call ${call_id} completes twice`] : [];
    }
    case "HumanRequestQueued": {
      const { request_id, tool_call, hash, turn_id } = event.payload;
      ledger.openRequests.set(request_id, turn_id);
      if (tool_call) ledger.shown.set(tool_call.id, hash ?? "");
      return [];
    }
    case "HumanRequestResponded":
    case "HumanRequestExpired":
      return ledger.openRequests.delete(event.payload.request_id)
        ? []
        : [`the request ${event.payload.request_id} closes twice`];
    case "DelegationStarted":
    case "DelegationCompleted":
    case "ChildUsageRecorded":
      return delegation(ledger, event);
    case "TurnCompleted":
    case "TurnFailed":
    case "TurnCancelled":
      return ended(ledger, event.payload.turn_id, event.type);
    case "SessionDeleted":
      ledger.isDeleted = true;
      return [...ledger.accepted]
        .filter((turn_id) => !ledger.ended.has(turn_id))
        .map((turn_id) => `deleted while the turn ${turn_id} had no end`);
    default:
      return [];
  }
}

type OfDelegation = Extract<
  Happened,
  { type: "DelegationStarted" | "DelegationCompleted" | "ChildUsageRecorded" }
>;

/** It starts once, ends once, and nothing that it used counts twice. */
function delegation(ledger: Ledger, event: OfDelegation): string[] {
  const { call_id } = event.payload;
  const known = ledger.delegations.get(call_id);
  if (event.type === "DelegationStarted") {
    ledger.delegations.set(call_id, { hasEnded: false, through_seq: 0 });
    const isStarted = ledger.started.has(call_id);
    return known || !isStarted ? [`the call ${call_id} begins when it must not`] : [];
  }
  if (!known || known.hasEnded) return [`the call ${call_id} has not begun, or has ended`];
  if (event.type === "DelegationCompleted") {
    known.hasEnded = true;
    return [];
  }
  const isAfter = event.payload.through_seq > known.through_seq;
  known.through_seq = event.payload.through_seq;
  return isAfter ? [] : [`what ${call_id} used is counted twice`];
}

function ended(ledger: Ledger, turn_id: string, how: string): string[] {
  const problems: string[] = [];
  if (ledger.ended.has(turn_id)) problems.push(`the turn ${turn_id} ends twice`);
  ledger.ended.add(turn_id);
  for (const [call_id, of] of ledger.proposed) {
    if (of === turn_id && !ledger.completed.has(call_id)) {
      problems.push(`the call ${call_id} has no end when its turn ${turn_id} has`);
    }
  }
  for (const [call_id, { hasEnded }] of ledger.delegations) {
    const isOpen = !hasEnded && ledger.proposed.get(call_id) === turn_id;
    if (isOpen) problems.push(`the called object of ${call_id} outlives its caller`);
  }
  for (const [request_id, of] of ledger.openRequests) {
    if (of === turn_id) problems.push(`the request ${request_id} outlives its turn`);
  }
  for (const [message_id, of] of ledger.waiting) {
    if (of !== turn_id) continue;
    // A message that was taken out of the queue before its turn began is gone with it.
    if (how !== "TurnCancelled" || ledger.modelCalls.has(turn_id)) {
      problems.push(`the accepted message ${message_id} is in no conversation`);
    }
    ledger.waiting.delete(message_id);
  }
  return problems;
}

/** What is wrong with the state after a step. */
export function stateProblems(
  ledger: Ledger,
  state: SessionActorState,
  effects: Effect[],
): string[] {
  const problems: string[] = [];
  const ids = new Set(effects.map((effect) => effect.id));
  if (ids.size !== effects.length) problems.push("two outstanding effects have one id");
  const isIdle = activityOf(state) === "idle" && !state.isParked;
  if ((isIdle || state.isDeleted) && effects.length > 0) problems.push("it is idle and owes work");
  if (activityOf(state) === "working" && effects.length === 0) problems.push("works on nothing");
  const { turn } = state;
  if (!turn) {
    if (state.requests.length > 0) problems.push("a request without a turn");
    return problems;
  }
  const { max_parallel_tools, max_iterations, max_tool_iterations } = turn.agent.config;
  const running = turn.calls.filter((call) => call.phase === "started").length;
  if (running > max_parallel_tools) problems.push(`${running} tools at once`);
  const modelCalls = ledger.modelCalls.get(turn.turn_id)?.size ?? 0;
  if (modelCalls > max_iterations) problems.push(`${modelCalls} model calls`);
  return [...problems, ...conversationProblems(state, effects, max_tool_iterations)];
}

function conversationProblems(
  state: SessionActorState,
  effects: Effect[],
  max_tool_iterations: number,
): string[] {
  const problems: string[] = [];
  const conversation = state.session?.conversation ?? [];
  const rounds = new Set(
    conversation
      .filter((message) => message.turn_id === state.turn?.turn_id && message.role === "tool")
      .filter((message) => message.tool_call_id && message.content !== "")
      // The rounds of a pattern are bounded by itself.
      .filter((message) => !isPatternCall(state.turn?.turn_id ?? "", message.tool_call_id ?? ""))
      .map((message) => message.tool_call_id?.replace(/_\d+$/, "")),
  );
  // The round that reaches the limit is answered too, with `not_run`.
  if (rounds.size > max_tool_iterations + 1) problems.push(`${rounds.size} tool rounds`);
  for (const effect of effects) {
    if (effect.type !== "call_model") continue;
    const asked = askedModel(state, effect);
    const last = asked?.messages.at(-1)?.role;
    if (last !== "user" && last !== "tool") problems.push(`the model is asked after ${last}`);
    const problem = historyProblem(asked?.messages ?? []);
    if (problem) problems.push(`no provider takes this history: ${problem}`);
  }
  return problems;
}
