// Keys and addresses of model providers: the caller's variables, then the daemon's own environment, then
// the credentials file. Callers' values stay in memory; nothing here is ever logged.
import type { Credentials } from "./credentials.ts";
import type { Lookup } from "./models.ts";

/** Sessions whose callers' variables are remembered; the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

export interface Keyring {
  /**
   * A local caller speaks in this session: its variables count for the session's model calls. One that
   * brings none leaves those that are there.
   */
  remember(session_id: string, variables: Record<string, string>): void;
  /** A local caller watches this session: its variables count only where nobody brought any. */
  offer(session_id: string, variables: Record<string, string>): void;
  forSession(session_id: string): Lookup;
  forVariables(variables: Record<string, string>): Lookup;
  /** Where a value comes from, never the value. */
  sourceOf(name: string, variables: Record<string, string>): string | null;
  /** Resolves when a caller has spoken in the session since the start, or the time is over. */
  waitForCaller(session_id: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** The credentials file has another value of this name. */
  hasOther(name: string, value: string): boolean;
  /** Keeps a secret that a human gave, in the credentials file. */
  keep(name: string, value: string): void;
  /** Takes it away again: the answer that gave it did not count. */
  drop(name: string): void;
}

export function createKeyring(options: {
  environment: Record<string, string | undefined>;
  credentials: Credentials;
}): Keyring {
  const { environment, credentials } = options;
  const remembered = new Map<string, Record<string, string>>();
  const waiting = new Map<string, Set<() => void>>();
  const isEmpty = (variables: Record<string, string> = {}) => Object.keys(variables).length === 0;
  const lookup =
    (variables: Record<string, string>): Lookup =>
    (name) =>
      own(variables, name) || own(environment, name) || own(credentials.read(), name) || undefined;

  function set(session_id: string, variables: Record<string, string>): void {
    remembered.delete(session_id);
    remembered.set(session_id, variables);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    for (const wake of waiting.get(session_id) ?? []) wake();
  }

  return {
    remember(session_id, variables) {
      const known = remembered.get(session_id);
      set(session_id, isEmpty(variables) ? (known ?? {}) : variables);
    },
    offer(session_id, variables) {
      if (!isEmpty(variables) && isEmpty(remembered.get(session_id))) set(session_id, variables);
    },
    forSession: (session_id) => lookup(remembered.get(session_id) ?? {}),
    forVariables: lookup,
    sourceOf(name, variables) {
      if (own(variables, name)) return `the caller's ${name}`;
      if (own(environment, name)) return `the daemon's ${name}`;
      return own(credentials.read(), name) ? "the credentials file" : null;
    },
    waitForCaller(session_id, timeoutMs, signal) {
      if (remembered.has(session_id) || signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const waiters = waiting.get(session_id) ?? new Set();
      waiting.set(session_id, waiters.add(wake));
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener("abort", wake, { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        waiters.delete(wake);
        if (waiters.size === 0) waiting.delete(session_id);
      });
    },
    hasOther: (name, value) => ![undefined, value].includes(own(credentials.read(), name)),
    keep: credentials.keep,
    drop: credentials.remove,
  };
}

/** A record from outside is read by its own keys only. */
const own = (record: Record<string, string | undefined>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
