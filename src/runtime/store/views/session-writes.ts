// Folds events into the view of sessions.
import { and, eq, sql } from "drizzle-orm";
import type { Json } from "../../../protocol/messages.ts";
import { titleOf } from "../../../protocol/plain-text.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { sessions } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

const given = (name: string) => sql`${sql.placeholder(name)}`;
const thisSession = eq(sessions.session_id, sql.placeholder("session_id"));
const moved = { updated_at: given("at"), updated_seq: given("seq") };

export function openSessionWrites(db: Db) {
  return {
    ...openLifeWrites(db),
    ...openTurnWrites(db),
    ...openPauseWrites(db),
    update: openUpdate(db),
  };
}

function openLifeWrites(db: Db) {
  const insert = openInsert(db);
  const rename = lazily(() =>
    db
      .update(sessions)
      .set({ name: given("name"), ...moved })
      .where(thisSession)
      .prepare(),
  );
  const touch = lazily(() => db.update(sessions).set(moved).where(thisSession).prepare());
  const countMessage = lazily(() =>
    db
      .update(sessions)
      .set({ message_count: sql`message_count + 1`, ...moved })
      .where(thisSession)
      .prepare(),
  );
  const entitle = lazily(() =>
    db
      .update(sessions)
      .set({ title: given("title") })
      .where(and(thisSession, eq(sessions.title, "")))
      .prepare(),
  );
  const countIteration = lazily(() =>
    db
      .update(sessions)
      .set({ iteration_count: sql`iteration_count + 1`, ...moved })
      .where(thisSession)
      .prepare(),
  );

  return {
    add: ({ payload, at, seq }: RowOf<"SessionCreated">) =>
      insert().run({
        ...payload,
        parent_session_id: payload.parent?.session_id ?? null,
        root_session_id: payload.parent?.root_session_id ?? null,
        at,
        seq,
      }),
    rename: ({ payload, at, seq }: RowOf<"SessionRenamed">) =>
      rename().run({ ...payload, at, seq }),
    touch: (row: { payload: { session_id: string }; at: string; seq: number }) =>
      touch().run({ session_id: row.payload.session_id, at: row.at, seq: row.seq }),
    countMessage({ payload, at, seq }: RowOf<"MessageAdded">): void {
      const { session_id, role, content } = payload;
      countMessage().run({ session_id, at, seq });
      if (role === "user") entitle().run({ session_id, title: titleOf(content) });
    },
    countIteration: ({ payload, at, seq }: RowOf<"ModelCallStarted">) =>
      countIteration().run({ session_id: payload.session_id, at, seq }),
  };
}

const openInsert = (db: Db) =>
  lazily(() =>
    db
      .insert(sessions)
      .values({
        session_id: sql.placeholder("session_id"),
        po_name: sql.placeholder("po_name"),
        name: sql.placeholder("name"),
        source: sql.placeholder("source"),
        agent_mode: sql.placeholder("agent_mode"),
        workspace: sql.placeholder("workspace"),
        context: sql.placeholder("context"),
        metadata: sql.placeholder("metadata"),
        active_tools: [],
        iteration_count: 0,
        message_count: 0,
        title: "",
        forked_from: sql.placeholder("forked_from"),
        model: sql.placeholder("model"),
        ephemeral: sql.placeholder("ephemeral"),
        parent: sql.placeholder("parent"),
        parent_session_id: sql.placeholder("parent_session_id"),
        root_session_id: sql.placeholder("root_session_id"),
        paused_calls: 0,
        is_parked: false,
        created_at: sql.placeholder("at"),
        updated_at: sql.placeholder("at"),
        updated_seq: sql.placeholder("seq"),
      })
      .onConflictDoNothing()
      .prepare(),
  );

function openPauseWrites(db: Db) {
  const pause = lazily(() =>
    db
      .update(sessions)
      .set({ paused_calls: sql`paused_calls + ${sql.placeholder("more")}`, ...moved })
      .where(thisSession)
      .prepare(),
  );
  return {
    pause: ({ type, payload, at, seq }: RowOf<"DelegationPaused" | "DelegationResumed">) => {
      const more = type === "DelegationPaused" ? 1 : -1;
      pause().run({ session_id: payload.session_id, more, at, seq });
    },
  };
}

