// Looks at the database file with a connection of its own, read-only: its structure, the versions of each
// stream, every checksum. What a row's checksum is made of is public: see the columns below.
import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";

interface Row {
  seq: number;
  stream: string;
  version: number;
  type: string;
  type_version: number;
  at: string;
  caller: string;
  causation_id: string | null;
  payload: string;
  checksum: number;
  is_erased: number;
}

export function judgeDatabase(file: string): string[] {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database.query<Row, []>("SELECT * FROM events ORDER BY seq").all();
    return [
      ...judgeStructure(database),
      ...judgeText(database, `${file}.copy`),
      ...judgeOrder(rows),
      ...rows.flatMap((row) =>
        checksumOf(row) === row.checksum ? [] : [`event ${row.seq}: checksum`],
      ),
    ];
  } finally {
    database.close();
  }
}

function judgeStructure(database: Database): string[] {
  const integrity = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
  const foreign = database.query<{ table: string }, []>("PRAGMA foreign_key_check").all();
  return [
    ...integrity.flatMap(({ integrity_check }) =>
      integrity_check === "ok" ? [] : [integrity_check],
    ),
    ...foreign.map(({ table }) => `foreign key of ${table}`),
  ];
}

/** The full-text index fits the messages. SQLite checks that by a write, so it is done in a copy. */
function judgeText(database: Database, copy: string): string[] {
  rmSync(copy, { force: true });
  database.run("VACUUM INTO ?", [copy]);
  const other = new Database(copy);
  try {
    other.run("INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)");
    return [];
  } catch (thrown) {
    return [`full text: ${String(thrown)}`];
  } finally {
    other.close();
    rmSync(copy, { force: true });
  }
}

function judgeOrder(rows: Row[]): string[] {
  const versions = new Map<string, number>();
  return rows.flatMap(({ seq, stream, version }, index) => {
    const due = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    return [
      ...(version === due ? [] : [`event ${seq}: version ${version} of ${stream}, due was ${due}`]),
      ...(seq === index + 1 ? [] : [`event ${seq} stands at place ${index + 1}`]),
    ];
  });
}

/** CRC-32 over the header as JSON, then over the payload. */
function checksumOf(row: Row): number {
  const { seq, stream, version, type, type_version, at, caller, causation_id, is_erased } = row;
  const header = [seq, stream, version, type, type_version, at, caller, causation_id, is_erased];
  return Bun.hash.crc32(row.payload, Bun.hash.crc32(JSON.stringify(header)));
}
