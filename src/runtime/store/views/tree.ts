// Reads the tree of sessions that called and were called.
import type { Database } from "bun:sqlite";
import { MAX_DELEGATION_DEPTH } from "../../../protocol/limits.ts";
import { lazily } from "../lazily.ts";

/** A session and everybody below it. */
const TREE = `WITH RECURSIVE tree (session_id, depth) AS (
  SELECT ?1, 0
  UNION
  SELECT s.session_id, tree.depth + 1 FROM sessions AS s JOIN tree ON s.parent_session_id = tree.session_id
  WHERE tree.depth < ${MAX_DELEGATION_DEPTH}
)`;

export function openTreeReads(client: Database) {
  const below = lazily(() =>
    client.prepare<{ session_id: string }, [string]>(
      `${TREE} SELECT session_id FROM tree WHERE depth > 0 ORDER BY depth DESC`,
    ),
  );
  const orphans = lazily(() =>
    client.prepare<{ session_id: string }, []>(
      `SELECT session_id FROM sessions AS s WHERE s.parent_session_id IS NOT NULL
       AND NOT (
         EXISTS (SELECT 1 FROM sessions AS p WHERE p.session_id = s.parent_session_id)
         AND EXISTS (SELECT 1 FROM sessions AS r WHERE r.session_id = s.root_session_id)
       )`,
    ),
  );
  const open = lazily(() =>
    client.prepare<{ session_id: string; turn_id: string }, []>(
      `SELECT s.session_id, t.turn_id FROM sessions AS s JOIN turns AS t ON t.session_id = s.session_id
       WHERE s.parent_session_id IS NOT NULL AND t.status IN ('queued', 'running')`,
    ),
  );
  return {
    /** Everybody below a session, the deepest first. */
    descendants: (session_id: string): string[] =>
      below()
        .all(session_id)
        .map((row) => row.session_id),
    /** Sessions whose caller, or whose root, is deleted. */
    orphans: (): string[] =>
      orphans()
        .all()
        .map((row) => row.session_id),
    /** Turns of called objects that have not ended. */
    openChildren: (): { session_id: string; turn_id: string }[] => open().all(),
  };
}
