// Writing to a terminal that may have stopped reading. Rule: no write waits, so that signals are heard and the
// program can end, whatever the terminal does.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { attempt } from "./attempt.ts";
import type { OutputStream } from "./screen-shapes.ts";

/** Titles, notices and the like that wait for the terminal: beyond this they are left out. Bytes. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** How soon a terminal that was full is tried again. Milliseconds. */
const RETRY_MS = 4;

export interface TerminalOutput extends OutputStream {
  /** For what must arrive, however much waits before it: modes. */
  writeAlways(text: string): void;
  /** The terminal has not taken everything yet. */
  isBehind(): boolean;
  /** Whether everything arrived within the time. */
  drained(waitMs: number): Promise<boolean>;
  close(): void;
}

/** `onDrained` is told when a terminal that was behind has taken everything. */
export function createOutput(stdout: OutputStream, onDrained: () => void): TerminalOutput {
  const own = openWithoutWaiting(stdout);
  let waiting: Buffer = Buffer.alloc(0);
  let timer: Timer | undefined;
  let told: (() => void)[] = [];

  function flush(descriptor: number): void {
    clearTimeout(timer);
    timer = undefined;
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(descriptor, waiting));
    } catch (thrown) {
      if (isFull(thrown)) {
        timer = setTimeout(retry, RETRY_MS, descriptor);
        return;
      }
      // The terminal is gone: there is nobody to write for.
      waiting = Buffer.alloc(0);
    }
    const listeners = told;
    told = [];
    for (const listener of listeners) listener();
  }

  function retry(descriptor: number): void {
    flush(descriptor);
    if (waiting.length === 0) onDrained();
  }

  function writeAlways(text: string): void {
    if (own === undefined) {
      stdout.write(text);
      return;
    }
    const isBehind = waiting.length > 0;
    const bytes = Buffer.from(text);
    waiting = isBehind ? Buffer.concat([waiting, bytes]) : bytes;
    if (!isBehind) flush(own);
  }

  return {
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
    write(text) {
      // However long, what waits behind nothing is written: a frame is never left out in silence.
      const isRoom = waiting.length === 0 || waiting.length + text.length <= MAX_WAITING_BYTES;
      if (isRoom) writeAlways(text);
    },
    writeAlways,
    on: (event, listener) => stdout.on(event, listener),
    removeListener: (event, listener) => stdout.removeListener(event, listener),
    isBehind: () => waiting.length > 0,
    async drained(waitMs) {
      if (waiting.length === 0) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      told.push(resolve);
      const late = setTimeout(resolve, waitMs);
      await promise;
      clearTimeout(late);
      return waiting.length === 0;
    },
    close() {
      clearTimeout(timer);
      if (own !== undefined) attempt(() => closeSync(own));
    },
  };
}

/** The same terminal opened once more: that it does not wait is then nobody else's concern. */
function openWithoutWaiting({ fd }: OutputStream): number | undefined {
  if (fd === undefined) return undefined;
  const path = process.platform === "linux" ? `/proc/self/fd/${fd}` : "/dev/tty";
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch (_refused) {
    // A terminal of another user, as under su: it is written to as it is given.
    return undefined;
  }
}

const isFull = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN";
