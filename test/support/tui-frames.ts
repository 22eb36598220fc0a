// A world for panes, made of typed events with fixed ids and times: agents at work, one that asks, a workflow.
import { turnAgent } from "../../src/protocol/agents.ts";
import type { EventName, EventPayload } from "../../src/protocol/events/index.ts";
import type { EventFrame, FollowFrame } from "../../src/protocol/frames.ts";
import type { HumanRequest, Message } from "../../src/protocol/messages.ts";
import { type Workflow, workflow } from "../../src/protocol/workflows.ts";
import { keymapOf } from "../../src/tui/keys.ts";
import type { Shared } from "../../src/tui/pane.ts";
import { emptyWorld, updateWorld, type World } from "../../src/tui/world.ts";

const BEGIN = Date.parse("2026-03-01T12:00:00.000Z");
/** Two minutes after the first event. */
export const now = BEGIN + 120_000;
export const timeAt = (seconds: number): string => new Date(BEGIN + seconds * 1000).toISOString();

/** Each event a second after the one before. */
export function createFrames() {
  const frames: EventFrame[] = [];
  return {
    frames,
    add<Name extends EventName>(event_type: Name, payload: EventPayload<Name>): void {
      const seq = frames.length + 1;
      frames.push({
        type: "event",
        subscription_id: "s",
        seq,
        at: timeAt(seq),
        event_type,
        payload,
      });
    },
  };
}

export const review: Workflow = workflow.parse({
  name: "review",
  description: "Writes, and has it judged.",
  object: "lead",
  parameters: { topic: null, tone: "plain" },
  entry: ["write"],
  answer: "judge",
  nodes: [
    { id: "write", object: "writer" },
    { id: "judge", object: "critic" },
  ],
  edges: [
    { from: "write", to: "judge" },
    { from: "judge", to: "write", condition: "!output.contains('good')" },
  ],
});

export const agentOf = (po_name: string, walked: Workflow | null = null) =>
  turnAgent.parse({
    po_name,
    object_version: "v1",
    mode: walked ? "workflow" : "single",
    group: {},
    workflow: walked,
    model: "test/one",
    system_prompt: null,
    prompt_hash: "p1",
    tools: [],
    rules: [],
    on_ask: "queue",
    config: {
      max_iterations: 200,
      max_tool_iterations: 200,
      enable_self_correction: true,
      reasoning_depth: 2,
      max_parallel_tools: 4,
      max_tokens: null,
      max_cost_usd: 2,
      max_wall_ms: null,
      max_model_attempts: 3,
      retry_base_ms: 500,
      max_retry_after_ms: 60_000,
      request_deadline_ms: null,
      max_delegation_depth: 2,
      max_delegations: 50,
      max_rounds: 3,
      compact_above_tokens: null,
    },
    context_tokens: null,
  });

export const created = (session_id: string, po_name: string): EventPayload<"SessionCreated"> => ({
  session_id,
  po_name,
  source: "tui",
  name: null,
  agent_mode: "single",
  workspace: "/home/ada/project",
  context: {},
  metadata: {},
  model: null,
  forked_from: null,
  parent: null,
  ephemeral: false,
});

export const message = (fields: Partial<Message>): Message => ({
  message_id: "m",
  turn_id: "t",
  role: "assistant",
  content: "",
  name: null,
  tool_call_id: null,
  tool_calls: [],
  attachments: [],
  reasoning: null,
  source: "tui",
  created_at: timeAt(0),
  ...fields,
});

const editCall = {
  id: "c1",
  name: "file_edit",
  args: {
    path: "src/deploy.ts",
    old_text: "const region = 'eu';\nconst count = 2;\n",
    new_text: "const region = 'us';\nconst count = 2;\n",
  },
};

export const approval: HumanRequest = {
  request_id: "c1_q",
  session_id: "s-deploy",
  turn_id: "t-deploy",
  from_po: "deploy",
  kind: "approval",
  question: "deploy wants to use file_edit on /home/ada/project/src/deploy.ts",
  options: ["approve", "deny"],
  tool_call: editCall,
  hash: "hash-of-the-edit",
  created_at: timeAt(60),
  deadline_at: null,
};

export const question: HumanRequest = {
  request_id: "c2_q",
  session_id: "s-plan",
  turn_id: "t-plan",
  from_po: "planner",
  kind: "question",
  question: "Which release is this for?",
  options: ["the next", "the one after"],
  tool_call: { id: "c2", name: "ask_human", args: { question: "Which release is this for?" } },
  hash: "hash-of-the-question",
  created_at: timeAt(90),
  deadline_at: timeAt(3_600),
};

export const secret: HumanRequest = {
  ...question,
  request_id: "c3_q",
  kind: "secret",
  question: "The password of the registry",
  options: [],
  created_at: timeAt(95),
};

