// The fold of a session: one event in, the next state out. Total: it never throws, whatever the order.
import type { SessionEvent } from "../../protocol/events/index.ts";
import type { ToolCall, Usage } from "../../protocol/messages.ts";
import { extended } from "../agent/limits.ts";
import { match } from "../machine.ts";
import { isObjectCall } from "./delegation.ts";
import { grantGiven, withGrant } from "./grants.ts";
import {
  createSession,
  MODEL,
  type Session,
  withEndedCall,
  withMessage,
  withModelCall,
  withStep,
  withTurn,
  withUpdates,
} from "./session.ts";
import { withData } from "./shared-data.ts";
import {
  type Call,
  type Happened,
  isAskingForMore,
  type SessionActorState,
  type Turn,
} from "./state.ts";
import { steered } from "./steering.ts";
import { withUsed } from "./used.ts";

type Fold<Type extends SessionEvent["type"]> = Extract<Happened, { type: Type }>;

export function applySession(state: SessionActorState, event: Happened): SessionActorState {
  const next = fold(state, event);
  return settleWaiting({ ...next, last_at: event.at }, event.at);
}

const fold = match<Happened, SessionActorState, SessionActorState>({
  SessionCreated: (state, { payload, at }) => ({
    ...state,
    session: createSession({ ...payload, id: payload.session_id, at }),
  }),
  SessionRenamed: (state, { payload, at }) =>
    inSession(state, (session) => ({ ...session, name: payload.name, updated_at: at })),
  SessionUpdated: (state, { payload, at }) =>
    inSession(state, (session) => withUpdates(session, payload.updates, at)),
  SessionDeleted: (state) => ({
    ...state,
    isDeleted: true,
    turn: undefined,
    queue: [],
    steers: [],
    requests: [],
  }),
  MessageQueued: queued,
  MessageAdded: added,
  MessageWithdrawn: withdrawn,
  QueueResumed: (state) => ({ ...state, isParked: false }),
  SharedDataChanged: (state, { payload }) => ({ ...state, data: withData(state.data, payload) }),
  HistoryCompacted: (state, { payload }) => ({
    ...inTurn(state, (turn) => ({
      ...turn,
      model: null,
      compactions: turn.compactions + 1,
      full: turn.full && { ...turn.full, isCompacted: true },
    })),
    compaction: payload,
  }),
  TurnStarted: started,
  TurnResumed: (state, { payload }) =>
    inTurn(state, (turn) => ({ ...turn, paused_ms: turn.paused_ms + payload.downtime_ms })),
  ModelCallStarted: modelStarted,
  ModelCallFailed: modelFailed,
  ToolCallStarted: callStarted,
  ToolCallCompleted: (state, { payload }) =>
    inTurn(
      inSession(state, (session) => withEndedCall(session, payload)),
      (turn) => ({
        ...turn,
        calls: turn.calls.filter((call) => call.call.id !== payload.call_id),
      }),
    ),
  UsageRecorded: (state, event) => ({
    ...inTurn(state, (turn) => withUsage(turn, event.payload.usage)),
    used: withUsed(state.used, event),
  }),
  DelegationStarted: (state, { payload }) =>
    inCall(state, payload.call_id, (call) => ({
      ...call,
      child: { session_id: payload.child_session_id, turn_id: payload.child_turn_id },
    })),
  DelegationCompleted: (state) => state,
  DelegationPaused: (state, { payload }) =>
    inCall(state, payload.call_id, (call) => ({ ...call, isPaused: true })),
  DelegationResumed: (state, { payload }) =>
    inCall(state, payload.call_id, (call) => ({ ...call, isPaused: false })),
  ChildUsageRecorded: (state, { payload }) =>
    inTurn(
      inCall(state, payload.call_id, (call) => ({ ...call, counted_seq: payload.through_seq })),
      (turn) => ({
        ...withUsage(turn, payload.usage),
        child_model_calls: turn.child_model_calls + payload.model_calls,
      }),
    ),
  LimitExtended: (state, { payload: { limit, by } }) =>
    inTurn(state, (turn) => ({
      ...turn,
      agent: { ...turn.agent, config: extended(turn.agent.config, limit, by) },
      extensions: [...turn.extensions, { limit, by }],
    })),
  StepTaken: (state, { payload }) => inSession(state, (session) => withStep(session, payload.step)),
  TurnCompleted: (state, { payload }) => ended(state, payload.turn_id, false),
  TurnFailed: (state, { payload }) => ended(state, payload.turn_id, false),
  TurnCancelled: (state, { payload }) => ended(state, payload.turn_id, true),
  HumanRequestQueued: (state, { payload }) => ({
    ...inCall(state, payload.tool_call?.id, (call) => ({
      ...call,
      phase: "asking",
      hash: payload.hash,
    })),
    requests: [...state.requests, payload],
  }),
  HumanRequestResponded: responded,
  HumanRequestExpired: (state, { payload }) => ({
    ...state,
    requests: state.requests.filter((one) => one.request_id !== payload.request_id),
  }),
});

