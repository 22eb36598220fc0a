// Several byte streams as one, in order of arrival. At most one piece of each stream waits here, so
// that who does not read makes the writer wait.

/**
 * Pieces lie outside the heap, and a large heap makes the collector wait for as much again: a flood
 * is collected after each of these many bytes. It costs some milliseconds and keeps memory flat.
 */
const COLLECT_AFTER_BYTES = 32 * 1024 * 1024;

export interface MergedStreams {
  chunks: AsyncIterable<Uint8Array>;
  /** Resolves when all is read; gives up on streams that stay open in silence or too long. */
  drain(limits: { idleMs: number; totalMs: number }): Promise<void>;
}

interface Waiting {
  bytes: Uint8Array;
  taken: () => void;
}

export function mergeStreams(streams: ReadableStream<Uint8Array>[]): MergedStreams {
  const readers = streams.map((stream) => stream.getReader());
  const waiting: Waiting[] = [];
  let open = readers.length;
  let lastAt = performance.now();
  let uncollected = 0;
  let wake: () => void = () => undefined;
  const cancel = async () => {
    await Promise.all(readers.map(async (reader) => await reader.cancel().catch(() => undefined)));
  };
  const pump = async (reader: (typeof readers)[number]) => {
    for (;;) {
      // A stream that breaks has ended: there is nothing more to be had from it.
      const piece = await reader.read().catch(() => ({ done: true, value: undefined }) as const);
      if (piece.done) break;
      const bytes = piece.value;
      lastAt = performance.now();
      await new Promise<void>((taken) => {
        waiting.push({ bytes, taken });
        wake();
      });
      uncollected += bytes.length;
      if (uncollected < COLLECT_AFTER_BYTES) continue;
      uncollected = 0;
      Bun.gc(true);
    }
    open -= 1;
    wake();
  };
  const done = Promise.all(readers.map(pump));

  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) {
          yield next.bytes;
          next.taken();
        } else if (open === 0) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      for (const { taken } of waiting.splice(0)) taken();
      await cancel();
    }
  }

  return {
    chunks: chunks(),
    drain: async ({ idleMs, totalMs }) => {
      const startedAt = performance.now();
      lastAt = startedAt;
      while (open > 0) {
        const now = performance.now();
        const leftMs = Math.min(lastAt + idleMs, startedAt + totalMs) - now;
        if (leftMs <= 0) break;
        await settledWithin(done, leftMs);
      }
      // What was read already still waits for its reader.
      if (open > 0) await cancel();
    },
  };
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
