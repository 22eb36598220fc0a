// The view of tokens and money, per session, day and model. What deleted sessions used is kept apart, as numbers:
// their deletion says it, for the events that said it before are gone with the sessions.
import type { Database } from "bun:sqlite";
import { sql } from "drizzle-orm";
import { MAX_LIST_LENGTH } from "../../../protocol/limits.ts";
import type { Usage, UsageBy, UsageGroup } from "../../../protocol/messages.ts";
import { addUsage, noUsage } from "../../../protocol/usage.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { keptUsage, usage } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

const counts = {
  calls: sql.placeholder("calls"),
  input_tokens: sql.placeholder("input_tokens"),
  output_tokens: sql.placeholder("output_tokens"),
  cached_tokens: sql.placeholder("cached_tokens"),
  reasoning_tokens: sql.placeholder("reasoning_tokens"),
  cost_usd: sql.placeholder("cost_usd"),
};
const more = {
  calls: sql`calls + excluded.calls`,
  input_tokens: sql`input_tokens + excluded.input_tokens`,
  output_tokens: sql`output_tokens + excluded.output_tokens`,
  cached_tokens: sql`cached_tokens + excluded.cached_tokens`,
  reasoning_tokens: sql`reasoning_tokens + excluded.reasoning_tokens`,
  cost_usd: sql`cost_usd + excluded.cost_usd`,
};
const ofDay = { day: sql.placeholder("day"), model: sql.placeholder("model") };

export function openUsageWrites(db: Db) {
  const add = lazily(() =>
    db
      .insert(usage)
      .values({ session_id: sql.placeholder("session_id"), ...ofDay, ...counts })
      .onConflictDoUpdate({ target: [usage.session_id, usage.day, usage.model], set: more })
      .prepare(),
  );
  const keep = lazily(() =>
    db
      .insert(keptUsage)
      .values({ po_name: sql.placeholder("po_name"), ...ofDay, ...counts })
      .onConflictDoUpdate({
        target: [keptUsage.po_name, keptUsage.day, keptUsage.model],
        set: more,
      })
      .prepare(),
  );

  return {
    add: ({ payload, at }: RowOf<"UsageRecorded">) =>
      add().run({
        session_id: payload.session_id,
        day: dayOf(at),
        model: payload.model,
        calls: 1,
        ...payload.usage,
      }),
    keep({ payload: { used } }: RowOf<"SessionDeleted">): void {
      for (const { day, model, calls, usage: sums } of used?.sums ?? []) {
        keep().run({ po_name: used?.po_name, day, model, calls, ...sums });
      }
    },
  };
}

/** Of a UTC time. */
const dayOf = (at: string): string => at.slice(0, 10);

export interface UsageInfo {
  total: Usage;
  models: { model: string; calls: number; usage: Usage }[];
  groups: UsageGroup[];
}

export interface UsageFilter {
  /** This one and those below it; null is all, also what is deleted. */
  session_id: string | null;
  by: UsageBy | null;
  /** From the day of this UTC time on. */
  since: string | null;
}

/** What a row belongs to, and whose name that has. */
const KEYS: Record<UsageBy, string> = {
  session: "u.session_id",
  tree: "coalesce(s.root_session_id, u.session_id)",
  object: "coalesce(s.po_name, u.po_name)",
  model: "u.model",
  day: "u.day",
};

// SQL's sum leaves nulls out; one unknown price makes the whole sum unknown.
const SUMS = `sum(u.calls) AS calls,
  sum(u.input_tokens) AS input_tokens,
  sum(u.output_tokens) AS output_tokens,
  sum(u.cached_tokens) AS cached_tokens,
  sum(u.reasoning_tokens) AS reasoning_tokens,
  CASE WHEN count(u.cost_usd) = count(*) THEN sum(u.cost_usd) END AS cost_usd`;

/** What groups of sessions call those that are deleted: no session has such an id. */
const DELETED = "(deleted)";
const NUMBERS =
  "day, model, calls, input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd";
const LIVE = `SELECT session_id, '' AS po_name, ${NUMBERS} FROM usage`;
const KEPT = `SELECT '${DELETED}', po_name, ${NUMBERS} FROM kept_usage`;

const FROM = `FROM (${LIVE} UNION ALL ${KEPT}) AS u LEFT JOIN sessions AS s ON s.session_id = u.session_id
  WHERE (?2 IS NULL OR u.day >= ?2) AND (?1 IS NULL OR u.session_id IN (
    WITH RECURSIVE tree (session_id) AS (
      SELECT ?1
      UNION
      SELECT c.session_id FROM sessions AS c JOIN tree ON c.parent_session_id = tree.session_id
    ) SELECT session_id FROM tree))`;

type Sums = Usage & { calls: number };
type Given = [session_id: string | null, day: string | null];

export function openUsageReads(client: Database) {
  const byModel = lazily(() =>
    client.prepare<Sums & { key: string }, Given>(
      `SELECT u.model AS key, ${SUMS} ${FROM} GROUP BY key ORDER BY key`,
    ),
  );
  const prepare = (by: UsageBy) => {
    const order = by === "day" ? "key" : "sum(u.input_tokens + u.output_tokens) DESC, key";
    return client.prepare<Sums & { key: string; po_name: string; label: string }, Given>(
      `SELECT g.*, coalesce(n.po_name, '') AS po_name, coalesce(n.name, n.title, '') AS label
       FROM (SELECT ${KEYS[by]} AS key, ${SUMS} ${FROM} GROUP BY key ORDER BY ${order}
         LIMIT ${MAX_LIST_LENGTH}) AS g
       LEFT JOIN sessions AS n ON n.session_id = g.key`,
    );
  };
  const groupings: Record<UsageBy, () => ReturnType<typeof prepare>> = {
    session: lazily(() => prepare("session")),
    tree: lazily(() => prepare("tree")),
    object: lazily(() => prepare("object")),
    model: lazily(() => prepare("model")),
    day: lazily(() => prepare("day")),
  };

  return {
    info({ session_id, by, since }: UsageFilter): UsageInfo {
      const given: Given = [session_id, since === null ? null : dayOf(since)];
      const models = byModel()
        .all(...given)
        .map(({ key, calls, ...sums }) => ({ model: key, calls, usage: sums }));
      const groups = by === null ? [] : groupings[by]().all(...given);
      return {
        total: models.map((row) => row.usage).reduce(addUsage, noUsage),
        models,
        groups: groups.map(({ key, po_name, label: title, calls, ...sums }) => {
          const isSession = by === "session" || by === "tree";
          const label = key === DELETED ? "sessions that were deleted" : title;
          const about = isSession ? { po_name, label } : { po_name: null, label: null };
          return { key, ...about, calls, usage: sums };
        }),
      };
    },
  };
}
