// The tables as drizzle sees them. What really makes them are the migrations; a test compares both.
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ErrorBody } from "../../protocol/errors.ts";
import type {
  AgentMode,
  Attachment,
  HumanRequest,
  Json,
  PoState,
  Reasoning,
  Role,
  SessionSummary,
  Source,
  ToolCall,
} from "../../protocol/messages.ts";

export const meta = sqliteTable("meta", {
  key: text().primaryKey(),
  value: text().notNull(),
});

export const events = sqliteTable(
  "events",
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    stream: text().notNull(),
    version: integer().notNull(),
    type: text().notNull(),
    type_version: integer().notNull(),
    at: text().notNull(),
    caller: text().notNull(),
    causation_id: text(),
    payload: text().notNull(),
    checksum: integer().notNull(),
    is_housekeeping: integer({ mode: "boolean" }).notNull(),
    is_erased: integer({ mode: "boolean" }).notNull(),
  },
  (table) => [index("events_stream").on(table.stream, table.version)],
);

export const erasures = sqliteTable("erasures", { stream: text().primaryKey() });

export const sessions = sqliteTable("sessions", {
  session_id: text().primaryKey(),
  po_name: text().notNull(),
  name: text(),
  source: text().$type<Source>().notNull(),
  agent_mode: text().$type<AgentMode>().notNull(),
  workspace: text().notNull(),
  iteration_count: integer().notNull(),
  message_count: integer().notNull(),
  /** The turn that runs. */
  turn_id: text(),
  /** A cancelled turn parks what is queued until the next message. */
  is_parked: integer({ mode: "boolean" }).notNull(),
  created_at: text().notNull(),
  updated_at: text().notNull(),
  updated_seq: integer().notNull(),
  /** The first words that were said in it. */
  title: text().notNull(),
  forked_from: text({ mode: "json" }).$type<SessionSummary["forked_from"]>(),
  ephemeral: integer({ mode: "boolean" }).notNull(),
  /** The call that it answers; its session and the top of the tree stand beside it to be looked up by. */
  parent: text({ mode: "json" }).$type<SessionSummary["parent"]>(),
  parent_session_id: text(),
  root_session_id: text(),
  /** Called objects that wait only for a human. */
  paused_calls: integer().notNull(),
  /** Answers where a message names no other; null: as the object says. */
  model: text(),
});

/** What is wide of a session: its row in `sessions` is written anew by each of its events. */
export const sessionStates = sqliteTable("session_states", {
  session_id: text().primaryKey(),
  context: text({ mode: "json" }).$type<Record<string, string>>().notNull(),
  metadata: text({ mode: "json" }).$type<Record<string, Json>>().notNull(),
  active_tools: text({ mode: "json" }).$type<string[]>().notNull(),
});

export const messages = sqliteTable("messages", {
  /** The row of the journal that added it. */
  seq: integer().primaryKey(),
  session_id: text().notNull(),
  message_id: text().notNull(),
  turn_id: text(),
  role: text().$type<Role>().notNull(),
  content: text().notNull(),
  name: text(),
  tool_call_id: text(),
  tool_calls: text({ mode: "json" }).$type<ToolCall[]>().notNull(),
  attachments: text({ mode: "json" }).$type<Attachment[]>().notNull(),
  reasoning: text({ mode: "json" }).$type<Reasoning | null>(),
  source: text().$type<Source>().notNull(),
  created_at: text().notNull(),
});

/** Accepted and not yet part of the conversation. */
export const queuedMessages = sqliteTable("queued_messages", {
  seq: integer().primaryKey(),
  session_id: text().notNull(),
  turn_id: text().notNull(),
  message_id: text().notNull(),
});

export const messageKeys = sqliteTable("message_keys", {
  message_key: text().primaryKey(),
  session_id: text().notNull(),
  turn_id: text().notNull(),
  message_id: text().notNull(),
  seq: integer().notNull(),
});

