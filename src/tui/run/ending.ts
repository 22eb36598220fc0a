// What ends the interface beside its own wish: signals, a terminal that is gone, a bug. Each is told once.
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** What Ctrl-C and Ctrl-\ send, to whatever runs in the terminal. */
const TYPED: readonly string[] = ["SIGINT", "SIGQUIT"];
const CAUGHT = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT"] as const;
/** After the stop signal was sent it may take a moment until it stops us. Milliseconds. */
const STOP_MS = 50;
export type CaughtSignal = (typeof CAUGHT)[number];

export type Ending =
  | { type: "quit"; resume: string | null }
  | { type: "signal"; name: CaughtSignal }
  | { type: "crash"; error: JameyError };

export interface EndingWatch {
  readonly ended: Promise<Ending>;
  end(ending: Ending): void;
  crash(thrown: unknown): void;
  /** While another program has the terminal, the signals of its keys are its own. */
  lend(isLent: boolean): void;
  /** Stops this process and its group as Ctrl-Z does it; resolves when it goes on, or was not stopped. */
  stopUntilContinued(): Promise<void>;
  stop(): void;
}

/**
 * `onStop` is asked before the process is stopped by the shell, or by somebody else; `onContinue` is told when
 * it goes on, also where it was stopped without being asked.
 */
export function watchEnding(
  onStop: () => void,
  onContinue: () => void = () => undefined,
): EndingWatch {
  let isLent = false;
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const crash = (thrown: unknown) => resolve({ type: "crash", error: asCrash(thrown) });
  const signals = CAUGHT.map((name) => ({
    name,
    listener() {
      if (!isLent || !TYPED.includes(name)) resolve({ type: "signal", name });
    },
  }));
  for (const { name, listener } of signals) process.on(name, listener);
  const stopping = () => {
    // The other program has the screen, and stops by itself: the shell is to see that all of us stand still.
    if (isLent) process.kill(process.pid, "SIGSTOP");
    else onStop();
  };
  process.on("SIGTSTP", stopping);
  process.on("SIGCONT", onContinue);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  return {
    ended: promise,
    end: resolve,
    crash,
    lend(next) {
      isLent = next;
    },
    async stopUntilContinued() {
      process.removeListener("SIGTSTP", stopping);
      try {
        process.kill(0, "SIGTSTP");
        await Bun.sleep(STOP_MS);
      } finally {
        process.on("SIGTSTP", stopping);
      }
    },
    stop() {
      for (const { name, listener } of signals) process.removeListener(name, listener);
      process.removeListener("SIGTSTP", stopping);
      process.removeListener("SIGCONT", onContinue);
      process.removeListener("uncaughtException", crash);
      process.removeListener("unhandledRejection", crash);
    },
  };
}

function asCrash(thrown: unknown): JameyError {
  if (thrown instanceof JameyError) return thrown;
  const message = `The interface failed: ${messageOf(thrown)}. This is a bug.`;
  return new JameyError("internal", message, { cause: thrown });
}
