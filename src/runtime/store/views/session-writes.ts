// Folds events into the view of sessions.
import { and, eq, ne, sql } from "drizzle-orm";
import { titleOf } from "../../../protocol/plain-text.ts";
import { readUpdates } from "../../../protocol/session-updates.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { sessionStates, sessions } from "../schema.ts";
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
    add: openInsert(db),
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

function openInsert(db: Db) {
  const insert = lazily(() =>
    db
      .insert(sessions)
      .values({
        session_id: sql.placeholder("session_id"),
        po_name: sql.placeholder("po_name"),
        name: sql.placeholder("name"),
        source: sql.placeholder("source"),
        agent_mode: sql.placeholder("agent_mode"),
        workspace: sql.placeholder("workspace"),
        iteration_count: 0,
        message_count: 0,
        title: "",
        parent: sql.placeholder("parent"),
        parent_session_id: sql.placeholder("parent_session_id"),
        root_session_id: sql.placeholder("root_session_id"),
        forked_from: sql.placeholder("forked_from"),
        model: sql.placeholder("model"),
        ephemeral: sql.placeholder("ephemeral"),
        paused_calls: 0,
        is_parked: false,
        created_at: sql.placeholder("at"),
        updated_at: sql.placeholder("at"),
        updated_seq: sql.placeholder("seq"),
      })
      .onConflictDoNothing()
      .prepare(),
  );
  const insertState = lazily(() =>
    db
      .insert(sessionStates)
      .values({
        session_id: sql.placeholder("session_id"),
        context: sql.placeholder("context"),
        metadata: sql.placeholder("metadata"),
        active_tools: [],
      })
      .onConflictDoNothing()
      .prepare(),
  );

  return ({ payload, at, seq }: RowOf<"SessionCreated">): void => {
    const { parent } = payload;
    insert().run({
      ...payload,
      parent_session_id: parent?.session_id ?? null,
      root_session_id: parent?.root_session_id ?? null,
      at,
      seq,
    });
    insertState().run(payload);
  };
}

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
        iteration_count: 0,
        ...moved,
      })
      .where(thisSession)
      .prepare(),
  );
  // Mostly they are what they were, and then the row stays as it is.
  const offerTools = lazily(() =>
    db
      .update(sessionStates)
      .set({ active_tools: given("active_tools") })
      .where(
        and(
          eq(sessionStates.session_id, sql.placeholder("session_id")),
          ne(sessionStates.active_tools, given("active_tools")),
        ),
      )
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
    resumeQueue: ({ payload, at, seq }: RowOf<"QueueResumed">) =>
      queue().run({ session_id: payload.session_id, at, seq }),
    startTurn({ payload, at, seq }: RowOf<"TurnStarted">): void {
      const { session_id, turn_id, agent } = payload;
      startTurn().run({ session_id, turn_id, at, seq });
      const active_tools = JSON.stringify(agent.tools.map((tool) => tool.name));
      offerTools().run({ session_id, active_tools });
    },
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
        context: sessionStates.context,
        metadata: sessionStates.metadata,
        active_tools: sessionStates.active_tools,
        iteration_count: sessions.iteration_count,
      })
      .from(sessions)
      .innerJoin(sessionStates, eq(sessionStates.session_id, sessions.session_id))
      .where(thisSession)
      .prepare(),
  );
  const update = lazily(() =>
    db
      .update(sessions)
      .set({ iteration_count: given("iteration_count"), ...moved })
      .where(thisSession)
      .prepare(),
  );
  const updateState = lazily(() =>
    db
      .update(sessionStates)
      .set({
        context: given("context"),
        metadata: given("metadata"),
        active_tools: given("active_tools"),
      })
      .where(eq(sessionStates.session_id, sql.placeholder("session_id")))
      .prepare(),
  );

  return ({ payload, at, seq }: RowOf<"SessionUpdated">): void => {
    const { session_id } = payload;
    const before = state().get({ session_id });
    if (!before) return;
    const { state: known, metadata } = readUpdates(payload.updates);
    const after = { ...before, ...known, metadata: { ...before.metadata, ...metadata } };
    update().run({ session_id, at, seq, iteration_count: after.iteration_count });
    updateState().run({
      session_id,
      context: JSON.stringify(after.context),
      metadata: JSON.stringify(after.metadata),
      active_tools: JSON.stringify(after.active_tools),
    });
  };
}
