// The access log: who asked what over TCP, and what became of it. Never a query, a body or a key. Refusals
// are counted where they come too fast, so that nobody fills the disk without a key.
import type { Log } from "../log.ts";

const MAX_REFUSALS_A_SECOND = 20;

export interface Answered {
  request: Request;
  status: number;
  startedMs: number;
  /** undefined: nobody who is let in. */
  identity: string | undefined;
  bytes: number | undefined;
}

export type AccessLog = (answered: Answered) => void;

export function createAccessLog(log: Log, now: () => number = () => performance.now()): AccessLog {
  let second = 0;
  let refusals = 0;

  /** Whether this refusal still gets a line of its own; the others of its second are counted. */
  function isLogged(): boolean {
    const current = Math.floor(now() / 1_000);
    if (current !== second) {
      const unsaid = refusals - MAX_REFUSALS_A_SECOND;
      if (unsaid > 0) log.info("more requests were refused", { count: unsaid });
      second = current;
      refusals = 0;
    }
    refusals += 1;
    return refusals <= MAX_REFUSALS_A_SECOND;
  }

  return ({ request, status, startedMs, identity, bytes }) => {
    if (identity === undefined && !isLogged()) return;
    log.info("request", {
      method: request.method,
      path: pathOf(request.url),
      status,
      ms: Math.round((now() - startedMs) * 10) / 10,
      identity: identity ?? null,
      bytes: bytes ?? null,
    });
  };
}

/** As it was sent, without the query. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.search(/[?#]/);
  return start < 0 ? "" : url.slice(start, end < 0 ? undefined : end);
}
