// Reads the view of sessions. What a session does (idle, working, waiting) is not kept but read off its
// turn, queue and requests.
import { and, desc, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { JameyError } from "../../../protocol/errors.ts";
import type { PoState, SessionSummary, Source } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { sessionStates, sessions } from "../schema.ts";

const given = (name: string) => sql`${sql.placeholder(name)}`;

// Inner columns are spelled with their table: drizzle leaves it out where only one table is selected from.
const isQueued = sql`EXISTS (
  SELECT 1 FROM queued_messages AS q WHERE q.session_id = sessions.session_id
)`;
const state = sql<PoState>`CASE
  WHEN EXISTS (
    SELECT 1 FROM requests AS r WHERE r.session_id = sessions.session_id AND r.state = 'open'
  ) OR sessions.paused_calls > 0 THEN 'waiting'
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
  title: sessions.title,
  workspace: sessions.workspace,
  parent: sessions.parent,
  forked_from: sessions.forked_from,
  ephemeral: sessions.ephemeral,
  created_at: sessions.created_at,
  updated_at: sessions.updated_at,
};

/** Equal, or not asked for. */
const orAny = (column: typeof sessions.po_name | typeof sessions.source, name: string) =>
  or(isNull(given(name)), eq(column, sql.placeholder(name)));

const asFiltered = and(
  orAny(sessions.po_name, "po_name"),
  orAny(sessions.source, "source"),
  or(isNull(given("workspace")), eq(sessions.workspace, sql.placeholder("workspace"))),
  or(
    isNull(given("updated_before")),
    sql`sessions.updated_at < ${sql.placeholder("updated_before")}`,
  ),
  // Who names a session means it, whoever it answers.
  sql`(sessions.parent_session_id IS ${sql.placeholder("parent")}
    OR (${sql.placeholder("parent")} IS NULL AND ${sql.placeholder("match")} IS NOT NULL))`,
  sql`(${sql.placeholder("match")} IS NULL OR sessions.name = ${sql.placeholder("match")} OR
    substr(sessions.session_id, 1, length(${sql.placeholder("match")})) = ${sql.placeholder("match")})`,
  sql`(${sql.placeholder("named")} IS NULL OR
    instr(lower(sessions.name), lower(${sql.placeholder("named")})) > 0 OR
    instr(lower(sessions.title), lower(${sql.placeholder("named")})) > 0)`,
);

/**
 * Where a session stood when the first page was read: whatever has happened in it since does not move it
 * from page to page. null: it was not there yet. Every event but `UsageRecorded` moves its session.
 */
const place = sql<number | null>`CASE
  WHEN sessions.updated_seq <= ${sql.placeholder("as_of")} THEN sessions.updated_seq
  ELSE (
    SELECT e.seq FROM events AS e
    WHERE e.stream = 'session/' || sessions.session_id AND e.seq <= ${sql.placeholder("as_of")}
      AND e.type <> 'UsageRecorded'
    ORDER BY e.version DESC LIMIT 1
  ) END`;

export interface SessionFilter {
  po_name: string | null;
  source: Source | null;
  workspace: string | null;
  /** The session whose calls they answer; null: sessions that answer nobody's call, unless `match` names one. */
  parent: string | null;
  /** The beginning of an id, or a name. */
  match: string | null;
  /** A part of a name, or of the first words. */
  named?: string | null;
  updated_before: string | null;
  cursor: string | null;
  limit: number;
}

export interface SessionHead {
  po_name: string;
  /** What waits in it goes on when a human says so: the turn before was stopped. */
  is_parked: boolean;
  workspace: string;
  /** Its own where it answers nobody's call. */
  root_session_id: string;
  /** Answers where a message names no other. */
  model: string | null;
}

export interface SessionPage {
  sessions: SessionSummary[];
  /** null: these are all. */
  next_cursor: string | null;
}

export function openSessionReads(db: Db) {
  const one = lazily(() =>
    db
      .select({
        ...summary,
        context: sessionStates.context,
        metadata: sessionStates.metadata,
        active_tools: sessionStates.active_tools,
        iteration_count: sessions.iteration_count,
        turn_id: currentTurn,
        queued: sql<number>`(
        SELECT count(*) FROM queued_messages AS q WHERE q.session_id = sessions.session_id
      )`,
      })
      .from(sessions)
      .innerJoin(sessionStates, eq(sessionStates.session_id, sessions.session_id))
      .where(eq(sessions.session_id, sql.placeholder("session_id")))
      .prepare(),
  );
  const head = lazily(() =>
    db
      .select({
        po_name: sessions.po_name,
        is_parked: sessions.is_parked,
        workspace: sessions.workspace,
        root_session_id: sql<string>`coalesce(root_session_id, session_id)`,
        model: sessions.model,
      })
      .from(sessions)
      .where(eq(sessions.session_id, sql.placeholder("session_id")))
      .prepare(),
  );
  const ephemeral = lazily(() =>
    db
      .select({ session_id: sessions.session_id })
      .from(sessions)
      .where(eq(sessions.ephemeral, true))
      .prepare(),
  );
  const open = lazily(() =>
    db
      .select({ session_id: sessions.session_id })
      .from(sessions)
      .where(and(isNull(sessions.parent_session_id), or(isNotNull(sessions.turn_id), isQueued)))
      // What runs comes first: it has its place, and the others wait for theirs.
      .orderBy(sql`sessions.turn_id IS NULL`, sessions.updated_seq)
      .prepare(),
  );

  return {
    one: (session_id: string) => one().get({ session_id }),
    find: (session_id: string): SessionHead | undefined => head().get({ session_id }),
    list: openPages(db),
    ephemeral: (): string[] =>
      ephemeral()
        .all()
        .map((row) => row.session_id),
    open: (): string[] =>
      open()
        .all()
        .map((row) => row.session_id),
  };
}

/** Newest activity first, a page at a time. */
function openPages(db: Db) {
  const newest = lazily(() =>
    db
      .select({ ...summary, place: sessions.updated_seq })
      .from(sessions)
      .where(asFiltered)
      .orderBy(desc(sessions.updated_seq))
      .limit(sql.placeholder("rows"))
      .prepare(),
  );
  const further = lazily(() =>
    db
      .select({ ...summary, place })
      .from(sessions)
      .where(and(asFiltered, sql`${place} < ${sql.placeholder("before")}`))
      .orderBy(desc(place))
      .limit(sql.placeholder("rows"))
      .prepare(),
  );

  return ({ cursor, limit, ...filter }: SessionFilter): SessionPage => {
    const after = cursor === null ? undefined : readCursor(cursor);
    // One more than asked for says whether there are more.
    const asked = { ...filter, named: filter.named ?? null, rows: limit + 1 };
    const rows = after ? further().all({ ...asked, ...after }) : newest().all(asked);
    const page = rows.slice(0, limit);
    const as_of = after?.as_of ?? rows[0]?.place;
    const last = page.at(-1)?.place;
    return {
      sessions: page.map(({ place: _, ...session }) => session),
      next_cursor: rows.length > limit ? `${as_of}-${last}` : null,
    };
  };
}

/** `<newest seq of the first page>-<place of the last session so far>` */
function readCursor(cursor: string): { as_of: number; before: number } {
  const [, as_of, before] = /^(\d{1,15})-(\d{1,15})$/.exec(cursor) ?? [];
  if (as_of !== undefined && before !== undefined) {
    return { as_of: Number(as_of), before: Number(before) };
  }
  const message = `'${cursor}' is no cursor: give the next_cursor of a SessionList, or null.`;
  throw new JameyError("invalid_request", message);
}
