// What events of turns make of the world: who works on what, who called whom, which nodes run.
import type { EventPayload } from "../../protocol/events/index.ts";
import type { GroupStep } from "../../protocol/events/turn.ts";
import { addUsage, noUsage } from "../../protocol/usage.ts";
import { describeToolAction } from "./actions.ts";
import { clip } from "./clip.ts";
import { type Folds, type When, withEntry } from "./folds.ts";
import { newSession, putSession, withSession } from "./sessions.ts";
import {
  type Delegation,
  MAX_DELEGATIONS,
  MAX_RUNS,
  MAX_TEXT_LENGTH,
  type NodeEntry,
  type Outcome,
  type SessionEntry,
  type WorkflowRun,
  type World,
} from "./shapes.ts";

export const turnFolds: Folds = {
  TurnStarted: (world, payload, when) => withRun(started(world, payload, when), payload, when),
  ModelCallStarted: (world, { session_id, model, attempt }) =>
    withSession(world, session_id, (session) => {
      const again = attempt > 1 ? `, attempt ${attempt}` : "";
      const { turn } = session;
      return {
        ...session,
        action: `thinking with ${clip(model, MAX_TEXT_LENGTH)}${again}`,
        turn: turn ? { ...turn, model_calls: turn.model_calls + 1 } : null,
      };
    }),
  ModelCallFailed: (world, { session_id, error }) =>
    doing(world, session_id, `no answer: ${clip(error.message, MAX_TEXT_LENGTH)}`),
  ToolCallStarted: (world, { session_id, tool_call }) =>
    doing(world, session_id, describeToolAction(tool_call)),
  UsageRecorded: (world, { session_id, usage }) =>
    withSession(world, session_id, (session) => withUsage(session, { usage, model_calls: 0 })),
  ChildUsageRecorded: (world, { session_id, usage, model_calls }) =>
    withSession(world, session_id, (session) => withUsage(session, { usage, model_calls })),
  DelegationStarted: (world, payload, { at }) => {
    const { session_id, call_id, po_name, child_session_id } = payload;
    const from = world.sessions.get(session_id)?.po_name ?? "";
    const others = world.delegations.filter((one) => one.call_id !== call_id);
    const delegation = { call_id, session_id, child_session_id, from, to: po_name, since: at };
    const delegations = [...others, { ...delegation, isPaused: false }].slice(-MAX_DELEGATIONS);
    return doing({ ...world, delegations }, session_id, `asks ${po_name}`);
  },
  DelegationCompleted: (world, { session_id, call_id, po_name, success }) => {
    const delegations = world.delegations.filter((one) => one.call_id !== call_id);
    const what = success ? "was answered by" : "got no answer from";
    return doing({ ...world, delegations }, session_id, `${what} ${po_name}`);
  },
  DelegationPaused: (world, payload, { at }) => paused(world, payload, { at, isPaused: true }),
  DelegationResumed: (world, payload, { at }) => paused(world, payload, { at, isPaused: false }),
  StepTaken: (world, { session_id, turn_id, step }) => {
    const next = doing(world, session_id, stepAction(step));
    return withRunChange(next, turn_id, (run) => stepped(run, step));
  },
  TurnCompleted: (world, payload, when) => ended(world, payload, { ...when, outcome: "done" }),
  TurnFailed: (world, payload, when) =>
    ended(world, payload, {
      ...when,
      outcome: "failed",
      action: clip(payload.error.message, MAX_TEXT_LENGTH),
    }),
  TurnCancelled: (world, payload, when) =>
    isOfAnother(world, payload)
      ? world
      : ended(world, payload, { ...when, outcome: "cancelled", action: "was stopped" }),
};

/** One that waited was taken out of the queue: what runs goes on. */
function isOfAnother(
  { sessions }: World,
  { session_id, turn_id }: EventPayload<"TurnCancelled">,
): boolean {
  const turn = sessions.get(session_id)?.turn;
  return turn !== undefined && turn !== null && turn.turn_id !== turn_id;
}

/** A session that is older than what was listed becomes known with its turn. */
function started(world: World, payload: EventPayload<"TurnStarted">, { at }: When): World {
  const { session_id, turn_id, agent } = payload;
  const known = world.sessions.get(session_id) ?? newSession(session_id, agent.po_name, at);
  const { max_cost_usd, max_tokens, max_iterations } = agent.config;
  return putSession(world, {
    ...known,
    state: "working",
    since: at,
    updated_at: at,
    action: "begins",
    outcome: null,
    turn: {
      turn_id,
      started_at: at,
      model: agent.model,
      max_cost_usd,
      max_tokens,
      max_model_calls: max_iterations,
      model_calls: 0,
      used: noUsage,
    },
  });
}