function inSession(
  state: SessionActorState,
  change: (session: Session) => Session,
): SessionActorState {
  return state.session ? { ...state, session: change(state.session) } : state;
}

function inTurn(state: SessionActorState, change: (turn: Turn) => Turn): SessionActorState {
  return state.turn ? { ...state, turn: change(state.turn) } : state;
}

function inCall(
  state: SessionActorState,
  id: string | undefined,
  change: (call: Call) => Call,
): SessionActorState {
  return inTurn(state, (turn) => ({
    ...turn,
    calls: turn.calls.map((call) => (call.call.id === id ? change(call) : call)),
  }));
}

function queued(
  state: SessionActorState,
  { payload, at }: Fold<"MessageQueued">,
): SessionActorState {
  const joined = inSession(state, (session) => ({ ...session, updated_at: at }));
  if (payload.delivery === "steer" && state.turn?.turn_id === payload.turn_id) {
    const bent = inTurn(joined, (turn) => ({
      ...turn,
      agent: steered(turn.agent, payload.settings),
      // Who is called from now on is held to them as well.
      settings: {
        ...turn.settings,
        rules: [...payload.settings.rules, ...turn.settings.rules],
      },
    }));
    return { ...bent, steers: [...state.steers, payload] };
  }
  return { ...joined, queue: [...state.queue, payload], isParked: false };
}

/** What a steering message brought to its turn stays: rules and how it asks. Only its words are gone. */
function withdrawn(
  state: SessionActorState,
  { payload }: Fold<"MessageWithdrawn">,
): SessionActorState {
  const queue = state.queue.filter((one) => one.message_id !== payload.message_id);
  const steers = state.steers.filter((one) => one.message_id !== payload.message_id);
  return { ...state, queue, steers, isParked: state.isParked && queue.length > 0 };
}

function added(state: SessionActorState, { payload }: Fold<"MessageAdded">): SessionActorState {
  const next = inSession(state, (session) => withMessage(session, payload));
  const steers = state.steers.filter((one) => one.message_id !== payload.message_id);
  return inTurn({ ...next, steers }, (turn) => ({
    ...turn,
    model: turn.model?.call_id === payload.message_id ? null : turn.model,
    calls: [...turn.calls, ...payload.tool_calls.map(proposed)],
  }));
}

const proposed = (call: ToolCall): Call => ({
  call,
  phase: "proposed",
  hash: null,
  started_at: null,
  child: null,
  counted_seq: 0,
  isPaused: false,
});

function callStarted(
  state: SessionActorState,
  { payload, at }: Fold<"ToolCallStarted">,
): SessionActorState {
  const { tool_call, hash } = payload;
  const next = inCall(state, tool_call.id, (call) => ({
    ...call,
    phase: "started",
    hash,
    started_at: at,
  }));
  return inTurn(next, (turn) => ({
    ...turn,
    delegations: turn.delegations + (isObjectCall(turn, tool_call) ? 1 : 0),
  }));
}

const withUsage = (turn: Turn, usage: Usage): Turn => ({
  ...turn,
  tokens: turn.tokens + usage.input_tokens + usage.output_tokens,
  cost_usd: turn.cost_usd + (usage.cost_usd ?? 0),
});

function started(
  state: SessionActorState,
  { payload, at }: Fold<"TurnStarted">,
): SessionActorState {
  const head = state.queue.find((one) => one.turn_id === payload.turn_id);
  const { agent } = payload;
  const source = head?.source ?? "api";
  return {
    ...inSession(state, (session) => {
      const turning = withTurn(session, { id: payload.turn_id, source }, at);
      const active_tools = agent.tools.map((tool) => tool.name);
      return { ...turning, state: { ...turning.state, active_tools } };
    }),
    queue: state.queue.filter((one) => one.turn_id !== payload.turn_id),
    prompt:
      agent.system_prompt === null
        ? state.prompt
        : { hash: agent.prompt_hash, text: agent.system_prompt },
    turn: {
      turn_id: payload.turn_id,
      source,
      settings: head?.settings ?? emptySettings,
      agent,
      started_at: at,
      paused_ms: 0,
      waiting_since: null,
      calls: [],
      model: null,
      compactions: 0,
      full: null,
      tokens: 0,
      cost_usd: 0,
      child_model_calls: 0,
      delegations: 0,
      extensions: [],
    },
  };
}

