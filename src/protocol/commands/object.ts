// Commands over prompt objects and what they can use.
import { z } from "zod";
import { agentConfig, permissionRule, risk } from "../agents.ts";
import { id, name, poState, toolSpec } from "../messages.ts";
import { command } from "./command.ts";

const capability = z.object({
  name: z.string(),
  kind: z.enum(["tool", "object", "unknown"]),
  description: z.string(),
});

export const objectCommands = {
  ListPOs: command({
    summary: "All live objects, by name.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "POList",
    payload: z.object({
      prompt_objects: z.array(
        z.object({ name: z.string(), description: z.string(), state: poState }),
      ),
      /** Files that could not be read as they are now; of an edited one the last good version lives. */
      problems: z.array(z.object({ file: z.string(), problem: z.string() })),
    }),
  }),
  InspectPO: command({
    summary: "One object: prompt, capabilities, state.",
    scope: "read",
    params: z.object({ po_name: name }),
    reply: "POInfo",
    payload: z.object({
      name: z.string(),
      description: z.string(),
      state: poState,
      capabilities: z.array(capability),
      /** This client's current session with it. */
      session_id: id.nullable(),
      prompt: z.string(),
      /** What its prompt, if it is a template, needs a value for in a session's context. */
      parameters: z.array(z.string()),
      model: z.string().nullable(),
      /** As they hold for it where a message says nothing else: the environment's and its own. */
      limits: agentConfig,
      rules: z.array(permissionRule),
      version: z.string(),
      file: z.string(),
    }),
  }),
  ListTools: command({
    summary: "Every tool with its schema.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "ToolList",
    payload: z.object({ tools: z.array(toolSpec.extend({ risk })) }),
  }),
  ListModels: command({
    summary: "The vendors that are configured, and which model would answer now.",
    scope: "read",
    params: z.object({}).prefault({}),
    reply: "ModelList",
    payload: z.object({
      default_model: z.string(),
      default_from: z.string(),
      vendors: z.array(
        z.object({
          vendor: z.string(),
          api: z.string(),
          base_url: z.string(),
          /** Where the key comes from, never the key; null when there is none. */
          key_from: z.string().nullable(),
          is_ready: z.boolean(),
          /** Without a key it cannot be called at its own address. */
          needs_key: z.boolean(),
          /** The variables that give its key and its address; null where it takes none. */
          key_variable: z.string().nullable(),
          base_url_variable: z.string().nullable(),
          example: z.string(),
        }),
      ),
    }),
  }),
} as const;
