// The daemon's settings: one schema, each field with its meaning in words. How they are layered, read from
// variables and looked up by key stands in config/.
import { z } from "zod";
import { defaultAgentConfig } from "../core/index.ts";
import { type AgentConfig, agentConfig, onLimit, permissionRule } from "../protocol/agents.ts";
import { JameyError } from "../protocol/errors.ts";

/** The core's defaults, and an end for an agent that runs away: an hour of work. */
const defaultLimits: AgentConfig = { ...defaultAgentConfig, max_wall_ms: 3_600_000 };

const MAX_ALLOWED_HOSTS = 64;

const RULE = /^([\w.*-]+)(?:\((.*)\))?$/su;

/** `tool` or `tool(pattern)` → what becomes of such a call. */
export const permissionTable = z
  .record(z.string(), z.enum(["allow", "ask", "deny"]))
  .superRefine((table, context) => {
    for (const text of Object.keys(table)) {
      if (RULE.test(text.trim())) continue;
      const message = "write tool or tool(pattern), as in shell(git diff *)";
      context.addIssue({ code: "custom", path: [text], message });
    }
  });

const limit = agentConfig.shape;
const limits = z.object({
  max_iterations: limit.max_iterations
    .default(defaultLimits.max_iterations)
    .describe("Model calls in one turn"),
  max_tool_iterations: limit.max_tool_iterations
    .default(defaultLimits.max_tool_iterations)
    .describe("Rounds of tool calls in one turn"),
  enable_self_correction: limit.enable_self_correction
    .default(defaultLimits.enable_self_correction)
    .describe("A failed tool goes back to the model; off, it ends the turn"),
  reasoning_depth: limit.reasoning_depth
    .default(defaultLimits.reasoning_depth)
    .describe("0 no reasoning, 1 little, 2 as the model likes, 3 and 4 much, 5 and up all"),
  max_parallel_tools: limit.max_parallel_tools
    .default(defaultLimits.max_parallel_tools)
    .describe("Tool calls of one turn that run at once"),
  max_tokens: limit.max_tokens
    .default(defaultLimits.max_tokens)
    .describe("Tokens in one turn; null is no limit"),
  max_cost_usd: limit.max_cost_usd
    .default(defaultLimits.max_cost_usd)
    .describe("US dollars in one turn; null is no limit"),
  max_wall_ms: limit.max_wall_ms
    .default(defaultLimits.max_wall_ms)
    .describe("Milliseconds of work in one turn, without waiting for a human; null is no limit"),
  max_model_attempts: limit.max_model_attempts
    .default(defaultLimits.max_model_attempts)
    .describe("Failures of one model call before the turn fails"),
  retry_base_ms: limit.retry_base_ms
    .default(defaultLimits.retry_base_ms)
    .describe("Milliseconds before the first retry; doubled each time"),
  max_retry_after_ms: limit.max_retry_after_ms
    .default(defaultLimits.max_retry_after_ms)
    .describe("A vendor that asks for a longer wait, in milliseconds, ends the turn"),
  request_deadline_ms: limit.request_deadline_ms
    .default(defaultLimits.request_deadline_ms)
    .describe("Milliseconds for which a question to a human stays open; null is for ever"),
  max_delegation_depth: limit.max_delegation_depth
    .default(defaultLimits.max_delegation_depth)
    .describe("Objects that may call each other in one chain; 0 calls none"),
  max_delegations: limit.max_delegations
    .default(defaultLimits.max_delegations)
    .describe("Calls of other objects in one turn"),
  max_rounds: limit.max_rounds
    .default(defaultLimits.max_rounds)
    .describe("Rounds of a debate or a review"),
  compact_above_tokens: limit.compact_above_tokens
    .default(defaultLimits.compact_above_tokens)
    .describe("Tokens of history above which it is summarised; null is by what the model takes"),
  on_limit: onLimit
    .default("end")
    .describe(
      "A turn that reaches its model calls, tokens, money or time: end ends it, ask waits in the inbox for a " +
        "yes that gives as much again",
    ),
});

/** As `jamey mcp add` takes it; what a server needs in full is held against its manifest when it is read. */
const mcpServer = z.strictObject({
  command: z.union([z.string().min(1), z.array(z.string()).min(1)]).optional(),
  args: z.array(z.string()).optional(),
  url: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Names of variables of the daemon, never values. */
  env: z.array(z.string()).optional(),
  /** Of a url: its name may lead into a private network. */
  allow_private: z.boolean().optional(),
  calls: z.enum(["ask", "allow"]).optional(),
});
export type McpServerSetting = z.output<typeof mcpServer>;

const file = z.string().min(1).nullable().default(null);

