// When a frame is drawn: at once where a key was pressed, else at most thirty times a second, and never
// where nothing changed.

/** Between two frames that nobody typed for. Milliseconds. */
const FRAME_GAP_MS = 33;
/** Between two frames that somebody typed for: a key does not wait because a text has just grown. Milliseconds. */
const TYPED_GAP_MS = 3;

export interface FramePacer {
  /** Something changed. */
  ask(isTyped: boolean): void;
  stop(): void;
}

export function createPacer(draw: () => void): FramePacer {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let typedAt = Number.NEGATIVE_INFINITY;
  let dueAt = Number.POSITIVE_INFINITY;
  let timer: Timer | undefined;

  function now(isTyped: boolean): void {
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
    drawnAt = performance.now();
    if (isTyped) typedAt = drawnAt;
    draw();
  }

  return {
    ask(isTyped) {
      const at = isTyped ? typedAt + TYPED_GAP_MS : drawnAt + FRAME_GAP_MS;
      if (at >= dueAt) return;
      const waitMs = at - performance.now();
      if (waitMs <= 0) return now(isTyped);
      dueAt = at;
      clearTimeout(timer);
      timer = setTimeout(now, waitMs, isTyped);
    },
    stop: () => clearTimeout(timer),
  };
}