function withRun(world: World, payload: EventPayload<"TurnStarted">, { at }: When): World {
  const { session_id, turn_id, agent } = payload;
  if (agent.workflow === null) return world;
  const others = world.runs.filter((one) => one.turn_id !== turn_id);
  const run: WorkflowRun = {
    turn_id,
    session_id,
    workflow: agent.workflow,
    started_at: at,
    ended_at: null,
    outcome: null,
    nodes: new Map(),
    edges: [],
  };
  return { ...world, runs: [...others, run].slice(-MAX_RUNS) };
}

const doing = (world: World, session_id: string, action: string): World =>
  action === "" ? world : withSession(world, session_id, (session) => ({ ...session, action }));

function withUsage(
  session: SessionEntry,
  { usage, model_calls }: { usage: NonNullable<SessionEntry["turn"]>["used"]; model_calls: number },
): SessionEntry {
  const { turn } = session;
  if (!turn) return session;
  const used = addUsage(turn.used, usage);
  return { ...session, turn: { ...turn, used, model_calls: turn.model_calls + model_calls } };
}

/** The called one waits for a human, and so does whoever called it. */
function paused(
  world: World,
  { session_id, call_id }: { session_id: string; call_id: string },
  { at, isPaused }: { at: string; isPaused: boolean },
): World {
  const to = world.delegations.find((one) => one.call_id === call_id)?.to ?? "a called object";
  const delegations = world.delegations.map(
    (one): Delegation => (one.call_id === call_id ? { ...one, isPaused } : one),
  );
  return withSession({ ...world, delegations }, session_id, (session) => ({
    ...session,
    state: isPaused ? "waiting" : "working",
    since: at,
    action: isPaused ? `waits: ${to} asks you` : `asks ${to}`,
  }));
}

function ended(
  world: World,
  { session_id, turn_id }: { session_id: string; turn_id: string },
  { at, outcome, action }: When & { outcome: Outcome; action?: string },
): World {
  const delegations = world.delegations.filter((one) => one.session_id !== session_id);
  const rested = withSession({ ...world, delegations }, session_id, (session) => ({
    ...session,
    state: "idle",
    since: at,
    updated_at: at,
    outcome,
    turn: null,
    action: action ?? session.tail.at(-1)?.text ?? "answered",
  }));
  return withRunChange(rested, turn_id, (run) => ({ ...run, ended_at: at, outcome }));
}

function withRunChange(
  world: World,
  turn_id: string,
  change: (run: WorkflowRun) => WorkflowRun,
): World {
  if (!world.runs.some((one) => one.turn_id === turn_id)) return world;
  return { ...world, runs: world.runs.map((one) => (one.turn_id === turn_id ? change(one) : one)) };
}

function stepped(run: WorkflowRun, step: GroupStep): WorkflowRun {
  switch (step.type) {
    case "node_started":
      return withNode(run, step.node, {
        state: "running",
        visits: step.visit,
        output: "",
        call_id: step.call_id,
      });
    case "node_completed": {
      const output = clip(step.output, MAX_TEXT_LENGTH);
      const state = step.success ? "done" : "failed";
      const call_id = run.nodes.get(step.node)?.call_id ?? "";
      return withNode(run, step.node, { state, visits: step.visit, output, call_id });
    }
    case "edge_taken": {
      const edge = `${step.from}→${step.to}`;
      return run.edges.includes(edge) ? run : { ...run, edges: [...run.edges, edge] };
    }
    default:
      return run;
  }
}

const withNode = (run: WorkflowRun, node: string, entry: NodeEntry): WorkflowRun => ({
  ...run,
  nodes: withEntry(run.nodes, node, entry),
});

function stepAction(step: GroupStep): string {
  switch (step.type) {
    case "round_started":
      return `${step.mode}, round ${step.round}: ${clip(step.members.join(", "), MAX_TEXT_LENGTH)}`;
    case "verdict":
      return `${step.reviewer} ${step.accepted ? "accepts" : "wants changes"}`;
    case "node_started":
      return `${step.node} asks ${step.po_name}`;
    case "node_completed":
      return `${step.node} ${step.success ? "is done" : "failed"}`;
    default:
      return "";
  }
}
