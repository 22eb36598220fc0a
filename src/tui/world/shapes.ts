// What the interface knows of its environment: the shapes of the world, and how much of it is kept.
import type { Reply } from "../../protocol/commands/index.ts";
import type { HumanRequest, PoState, Usage } from "../../protocol/messages.ts";
import type { Workflow } from "../../protocol/workflows.ts";

/** Sessions known by name; those that rest go first, the oldest before the others. */
export const MAX_SESSIONS = 500;
export const MAX_DELEGATIONS = 500;
export const MAX_BUS_LINES = 200;
export const MAX_RUNS = 50;
export const MAX_LOG_LINES = 1_000;
/** Requests that are closed, and that a late list must not open again. */
export const MAX_CLOSED = 1_000;
/** The newest messages of a session, for a glance. */
export const MAX_TAIL = 8;
/** Text of one line of the bus, the log or a tail. Letters. */
export const MAX_TEXT_LENGTH = 300;

export interface AgentObject {
  name: string;
  description: string;
  state: PoState;
  /** When it came into this state; null: before this interface looked. */
  since: string | null;
  /** Rises with every version that became live, so that what was fetched of it is known to be old. */
  changes: number;
}

export type Outcome = "done" | "failed" | "cancelled";

/** What a running turn may use, and has used. */
export interface TurnEntry {
  turn_id: string;
  started_at: string;
  model: string;
  max_cost_usd: number | null;
  max_tokens: number | null;
  max_model_calls: number;
  model_calls: number;
  used: Usage;
}

export interface TailLine {
  who: string;
  text: string;
}

export interface SessionEntry {
  session_id: string;
  po_name: string;
  name: string | null;
  /** The first words that were said in it. */
  title: string;
  workspace: string;
  /** The node of a workflow that it works for; empty where it works for none. */
  node: string;
  /** What comes is what was said elsewhere: it is a fork in which nothing was said yet. */
  isCopied: boolean;
  parent_id: string | null;
  state: PoState;
  since: string | null;
  updated_at: string;
  message_count: number;
  /** What it did last, in words. */
  action: string;
  /** How its last turn ended; null while one runs, and before the first. */
  outcome: Outcome | null;
  turn: TurnEntry | null;
  /** Messages that came while another session was open. */
  unread: number;
  tail: readonly TailLine[];
}

export interface Delegation {
  call_id: string;
  session_id: string;
  child_session_id: string;
  from: string;
  to: string;
  since: string;
  /** The called one waits for a human. */
  isPaused: boolean;
}

export interface BusLine {
  seq: number;
  at: string;
  from: string;
  to: string;
  text: string;
  session_id: string;
}

export type NodeState = "running" | "done" | "failed";

export interface NodeEntry {
  state: NodeState;
  visits: number;
  output: string;
  /** Of the call that it makes. */
  call_id: string;
}

/** One turn of a workflow, with what its nodes do. */
export interface WorkflowRun {
  turn_id: string;
  session_id: string;
  workflow: Workflow;
  started_at: string;
  ended_at: string | null;
  outcome: Outcome | null;
  nodes: ReadonlyMap<string, NodeEntry>;
  /** Edges that were taken: `from→to`. */
  edges: readonly string[];
}

export interface LogLine {
  seq: number;
  at: string;
  event_type: string;
  session_id: string | null;
  text: string;
}

export interface World {
  /** The initial replies have come. */
  isLoaded: boolean;
  objects: ReadonlyMap<string, AgentObject>;
  problems: Reply<"ListPOs">["problems"];
  sessions: ReadonlyMap<string, SessionEntry>;
  /** There are older sessions than those that are known here. */
  hasOlder: boolean;
  /** The oldest first: it has waited longest. */
  requests: readonly HumanRequest[];
  closed: readonly string[];
  connectors: Reply<"ListConnectors">["connectors"];
  /** Interfaces that objects opened. */
  servers: Reply<"ListConnectors">["servers"];
  delegations: readonly Delegation[];
  bus: readonly BusLine[];
  runs: readonly WorkflowRun[];
  log: readonly LogLine[];
  workflows: Reply<"ListWorkflows">["workflows"];
  workflow_problems: Reply<"ListWorkflows">["problems"];
  /** Summed up by object; fetched again when turns end. */
  usage: Reply<"GetUsage"> | null;
  /** `again`: a turn ended while it was being fetched. */
  usageAsked: "no" | "asked" | "again";
}

export const emptyWorld: World = {
  isLoaded: false,
  objects: new Map(),
  problems: [],
  sessions: new Map(),
  hasOlder: false,
  requests: [],
  closed: [],
  connectors: [],
  servers: [],
  delegations: [],
  bus: [],
  runs: [],
  log: [],
  workflows: [],
  workflow_problems: [],
  usage: null,
  usageAsked: "no",
};
