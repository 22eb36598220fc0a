// The view of tokens and money, per session and model.
import { asc, isNull, or, sql } from "drizzle-orm";
import type { Usage } from "../../../protocol/messages.ts";
import { addUsage, noUsage } from "../../../protocol/usage.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { usage } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

export function openUsageWrites(db: Db) {
  const add = lazily(() =>
    db
      .insert(usage)
      .values({
        session_id: sql.placeholder("session_id"),
        model: sql.placeholder("model"),
        calls: 1,
        input_tokens: sql.placeholder("input_tokens"),
        output_tokens: sql.placeholder("output_tokens"),
        cached_tokens: sql.placeholder("cached_tokens"),
        reasoning_tokens: sql.placeholder("reasoning_tokens"),
        cost_usd: sql.placeholder("cost_usd"),
      })
      .onConflictDoUpdate({
        target: [usage.session_id, usage.model],
        set: {
          calls: sql`calls + 1`,
          input_tokens: sql`input_tokens + excluded.input_tokens`,
          output_tokens: sql`output_tokens + excluded.output_tokens`,
          cached_tokens: sql`cached_tokens + excluded.cached_tokens`,
          reasoning_tokens: sql`reasoning_tokens + excluded.reasoning_tokens`,
          cost_usd: sql`cost_usd + excluded.cost_usd`,
        },
      })
      .prepare(),
  );

  return {
    add: ({ payload }: RowOf<"UsageRecorded">) =>
      add().run({ session_id: payload.session_id, model: payload.model, ...payload.usage }),
  };
}

export interface UsageInfo {
  total: Usage;
  models: { model: string; calls: number; usage: Usage }[];
}

export function openUsageReads(db: Db) {
  // SQL's sum leaves nulls out; one unknown price makes the whole sum unknown.
  const cost = sql<number | null>`CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END`;
  const below = sql`WITH RECURSIVE tree (session_id) AS (
    SELECT ${sql.placeholder("session_id")}
    UNION
    SELECT s.session_id FROM sessions AS s JOIN tree ON s.parent_session_id = tree.session_id
  ) SELECT session_id FROM tree`;
  const byModel = lazily(() =>
    db
      .select({
        model: usage.model,
        calls: sql<number>`sum(calls)`,
        input_tokens: sql<number>`sum(input_tokens)`,
        output_tokens: sql<number>`sum(output_tokens)`,
        cached_tokens: sql<number>`sum(cached_tokens)`,
        reasoning_tokens: sql<number>`sum(reasoning_tokens)`,
        cost_usd: cost,
      })
      .from(usage)
      .where(
        or(isNull(sql`${sql.placeholder("session_id")}`), sql`${usage.session_id} IN (${below})`),
      )
      .groupBy(usage.model)
      .orderBy(asc(usage.model))
      .prepare(),
  );

  return {
    /** Of one session and those below it, or of all that are not deleted. */
    info(session_id: string | null): UsageInfo {
      const models = byModel()
        .all({ session_id })
        .map(({ model, calls, ...sums }) => ({ model, calls, usage: sums }));
      return { total: models.map((row) => row.usage).reduce(addUsage, noUsage), models };
    },
  };
}
