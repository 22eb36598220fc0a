// WaitForTurn: answers when the turn has ended, from what the journal says.
import type { Run } from "../../protocol/commands/session.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Handlers } from "../handle.ts";
import { sessionStream } from "../store/journal.ts";
import type { HandlerContext } from "./index.ts";

/** A timer beyond this fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createWaitForTurn(context: HandlerContext): Handlers["WaitForTurn"] {
  const { views, journal, services } = context;
  return async ({ turn_id, timeout_ms }, caller) => {
    const found = views.findTurn(turn_id);
    if (!found) throw new JameyError("turn_not_found", `Turn not found: ${turn_id}`);
    services.keyring.offer(found.session_id, caller.variables);
    const { promise, resolve, reject } = Promise.withResolvers<Run>();
    const stream = sessionStream(found.session_id);
    let version = -1;
    const look = () => {
      // The bell rings for every session: only what happened in this one is worth a query.
      const now = journal.version(stream);
      if (now === version) return;
      version = now;
      const run = views.getRun(turn_id);
      if (run === undefined) {
        reject(new JameyError("turn_not_found", `The turn ${turn_id} was deleted.`));
      } else if (run !== "open") resolve(run);
    };
    const stop = journal.follow(look);
    const gone = () => reject(new JameyError("cancelled", "The caller has gone."));
    caller.signal.addEventListener("abort", gone, { once: true });
    const late = () =>
      reject(new JameyError("timeout", `The turn ${turn_id} goes on after ${timeout_ms} ms.`));
    const timer =
      timeout_ms === null ? undefined : setTimeout(late, Math.min(timeout_ms, MAX_TIMER_MS));
    try {
      if (caller.signal.aborted) gone();
      look();
      return await promise;
    } finally {
      stop();
      clearTimeout(timer);
      caller.signal.removeEventListener("abort", gone);
    }
  };
}
