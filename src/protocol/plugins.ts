// Plugins: tools of an environment that are not built in, and how far each is trusted.
import { z } from "zod";
import { at, orNull, toolSpec } from "./messages.ts";

/** `once`, `process` and `http` are one tool each, `mcp` is a server with tools of its own. */
export const pluginMode = z.enum(["once", "process", "http", "mcp"]);
export type PluginMode = z.infer<typeof pluginMode>;

/**
 * `waiting`: no human has approved it. `changed`: it is not what was approved. `broken`: it cannot be read or
 * started. `untrusted`: the environment came from elsewhere.
 */
export const pluginState = z.enum(["approved", "waiting", "changed", "broken", "untrusted"]);

export const pluginName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "letters, digits, '_' and '-', first a letter");

/** Everything that runs, as it was shown to a human: the text is what the hash is about. */
export const pluginApproval = z.object({
  plugin: pluginName,
  hash: z.string(),
  shown: z.string(),
  /** Of a server: the tools that it had, pinned as they were shown. */
  tools: z.array(toolSpec),
  /** A caller, or the request whose answer it was. */
  approved_by: z.string(),
  approved_at: at,
});
export type PluginApproval = z.infer<typeof pluginApproval>;

/** How an MCP server is reached: by a program that is started, or at an address. */
export const newMcpServer = z.object({
  plugin: pluginName,
  command: orNull(z.array(z.string().max(4_096)).min(1).max(64)),
  endpoint: orNull(z.string().max(2_048)),
  /** For an address; `{{NAME}}` is a variable that `env` names. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Variables of the daemon that it gets. */
  env: z.array(z.string()).max(32).default([]),
});
export type NewMcpServer = z.output<typeof newMcpServer>;

export const plugin = z.object({
  name: z.string(),
  mode: pluginMode.nullable(),
  file: z.string(),
  state: pluginState,
  /** Why it is broken, in a sentence. */
  problem: z.string().nullable(),
  /** The tools that it gives. */
  tools: z.array(z.string()),
  /** What an approval is about; null where it is broken. */
  hash: z.string().nullable(),
  shown: z.string(),
  /** What differs from what was approved; empty where nothing does. */
  difference: z.string(),
});
export type Plugin = z.infer<typeof plugin>;
