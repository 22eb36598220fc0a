// The view of the questions to humans: what is open, and what became of the others.
import { and, asc, eq, isNull, or, sql } from "drizzle-orm";
import type { HumanRequest } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { type RequestState, requests } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

const isOpen = eq(requests.state, "open");

export function openRequestWrites(db: Db) {
  const insert = lazily(() =>
    db
      .insert(requests)
      .values({
        request_id: sql.placeholder("request_id"),
        session_id: sql.placeholder("session_id"),
        turn_id: sql.placeholder("turn_id"),
        state: "open",
        seq: sql.placeholder("seq"),
        request: sql.placeholder("request"),
      })
      .onConflictDoNothing()
      .prepare(),
  );
  // The first answer wins.
  const settle = lazily(() =>
    db
      .update(requests)
      .set({ state: sql`${sql.placeholder("state")}` })
      .where(and(eq(requests.request_id, sql.placeholder("request_id")), isOpen))
      .prepare(),
  );
  const endTurn = lazily(() =>
    db
      .update(requests)
      .set({ state: "turn_ended" })
      .where(and(eq(requests.turn_id, sql.placeholder("turn_id")), isOpen))
      .prepare(),
  );

  return {
    add: ({ payload, seq }: RowOf<"HumanRequestQueued">) =>
      insert().run({ ...payload, seq, request: payload }),
    answer: ({ payload }: RowOf<"HumanRequestResponded">) =>
      settle().run({ request_id: payload.request_id, state: "answered" }),
    expire: ({ payload }: RowOf<"HumanRequestExpired">) =>
      settle().run({
        request_id: payload.request_id,
        state: payload.reason === "turn_ended" ? "turn_ended" : "expired",
      }),
    endTurn: (turn_id: string) => endTurn().run({ turn_id }),
  };
}

export function openRequestReads(db: Db) {
  const sessionOrAny = or(
    isNull(sql`${sql.placeholder("session_id")}`),
    eq(requests.session_id, sql.placeholder("session_id")),
  );
  // The state is spelled out: the partial index of the open ones serves only where SQLite sees it.
  const open = lazily(() =>
    db
      .select({ request: requests.request })
      .from(requests)
      .where(and(sql`state = 'open'`, sessionOrAny))
      .orderBy(asc(requests.seq))
      .prepare(),
  );
  const one = lazily(() =>
    db
      .select({ request: requests.request, state: requests.state })
      .from(requests)
      .where(eq(requests.request_id, sql.placeholder("request_id")))
      .prepare(),
  );
  const count = lazily(() =>
    db.select({ count: sql<number>`count(*)` }).from(requests).where(sql`state = 'open'`).prepare(),
  );

  return {
    /** Oldest first; null is of all sessions. */
    open: (session_id: string | null): HumanRequest[] =>
      open()
        .all({ session_id })
        .map((row) => row.request),
    find: (request_id: string): { request: HumanRequest; state: RequestState } | undefined =>
      one().get({ request_id }),
    count: () => count().get()?.count ?? 0,
  };
}
