// The effects of one actor that run. Each runs once for its id, until its outcome is committed or nobody
// waits for it any more.

export interface Run<Effect> {
  effect: Effect;
  abort: AbortController;
}

export interface Running<Effect> {
  /** Aborts what is not outstanding any more, starts what is and does not run. */
  reconcile(outstanding: readonly Effect[]): void;
  /** Its outcome is committed: should it be outstanding again, it is done again. */
  finish(run: Run<Effect>): void;
  isEmpty(): boolean;
  /** Aborts everything, and waits until it has ended. */
  stop(): Promise<void>;
}

export function createRunning<Effect extends { id: string }, Said>(options: {
  /** Never rejects; undefined says that there is nothing to say. */
  perform(effect: Effect, signal: AbortSignal): Promise<Said | undefined>;
  /** The outcome of an effect that was not aborted. */
  performed(said: Said, run: Run<Effect>): void;
}): Running<Effect> {
  const runs = new Map<string, Run<Effect>>();
  const unfinished = new Set<Promise<void>>();

  function start(effect: Effect): void {
    const run = { effect, abort: new AbortController() };
    runs.set(effect.id, run);
    const ended = options.perform(effect, run.abort.signal).then((said) => {
      unfinished.delete(ended);
      // An aborted effect's outcome counts for nothing: it may since have started anew.
      if (said !== undefined && !run.abort.signal.aborted) options.performed(said, run);
    });
    unfinished.add(ended);
  }

  return {
    reconcile(outstanding) {
      const wanted = new Set(outstanding.map((effect) => effect.id));
      for (const [id, run] of runs) {
        if (wanted.has(id)) continue;
        runs.delete(id);
        run.abort.abort();
      }
      for (const effect of outstanding) if (!runs.has(effect.id)) start(effect);
    },
    finish(run) {
      if (runs.get(run.effect.id) === run) runs.delete(run.effect.id);
    },
    isEmpty: () => runs.size === 0,
    async stop() {
      for (const run of runs.values()) run.abort.abort();
      await Promise.all(unfinished);
    },
  };
}
