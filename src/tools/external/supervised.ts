// Something that runs beside the daemon and is started when it is first needed: started again after it broke,
// later each time, and no more once it broke too often without any use.

/** First wait after it broke; doubled each time. */
const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
/** Ends in a row without a call that was answered. */
export const MAX_BREAKS = 5;

export interface Supervised<Thing> {
  /** The running one, or a new one. Rejects where it cannot be started, broke too often or is stopped. */
  get(signal: AbortSignal): Promise<Thing>;
  /** It was of use: what broke before counts no more. */
  proved(): void;
  stop(): Promise<void>;
}

export function supervise<Thing extends { ended: Promise<string>; stop(): Promise<void> }>(given: {
  start(): Promise<Thing>;
  /** It ended by itself. */
  broke(reason: string): void;
  nowMs(): number;
}): Supervised<Thing> {
  let current: Promise<Thing> | undefined;
  let breaks = 0;
  let mayStartMs = 0;
  let lastReason = "";
  let isStopped = false;

  const broken = (reason: string) => {
    breaks += 1;
    lastReason = reason;
    mayStartMs = given.nowMs() + Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (breaks - 1));
    current = undefined;
    given.broke(reason);
  };
  const start = async (): Promise<Thing> => {
    try {
      const thing = await given.start();
      void thing.ended.then((reason) => {
        if (!isStopped) broken(reason);
      });
      return thing;
    } catch (thrown) {
      broken(thrown instanceof Error ? thrown.message : String(thrown));
      throw thrown;
    }
  };

  return {
    async get(signal) {
      while (!isStopped) {
        if (current !== undefined) return await current;
        if (breaks >= MAX_BREAKS) {
          throw new Error(
            `it broke ${breaks} times in a row and is started no more until its file changes or the daemon restarts; last: ${lastReason}`,
          );
        }
        const waitMs = mayStartMs - given.nowMs();
        if (waitMs <= 0) current = start();
        else if (!(await waited(waitMs, signal))) throw new Error("cancelled");
      }
      throw new Error("it was stopped");
    },
    proved: () => {
      breaks = 0;
    },
    async stop() {
      isStopped = true;
      const thing = await current?.catch(() => undefined);
      await thing?.stop();
    },
  };
}

/** False where the signal came first. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) resolve();
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  return !signal.aborted;
}
