// What is asked of one session keeps its order, however long a message's images or a new session's files take.
import { JameyError } from "../../protocol/errors.ts";

/** Requests for one session that wait for those before them. */
const MAX_WAITING = 1_000;

/** Each begins when the one before has ended, good or bad. null: a session that nobody else can know. */
export function createOrder() {
  const last = new Map<string, { done: Promise<unknown>; count: number }>();
  return async <Out>(session_id: string | null, run: () => Promise<Out>): Promise<Out> => {
    if (session_id === null) return await run();
    const before = last.get(session_id);
    const count = (before?.count ?? 0) + 1;
    if (count > MAX_WAITING) {
      const message = `${MAX_WAITING} requests for the session ${session_id} wait for their turn already; try again later.`;
      throw new JameyError("overloaded", message);
    }
    const sending = before ? before.done.then(run) : run();
    // The next one waits for the end of this one, good or bad: the error is the caller's.
    const place = { done: sending.then(ignore, ignore), count };
    last.set(session_id, place);
    try {
      return await sending;
    } finally {
      const newest = last.get(session_id);
      if (newest === place) last.delete(session_id);
      else if (newest) newest.count -= 1;
    }
  };
}

const ignore = () => undefined;
