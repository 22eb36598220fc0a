// Commands over sessions and their messages.
import { z } from "zod";
import { askedSettings } from "../agents.ts";
import {
  MAX_ATTACHMENTS,
  MAX_LIST_LENGTH,
  MAX_MESSAGE_BYTES,
  MAX_TITLE_LENGTH,
} from "../limits.ts";
import {
  agentMode,
  at,
  chosenId,
  count,
  delivery,
  errorBody,
  id,
  json,
  name,
  orNull,
  role,
  session,
  sessionDocument,
  sessionName,
  sessionSummary,
  sharedData,
  source,
  toolCall,
  usage,
  usageBy,
  usageGroup,
} from "../messages.ts";
import { signal } from "../signals.ts";
import { command } from "./command.ts";

const sessionInfo = z.object({ session });

/** How a turn ended, whole: what WaitForTurn answers, and what every interface classifies. */
export const run = z.object({
  po_name: z.string(),
  response: z.string(),
  session_id: id,
  turn_id: id,
  message_id: id.nullable(),
  model: z.string().nullable(),
  status: z.enum(["completed", "failed", "cancelled"]),
  stop_reason: z.string().nullable(),
  error: errorBody.nullable(),
  usage,
  model_calls: count,
  tool_rounds: count,
  duration_ms: count,
  denials: z.array(
    z.object({ tool: z.string(), subject: z.string(), reason: z.string(), allow_with: z.string() }),
  ),
  pending_requests: z.array(id),
  /** The answer as the document that the message's `output` schema asked for; else null. */
  structured: json.nullable(),
});
export type Run = z.infer<typeof run>;

/** Why a turn was cancelled where whoever cancelled it said nothing. */
export const CANCELLED_BY_CLIENT = "a client cancelled it";

/** What tells how a call, or a turn that has no answer, ended. */
export const outcomeEvents = [
  "ToolCallCompleted",
  "DelegationStarted",
  "DelegationCompleted",
  "ChildUsageRecorded",
  "TurnFailed",
  "TurnCancelled",
] as const;

