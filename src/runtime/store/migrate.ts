// Brings a database to the version this jamey knows. `PRAGMA user_version` counts what was applied.
// Rule: each migration is one transaction, and one that was released is never edited.
import type { Database } from "bun:sqlite";
import { JameyError } from "../../protocol/errors.ts";
import { transact } from "./database.ts";
import start from "./migrations/0001-start.sql" with { type: "text" };
import lists from "./migrations/0002-sessions.sql" with { type: "text" };
import structured from "./migrations/0003-structured.sql" with { type: "text" };
import narrow from "./migrations/0004-narrow.sql" with { type: "text" };
import objects from "./migrations/0005-objects.sql" with { type: "text" };
import delegation from "./migrations/0006-delegation.sql" with { type: "text" };
import capabilities from "./migrations/0007-capabilities.sql" with { type: "text" };
import replay from "./migrations/0008-replay.sql" with { type: "text" };
import keptUsage from "./migrations/0009-kept-usage.sql" with { type: "text" };

/** In order: the first leads from version 0 to 1. */
export const migrations: readonly string[] = [
  start,
  lists,
  structured,
  narrow,
  objects,
  delegation,
  capabilities,
  replay,
  keptUsage,
];

/** Applies what is missing; returns how many. */
export function migrate(client: Database, table: readonly string[] = migrations): number {
  const version = versionOf(client);
  refuseNewer({ version, known: table.length });
  for (const [index, sql] of table.entries()) {
    if (index < version) continue;
    transact(client, () => {
      client.run(sql);
      // A pragma takes no parameters; this is a number of ours.
      client.run(`PRAGMA user_version = ${index + 1}`);
    });
  }
  return table.length - version;
}

/** A newer jamey's database is refused, because this one would not keep what it does not know. */
export function refuseNewer(versions: { version: number; known: number }): void {
  const { version, known } = versions;
  if (version <= known) return;
  throw new JameyError(
    "version_mismatch",
    `The database has version ${version}, this jamey knows up to ${known}: update jamey, or use another environment.`,
    { details: { database_version: version, known_version: known } },
  );
}

function versionOf(client: Database): number {
  const row = client.query<{ user_version: number }, []>("PRAGMA user_version").get();
  return row?.user_version ?? 0;
}