function openTurnWrites(db: Db) {
  const queue = lazily(() =>
    db
      .update(sessions)
      .set({ is_parked: false, ...moved })
      .where(thisSession)
      .prepare(),
  );
  const startTurn = lazily(() =>
    db
      .update(sessions)
      .set({
        turn_id: given("turn_id"),
        active_tools: given("active_tools"),
        iteration_count: 0,
        ...moved,
      })
      .where(thisSession)
      .prepare(),
  );
  // Runs before the turn leaves the queue: cancelling the turn that is next parks what follows it.
  const endTurn = lazily(() =>
    db
      .update(sessions)
      .set({
        is_parked: sql`CASE WHEN ${sql.placeholder("is_cancel")} AND ${sql.placeholder("turn_id")} = coalesce(
        turn_id,
        (SELECT q.turn_id FROM queued_messages AS q WHERE q.session_id = sessions.session_id ORDER BY q.seq LIMIT 1)
      ) THEN 1 ELSE is_parked END`,
        turn_id: sql`nullif(turn_id, ${sql.placeholder("turn_id")})`,
        ...moved,
      })
      .where(thisSession)
      .prepare(),
  );

  return {
    queue: ({ payload, at, seq }: RowOf<"MessageQueued">) =>
      queue().run({ session_id: payload.session_id, at, seq }),
    startTurn: ({ payload, at, seq }: RowOf<"TurnStarted">) =>
      startTurn().run({
        session_id: payload.session_id,
        turn_id: payload.turn_id,
        active_tools: JSON.stringify(payload.agent.tools.map((tool) => tool.name)),
        at,
        seq,
      }),
    endTurn: ({
      payload,
      at,
      seq,
      type,
    }: RowOf<"TurnCompleted" | "TurnFailed" | "TurnCancelled">) =>
      endTurn().run({
        session_id: payload.session_id,
        turn_id: payload.turn_id,
        is_cancel: type === "TurnCancelled" ? 1 : 0,
        at,
        seq,
      }),
  };
}

function openUpdate(db: Db) {
  const state = lazily(() =>
    db
      .select({
        context: sessions.context,
        metadata: sessions.metadata,
        active_tools: sessions.active_tools,
        iteration_count: sessions.iteration_count,
      })
      .from(sessions)
      .where(thisSession)
      .prepare(),
  );
  const update = lazily(() =>
    db
      .update(sessions)
      .set({
        context: given("context"),
        metadata: given("metadata"),
        active_tools: given("active_tools"),
        iteration_count: given("iteration_count"),
        ...moved,
      })
      .where(thisSession)
      .prepare(),
  );

  return ({ payload, at, seq }: RowOf<"SessionUpdated">): void => {
    const { session_id } = payload;
    const before = state().get({ session_id });
    if (!before) return;
    const after = withUpdates(before, payload.updates);
    update().run({
      session_id,
      at,
      seq,
      context: JSON.stringify(after.context),
      metadata: JSON.stringify(after.metadata),
      active_tools: JSON.stringify(after.active_tools),
      iteration_count: after.iteration_count,
    });
  };
}

interface Updatable {
  context: Record<string, string>;
  metadata: Record<string, Json>;
  active_tools: string[];
  iteration_count: number;
}

/** The rule of `withUpdates` in `core/session/session.ts`; a test compares both. */
function withUpdates(before: Updatable, updates: Record<string, Json>): Updatable {
  const after = { ...before };
  const rest: [string, Json][] = [];
  for (const [key, value] of Object.entries(updates)) {
    if (key === "active_tools" && isTextList(value)) after.active_tools = value;
    else if (key === "context" && isTextMap(value)) after.context = value;
    else if (key === "iteration_count" && isCount(value)) after.iteration_count = value;
    else rest.push([key, value]);
  }
  return { ...after, metadata: { ...before.metadata, ...Object.fromEntries(rest) } };
}

const isCount = (value: Json): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isTextList = (value: Json): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === "string");

const isTextMap = (value: Json): value is Record<string, string> =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  Object.values(value).every((entry) => typeof entry === "string");
