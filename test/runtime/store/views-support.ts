// A store in memory for the tests of its views, and all that its views hold, as plain rows.
import { getTableName } from "drizzle-orm";
import { openDatabase } from "../../../src/runtime/store/database.ts";
import { type StoreLimits, storeLimits } from "../../../src/runtime/store/limits.ts";
import { migrate } from "../../../src/runtime/store/migrate.ts";
import { assembleStore } from "../../../src/runtime/store/open.ts";
import { viewTables } from "../../../src/runtime/store/schema.ts";

export function openMemory(limits: Partial<StoreLimits> = {}) {
  const client = openDatabase(null, storeLimits);
  migrate(client);
  const errors: unknown[] = [];
  const store = assembleStore(client, {
    limits: { ...storeLimits, ...limits },
    onError: (thrown) => void errors.push(thrown),
  });
  return {
    ...store,
    client,
    errors,
    /** Every row of every view, by table. */
    dump: () =>
      Object.fromEntries(
        Object.values(viewTables).map((table) => [
          getTableName(table),
          client.query(`SELECT * FROM ${getTableName(table)} ORDER BY 1, 2`).values(),
        ]),
      ),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
