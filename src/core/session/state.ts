// The state of a session's actor: the session as a value, and what its turn waits for.
import type { TurnAgent, TurnSettings } from "../../protocol/agents.ts";
import type { EventPayload, SessionEvent } from "../../protocol/events/index.ts";
import type {
  Attachment,
  Delivery,
  HumanRequest,
  Source,
  ToolCall,
  TurnLimit,
} from "../../protocol/messages.ts";
import type { Grant } from "./grants.ts";
import type { Session } from "./session.ts";

/** A session's event with the time it happened. */
export type Happened = SessionEvent & { at: string };

export interface Queued {
  turn_id: string;
  message_id: string;
  content: string;
  attachments: Attachment[];
  delivery: Delivery;
  source: Source;
  settings: TurnSettings;
}

/**
 * A tool call of the running round. `proposed` waits for its check, `asking` for a human, `approved`
 * for a free place, `started` for its result.
 */
export interface Call {
  call: ToolCall;
  phase: "proposed" | "asking" | "approved" | "started";
  /** Hash of exactly these arguments, once checked. */
  hash: string | null;
  /** null: it has not begun. */
  started_at: string | null;
  /** The session that answers it, where another object is called and has begun. */
  child: { session_id: string; turn_id: string } | null;
  /** The seq up to which the child's events count against this turn. */
  counted_seq: number;
  /** The child waits only for a human. */
  isPaused: boolean;
}

/** The model call that runs, or waits for its next attempt at `retry_at`. */
export interface ModelCall {
  call_id: string;
  attempt: number;
  /** Failures that count against the limit; an interruption by a restart does not. */
  failures: number;
  /** Restarts of the daemon in a row that interrupted it; a vendor's own failure ends the row. */
  restarts: number;
  retry_at: string | null;
  purpose: "answer" | "compact";
}

export interface Turn {
  turn_id: string;
  source: Source;
  settings: TurnSettings;
  agent: TurnAgent;
  started_at: string;
  /** Milliseconds that do not count: humans awaited, the daemon away. */
  paused_ms: number;
  /** Since when only a human is awaited. */
  waiting_since: string | null;
  calls: Call[];
  model: ModelCall | null;
  /** Since the model was last asked for an answer. */
  compactions: number;
  /** The newest call that the vendor found too long, and whether the history was compacted for it. */
  full: { call_id: string; attempt: number; isCompacted: boolean } | null;
  /** Its own and those of everybody that was called. */
  tokens: number;
  cost_usd: number;
  /** Model calls of everybody that was called. */
  child_model_calls: number;
  /** Calls of other objects that have begun. */
  delegations: number;
  /** What humans gave it beyond its limits. */
  extensions: { limit: TurnLimit; by: number }[];
}

export interface SessionActorState {
  session: Session | undefined;
  isDeleted: boolean;
  turn: Turn | undefined;
  /** Accepted and not started; the first is next. */
  queue: Queued[];
  /** Accepted for the running turn, to join it after its round. */
  steers: Queued[];
  /** A cancelled turn parks what is queued until the next message, or until somebody lets it go on. */
  isParked: boolean;
  /** What the tree of delegations shares: how long each value is, as JSON text. */
  data: { key: string; length: number }[];
  /** Open human requests. */
  requests: HumanRequest[];
  /** What a human allowed for the rest of this session. */
  grants: Grant[];
  /** The hashes of calls that a human denied for the rest of this session. */
  denied: string[];
  prompt: { hash: string; text: string } | undefined;
  compaction: { through_message_id: string; summary: string } | undefined;
  /** What it used so far; its deletion says it. */
  used: NonNullable<EventPayload<"SessionDeleted">["used"]>["sums"];
  /** Time of the newest event. */
  last_at: string;
}

export const initialSessionState: SessionActorState = {
  session: undefined,
  isDeleted: false,
  turn: undefined,
  queue: [],
  steers: [],
  isParked: false,
  data: [],
  requests: [],
  grants: [],
  denied: [],
  prompt: undefined,
  compaction: undefined,
  used: [],
  last_at: "",
};

/** The turn that runs or is about to: what `CancelTurn` and `steer` mean. */
export function currentTurnId(state: SessionActorState): string | undefined {
  if (state.turn) return state.turn.turn_id;
  return state.isParked ? undefined : state.queue[0]?.turn_id;
}

/** A human is asked for more of a limit: until then no step is begun. */
export const isAskingForMore = ({ requests }: SessionActorState): boolean =>
  requests.some((one) => one.limit !== undefined);

/** A message that was accepted and that no turn has heard yet. */
export const waitingMessage = (
  { queue, steers }: SessionActorState,
  message_id: string,
): Queued | undefined => [...queue, ...steers].find((one) => one.message_id === message_id);

/** What a session does, as its object shows it. */
export function activityOf(state: SessionActorState): "idle" | "working" | "waiting" {
  if (state.requests.length > 0 || state.turn?.calls.some((call) => call.isPaused)) {
    return "waiting";
  }
  return currentTurnId(state) === undefined ? "idle" : "working";
}