/** Sessions, turns, calls, a question, a workflow: the events of a lively minute. */
export function livelyFrames(): readonly EventFrame[] {
  const { frames, add } = createFrames();
  const begin = (session_id: string, po_name: string, said: string, walked?: Workflow) => {
    const turn_id = session_id.replace("s-", "t-");
    add("SessionCreated", created(session_id, po_name));
    add("MessageQueued", {
      session_id,
      turn_id,
      message_id: `${turn_id}-m`,
      message_key: null,
      content: said,
      attachments: [],
      delivery: "queue",
      source: "tui",
      settings: {
        model: null,
        system: null,
        mode: null,
        tools: null,
        rules: [],
        on_ask: "queue",
        limits: {},
        output: null,
      },
    });
    add("TurnStarted", { session_id, turn_id, agent: agentOf(po_name, walked ?? null) });
    add("MessageAdded", { ...message({ role: "user", content: said, turn_id }), session_id });
    add("BusEntry", {
      from: "ada",
      to: po_name,
      message: said,
      timestamp: timeAt(frames.length),
      session_id,
      message_id: null,
    });
    add("POStateChanged", { po_name, old_state: "idle", new_state: "working" });
    return { session_id, turn_id };
  };
  const lead = begin("s-lead", "lead", "Review the change before we ship it.");
  add("ModelCallStarted", {
    ...lead,
    call_id: "k1",
    attempt: 1,
    model: "test/one",
    purpose: "answer",
  });
  const usage = {
    input_tokens: 12_400,
    output_tokens: 800,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.12,
  };
  add("UsageRecorded", { ...lead, call_id: "k1", model: "test/one", usage });
  add("DelegationStarted", {
    ...lead,
    call_id: "d1",
    po_name: "critic",
    child_session_id: "s-critic",
    child_turn_id: "t-critic",
  });
  const critic = begin("s-critic", "critic", "Is this change safe?");
  add("ToolCallStarted", {
    ...critic,
    tool_call: { id: "c9", name: "file_read", args: { path: "src/deploy.ts" } },
    hash: "h",
  });
  begin("s-deploy", "deploy", "Deploy to the other region.");
  add("HumanRequestQueued", approval);
  add("POStateChanged", { po_name: "deploy", old_state: "working", new_state: "waiting" });
  begin("s-plan", "planner", "Plan the release.");
  add("HumanRequestQueued", question);
  const writer = begin("s-done", "writer", "Write the notes.");
  add("MessageAdded", {
    ...message({
      content: "The notes are written: three changes, one fix.",
      turn_id: writer.turn_id,
    }),
    session_id: "s-done",
  });
  add("TurnCompleted", { ...writer, message_id: "m", stop_reason: "stop" });
  add("POStateChanged", { po_name: "writer", old_state: "working", new_state: "idle" });
  const flow = begin("s-flow", "lead", "Write about the release.", review);
  add("StepTaken", {
    ...flow,
    step: { type: "node_started", node: "write", po_name: "writer", visit: 1, call_id: "n1" },
  });
  add("StepTaken", {
    ...flow,
    step: {
      type: "node_completed",
      node: "write",
      visit: 1,
      success: true,
      output: "A first text.",
    },
  });
  add("StepTaken", { ...flow, step: { type: "edge_taken", from: "write", to: "judge" } });
  add("StepTaken", {
    ...flow,
    step: { type: "node_started", node: "judge", po_name: "critic", visit: 1, call_id: "n2" },
  });
  add("ConnectorAttached", { connector_type: "tui", connector_id: "conn-1", client: "jamey" });
  add("ConnectorAttached", { connector_type: "mcp", connector_id: "conn-2", client: "an editor" });
  return frames;
}

export const usageReply = {
  total: {
    input_tokens: 40_000,
    output_tokens: 2_300,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.41,
  },
  models: [],
  groups: [
    {
      key: "writer",
      po_name: null,
      label: null,
      calls: 7,
      usage: {
        input_tokens: 40_000,
        output_tokens: 2_300,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_usd: 0.41,
      },
    },
  ],
};

const names = ["critic", "deploy", "lead", "planner", "resting", "writer"];

/** What the daemon lists beside what its events told. */
export function livelyWorld(frames: readonly FollowFrame[] = livelyFrames()): World {
  const listed = updateWorld(
    emptyWorld,
    {
      type: "replied",
      command: "ListPOs",
      purpose: "world:load",
      reply: {
        prompt_objects: names.map((name) => ({
          name,
          description: `Does the work of ${name}.`,
          state: "idle",
        })),
        problems: [],
        warnings: [],
      },
    },
    null,
  ).state;
  const told = updateWorld(listed, { type: "frames", frames }, null).state;
  const workflows = [
    {
      name: "review",
      description: review.description,
      object: "lead",
      nodes: 2,
      edges: 2,
      file: "workflows/review.yml",
    },
  ];
  return { ...told, usage: usageReply, usageAsked: "no", workflows };
}

export const sharedOf = (world: World, fields: Partial<Shared> = {}): Shared => ({
  world,
  session_id: null,
  conversation: null,
  now,
  isFocused: true,
  size: { columns: 80, rows: 24 },
  settings: { model: null, rules: [] },
  keymap: keymapOf(),
  pinned: [],
  ...fields,
});
