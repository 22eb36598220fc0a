// What ends the interface beside its own wish: signals, a terminal that is gone, a bug. Each is told once.
import { JameyError, messageOf } from "../../protocol/errors.ts";

const CAUGHT = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type CaughtSignal = (typeof CAUGHT)[number];

export type Ending =
  | { type: "quit"; resume: string | null }
  | { type: "signal"; name: CaughtSignal }
  | { type: "crash"; error: JameyError };

export interface EndingWatch {
  readonly ended: Promise<Ending>;
  end(ending: Ending): void;
  crash(thrown: unknown): void;
  stop(): void;
}

/** `onStop` is asked before the process is stopped by the shell, or by somebody else. */
export function watchEnding(onStop: () => void): EndingWatch {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const crash = (thrown: unknown) => resolve({ type: "crash", error: asCrash(thrown) });
  const signals = CAUGHT.map((name) => ({
    name,
    listener: () => resolve({ type: "signal", name }),
  }));
  for (const { name, listener } of signals) process.on(name, listener);
  process.on("SIGTSTP", onStop);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  return {
    ended: promise,
    end: resolve,
    crash,
    stop() {
      for (const { name, listener } of signals) process.removeListener(name, listener);
      process.removeListener("SIGTSTP", onStop);
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

/** After the stop signal was sent it may take a moment until it stops us. Milliseconds. */
const STOP_MS = 50;

/** Stops this process and its group as Ctrl-Z does it; resolves when it goes on, or was not stopped. */
export async function stopUntilContinued(onStop: () => void): Promise<void> {
  process.removeListener("SIGTSTP", onStop);
  try {
    process.kill(0, "SIGTSTP");
    await Bun.sleep(STOP_MS);
  } finally {
    process.on("SIGTSTP", onStop);
  }
}
