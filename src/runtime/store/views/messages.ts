// The views of messages: conversations, full text, what is queued, and which key led to which ids.
import type { Database } from "bun:sqlite";
import { asc, eq, sql } from "drizzle-orm";
import { MAX_LIST_LENGTH } from "../../../protocol/limits.ts";
import type { Message, Role } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { messageKeys, messages, queuedMessages, type TurnStatus } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

/** Words of one search; what comes after them is left out. */
const MAX_QUERY_WORDS = 32;
/** Words around a hit. */
const SNIPPET_WORDS = 24;

export function openMessageWrites(client: Database, db: Db) {
  const insert = lazily(() =>
    db
      .insert(messages)
      .values({
        seq: sql.placeholder("seq"),
        session_id: sql.placeholder("session_id"),
        message_id: sql.placeholder("message_id"),
        turn_id: sql.placeholder("turn_id"),
        role: sql.placeholder("role"),
        content: sql.placeholder("content"),
        name: sql.placeholder("name"),
        tool_call_id: sql.placeholder("tool_call_id"),
        tool_calls: sql.placeholder("tool_calls"),
        attachments: sql.placeholder("attachments"),
        reasoning: sql.placeholder("reasoning"),
        source: sql.placeholder("source"),
        created_at: sql.placeholder("created_at"),
      })
      .prepare(),
  );
  // From the table, not from the event: the index must later be told exactly the text that lies there.
  const index = lazily(() =>
    client.prepare<unknown, [number]>(
      "INSERT INTO message_text (rowid, content) SELECT seq, content FROM messages WHERE seq = ?",
    ),
  );
  const waiting = openQueue(db);

  return {
    add({ seq, payload }: RowOf<"MessageAdded">): void {
      insert().run({ ...payload, seq });
      index().run(seq);
      waiting.steered(payload);
    },
    queue({ seq, payload }: RowOf<"MessageQueued">): void {
      waiting.add().run({ ...payload, seq });
      if (payload.message_key !== null) waiting.remember().run({ ...payload, seq });
    },
    unqueueTurn: waiting.started,
    withdraw: ({ payload }: RowOf<"MessageWithdrawn">) => waiting.withdrawn(payload),
  };
}

/** Messages that wait for their turn, and what their keys mean. */
function openQueue(db: Db) {
  const add = lazily(() =>
    db
      .insert(queuedMessages)
      .values({
        seq: sql.placeholder("seq"),
        session_id: sql.placeholder("session_id"),
        turn_id: sql.placeholder("turn_id"),
        message_id: sql.placeholder("message_id"),
      })
      .prepare(),
  );
  // The first message with a key is the one that the key means.
  const remember = lazily(() =>
    db
      .insert(messageKeys)
      .values({
        message_key: sql.placeholder("message_key"),
        session_id: sql.placeholder("session_id"),
        turn_id: sql.placeholder("turn_id"),
        message_id: sql.placeholder("message_id"),
        seq: sql.placeholder("seq"),
      })
      .onConflictDoNothing()
      .prepare(),
  );
  const sessionOf = eq(queuedMessages.session_id, sql.placeholder("session_id"));
  // Only a message that steers leaves the queue by joining: any other waits there until its turn starts.
  const unqueueSteer = lazily(() =>
    db
      .delete(queuedMessages)
      .where(
        sql`${sessionOf} AND ${queuedMessages.message_id} = ${sql.placeholder("message_id")}
        AND ${queuedMessages.turn_id} = (
          SELECT s.turn_id FROM sessions AS s WHERE s.session_id = ${sql.placeholder("session_id")}
        )`,
      )
      .prepare(),
  );
  const unqueueTurn = lazily(() =>
    db
      .delete(queuedMessages)
      .where(sql`${sessionOf} AND ${queuedMessages.turn_id} = ${sql.placeholder("turn_id")}`)
      .prepare(),
  );

  const withdraw = lazily(() =>
    db
      .delete(queuedMessages)
      .where(sql`${sessionOf} AND ${queuedMessages.message_id} = ${sql.placeholder("message_id")}`)
      .prepare(),
  );

  return {
    add,
    remember,
    withdrawn: (payload: { session_id: string; message_id: string }) => withdraw().run(payload),
    steered: (payload: RowOf<"MessageAdded">["payload"]) => unqueueSteer().run(payload),
    started: (payload: { session_id: string; turn_id: string }) => unqueueTurn().run(payload),
  };
}

