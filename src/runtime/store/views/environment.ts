// The views of what is there now: live objects and attached connectors. Their events are housekeeping,
// so each row remembers the events that a rebuild needs, and pruning spares those.
import { asc, eq, isNotNull, sql } from "drizzle-orm";
import type { PoState, Source } from "../../../protocol/messages.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { connectors, objects } from "../schema.ts";
import type { RowOf } from "./row-of.ts";

export function openObjectWrites(db: Db) {
  const thisObject = eq(objects.po_name, sql.placeholder("po_name"));
  const load = lazily(() =>
    db
      .insert(objects)
      .values({
        po_name: sql.placeholder("po_name"),
        state: "idle",
        hash: sql.placeholder("hash"),
        loaded_seq: sql.placeholder("seq"),
        file: sql.placeholder("file"),
        is_pending: false,
      })
      .onConflictDoUpdate({
        target: objects.po_name,
        set: {
          hash: sql`excluded.hash`,
          loaded_seq: sql`excluded.loaded_seq`,
          file: sql`excluded.file`,
          is_pending: false,
        },
      })
      .prepare(),
  );
  const unload = lazily(() => db.delete(objects).where(thisObject).prepare());
  // Also where the object is not live: it may have been loaded by an event that was pruned.
  const change = lazily(() =>
    db
      .insert(objects)
      .values({
        po_name: sql.placeholder("po_name"),
        state: sql.placeholder("new_state"),
        state_seq: sql.placeholder("seq"),
        is_pending: false,
      })
      .onConflictDoUpdate({
        target: objects.po_name,
        set: { state: sql`excluded.state`, state_seq: sql`excluded.state_seq` },
      })
      .prepare(),
  );
  const modify = lazily(() =>
    db
      .insert(objects)
      .values({
        po_name: sql.placeholder("po_name"),
        state: "idle",
        hash: sql.placeholder("hash"),
        is_pending: true,
      })
      .onConflictDoUpdate({
        target: objects.po_name,
        set: { hash: sql`excluded.hash`, is_pending: true },
      })
      .prepare(),
  );
  return {
    load: ({ payload, seq }: RowOf<"POLoaded">) => load().run({ ...payload, seq }),
    unload: ({ payload }: RowOf<"POUnloaded">) => unload().run({ po_name: payload.po_name }),
    change: ({ payload, seq }: RowOf<"POStateChanged">) => change().run({ ...payload, seq }),
    modify: ({ payload }: RowOf<"POModified">) =>
      modify().run({ po_name: payload.po_name, hash: payload.hash }),
  };
}

export function openConnectorWrites(db: Db) {
  const attach = lazily(() =>
    db
      .insert(connectors)
      .values({
        connector_id: sql.placeholder("connector_id"),
        connector_type: sql.placeholder("connector_type"),
        client: sql.placeholder("client"),
        since: sql.placeholder("at"),
        seq: sql.placeholder("seq"),
      })
      .onConflictDoUpdate({
        target: connectors.connector_id,
        set: {
          connector_type: sql`excluded.connector_type`,
          client: sql`excluded.client`,
          since: sql`excluded.since`,
          seq: sql`excluded.seq`,
        },
      })
      .prepare(),
  );
  const detach = lazily(() =>
    db
      .delete(connectors)
      .where(eq(connectors.connector_id, sql.placeholder("connector_id")))
      .prepare(),
  );

  return {
    attach: ({ payload, at, seq }: RowOf<"ConnectorAttached">) =>
      attach().run({ ...payload, at, seq }),
    detach: ({ payload }: RowOf<"ConnectorDetached">) =>
      detach().run({ connector_id: payload.connector_id }),
  };
}

export interface ObjectView {
  po_name: string;
  state: PoState;
  hash: string;
  /** In the folder of objects; null where that is not known. */
  file: string | null;
}

export interface ConnectorView {
  connector_id: string;
  connector_type: Source;
  client: string;
  since: string;
}

export function openEnvironmentReads(db: Db) {
  const live = lazily(() =>
    db
      .select({
        po_name: objects.po_name,
        state: objects.state,
        hash: sql<string>`coalesce(${objects.hash}, '')`,
        file: objects.file,
      })
      .from(objects)
      .where(isNotNull(objects.loaded_seq))
      .orderBy(asc(objects.po_name))
      .prepare(),
  );
  const pending = lazily(() =>
    db
      .select({ po_name: objects.po_name })
      .from(objects)
      .where(eq(objects.is_pending, true))
      .orderBy(asc(objects.po_name))
      .prepare(),
  );
  const attached = lazily(() =>
    db
      .select({
        connector_id: connectors.connector_id,
        connector_type: connectors.connector_type,
        client: connectors.client,
        since: connectors.since,
      })
      .from(connectors)
      .orderBy(asc(connectors.seq))
      .prepare(),
  );
  const objectSeqs = lazily(() =>
    db
      .select({ loaded_seq: objects.loaded_seq, state_seq: objects.state_seq })
      .from(objects)
      .prepare(),
  );
  const connectorSeqs = lazily(() => db.select({ seq: connectors.seq }).from(connectors).prepare());

  return {
    objects: (): ObjectView[] => live().all(),
    pendingObjects: (): string[] =>
      pending()
        .all()
        .map((row) => row.po_name),
    connectors: (): ConnectorView[] => attached().all(),
    /** Housekeeping events that a rebuild still needs. */
    needed: (): number[] => [
      ...connectorSeqs()
        .all()
        .map((row) => row.seq),
      ...objectSeqs()
        .all()
        .flatMap((row) => [row.loaded_seq, row.state_seq])
        .filter((seq) => seq !== null),
    ],
  };
}
