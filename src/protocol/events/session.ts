// Events of a session's life, outside of its turns. Stream: `session/<id>`.
import { z } from "zod";
import { permissionRule, turnSettings } from "../agents.ts";
import { MAX_TURN_RULES } from "../limits.ts";
import {
  agentMode,
  attachment,
  count,
  delivery,
  id,
  json,
  message,
  name,
  parentCall,
  sharedData,
  source,
  usage,
} from "../messages.ts";
import { event } from "./event.ts";

/** What one model was used for on one day. */
const daySum = z.object({
  /** UTC, as 2026-01-31. */
  day: z.string(),
  model: z.string(),
  calls: count,
  usage,
});

export const sessionEvents = {
  SessionCreated: event(
    4,
    "A conversation with an object began.",
    z.object({
      session_id: id,
      po_name: name,
      source,
      name: z.string().nullable(),
      agent_mode: agentMode,
      /** The folder that the session's tools are confined to. */
      workspace: z.string(),
      context: z.record(z.string(), z.string()),
      metadata: z.record(z.string(), json),
      /** Answers where a message names no other; null: as the object says. */
      model: z.string().nullable(),
      forked_from: z.object({ session_id: id, message_id: id.nullable() }).nullable(),
      /** The call of another session's agent that this one answers. */
      parent: parentCall.nullable(),
      /** Lives no longer than the connection that created it. */
      ephemeral: z.boolean(),
    }),
  ),
  SessionRenamed: event(
    1,
    "A session got another name.",
    z.object({ session_id: id, name: z.string().nullable() }),
  ),
  SessionUpdated: event(
    1,
    "An orchestrator changed the session's state; unknown keys are metadata.",
    z.object({ session_id: id, updates: z.record(z.string(), json) }),
  ),
  SessionDeleted: event(
    1,
    "A session was deleted; its payloads are gone, what it used stays.",
    z.object({
      session_id: id,
      /** Numbers alone. Absent where it was deleted before they were kept here. */
      used: z.object({ po_name: name, sums: z.array(daySum) }).optional(),
    }),
  ),
  MessageQueued: event(
    3,
    "A message was accepted and will be answered, whatever happens to the daemon.",
    z.object({
      session_id: id,
      turn_id: id,
      message_id: id,
      message_key: z.string().nullable(),
      content: z.string(),
      attachments: z.array(attachment),
      delivery,
      source,
      /** Who is called is held to all rules of the turn that calls: more than one message may bring. */
      settings: turnSettings.extend({
        rules: z.array(permissionRule).max(MAX_TURN_RULES).default([]),
      }),
    }),
  ),
  MessageAdded: event(1, "A message joined the conversation.", message.extend({ session_id: id })),
  MessageWithdrawn: event(
    1,
    "A message was taken back before any turn heard it. Where it was to begin one, that turn ends cancelled.",
    z.object({ session_id: id, turn_id: id, message_id: id }),
  ),
  QueueResumed: event(
    1,
    "What waited behind a turn that was stopped goes on.",
    z.object({ session_id: id }),
  ),
  SharedDataChanged: event(
    1,
    "An object stored something for the whole tree of delegations below this session, or removed it.",
    sharedData.extend({ session_id: id, from_session_id: id }),
  ),
  HistoryCompacted: event(
    1,
    "The model is shown a summary instead of the messages up to this one; they stay readable.",
    z.object({ session_id: id, through_message_id: id, summary: z.string() }),
  ),
} as const;
