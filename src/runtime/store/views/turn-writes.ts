// Folds events into the view of turns.
import { and, desc, eq, inArray, ne, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { denials, messages, turns } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

const given = (name: string) => sql`${sql.placeholder(name)}`;
const thisTurn = eq(turns.turn_id, sql.placeholder("turn_id"));
const zero = {
  model_calls: 0,
  tool_rounds: 0,
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
};

export function openTurnWrites(db: Db) {
  return { ...openStart(db), ...openProgress(db), ...openEnd(db) };
}

function openStart(db: Db) {
  const queue = lazily(() =>
    db
      .insert(turns)
      .values({
        turn_id: sql.placeholder("turn_id"),
        session_id: sql.placeholder("session_id"),
        status: "queued",
        is_structured: sql.placeholder("is_structured"),
        ...zero,
      })
      .onConflictDoNothing()
      .prepare(),
  );
  const start = lazily(() =>
    db
      .insert(turns)
      .values({
        turn_id: sql.placeholder("turn_id"),
        session_id: sql.placeholder("session_id"),
        status: "running",
        model: sql.placeholder("model"),
        started_at: sql.placeholder("at"),
        is_structured: false,
        ...zero,
      })
      .onConflictDoUpdate({
        target: turns.turn_id,
        set: {
          status: "running",
          model: sql`excluded.model`,
          started_at: sql`excluded.started_at`,
        },
      })
      .prepare(),
  );

  return {
    queue: ({ payload }: RowOf<"MessageQueued">) =>
      queue().run({ ...payload, is_structured: payload.settings.output !== null }),
    start: ({ payload, at }: RowOf<"TurnStarted">) =>
      start().run({ ...payload, model: payload.agent.model, at }),
  };
}

function openProgress(db: Db) {
  const lastCall = lazily(() =>
    db.select({ id: turns.model_call_id }).from(turns).where(thisTurn).prepare(),
  );
  const countCall = lazily(() =>
    db
      .update(turns)
      .set({ model_calls: sql`model_calls + 1`, model_call_id: given("call_id") })
      .where(thisTurn)
      .prepare(),
  );
  const countRound = lazily(() =>
    db.update(turns).set({ tool_rounds: sql`tool_rounds + 1` }).where(thisTurn).prepare(),
  );
  const addUsage = lazily(() =>
    db
      .update(turns)
      .set({
        input_tokens: sql`input_tokens + ${sql.placeholder("input_tokens")}`,
        output_tokens: sql`output_tokens + ${sql.placeholder("output_tokens")}`,
        cached_tokens: sql`cached_tokens + ${sql.placeholder("cached_tokens")}`,
        reasoning_tokens: sql`reasoning_tokens + ${sql.placeholder("reasoning_tokens")}`,
        cost_usd: sql`cost_usd + ${sql.placeholder("cost_usd")}`,
        model_calls: sql`model_calls + ${sql.placeholder("calls")}`,
      })
      .where(thisTurn)
      .prepare(),
  );
  const deny = lazily(() =>
    db
      .insert(denials)
      .values({
        seq: sql.placeholder("seq"),
        session_id: sql.placeholder("session_id"),
        turn_id: sql.placeholder("turn_id"),
        tool: sql.placeholder("tool"),
        subject: sql.placeholder("subject"),
        reason: sql.placeholder("reason"),
        allow_with: sql.placeholder("allow_with"),
      })
      .prepare(),
  );

  return {
    /** Counts a model call unless it is a further attempt; says whether it counted. */
    countCall({ payload }: RowOf<"ModelCallStarted">): boolean {
      if (lastCall().get(payload)?.id === payload.call_id) return false;
      countCall().run(payload);
      return true;
    },
    countRound: (turn_id: string) => countRound().run({ turn_id }),
    addUsage: ({ payload }: RowOf<"UsageRecorded">) =>
      addUsage().run({ turn_id: payload.turn_id, ...payload.usage, calls: 0 }),
    addChildUsage: ({ payload }: RowOf<"ChildUsageRecorded">) =>
      addUsage().run({
        turn_id: payload.turn_id,
        ...payload.usage,
        calls: payload.model_calls,
      }),
    deny({ payload, seq }: RowOf<"ToolCallCompleted">): void {
      if (payload.denial === null) return;
      const { session_id, turn_id, name: tool, outcome: reason } = payload;
      deny().run({ seq, session_id, turn_id, tool, reason, ...payload.denial });
    },
  };
}

function openEnd(db: Db) {
  const end = lazily(() =>
    db
      .update(turns)
      .set({
        status: sql`${sql.placeholder("status")}`,
        message_id: given("message_id"),
        stop_reason: given("stop_reason"),
        error: given("error"),
        ended_at: given("at"),
      })
      // The first end counts.
      .where(and(thisTurn, inArray(turns.status, ["queued", "running"])))
      .prepare(),
  );
  /** What there is of the answer of a turn that was stopped. */
  const lastSaid = lazily(() =>
    db
      .select({ message_id: messages.message_id })
      .from(messages)
      .where(
        and(
          eq(messages.session_id, sql.placeholder("session_id")),
          eq(messages.turn_id, sql.placeholder("turn_id")),
          eq(messages.role, "assistant"),
          ne(messages.content, ""),
        ),
      )
      .orderBy(desc(messages.seq))
      .limit(1)
      .prepare(),
  );
  const nothing = { message_id: null, stop_reason: null, error: null };

  return {
    complete: ({ payload, at }: RowOf<"TurnCompleted">) =>
      end().run({ ...nothing, ...payload, status: "completed", at }),
    fail: ({ payload, at }: RowOf<"TurnFailed">) =>
      end().run({
        ...nothing,
        turn_id: payload.turn_id,
        message_id: payload.message_id,
        error: JSON.stringify(payload.error),
        status: "failed",
        at,
      }),
    cancel: ({ payload, at }: RowOf<"TurnCancelled">) =>
      end().run({
        ...nothing,
        ...lastSaid().get(payload),
        turn_id: payload.turn_id,
        status: "cancelled",
        at,
      }),
  };
}
