// How long a run may take: a time that stands still while only a human is awaited.

export interface Deadline {
  signal: AbortSignal;
  /** Time stands still until this has settled. */
  unhurried<Out>(waiting: Promise<Out>): Promise<Out>;
  clear(): void;
}

export function createDeadline(timeoutMs: number, nowMs: () => number): Deadline {
  const late = new AbortController();
  let leftMs = timeoutMs;
  let begunMs = 0;
  let waits = 0;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function begin(): void {
    if (isOver) return;
    begunMs = nowMs();
    timer = setTimeout(() => late.abort(new Error("timed out")), Math.max(0, leftMs));
  }

  function pause(): void {
    clearTimeout(timer);
    leftMs -= nowMs() - begunMs;
  }

  begin();
  return {
    signal: late.signal,
    async unhurried(waiting) {
      waits += 1;
      if (waits === 1) pause();
      try {
        return await waiting;
      } finally {
        waits -= 1;
        if (waits === 0) begin();
      }
    },
    clear() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
