// Signals of one client, gathered: the first is not kept waiting, those that follow it soon travel together.

/** Signals that follow another within this time are gathered. */
const GATHER_MS = 4;

export interface Gathering {
  ring(): void;
  close(): void;
}

/** Calls `first` for a signal after a pause, `later` once for all that came soon after another. */
export function createGathering(first: () => void, later = first): Gathering {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasGathered = false;
  function gather(): void {
    timer = setTimeout(() => {
      timer = undefined;
      if (!hasGathered) return;
      hasGathered = false;
      later();
      gather();
    }, GATHER_MS);
  }
  return {
    ring() {
      if (timer !== undefined) {
        hasGathered = true;
        return;
      }
      first();
      gather();
    },
    close: () => clearTimeout(timer),
  };
}
