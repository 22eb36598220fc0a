// Sessions by id, in memory: what an embedder of the core uses where no daemon is wanted. Time and ids
// are handed in, so that the same script gives the same sessions.
import type { ErrorBody } from "../../protocol/errors.ts";
import { failure, type Result, success } from "../result.ts";
import { later } from "../time.ts";
import { createSession, type Session } from "./session.ts";

export interface SessionManager {
  create_session(initial_context: Record<string, string>): Session;
  get_session(id: string): Session | undefined;
  list_sessions(): Session[];
  /** Stores what `updater` returns, strictly later than before; one that throws changes nothing. */
  update_session(id: string, updater: (session: Session) => Session): Result<Session>;
}

export function sessionNotFound(id: string): ErrorBody {
  return {
    code: "session_not_found",
    message: `Session not found: ${id}`,
    details: { session_id: id },
  };
}

export function createSessionManager(sources: {
  now: () => string;
  newId: () => string;
}): SessionManager {
  const sessions = new Map<string, Session>();
  return {
    create_session(initial_context) {
      const session = createSession({
        id: sources.newId(),
        at: sources.now(),
        context: initial_context,
      });
      sessions.set(session.id, session);
      return session;
    },
    get_session: (id) => sessions.get(id),
    list_sessions: () => [...sessions.values()],
    update_session(id, updater) {
      const before = sessions.get(id);
      if (!before) return failure(sessionNotFound(id));
      const updated = updater(before);
      const now = sources.now();
      const updated_at = now > before.updated_at ? now : later(before.updated_at, 1);
      const after = { ...updated, id, updated_at };
      sessions.set(id, after);
      return success(after);
    },
  };
}