export const sessionCommands = {
  SendMessage: command({
    summary:
      "Say something to an object. Accepted and kept, then answered. Rules that allow and wider limits need the scope admin.",
    scope: "chat",
    params: z.object({
      po_name: name,
      message: z.string().min(1).max(MAX_MESSAGE_BYTES),
      /** null begins a new session. */
      session_id: orNull(id),
      /** The same key returns the same ids and starts nothing. */
      message_key: orNull(z.string().min(1).max(128)),
      delivery: delivery.default("queue"),
      attachments: z
        .array(
          z.object({
            media_type: z.string().max(100),
            /** Base64 */
            data: z.string(),
            name: orNull(z.string().max(255)),
          }),
        )
        .max(MAX_ATTACHMENTS)
        .default([]),
      settings: askedSettings.prefault({}),
    }),
    reply: "MessageAccepted",
    payload: z.object({
      session_id: id,
      turn_id: id,
      message_id: id,
      seq: count,
      /** What is wrong with the object although it answers, such as a broken edit of its file. */
      warnings: z.array(z.string()),
    }),
  }),
  WaitForTurn: command({
    summary: "Wait until a turn has ended, and get its answer.",
    scope: "read",
    params: z.object({
      turn_id: id,
      /** Answers `timeout` after this long; null waits as long as it takes. */
      timeout_ms: orNull(z.number().int().min(0)),
    }),
    reply: "MessageResponse",
    payload: run,
  }),
  CancelTurn: command({
    summary: "Stop a turn; queued messages wait until the next one is sent, or ResumeQueue.",
    scope: "chat",
    params: z.object({ turn_id: id, reason: orNull(z.string().max(1000)) }),
    reply: "Ok",
    payload: z.object({}),
  }),
  ResumeQueue: command({
    summary: "Let the messages go on that wait behind a turn that was stopped.",
    scope: "chat",
    params: z.object({ session_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  WithdrawMessage: command({
    summary: "Take back a message that waits and that no turn has heard yet.",
    scope: "chat",
    params: z.object({ session_id: id, message_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  CreateSession: command({
    summary: "Begin a session without saying anything yet.",
    scope: "chat",
    params: z.object({
      po_name: name,
      name: orNull(sessionName),
      /** null: as the object says. */
      agent_mode: orNull(agentMode),
      /** Which one runs in the mode `workflow`; null: the object's own. */
      workflow: orNull(name),
      context: z.record(z.string(), z.string()).default({}),
      metadata: z.record(z.string(), json).default({}),
      /** null: an id of ours. The same id again, for the same object, answers the session that is there. */
      session_id: orNull(chosenId),
      /** Deleted when the connection that created it ends, or when the daemon starts again. */
      ephemeral: z.boolean().default(false),
    }),
    reply: "SessionInfo",
    payload: sessionInfo,
  }),
  ForkSession: command({
    summary: "Begin a session with the conversation of another, up to one of its messages.",
    scope: "chat",
    params: z.object({
      session_id: id,
      /** The last message that the new one has; null takes all. */
      message_id: orNull(id),
      name: orNull(sessionName),
      /** Answers in the new session where a message names no other; null: as in the session that is copied. */
      model: orNull(z.string().min(1).max(256)),
      new_session_id: orNull(chosenId),
      ephemeral: z.boolean().default(false),
    }),
    reply: "SessionInfo",
    payload: sessionInfo,
  }),
  ExportSession: command({
    summary: "One session as a document: JSON that ImportSession takes, or Markdown to read.",
    scope: "read",
    params: z.object({ session_id: id, format: z.enum(["json", "markdown"]).default("json") }),
    reply: "SessionDocument",
    payload: z.object({
      format: z.enum(["json", "markdown"]),
      media_type: z.string(),
      text: z.string(),
    }),
  }),
  ImportSession: command({
    summary: "Begin a session with the conversation of an exported document.",
    scope: "chat",
    isHumanOnly: true,
    params: z.object({
      document: sessionDocument,
      po_name: orNull(name),
      name: orNull(sessionName),
    }),
    reply: "SessionInfo",
    payload: sessionInfo,
  }),
  GetSession: command({
    summary: "One session with its conversation.",
    scope: "read",
    params: z.object({
      session_id: id,
      /** `none`: what else is known of it, with no messages. */
      messages: z.enum(["all", "none"]).default("all"),
    }),
    reply: "SessionInfo",
    payload: sessionInfo,
  }),
  ListOutcomes: command({
    summary:
      "How the calls of a session ended, and its turns without an answer: the newest events; what is being written in it, and the messages that wait.",
    scope: "read",
    params: z.object({ session_id: id }),
    reply: "Outcomes",
    payload: z.object({
      session_id: id,
      /** In order; as a follower was told them. */
      events: z
        .array(
          z.object({
            seq: count,
            at,
            event_type: z.enum(outcomeEvents),
            payload: z.record(z.string(), json),
          }),
        )
        .max(MAX_LIST_LENGTH),
      /** What is being written, from its beginning: what a follower who comes now is told first. */
      signals: z.array(signal).max(MAX_LIST_LENGTH),
      /** Messages that no turn has heard yet, the next one first; as many as one answer carries. */
      waiting: z
        .array(z.object({ message_id: id, turn_id: id, content: z.string(), delivery }))
        .max(MAX_LIST_LENGTH),
      /** They wait for a human to go on: the turn before them was stopped. */
      is_parked: z.boolean(),
    }),
  }),
  GetSharedData: command({
    summary: "What the objects share in a session and those called below it.",
    scope: "read",
    params: z.object({
      session_id: id,
      /** Only this one; null: all. */
      key: orNull(sharedData.shape.key),
    }),
    reply: "SharedDataInfo",
    payload: z.object({
      /** Whose data it is: the session at the top of the tree. */
      root_session_id: id,
      data: z.array(sharedData),
    }),
  }),
  ListSessions: command({
    summary: "Sessions, newest first.",
    scope: "read",
    params: z.object({
      po_name: orNull(name),
      source: orNull(source),
      workspace: orNull(z.string()),
      /** The sessions that answer calls of this one; null: those that answer nobody's call. */
      parent: orNull(id),
      /** Sessions whose id begins with this, or whose name it is. */
      match: orNull(z.string().min(1).max(MAX_TITLE_LENGTH)),
      /** Sessions whose name, or whose first words, hold this, in capitals or not. */
      named: orNull(z.string().min(1).max(MAX_TITLE_LENGTH)),
      /** Nothing said since then. */
      updated_before: orNull(at),
      /** Goes on where a reply with this `next_cursor` ended. */
      cursor: orNull(z.string().max(256)),
      limit: z.number().int().min(1).max(MAX_LIST_LENGTH).default(100),
    }),
    reply: "SessionList",
    payload: z.object({
      sessions: z.array(sessionSummary),
      /** null: these are all. */
      next_cursor: z.string().nullable(),
    }),
  }),
  RenameSession: command({
    summary: "Give a session a name, or take it away.",
    scope: "chat",
    params: z.object({ session_id: id, name: sessionName.nullable() }),
    reply: "Ok",
    payload: z.object({}),
  }),
  DeleteSession: command({
    summary: "Delete a session and the text of all its messages. A running turn is cancelled.",
    scope: "chat",
    isHumanOnly: true,
    params: z.object({ session_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  SwitchSession: command({
    summary: "Make a session this client's current one for an object. Other clients keep theirs.",
    scope: "chat",
    params: z.object({ po_name: name, session_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
  SearchSessions: command({
    summary: "Full-text search over messages.",
    scope: "read",
    params: z.object({
      query: z.string().min(1).max(1000),
      po_name: orNull(name),
      /** Only sessions that used this tool. */
      tool: orNull(z.string().max(128)),
      /** Only messages of turns that this model answered. */
      model: orNull(z.string().max(256)),
      /** Only messages of turns that ended like this. */
      status: orNull(z.enum(["completed", "failed", "cancelled"])),
      since: orNull(at),
      limit: z.number().int().min(1).max(MAX_LIST_LENGTH).default(20),
    }),
    reply: "SearchHits",
    payload: z.object({
      hits: z.array(
        z.object({
          session_id: id,
          message_id: id,
          po_name: z.string(),
          session_name: z.string().nullable(),
          role,
          created_at: at,
          snippet: z.string(),
        }),
      ),
    }),
  }),
  GetUsage: command({
    summary:
      "Tokens and money: of one session and those called below it, or of all, deleted ones too.",
    scope: "read",
    params: z.object({
      session_id: orNull(id),
      /** Sums per each of these, the largest first, days in their order; null: none. */
      by: orNull(usageBy),
      /** From the day of this time on: whole days, UTC. */
      since: orNull(at),
    }),
    reply: "UsageInfo",
    payload: z.object({
      total: usage,
      models: z.array(z.object({ model: z.string(), calls: count, usage })),
      groups: z.array(usageGroup),
    }),
  }),
  RunTool: command({
    summary:
      "Run one tool, in a session's workspace and outside of any turn. The caller is the approval. The call and its result join the conversation, unless a turn runs in it when the tool is done.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ session_id: orNull(id), name: z.string(), args: json }),
    reply: "ToolResult",
    payload: z.object({
      result: z.object({
        id: toolCall.shape.id,
        name: z.string(),
        output: z.string(),
        success: z.boolean(),
      }),
      /** The message of the session that holds the result; null where it joined none. */
      message_id: id.nullable(),
    }),
  }),
} as const;
