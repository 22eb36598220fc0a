// Commands over prompt objects and what they can use.
import { z } from "zod";
import { agentConfig, group, permissionRule, risk } from "../agents.ts";
import { MAX_OBJECT_BYTES, MAX_VERSIONS } from "../limits.ts";
import { agentMode, at, count, id, name, orNull, poState, toolSpec } from "../messages.ts";
import { scheduleKind } from "../schedules.ts";
import { command } from "./command.ts";

const capability = z.object({
  name: z.string(),
  kind: z.enum(["tool", "object", "workflow", "unknown"]),
  description: z.string(),
});

const poText = z.string().min(1).max(MAX_OBJECT_BYTES);
/** Why it is changed, for the history. */
const reason = z.string().max(1000).default("");

/** One version of an object's text. */
export const poVersion = z.object({
  po_name: z.string(),
  hash: z.string(),
  base_hash: z.string().nullable(),
  /** Who wrote it: a caller, `disk`, or an object. */
  author: z.string(),
  reason: z.string(),
  at,
  bytes: count,
  is_live: z.boolean(),
});
export type PoVersion = z.infer<typeof poVersion>;

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
      /** What is wrong with objects that answer all the same. */
      warnings: z.array(z.object({ po_name: z.string(), warning: z.string() })),
    }),
  }),
  InspectPO: command({
    summary: "One object: prompt, capabilities, state.",
    scope: "read",
    params: z.object({
      po_name: name,
      /** Values for its parameters: the prompt is filled in with them. null: it is shown as it is. */
      context: orNull(z.record(z.string(), z.string())),
    }),
    reply: "POInfo",
    payload: z.object({
      name: z.string(),
      description: z.string(),
      state: poState,
      /** What its file declares. */
      capabilities: z.array(capability),
      /** What it can do without declaring it, by name. */
      universal: z.array(z.string()),
      /** This client's current session with it. */
      session_id: id.nullable(),
      /** How its sessions work where nobody says otherwise. */
      mode: agentMode,
      prompt: z.string(),
      /** What its prompt, if it is a template, needs a value for in a session's context. */
      parameters: z.array(z.string()),
      model: z.string().nullable(),
      /** As they hold for it where a message says nothing else: the environment's and its own. */
      limits: agentConfig,
      rules: z.array(permissionRule),
      /** Who works together in a mode of groups, as its file says it. */
      group,
      /** The message to it at each start; null: there is none. */
      on_start: z.string().nullable(),
      /** What wakes it by itself. */
      wake: z.array(
        z.object({
          kind: scheduleKind,
          spec: z.string(),
          timezone: z.string().nullable(),
          message: z.string(),
        }),
      ),
      version: z.string(),
      file: z.string(),
      /** What is wrong with it although it answers. */
      warnings: z.array(z.string()),
    }),
  }),
  CreatePO: command({
    summary: "Make an object from its text: front matter and prompt.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ text: poText, reason }),
    reply: "POVersion",
    payload: poVersion,
  }),
  EditPO: command({
    summary: "Replace an object's text; it counts from the next turn on. Sessions are kept.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({
      po_name: name,
      text: poText,
      /** The version that the new text was made from: where another is live, the edit is refused. */
      base_hash: orNull(z.string().max(128)),
      reason,
    }),
    reply: "POVersion",
    payload: poVersion,
  }),
  RenamePO: command({
    summary: "Give an object another name. Its sessions and its history stay with the old one.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ po_name: name, new_name: name, reason }),
    reply: "POVersion",
    payload: poVersion,
  }),
  DeletePO: command({
    summary: "Take an object out of the environment. Its sessions and its history stay readable.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ po_name: name, reason }),
    reply: "Ok",
    payload: z.object({}),
  }),
  ListPOHistory: command({
    summary: "The versions of an object, newest first: who changed it, when and why.",
    scope: "read",
    params: z.object({ po_name: name }),
    reply: "POHistory",
    payload: z.object({ versions: z.array(poVersion).max(MAX_VERSIONS) }),
  }),
  GetPOVersion: command({
    summary: "The text of one version of an object; null is the live one.",
    scope: "read",
    params: z.object({ po_name: name, hash: orNull(z.string().max(128)) }),
    reply: "POText",
    payload: poVersion.extend({ text: z.string() }),
  }),
  RevertPO: command({
    summary: "Make an earlier version of an object the live one again.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ po_name: name, hash: z.string().min(4).max(128), reason }),
    reply: "POVersion",
    payload: poVersion,
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
