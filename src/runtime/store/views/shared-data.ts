// The view of what the objects of one tree of delegations share, under the session at its root.
import { and, asc, eq, sql } from "drizzle-orm";
import type { SharedData } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { sharedData } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

const ofSession = eq(sharedData.session_id, sql.placeholder("session_id"));
const entry = {
  short_description: sql.placeholder("short_description"),
  value: sql.placeholder("value"),
  po_name: sql.placeholder("po_name"),
};

export function openSharedDataWrites(db: Db) {
  const put = lazily(() =>
    db
      .insert(sharedData)
      .values({
        session_id: sql.placeholder("session_id"),
        key: sql.placeholder("key"),
        ...entry,
      })
      .onConflictDoUpdate({
        target: [sharedData.session_id, sharedData.key],
        set: {
          short_description: sql`excluded.short_description`,
          value: sql`excluded.value`,
          po_name: sql`excluded.po_name`,
        },
      })
      .prepare(),
  );
  const remove = lazily(() =>
    db
      .delete(sharedData)
      .where(and(ofSession, eq(sharedData.key, sql.placeholder("key"))))
      .prepare(),
  );
  return {
    change({ payload }: RowOf<"SharedDataChanged">): void {
      const { session_id, key, short_description, value, po_name } = payload;
      if (value === null) remove().run({ session_id, key });
      else put().run({ session_id, key, short_description, value, po_name });
    },
  };
}

export function openSharedDataReads(db: Db) {
  const list = lazily(() =>
    db
      .select({ key: sharedData.key, ...columns })
      .from(sharedData)
      .where(ofSession)
      .orderBy(asc(sharedData.key))
      .prepare(),
  );
  return { list: (session_id: string): SharedData[] => list().all({ session_id }) };
}

const columns = {
  short_description: sharedData.short_description,
  value: sharedData.value,
  po_name: sharedData.po_name,
};
