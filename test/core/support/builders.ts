// Plain values for tests of the core: agents, inputs and answers with everything filled in.
import type { TurnAgent, TurnSettings } from "../../../src/core/index.ts";
import { defaultAgentConfig } from "../../../src/core/index.ts";
import type { InputOf, ModelAnswer, NewSession } from "../../../src/core/session/inputs.ts";
import type { ToolOutput } from "../../../src/core/tool.ts";

export const START_MS = Date.parse("2030-01-01T00:00:00.000Z");

export const timeAt = (ms: number): string => new Date(START_MS + ms).toISOString();

export const newSession = (fields: Partial<NewSession> = {}): NewSession => ({
  session_id: "s1",
  po_name: "helper",
  source: "cli",
  name: null,
  agent_mode: "single",
  workspace: "/work",
  context: {},
  metadata: {},
  forked_from: null,
  parent: null,
  ephemeral: false,
  ...fields,
});

export const plainSettings: TurnSettings = {
  model: null,
  system: null,
  mode: null,
  tools: null,
  rules: [],
  on_ask: "queue",
  limits: {},
  output: null,
};

/** The tools that test agents have: one of each kind that a machine treats in its own way. */
export const testTools: TurnAgent["tools"] = [
  { name: "look", kind: "tool", po_name: null, risk: "read", replay: "safe" },
  { name: "put", kind: "tool", po_name: null, risk: "write", replay: "never" },
  { name: "shell", kind: "tool", po_name: null, risk: "execute", replay: "never" },
  { name: "ask_human", kind: "tool", po_name: null, risk: "none", replay: "never" },
];

export const objectToolOf = (po_name: string): TurnAgent["tools"][number] => ({
  name: po_name,
  kind: "object",
  po_name,
  risk: "none",
  replay: "safe",
});

export const groupWith = (fields: Partial<TurnAgent["group"]> = {}): TurnAgent["group"] => ({
  members: [],
  rounds: null,
  judge: null,
  author: null,
  reviewer: null,
  workflow: null,
  ...fields,
});

export type AgentFields = Partial<Omit<TurnAgent, "config">> & {
  config?: Partial<TurnAgent["config"]>;
};

export const agentWith = ({ config, ...fields }: AgentFields = {}): TurnAgent => ({
  po_name: "helper",
  object_version: "v1",
  mode: "single",
  group: groupWith(),
  workflow: null,
  model: "test/one",
  system_prompt: "You help.",
  prompt_hash: "p1",
  tools: testTools,
  rules: [],
  on_ask: "queue",
  context_tokens: null,
  ...fields,
  config: { ...defaultAgentConfig, ...config },
});

export const sendOf = (
  number: number,
  at: string,
  fields: Partial<InputOf<"send">> = {},
): InputOf<"send"> => ({
  type: "send",
  at,
  create: null,
  turn_id: `t${number}`,
  message_id: `u${number}`,
  message_key: null,
  content: `message ${number}`,
  attachments: [],
  delivery: "queue",
  source: "cli",
  settings: plainSettings,
  default_model: null,
  ...fields,
});

export const answerWith = (fields: Partial<ModelAnswer> = {}): ModelAnswer => ({
  text: "",
  reasoning: null,
  tool_calls: [],
  usage: {
    input_tokens: 10,
    output_tokens: 5,
    cached_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.01,
  },
  model: "test/one",
  reason: "stop",
  ...fields,
});

export const callOf = (
  name: string,
  args: ModelAnswer["tool_calls"][number]["args"] = {},
  problem: string | null = null,
): ModelAnswer["tool_calls"][number] => ({ name, args, problem });

export const outputOf = (output: string, fields: Partial<ToolOutput> = {}): ToolOutput => ({
  output,
  success: true,
  outcome: "completed",
  output_bytes: output.length,
  spilled_to: null,
  ...fields,
});
