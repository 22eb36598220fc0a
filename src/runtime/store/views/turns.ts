// Reads the view of turns: everything that answers WaitForTurn, also long after the turn has ended.
import { and, asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Run } from "../../../protocol/commands/session.ts";
import { readDocument } from "../../../protocol/structured.ts";
import type { Db } from "../database.ts";
import { lazily } from "../lazily.ts";
import { denials, messages, requests, sessions, type TurnStatus, turns } from "../schema.ts";

export function openTurnReads(db: Db) {
  const one = lazily(() =>
    db
      .select({ turn: turns, po_name: sessions.po_name, response: messages.content })
      .from(turns)
      .leftJoin(sessions, eq(sessions.session_id, turns.session_id))
      .leftJoin(
        messages,
        and(eq(messages.message_id, turns.message_id), eq(messages.session_id, turns.session_id)),
      )
      .where(eq(turns.turn_id, sql.placeholder("turn_id")))
      .limit(1)
      .prepare(),
  );
  const denied = lazily(() =>
    db
      .select({
        tool: denials.tool,
        subject: denials.subject,
        reason: denials.reason,
        allow_with: denials.allow_with,
      })
      .from(denials)
      .where(eq(denials.turn_id, sql.placeholder("turn_id")))
      .orderBy(asc(denials.seq))
      .prepare(),
  );
  const pending = lazily(() =>
    db
      .select({ request_id: requests.request_id })
      .from(requests)
      .where(
        and(
          eq(requests.turn_id, sql.placeholder("turn_id")),
          inArray(requests.state, ["open", "turn_ended"]),
        ),
      )
      .orderBy(asc(requests.seq))
      .prepare(),
  );
  const running = lazily(() =>
    db
      .select({ count: sql<number>`count(*)` })
      .from(sessions)
      .where(isNotNull(sessions.turn_id))
      .prepare(),
  );

  return {
    find(turn_id: string): { session_id: string; status: TurnStatus } | undefined {
      const row = one().get({ turn_id });
      return row && { session_id: row.turn.session_id, status: row.turn.status };
    },
    countRunning: () => running().get()?.count ?? 0,
    /** How a turn ended; `open` while it is queued or running. */
    run(turn_id: string): Run | "open" | undefined {
      const row = one().get({ turn_id });
      if (!row) return undefined;
      const { turn } = row;
      const { status } = turn;
      if (status === "queued" || status === "running") return "open";
      const ending = { turn, status, po_name: row.po_name ?? "", response: row.response ?? "" };
      return runOf(ending, {
        denials: denied().all({ turn_id }),
        // Whoever cancels a turn closes its questions with it; those of a blocked one are named.
        pending_requests:
          status === "cancelled"
            ? []
            : pending()
                .all({ turn_id })
                .map((request) => request.request_id),
      });
    },
  };
}

interface Ending {
  turn: typeof turns.$inferSelect;
  status: Run["status"];
  po_name: string;
  response: string;
}

function runOf(
  { turn, status, po_name, response }: Ending,
  lists: Pick<Run, "denials" | "pending_requests">,
): Run {
  return {
    po_name,
    response,
    session_id: turn.session_id,
    turn_id: turn.turn_id,
    message_id: turn.message_id,
    model: turn.model,
    status,
    stop_reason: turn.stop_reason,
    error: turn.error,
    usage: isUnknown(turn) ? { ...usageOf(turn), cost_usd: null } : usageOf(turn),
    model_calls: turn.model_calls,
    tool_rounds: turn.tool_rounds,
    duration_ms: durationMs(turn.started_at, turn.ended_at),
    ...lists,
    structured: turn.is_structured && status === "completed" ? documentOf(response) : null,
  };
}

/** The answer was held against its schema, so it is one; null where it was erased since. */
function documentOf(response: string): Run["structured"] {
  const read = readDocument(response);
  return read.ok ? read.document : null;
}

/** Cut off before its model said what it had used: that may have cost something. */
const isUnknown = (turn: { status: string; model_calls: number } & Run["usage"]): boolean =>
  turn.status === "cancelled" &&
  turn.model_calls > 0 &&
  turn.input_tokens + turn.output_tokens === 0;

/** The columns of a usage, and only those. */
export function usageOf(row: Run["usage"]): Run["usage"] {
  const { input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd } = row;
  return { input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd };
}

/** 0 where a turn was never started, or the clock was set back. */
function durationMs(started_at: string | null, ended_at: string | null): number {
  if (started_at === null || ended_at === null) return 0;
  return Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) || 0;
}