const httpConnector = z.object({
  enabled: z.boolean().default(false).describe("Listen on TCP for HTTP, always with a key"),
  port: z.number().int().min(0).max(65_535).default(8080).describe("Its port; 0 takes a free one"),
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("The address it listens on; another than loopback shows jamey to the network"),
  auth: z
    .object({
      type: z
        .enum(["api_key"])
        .default("api_key")
        .describe("How callers prove who they are; keys are the only way there is"),
    })
    .prefault({}),
  tls: z
    .object({
      cert: file.describe("Certificate for HTTPS, a PEM file; relative to the environment"),
      key: file.describe("The key of that certificate, a PEM file; relative to the environment"),
    })
    .prefault({}),
  static_dir: file.describe(
    "A folder of files to serve to everybody who reaches the port; relative to the environment",
  ),
  allowed_hosts: z
    .array(z.string().min(1))
    .max(MAX_ALLOWED_HOSTS)
    .default([])
    .describe("More names by which clients may call the listener, as the Host they send"),
});

export const configSchema = z.object({
  model: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "vendor/model where an object names none; null is the first vendor that has a key, " +
        "else a running Ollama, else the offline guide",
    ),
  auto_start: z.boolean().default(true).describe("Clients start the daemon when none runs"),
  idle_timeout: z
    .number()
    .int()
    .min(0)
    .default(3600)
    .describe(
      "Seconds without client, turn and open request after which the daemon ends; 0 is never. " +
        "One that listens on TCP never does",
    ),
  max_running_turns: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe("Turns that run at once, over all sessions; further ones wait, queued"),
  log_level: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("The least that is worth a line in the log"),
  limits: limits.prefault({}),
  permissions: permissionTable
    .default({})
    .describe(
      "tool or tool(pattern) to allow, ask or deny; the first that matches decides, deny always wins",
    ),
  mcp: z
    .record(z.string(), mcpServer)
    .default({})
    .describe("MCP servers by name: command and args, or url; nothing of one runs before approval"),
  connectors: z
    .object({
      http: httpConnector.prefault({}),
      websocket: z
        .object({
          enabled: z
            .boolean()
            .nullable()
            .default(null)
            .describe("WebSockets on the TCP listener; null follows connectors.http.enabled"),
        })
        .prefault({}),
      mcp: z
        .object({
          enabled: z
            .boolean()
            .default(true)
            .describe("MCP hosts may attach: jamey mcp, and /mcp over HTTP"),
          object_tools: z
            .boolean()
            .default(false)
            .describe("MCP hosts get a tool of its own for each object, ask_<name>"),
        })
        .prefault({}),
    })
    .prefault({}),
  requests: z
    .object({
      when_nobody: z
        .enum(["wait", "deny", "fail"])
        .default("wait")
        .describe(
          "What becomes of a question when no human's client is attached as its turn begins: " +
            "it waits in the inbox, is denied, or fails the turn",
        ),
      deadline: z
        .number()
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe(
          "Seconds for which a question waits before it counts as denied; null is for ever. " +
            "limits.request_deadline_ms goes before it",
        ),
    })
    .prefault({}),
  git: z
    .object({
      commit: z
        .boolean()
        .default(false)
        .describe("Where the environment is a git repository, commit each change of an object"),
    })
    .prefault({}),
  telemetry: z
    .object({
      otlp_endpoint: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null)
        .describe(
          "A collector that traces of turns are sent to by OTLP over HTTP, such as " +
            "http://localhost:4318: names, times and tokens, never content; null sends none",
        ),
    })
    .prefault({}),
  http: z
    .object({
      allow_private: z
        .boolean()
        .default(false)
        .describe("The http_request tool may reach loopback and private addresses"),
    })
    .prefault({}),
  provider: z
    .object({
      first_byte_timeout_ms: z
        .number()
        .int()
        .positive()
        .nullable()
        .default(null)
        .describe("Milliseconds until a model's first byte; null is what suits the vendor"),
      idle_timeout_ms: z
        .number()
        .int()
        .positive()
        .default(90_000)
        .describe("Milliseconds between two bytes of a model"),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

type SomeLimits = { [Key in keyof AgentConfig]?: AgentConfig[Key] | undefined };

/** Later layers over earlier ones; what is left out is left alone. */
export function mergeLimits(base: AgentConfig, ...layers: SomeLimits[]): AgentConfig {
  let merged = base;
  for (const layer of layers) {
    const given = Object.entries(layer).filter(([, value]) => value !== undefined);
    merged = { ...merged, ...Object.fromEntries(given) };
  }
  return merged;
}

/** `tool` or `tool(pattern)` with its action as a rule. */
export function readRule(text: string, action: "allow" | "ask" | "deny") {
  const found = RULE.exec(text.trim());
  if (!found) {
    throw new JameyError(
      "config_invalid",
      `'${text}' is no permission rule: write tool or tool(pattern), such as 'shell(git diff *)'.`,
    );
  }
  return permissionRule.parse({ tool: found[1], match: found[2] ?? null, action });
}
