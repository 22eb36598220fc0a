// How far what a called session did is counted in the turn that called. Before each model call a called session waits
// until everything before it is counted up to the root, so that a tree whose members work at once overruns its
// shared budget by one model call for each of them at most.
// Rules: 1. Nobody waits where no caller counts. 2. A wait ends with its signal, and after its limit: then the call
// is made, and counted as ever.

/** The longest wait for a caller to count, in milliseconds. */
const COUNT_WAIT_MS = 10_000;

export interface CountedChildren {
  /** Somebody counts this session: said before anything of it runs. */
  begin(session_id: string): void;
  /** Everything up to this version of its stream is counted. */
  reached(session_id: string, version: number): void;
  end(session_id: string): void;
  /** Resolves once everything up to this version of the session's stream is counted. */
  until(session_id: string, version: number, signal: AbortSignal): Promise<void>;
}

interface Counting {
  version: number;
  waiting: Set<() => void>;
}

export function createCountedChildren(waitMs: number = COUNT_WAIT_MS): CountedChildren {
  const countings = new Map<string, Counting>();
  return {
    begin: (session_id) => void countings.set(session_id, { version: 0, waiting: new Set() }),
    reached(session_id, version) {
      const counting = countings.get(session_id);
      if (!counting) return;
      counting.version = version;
      for (const look of [...counting.waiting]) look();
    },
    end: (session_id) => void countings.delete(session_id),
    async until(session_id, version, signal) {
      const counting = countings.get(session_id);
      if (!counting || counting.version >= version || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (counting.version >= version) resolve();
      };
      const timer = setTimeout(resolve, waitMs);
      const stop = () => resolve();
      counting.waiting.add(look);
      signal.addEventListener("abort", stop, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      counting.waiting.delete(look);
    },
  };
}