const usageColumns = {
  input_tokens: integer().notNull(),
  output_tokens: integer().notNull(),
  cached_tokens: integer().notNull(),
  reasoning_tokens: integer().notNull(),
  /** A sum with one unknown price in it is unknown: SQL's null adds up just so. */
  cost_usd: real(),
};

export type TurnStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

export const turns = sqliteTable("turns", {
  turn_id: text().primaryKey(),
  session_id: text().notNull(),
  status: text().$type<TurnStatus>().notNull(),
  model: text(),
  message_id: text(),
  stop_reason: text(),
  error: text({ mode: "json" }).$type<ErrorBody>(),
  /** The newest model call: further attempts at it are the same call. */
  model_call_id: text(),
  model_calls: integer().notNull(),
  tool_rounds: integer().notNull(),
  ...usageColumns,
  started_at: text(),
  ended_at: text(),
  /** Its answer must be a JSON document. */
  is_structured: integer({ mode: "boolean" }).notNull(),
});

export const denials = sqliteTable("denials", {
  seq: integer().primaryKey(),
  session_id: text().notNull(),
  turn_id: text().notNull(),
  tool: text().notNull(),
  subject: text().notNull(),
  reason: text().notNull(),
  allow_with: text().notNull(),
});

/** `turn_ended`: it was still open when its turn ended. */
export type RequestState = "open" | "answered" | "expired" | "turn_ended";

export const requests = sqliteTable("requests", {
  request_id: text().primaryKey(),
  session_id: text().notNull(),
  turn_id: text().notNull(),
  state: text().$type<RequestState>().notNull(),
  seq: integer().notNull(),
  request: text({ mode: "json" }).$type<HumanRequest>().notNull(),
});

export const usage = sqliteTable(
  "usage",
  {
    session_id: text().notNull(),
    /** UTC, as 2026-01-31. */
    day: text().notNull(),
    model: text().notNull(),
    calls: integer().notNull(),
    ...usageColumns,
  },
  (table) => [primaryKey({ columns: [table.session_id, table.day, table.model] })],
);

/** What deleted sessions used, by their object. */
export const keptUsage = sqliteTable(
  "kept_usage",
  {
    po_name: text().notNull(),
    day: text().notNull(),
    model: text().notNull(),
    calls: integer().notNull(),
    ...usageColumns,
  },
  (table) => [primaryKey({ columns: [table.po_name, table.day, table.model] })],
);

/** What the objects of one tree of delegations share, at its root. */
export const sharedData = sqliteTable(
  "shared_data",
  {
    session_id: text().notNull(),
    key: text().notNull(),
    short_description: text().notNull(),
    value: text({ mode: "json" }).$type<Json>().notNull(),
    po_name: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.session_id, table.key] })],
);

export const objects = sqliteTable("objects", {
  po_name: text().primaryKey(),
  state: text().$type<PoState>().notNull(),
  hash: text(),
  /** null: only a state is known, the object is not live. */
  loaded_seq: integer(),
  state_seq: integer(),
  /** In the folder of objects. */
  file: text(),
  /** Its newest version may not be in the file yet. */
  is_pending: integer({ mode: "boolean" }).notNull(),
});

/** The texts themselves stay in the journal. */
export const objectVersions = sqliteTable("object_versions", {
  seq: integer().primaryKey(),
  po_name: text().notNull(),
  /** The version of the object's stream that holds it. */
  version: integer().notNull(),
  hash: text().notNull(),
  base_hash: text(),
  author: text().notNull(),
  reason: text().notNull(),
  at: text().notNull(),
  bytes: integer().notNull(),
});

export const connectors = sqliteTable("connectors", {
  connector_id: text().primaryKey(),
  connector_type: text().$type<Source>().notNull(),
  client: text().notNull(),
  since: text().notNull(),
  seq: integer().notNull(),
});

/** Everything that is folded from the journal, and so can be thrown away and made again. */
export const viewTables = {
  sessions,
  sessionStates,
  messages,
  queuedMessages,
  messageKeys,
  turns,
  denials,
  requests,
  usage,
  keptUsage,
  sharedData,
  objects,
  objectVersions,
  connectors,
} as const;
