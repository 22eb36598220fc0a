// Keys and addresses of model providers: the caller's variables, then the daemon's own environment, then
// the credentials file. Values stay in memory; nothing here is ever written or logged.
import type { Lookup } from "./models.ts";

/** Sessions whose callers' variables are remembered; the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

export interface Keyring {
  /** A local caller speaks in this session: its variables count for the session's model calls. */
  remember(session_id: string, variables: Record<string, string>): void;
  forSession(session_id: string): Lookup;
  forVariables(variables: Record<string, string>): Lookup;
  /** Where a value comes from, never the value. */
  sourceOf(name: string, variables: Record<string, string>): string | null;
  /** Resolves when a caller has spoken in the session since the start, or the time is over. */
  waitForCaller(session_id: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createKeyring(options: {
  environment: Record<string, string | undefined>;
  /** The credentials file as it is now. */
  credentials: () => Record<string, string>;
}): Keyring {
  const remembered = new Map<string, Record<string, string>>();
  const waiting = new Map<string, Set<() => void>>();
  const lookup =
    (variables: Record<string, string>): Lookup =>
    (name) =>
      variables[name] || options.environment[name] || options.credentials()[name] || undefined;

  return {
    remember(session_id, variables) {
      remembered.delete(session_id);
      remembered.set(session_id, variables);
      const [oldest] = remembered.keys();
      if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
      for (const wake of waiting.get(session_id) ?? []) wake();
    },
    forSession: (session_id) => lookup(remembered.get(session_id) ?? {}),
    forVariables: lookup,
    sourceOf(name, variables) {
      if (variables[name]) return `the caller's ${name}`;
      if (options.environment[name]) return `the daemon's ${name}`;
      return options.credentials()[name] ? "the credentials file" : null;
    },
    waitForCaller(session_id, timeoutMs, signal) {
      if (remembered.has(session_id) || signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiters = waiting.get(session_id) ?? new Set();
      waiting.set(session_id, waiters.add(resolve));
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener("abort", () => resolve(), { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        waiters.delete(resolve);
        if (waiters.size === 0) waiting.delete(session_id);
      });
    },
  };
}

/** `NAME=value` lines; `#` comments. What a human typed once, so nothing clever. */
export function readCredentials(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2]) found[match[1]] = match[2].replace(/^(["'])(.*)\1$/, "$2");
  }
  return found;
}
