// Looks at everything that the journal promises to hold: the file's structure, every checksum, dense
// versions and seqs, and the full-text index against the messages.
import type { Database } from "bun:sqlite";
import { messageOf } from "../../protocol/errors.ts";
import { sessionStream } from "./journal.ts";
import type { Records } from "./records.ts";
import { checksumOf, type EventRecord } from "./row.ts";

const MAX_PROBLEMS = 100;

export function checkStore(options: {
  client: Database;
  records: Records;
  prunedThrough: number;
}): { ok: boolean; problems: string[] } {
  const { client, records, prunedThrough } = options;
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  const attempt = (what: string, run: () => void) => {
    try {
      run();
    } catch (thrown) {
      report(`${what}: ${messageOf(thrown)}`);
    }
  };
  attempt("structure", () => {
    const rows = client
      .query<{ integrity_check: string }, []>(`PRAGMA integrity_check(${MAX_PROBLEMS})`)
      .all();
    for (const row of rows) if (row.integrity_check !== "ok") report(row.integrity_check);
    const broken = client.query<{ table: string }, []>("PRAGMA foreign_key_check").all();
    for (const row of broken) report(`foreign key of ${row.table}`);
  });
  attempt("full text", () => {
    client.run("INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)");
  });
  attempt("events", () => checkRows(records.all(), prunedThrough, report));
  return { ok: problems.length === 0, problems };
}

/** Holes may lie only where housekeeping was pruned, and never in a session. */
function checkRows(
  rows: Iterable<EventRecord>,
  prunedThrough: number,
  report: (problem: string) => void,
): void {
  const newest = new Map<string, { seq: number; version: number }>();
  const pruned = { seq: 0, version: 0 };
  let lastSeq = 0;
  for (const row of rows) {
    if (checksumOf(row) !== row.checksum) report(`event ${row.seq}: its checksum does not fit`);
    const previous = newest.get(row.stream) ?? pruned;
    const isPrunable = !row.stream.startsWith(sessionStream("")) && previous.seq < prunedThrough;
    const isDense = row.version === previous.version + 1;
    if (!isDense && !(isPrunable && row.version > previous.version)) {
      report(
        `event ${row.seq}: ${row.stream} has version ${row.version} after ${previous.version}`,
      );
    }
    if (row.seq !== lastSeq + 1 && lastSeq >= prunedThrough) {
      report(`event ${row.seq}: the one before it is ${lastSeq}`);
    }
    lastSeq = row.seq;
    newest.set(row.stream, { seq: row.seq, version: row.version });
  }
}