export interface SearchHit {
  session_id: string;
  message_id: string;
  po_name: string;
  session_name: string | null;
  role: Role;
  created_at: string;
  snippet: string;
}

/** Where the event lies that queued a message. */
export interface WaitingMessage {
  seq: number;
  message_id: string;
}

export interface SearchFilter {
  query: string;
  po_name: string | null;
  /** Only sessions that used it. */
  tool: string | null;
  /** Only messages of turns that it answered. */
  model: string | null;
  /** Only messages of turns that ended so. */
  status: TurnStatus | null;
  since: string | null;
  limit: number;
}

export function openMessageReads(client: Database, db: Db) {
  const conversation = lazily(() =>
    db
      .select({
        message_id: messages.message_id,
        turn_id: messages.turn_id,
        role: messages.role,
        content: messages.content,
        name: messages.name,
        tool_call_id: messages.tool_call_id,
        tool_calls: messages.tool_calls,
        attachments: messages.attachments,
        reasoning: messages.reasoning,
        source: messages.source,
        created_at: messages.created_at,
      })
      .from(messages)
      .where(eq(messages.session_id, sql.placeholder("session_id")))
      .orderBy(asc(messages.seq))
      .prepare(),
  );
  const byKey = lazily(() =>
    db
      .select({
        session_id: messageKeys.session_id,
        turn_id: messageKeys.turn_id,
        message_id: messageKeys.message_id,
        seq: messageKeys.seq,
      })
      .from(messageKeys)
      .where(eq(messageKeys.message_key, sql.placeholder("message_key")))
      .prepare(),
  );
  const waiting = lazily(() =>
    db
      .select({ seq: queuedMessages.seq, message_id: queuedMessages.message_id })
      .from(queuedMessages)
      .where(eq(queuedMessages.session_id, sql.placeholder("session_id")))
      .orderBy(asc(queuedMessages.seq))
      .limit(MAX_LIST_LENGTH)
      .prepare(),
  );
  type Bound = string | number | null;
  const search = lazily(() =>
    client.prepare<SearchHit, Bound[]>(
      `SELECT messages.session_id, messages.message_id, sessions.po_name, sessions.name AS session_name,
       messages.role, messages.created_at,
       snippet(message_text, 0, '[', ']', '…', ${SNIPPET_WORDS}) AS snippet
     FROM message_text
     JOIN messages ON messages.seq = message_text.rowid
     JOIN sessions ON sessions.session_id = messages.session_id
     LEFT JOIN turns ON turns.turn_id = messages.turn_id
     WHERE message_text MATCH ?1 AND (?2 IS NULL OR sessions.po_name = ?2)
       AND (?3 IS NULL OR messages.session_id IN (
         SELECT results.session_id FROM messages AS results
         WHERE results.role = 'tool' AND results.name = ?3
       ))
       AND (?4 IS NULL OR turns.model = ?4) AND (?5 IS NULL OR turns.status = ?5)
       AND (?6 IS NULL OR messages.created_at >= ?6)
     ORDER BY message_text.rank, messages.seq DESC LIMIT ?7`,
    ),
  );

  return {
    conversation: (session_id: string): Message[] => conversation().all({ session_id }),
    waiting: (session_id: string): WaitingMessage[] => waiting().all({ session_id }),
    byKey: (message_key: string) => byKey().get({ message_key }),
    search(filter: SearchFilter): SearchHit[] {
      const { po_name, tool, model, status, since, limit } = filter;
      const match = quoteQuery(filter.query);
      if (match === undefined) return [];
      return search().all(match, po_name, tool, model, status, since, limit);
    },
  };
}

/**
 * What a human typed, as an FTS5 query: every word quoted, so that none of its syntax counts; all must
 * occur, the last one may be the beginning of a word. undefined when nothing can be searched for.
 */
export function quoteQuery(query: string): string | undefined {
  const words = query
    .toWellFormed()
    .split(/[\s\0]+/)
    // A word without a letter, digit or symbol has nothing in the index, and would match nothing.
    .filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word))
    .slice(0, MAX_QUERY_WORDS);
  if (words.length === 0) return undefined;
  return `${words.map((word) => `"${word.replaceAll('"', '""')}"`).join(" ")}*`;
}
