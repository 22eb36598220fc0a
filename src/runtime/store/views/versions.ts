// The view of objects' versions: who changed which object, when and why. The texts stay in the journal.
import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { objectVersions } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

export function openVersionWrites(db: Db) {
  const add = lazily(() =>
    db
      .insert(objectVersions)
      .values({
        seq: sql.placeholder("seq"),
        po_name: sql.placeholder("po_name"),
        version: sql.placeholder("version"),
        hash: sql.placeholder("hash"),
        base_hash: sql.placeholder("base_hash"),
        author: sql.placeholder("author"),
        reason: sql.placeholder("reason"),
        at: sql.placeholder("at"),
        bytes: sql.placeholder("bytes"),
      })
      .prepare(),
  );
  return {
    add({ seq, version, at, payload }: RowOf<"POModified">): void {
      const { text, ...about } = payload;
      add().run({ ...about, seq, version, at, bytes: Buffer.byteLength(text) });
    },
  };
}

export interface VersionView {
  /** Of the journal: what orders the versions of several names. */
  seq: number;
  po_name: string;
  /** Of the object's stream. */
  version: number;
  hash: string;
  base_hash: string | null;
  author: string;
  reason: string;
  at: string;
  bytes: number;
}

export function openVersionReads(db: Db) {
  const beginning = sql.placeholder("hash");
  const list = lazily(() =>
    db
      .select(getTableColumns(objectVersions))
      .from(objectVersions)
      .where(
        and(
          eq(objectVersions.po_name, sql.placeholder("po_name")),
          sql`substr(${objectVersions.hash}, 1, length(${beginning})) = ${beginning}`,
        ),
      )
      .orderBy(desc(objectVersions.seq))
      .limit(sql.placeholder("limit"))
      .prepare(),
  );
  return {
    list: (
      po_name: string,
      { hash, limit }: { hash: string | null; limit: number },
    ): VersionView[] => list().all({ po_name, hash: hash ?? "", limit }),
  };
}
