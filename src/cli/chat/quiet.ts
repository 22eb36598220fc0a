// When keys count again: after a pause. Who types a sentence, or a key twice, has not answered a question that
// came in the middle of it. Pure but for the clock that it is given.

/** Nobody who types goes on after it as if nothing were there. Milliseconds. */
export const PAUSE_MS = 300;

export interface Clock {
  /** Calls back after so many milliseconds, unless the returned function was called. */
  after(milliseconds: number, call: () => void): () => void;
}

export interface Quiet {
  /** From now on keys are swallowed until there is a pause. */
  begin(): void;
  /** A key came; true: it is swallowed, and the pause begins anew. */
  swallows(): boolean;
  isSwallowing(): boolean;
  /** Resolves at the end of the pause; at once where nothing is swallowed. */
  over(): Promise<void>;
  stop(): void;
}

export const realClock: Clock = {
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

export function createQuiet({ after }: Clock, onOver: () => void): Quiet {
  let cancel: (() => void) | undefined;
  let waiting = Promise.withResolvers<void>();
  waiting.resolve();

  function stop(): void {
    cancel?.();
    cancel = undefined;
    waiting.resolve();
  }

  function wait(): void {
    cancel?.();
    // A process that was held up finds its timer due before it has read what was typed meanwhile: it reads first.
    cancel = after(PAUSE_MS, () => {
      cancel = after(0, () => {
        stop();
        onOver();
      });
    });
  }

  return {
    begin() {
      if (!cancel) waiting = Promise.withResolvers<void>();
      wait();
    },
    swallows() {
      if (cancel) wait();
      return cancel !== undefined;
    },
    isSwallowing: () => cancel !== undefined,
    over: () => waiting.promise,
    stop,
  };
}
