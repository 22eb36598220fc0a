// Takes a deleted session out of every view, the full text included.
import type { Database } from "bun:sqlite";
import { eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import {
  denials,
  messageKeys,
  messages,
  queuedMessages,
  requests,
  sessionStates,
  sessions,
  sharedData,
  turns,
  usage,
} from "../schema.ts";

const ofSessions = [
  messages,
  queuedMessages,
  messageKeys,
  turns,
  denials,
  requests,
  usage,
  sharedData,
  sessionStates,
  sessions,
] as const;

export function openForget(client: Database, db: Db): (session_id: string) => void {
  // The index is told what to take out, and must be told before the messages are gone.
  const unindex = lazily(() =>
    client.prepare<unknown, [string]>(
      `INSERT INTO message_text (message_text, rowid, content)
     SELECT 'delete', seq, content FROM messages WHERE session_id = ?`,
    ),
  );
  const removals = lazily(() =>
    ofSessions.map((table) =>
      db
        .delete(table)
        .where(eq(table.session_id, sql.placeholder("session_id")))
        .prepare(),
    ),
  );
  return (session_id) => {
    unindex().run(session_id);
    for (const removal of removals()) removal.run({ session_id });
  };
}
