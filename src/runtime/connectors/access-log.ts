// The access log: who asked what over TCP, and what became of it. Never a query, a body or a key. What
// comes without a key that holds is counted where it comes too fast, so that nobody fills the disk with it.
import type { Log } from "../log.ts";

const MAX_STRANGERS_A_SECOND = 20;

export interface Answered {
  request: Request;
  status: number;
  startedMs: number;
  /** undefined: nobody in particular, or nobody who is let in. */
  identity: string | undefined;
}

export type AccessLog = (answered: Answered) => void;

export function createAccessLog(log: Log, now: () => number = () => performance.now()): AccessLog {
  let second = 0;
  let strangers = 0;

  /** Whether this stranger's still gets a line of its own; the others of its second are counted. */
  function isLogged(): boolean {
    const current = Math.floor(now() / 1_000);
    if (current !== second) {
      const unsaid = strangers - MAX_STRANGERS_A_SECOND;
      if (unsaid > 0) log.info("more requests without a key that holds", { count: unsaid });
      second = current;
      strangers = 0;
    }
    strangers += 1;
    return strangers <= MAX_STRANGERS_A_SECOND;
  }

  return ({ request, status, startedMs, identity }) => {
    if (identity === undefined && !isLogged()) return;
    log.info("request", {
      method: request.method,
      path: pathOf(request.url),
      status,
      ms: Math.round((now() - startedMs) * 10) / 10,
      identity: identity ?? null,
    });
  };
}

/** As it was sent, without the query. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.search(/[?#]/);
  return start < 0 ? "" : url.slice(start, end < 0 ? undefined : end);
}
