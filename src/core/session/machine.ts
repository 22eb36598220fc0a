// The machine of a session: queue, turn, calls, requests. The adapter that makes an orchestrator durable.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { DecisionScope, HumanRequest, ToolCall } from "../../protocol/messages.ts";
import { wallDeadline } from "../agent/limits.ts";
import type { Effect } from "../effects.ts";
import { type Machine, match } from "../machine.ts";
import { noConditions } from "../orchestration/workflow/evaluate.ts";
import { applySession } from "./apply.ts";
import { isClientCall, resultsRefusal } from "./client-tools.ts";
import { answerChecked } from "./decide/answers.ts";
import { freePlaces } from "./decide/calls.ts";
import { yieldToClient } from "./decide/client.ts";
import { childPaused, childUsed, delegated, delegationStarted } from "./decide/delegations.ts";
import { modelAnswered, modelFailed, retryModel } from "./decide/model.ts";
import {
  cancel,
  create,
  prepared,
  prepareFailed,
  record,
  remove,
  rename,
  resumeQueue,
  revived,
  send,
  withdraw,
} from "./decide/queue.ts";
import { expireRequests, responded, toolAsked, toolUnasked } from "./decide/requests.ts";
import { checkWall, toolChecked, toolFinished } from "./decide/tools.ts";
import { isObjectCall } from "./delegation.ts";
import { createDraft, type Draft } from "./draft.ts";
import type { SessionInput, SoFar } from "./inputs.ts";
import { sessionNotFound } from "./manager.ts";
import { dataRefusal, storeData } from "./shared-data.ts";
import {
  type Happened,
  initialSessionState,
  isAskingForMore,
  type SessionActorState,
  type Turn,
  waitingMessage,
} from "./state.ts";
import { steerRefusal } from "./steering.ts";
import { uncheckedAnswer } from "./structured.ts";

/** Messages that may wait in one session. */
export const MAX_QUEUED_MESSAGES = 100;

type SessionMachine = Machine<SessionActorState, SessionInput, Happened, Effect>;

export function createSessionMachine({ evaluate }: Pick<Draft, "evaluate">): SessionMachine {
  return {
    initial: initialSessionState,
    decide(state, input) {
      if (state.isDeleted || refusal(state, input)) return [];
      const draft = createDraft(state, { at: input.at, evaluate });
      step(draft, input);
      yieldToClient(draft);
      return draft.events();
    },
    apply: applySession,
    outstanding,
  };
}

/** One that walks no workflow with conditions; its fold is that of all. */
export const sessionMachine: SessionMachine = createSessionMachine({ evaluate: noConditions });

const step = match<SessionInput, Draft, void>({
  create: (draft, input) => create(draft, input.session, input.history),
  send,
  cancel,
  resume_queue: resumeQueue,
  withdraw,
  store_data: storeData,
  rename,
  record,
  delete: remove,
  respond: responded,
  revived: (draft) => {
    revived(draft);
    woke(draft, {});
  },
  prepared,
  prepare_failed: prepareFailed,
  model_answered: modelAnswered,
  model_failed: modelFailed,
  tool_checked: toolChecked,
  tool_finished: toolFinished,
  tool_asked: toolAsked,
  tool_unasked: toolUnasked,
  delegation_started: delegationStarted,
  child_used: childUsed,
  child_paused: childPaused,
  delegated,
  answer_checked: answerChecked,
  woke,
});

/** Whatever is due by now. */
function woke(draft: Draft, soFar: SoFar): void {
  retryModel(draft);
  expireRequests(draft);
  const { turn, session } = draft.state();
  if (turn) checkWall(draft, wallDeadline(turn, session), soFar);
}

/** Why a command cannot be taken, before anything is decided. */
export function refusal(state: SessionActorState, input: SessionInput): ErrorBody | undefined {
  if (state.isDeleted) return sessionNotFound(state.session?.id ?? "");
  const creates = input.type === "create" || (input.type === "send" && input.create !== null);
  if (!state.session) return creates ? undefined : sessionNotFound("");
  const waits = waitingRefusal(state, input);
  if (waits) return waits;
  if (input.type === "send" && state.queue.length + state.steers.length >= MAX_QUEUED_MESSAGES) {
    const message = `${MAX_QUEUED_MESSAGES} messages already wait in this session; wait or cancel.`;
    return { code: "overloaded", message, details: { limit: MAX_QUEUED_MESSAGES } };
  }
  if (input.type === "send" && input.delivery === "steer" && state.turn) {
    return steerRefusal(state.turn.agent, input.settings);
  }
  if (input.type === "send" && input.settings.client_results) return resultsRefusal(state, input);
  if (input.type === "cancel") {
    const isKnown =
      state.turn?.turn_id === input.turn_id ||
      state.queue.some((one) => one.turn_id === input.turn_id);
    const message = `The turn ${input.turn_id} is not running and not queued.`;
    return isKnown ? undefined : { code: "turn_not_found", message, details: {} };
  }
  if (input.type === "store_data") return dataRefusal(state, input.entry);
  return input.type === "respond" ? responseRefusal(state, input) : undefined;
}

