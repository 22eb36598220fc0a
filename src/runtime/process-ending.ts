// How the daemon's process is told to end: signals, and bugs that nobody caught.
import { messageOf } from "../protocol/errors.ts";
import type { Log } from "./log.ts";

/** Calls `end` at the first signal; the second one ends the process. Returns how to stop. */
export function listenToSignals(options: {
  log: Log;
  /** The end of its terminal is the end of a daemon in the foreground, and nothing to another. */
  foreground: boolean;
  end(reason: string): void;
}): () => void {
  const { log, foreground } = options;
  let isEnding = false;
  const listener = (name: NodeJS.Signals) => {
    if (name === "SIGHUP" && !foreground) return;
    // The second one does not wait: what is committed is safe.
    if (isEnding) process.exit(1);
    isEnding = true;
    options.end(name);
  };
  // Nobody knows what still holds after a bug: the next start goes on from the journal.
  const broken = (thrown: unknown) => {
    const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
    log.error("the daemon broke", { reason: messageOf(thrown), stack });
    process.exit(1);
  };
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  for (const name of signals) process.on(name, listener);
  process.on("uncaughtException", broken);
  process.on("unhandledRejection", broken);
  return () => {
    for (const name of signals) process.off(name, listener);
    process.off("uncaughtException", broken);
    process.off("unhandledRejection", broken);
  };
}

/** Waits for an ending, but not for ever. */
export async function atMost(ms: number, ending: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([ending, late.promise]);
  clearTimeout(timer);
}

/** The process ends after this time, whatever still runs; it may well end before. */
export function endProcessAfter(ms: number): void {
  setTimeout(() => process.exit(1), ms).unref();
}
