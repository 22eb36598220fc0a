// SIGINT, SIGTERM and SIGHUP while something can be saved: the first asks to stop, and at the end the
// process ends by that very signal, so that a shell's loop stops too.
import type { EndingSignal } from "../terminal/interface.ts";

const CAUGHT = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type CaughtSignal = (typeof CAUGHT)[number];

/** 128 and the signal's number: what a shell shows. */
export const signalExitCodes: Readonly<Record<CaughtSignal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/** After SIGTERM or SIGHUP the process ends within this time, whatever still runs. Milliseconds. */
const TERMINATE_TIMEOUT_MS = 5000;

export interface SignalWatch {
  /** Aborted by the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  caught(): CaughtSignal | undefined;
  /**
   * What puts the terminal back, and nothing else: done before a second signal, or the time limit, ends the
   * process. Until the returned function is called.
   */
  beforeEnd(restore: () => void): () => void;
  stop(): void;
}

/** Until `stop`, the first signal only aborts; a second one ends the process at once. */
export function watchSignals(): SignalWatch {
  const controller = new AbortController();
  let first: CaughtSignal | undefined;
  let timer: Timer | undefined;
  const restorers = new Set<() => void>();

  function end(name: CaughtSignal): void {
    stop();
    for (const restore of restorers) attempt(restore);
    endBySignal(name);
  }

  const listeners = CAUGHT.map((name) => {
    const listener = () => {
      if (first) return end(name);
      first = name;
      controller.abort(name);
      if (name === "SIGINT") return;
      timer = setTimeout(() => end(name), TERMINATE_TIMEOUT_MS);
    };
    process.on(name, listener);
    return { name, listener };
  });

  function stop(): void {
    clearTimeout(timer);
    for (const { name, listener } of listeners) process.removeListener(name, listener);
  }

  return {
    signal: controller.signal,
    caught: () => first,
    beforeEnd(restore) {
      restorers.add(restore);
      return () => void restorers.delete(restore);
    },
    stop,
  };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (_gone) {
    // The terminal itself went away: nothing is left to put back.
  }
}

/** With no listener left, the signal does what it does by default. */
export function endBySignal(name: CaughtSignal | EndingSignal): void {
  process.kill(process.pid, name);
}