const emptySettings: Turn["settings"] = {
  model: null,
  system: null,
  mode: null,
  tools: null,
  rules: [],
  on_ask: "queue",
  limits: {},
  output: null,
};

function modelStarted(
  state: SessionActorState,
  { payload, at }: Fold<"ModelCallStarted">,
): SessionActorState {
  const before = state.turn?.model;
  const isNew = before?.call_id !== payload.call_id;
  const isInterrupted = !isNew && before?.retry_at === null;
  // A call that is made again after a compaction counts once.
  const next =
    isNew && payload.attempt === 1 && payload.purpose === "answer"
      ? inSession(state, (session) =>
          withModelCall(session, { id: payload.call_id, name: MODEL, args: {} }, at),
        )
      : state;
  return inTurn(next, (turn) => ({
    ...turn,
    compactions: payload.purpose === "answer" ? 0 : turn.compactions,
    model: {
      call_id: payload.call_id,
      attempt: payload.attempt,
      failures: isNew ? 0 : (turn.model?.failures ?? 0),
      restarts: isInterrupted ? before.restarts + 1 : 0,
      retry_at: null,
      purpose: payload.purpose,
    },
  }));
}

function modelFailed(
  state: SessionActorState,
  { payload }: Fold<"ModelCallFailed">,
): SessionActorState {
  const { call_id, attempt, retry_at, error } = payload;
  return inTurn(state, (turn) => {
    const purpose = turn.model?.purpose ?? "answer";
    const failures = (turn.model?.failures ?? 0) + 1;
    const isFull = error.code === "context_full" && purpose === "answer";
    return {
      ...turn,
      full: isFull ? { call_id, attempt, isCompacted: false } : turn.full,
      model: retry_at ? { call_id, attempt, failures, restarts: 0, retry_at, purpose } : null,
    };
  });
}

function responded(
  state: SessionActorState,
  { payload }: Fold<"HumanRequestResponded">,
): SessionActorState {
  const request = state.requests.find((one) => one.request_id === payload.request_id);
  const requests = state.requests.filter((one) => one.request_id !== payload.request_id);
  const { response } = payload;
  if (!request?.tool_call || response.type !== "decision") return { ...state, requests };
  if (response.decision === "deny") {
    const { hash } = request;
    const isForSession = response.scope === "session" && hash !== null;
    return { ...state, requests, denied: isForSession ? [...state.denied, hash] : state.denied };
  }
  const { id } = request.tool_call;
  const grant = grantGiven(request, response);
  const grants = grant ? withGrant(state.grants, grant) : state.grants;
  return inCall({ ...state, requests, grants }, id, (call) => ({ ...call, phase: "approved" }));
}

function ended(state: SessionActorState, turn_id: string, isCancel: boolean): SessionActorState {
  const queue = state.queue.filter((one) => one.turn_id !== turn_id);
  const isCurrent = state.turn?.turn_id === turn_id || state.queue[0]?.turn_id === turn_id;
  const isParked = isCancel && isCurrent ? queue.length > 0 : state.isParked && queue.length > 0;
  if (state.turn && state.turn.turn_id !== turn_id) return { ...state, queue };
  return {
    ...inSession(state, (session) => ({ ...session, turn: null, pending: [] })),
    turn: undefined,
    queue,
    steers: [],
    requests: [],
    grants: state.grants.filter((grant) => grant.rule === undefined),
    isParked,
  };
}

/** The clock of the wall limit stands still while only humans are awaited, here or by who was called. */
function settleWaiting(state: SessionActorState, at: string): SessionActorState {
  const { turn } = state;
  if (!turn) return state;
  const isParked = isAskingForMore(state);
  const isWaiting =
    (turn.calls.length > 0 || isParked) &&
    turn.model === null &&
    turn.calls.every(
      ({ call, phase, isPaused }) =>
        phase === "asking" ||
        isPaused ||
        (isParked && phase === "proposed") ||
        state.requests.some(({ asked_by }) => asked_by?.call_id === call.id),
    );
  if (isWaiting === (turn.waiting_since !== null)) return state;
  const paused = turn.waiting_since === null ? 0 : Date.parse(at) - Date.parse(turn.waiting_since);
  return {
    ...state,
    turn: {
      ...turn,
      waiting_since: isWaiting ? at : null,
      paused_ms: turn.paused_ms + Math.max(0, paused || 0),
    },
  };
}
