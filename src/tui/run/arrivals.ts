// What the daemon tells waits here for its turn: a key is handled and seen before it, and what comes in between
// two frames of the screen is folded in one go.
// Rules: 1. The order in which it came is kept, also that of replies and frames. 2. One slice takes no longer than
//           its budget; then keys are looked at again. 3. Beyond a limit the daemon is held back, never memory.
import type { FollowFrame } from "../../protocol/frames.ts";

/** Between two folds, a little less than between two frames of the screen. Milliseconds. */
const FOLD_GAP_MS = 30;
/** What a key may have to wait for. Milliseconds; the clock is looked at after so many frames. */
const SLICE_MS = 3;
const SLICE_FRAMES = 32;
/** Frames that wait before the connection does. */
const MAX_WAITING_FRAMES = 2_000;

export interface Arrivals {
  /** A promise where too many wait; it settles when none does. */
  push(frames: readonly FollowFrame[]): Promise<void> | undefined;
  /** Done once everything that came before it is folded. Its number is bounded by whoever asked for it. */
  behind(work: () => void): void;
  /** Folds everything at once: only where nobody types any more. */
  flush(): void;
  /** What waits is dropped. */
  stop(): void;
}

export function createArrivals({
  fold,
  now,
}: {
  fold(frames: readonly FollowFrame[]): void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}): Arrivals {
  let waiting: (FollowFrame | (() => void))[] = [];
  let foldedAt = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;
  let next: NodeJS.Immediate | undefined;
  let room: PromiseWithResolvers<void> | undefined;
  let isFolding = false;

  function rest(): void {
    clearTimeout(timer);
    if (next) clearImmediate(next);
    timer = undefined;
    next = undefined;
  }

  function slice(untilMs: number): void {
    // What comes of a fold goes on behind it, in the slice that is under way.
    if (isFolding) return;
    rest();
    isFolding = true;
    do {
      foldNext();
    } while (waiting.length > 0 && now() < untilMs);
    isFolding = false;
    foldedAt = now();
    if (waiting.length > 0) next = setImmediate(work);
    else done();
  }

  /** Some frames up to what stands between them, else that. */
  function foldNext(): void {
    const [first] = waiting;
    if (typeof first === "function") {
      waiting.shift();
      return first();
    }
    const frames: FollowFrame[] = [];
    for (const one of waiting.slice(0, SLICE_FRAMES)) {
      if (typeof one === "function") break;
      frames.push(one);
    }
    waiting.splice(0, frames.length);
    fold(frames);
  }

  const work = (): void => slice(now() + SLICE_MS);

  function done(): void {
    room?.resolve();
    room = undefined;
  }

  return {
    push(frames) {
      for (const frame of frames) waiting.push(frame);
      const waitMs = foldedAt + FOLD_GAP_MS - now();
      if (!next && waitMs <= 0) work();
      else if (!next && !timer) timer = setTimeout(work, waitMs);
      if (waiting.length <= MAX_WAITING_FRAMES) return undefined;
      room ??= Promise.withResolvers<void>();
      return room.promise;
    },
    behind(what) {
      if (waiting.length === 0) return what();
      waiting.push(what);
      // The first slice of what it waits for is folded now: often that is all.
      if (!next) work();
    },
    flush() {
      if (waiting.length > 0) slice(Number.POSITIVE_INFINITY);
    },
    stop() {
      rest();
      waiting = [];
      done();
    },
  };
}
