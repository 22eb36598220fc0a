// Group commit: the appends of one tick wait here and are committed together, in the order they came.
import { JameyError } from "../../protocol/errors.ts";
import type { StoredRow } from "../../protocol/events/index.ts";
import type { Append } from "./journal.ts";
import type { StoreLimits } from "./limits.ts";

export interface Pending {
  append: Append;
  /** Payload of each event, as JSON: taken at once, so that later changes by the caller do not count. */
  payloads: string[];
  bytes: number;
  resolve(rows: StoredRow[]): void;
  reject(thrown: unknown): void;
}

type GroupLimits = Pick<StoreLimits, "pendingAppends" | "pendingBytes" | "groupEvents">;

export interface Group {
  add(append: Append, payloads: string[]): Promise<StoredRow[]>;
  /** Commits all that waits, now. */
  drain(): void;
}

/** `commit` settles every pending append that it is given, and never throws. */
export function createGroup(options: {
  commit(batch: Pending[]): void;
  limits: GroupLimits;
}): Group {
  const { commit, limits } = options;
  let waiting: Pending[] = [];
  let waitingBytes = 0;
  let isScheduled = false;

  // Not a microtask: that would commit before the rest of this tick's appends are made.
  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      flush();
      schedule();
    });
  }

  function flush(): void {
    if (waiting.length === 0) return;
    const batch = waiting.slice(0, batchLength(waiting, limits.groupEvents));
    waiting = waiting.slice(batch.length);
    for (const pending of batch) waitingBytes -= pending.bytes;
    commit(batch);
  }

  return {
    add(append, payloads) {
      const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
      const isFull =
        waiting.length >= limits.pendingAppends || waitingBytes + bytes > limits.pendingBytes;
      if (waiting.length > 0 && isFull) {
        return Promise.reject(
          new JameyError("overloaded", "Too much waits to be stored: try again in a moment.", {
            details: { pending_appends: waiting.length, pending_bytes: waitingBytes },
          }),
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ append, payloads, bytes, resolve, reject });
        waitingBytes += bytes;
        schedule();
      });
    },
    drain() {
      while (waiting.length > 0) flush();
    },
  };
}

/** How many of the first appends fit one commit: at least one, and about `events` events. */
function batchLength(waiting: readonly Pending[], events: number): number {
  let count = 0;
  let sum = 0;
  for (const pending of waiting) {
    sum += pending.payloads.length;
    if (count > 0 && sum > events) break;
    count += 1;
  }
  return count;
}
