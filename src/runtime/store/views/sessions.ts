// Reads the view of sessions. What a session does (idle, working, waiting) is not kept but read off its
// turn, queue and requests.
import { and, desc, eq, isNull, or, sql } from "drizzle-orm";
import type { PoState, SessionSummary, Source } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { sessions } from "../schema.ts";

const given = (name: string) => sql`${sql.placeholder(name)}`;

// Inner columns are spelled with their table: drizzle leaves it out where only one table is selected from.
const isQueued = sql`EXISTS (
  SELECT 1 FROM queued_messages AS q WHERE q.session_id = sessions.session_id
)`;
const state = sql<PoState>`CASE
  WHEN EXISTS (
    SELECT 1 FROM requests AS r WHERE r.session_id = sessions.session_id AND r.state = 'open'
  ) THEN 'waiting'
  WHEN sessions.turn_id IS NOT NULL OR (sessions.is_parked = 0 AND ${isQueued}) THEN 'working'
  ELSE 'idle' END`;
/** The turn that runs or is about to. */
const currentTurn = sql<
  string | null
>`coalesce(sessions.turn_id, CASE WHEN sessions.is_parked = 0 THEN (
  SELECT q.turn_id FROM queued_messages AS q WHERE q.session_id = sessions.session_id
  ORDER BY q.seq LIMIT 1
) END)`;

const summary = {
  session_id: sessions.session_id,
  po_name: sessions.po_name,
  name: sessions.name,
  source: sessions.source,
  agent_mode: sessions.agent_mode,
  state,
  message_count: sessions.message_count,
  workspace: sessions.workspace,
  created_at: sessions.created_at,
  updated_at: sessions.updated_at,
};

/** Equal, or not asked for. */
const orAny = (column: typeof sessions.po_name | typeof sessions.source, name: string) =>
  or(isNull(given(name)), eq(column, sql.placeholder(name)));

export interface SessionFilter {
  po_name: string | null;
  source: Source | null;
  workspace: string | null;
  limit: number;
}

export function openSessionReads(db: Db) {
  const one = db
    .select({
      ...summary,
      context: sessions.context,
      metadata: sessions.metadata,
      active_tools: sessions.active_tools,
      iteration_count: sessions.iteration_count,
      turn_id: currentTurn,
      queued: sql<number>`(
        SELECT count(*) FROM queued_messages AS q WHERE q.session_id = sessions.session_id
      )`,
    })
    .from(sessions)
    .where(eq(sessions.session_id, sql.placeholder("session_id")))
    .prepare();
  const head = db
    .select({ po_name: sessions.po_name, workspace: sessions.workspace })
    .from(sessions)
    .where(eq(sessions.session_id, sql.placeholder("session_id")))
    .prepare();
  const list = db
    .select(summary)
    .from(sessions)
    .where(
      and(
        orAny(sessions.po_name, "po_name"),
        orAny(sessions.source, "source"),
        or(isNull(given("workspace")), eq(sessions.workspace, sql.placeholder("workspace"))),
      ),
    )
    .orderBy(desc(sessions.updated_seq))
    .limit(sql.placeholder("limit"))
    .prepare();
  const open = db
    .select({ session_id: sessions.session_id })
    .from(sessions)
    .where(or(sql`sessions.turn_id IS NOT NULL`, isQueued))
    .orderBy(sessions.updated_seq)
    .prepare();

  return {
    one: (session_id: string) => one.get({ session_id }),
    find: (session_id: string): { po_name: string; workspace: string } | undefined =>
      head.get({ session_id }),
    list: (filter: SessionFilter): SessionSummary[] => list.all({ ...filter }),
    open: (): string[] => open.all().map((row) => row.session_id),
  };
}