/** What is not parked cannot go on, and what a turn has heard cannot be unsaid. */
function waitingRefusal(state: SessionActorState, input: SessionInput): ErrorBody | undefined {
  if (input.type === "resume_queue" && !state.isParked) {
    const message = "No stopped messages wait in this session: there is nothing to resume.";
    return { code: "not_found", message, details: {} };
  }
  if (input.type !== "withdraw" || waitingMessage(state, input.message_id)) return undefined;
  const message = `The message ${input.message_id} does not wait: a turn has heard it, or it was never sent here.`;
  return { code: "not_found", message, details: { message_id: input.message_id } };
}

function responseRefusal(
  state: SessionActorState,
  { request_id, response }: Extract<SessionInput, { type: "respond" }>,
): ErrorBody | undefined {
  const request = state.requests.find((one) => one.request_id === request_id);
  const details = { request_id };
  if (!request) {
    const message = `The request ${request_id} is already answered or closed.`;
    return { code: "already_answered", message, details };
  }
  const wanted = { question: "answer", approval: "decision", secret: "secret" }[request.kind];
  if (response.type !== wanted) {
    const message = `The request ${request_id} is ${KIND_WORDS[request.kind]}: answer it with type '${wanted}'.`;
    return { code: "invalid_request", message, details };
  }
  if (response.type !== "decision") return undefined;
  if (response.hash !== request.hash) {
    const message = "The decision is about other arguments than the ones that wait: look again.";
    return { code: "stale_hash", message, details: { ...details, hash: request.hash } };
  }
  return scopeRefusal(request, response.scope);
}

/** Nobody shall believe in a decision that holds for longer than it does. */
function scopeRefusal(
  { request_id, from_po, scopes, limit }: HumanRequest,
  scope: DecisionScope,
): ErrorBody | undefined {
  if (!scopes || scopes.includes(scope)) return undefined;
  const why = limit
    ? "More of a limit is given to one turn, each time by a human."
    : scope === "rule"
      ? "No rule can allow this call: what it would do is for a human to see each time."
      : `Here ${from_po} answers one call of another object, and its session ends with the answer.`;
  const message = `${why} Decide ${scopes.map((one) => SCOPE_WORDS[one]).join(", or ")}.`;
  return { code: "invalid_request", message, details: { request_id, scopes } };
}

const KIND_WORDS: Record<HumanRequest["kind"], string> = {
  question: "a question",
  approval: "an approval",
  secret: "a secret",
};

const SCOPE_WORDS: Record<DecisionScope, string> = {
  once: "once",
  session: "for the session",
  rule: "as a rule",
};

function outstanding(state: SessionActorState): Effect[] {
  const { turn, queue, isParked, isDeleted } = state;
  if (isDeleted) return [];
  const head = queue[0];
  if (!turn) {
    if (!head || isParked) return [];
    return [{ type: "prepare_turn", id: `prepare:${head.turn_id}`, turn_id: head.turn_id }];
  }
  const { turn_id, model } = turn;
  const effects: Effect[] = [];
  if (model?.retry_at === null) {
    const { call_id, attempt, purpose } = model;
    const id = `model:${call_id}:${attempt}`;
    effects.push({ type: "call_model", id, turn_id, call_id, attempt, purpose });
  }
  const answer = uncheckedAnswer(state);
  if (answer) {
    const { message_id } = answer;
    effects.push({ type: "check_answer", id: `answer:${message_id}`, turn_id, message_id });
  }
  let free = isAskingForMore(state) ? 0 : freePlaces(turn);
  for (const { call, phase } of turn.calls) {
    if (phase === "started") {
      effects.push(startedEffect(turn, call));
    } else if (phase === "proposed" && free > 0 && !isClientCall(turn, call)) {
      free -= 1;
      effects.push({ type: "check_tool", id: `check:${call.id}`, turn_id, call_id: call.id });
    }
  }
  const times = new Set([
    model?.retry_at,
    wallDeadline(turn, state.session),
    ...state.requests.map((one) => one.deadline_at),
  ]);
  for (const at of times) if (at) effects.push({ type: "wake_at", id: `wake:${at}`, at });
  return effects;
}

function startedEffect(turn: Turn, call: ToolCall): Effect {
  const ids = { turn_id: turn.turn_id, call_id: call.id };
  return isObjectCall(turn, call)
    ? { type: "delegate", id: `delegate:${call.id}`, ...ids }
    : { type: "run_tool", id: `tool:${call.id}`, ...ids };
}
