// Writing to stdout and stderr: with backpressure, and with an answer to readers that go away.
// Rules: 1. `write` resolves when the text is really gone, so that returning naturally loses nothing.
//        2. After the reader went away (EPIPE) writes are dropped, and `gone` says so.
import { JameyError } from "../protocol/errors.ts";

/** One piece of a long text; the time limit holds for each piece, so that a slow reader is no dead one. */
const PIECE_LENGTH = 64 * 1024;
/** How long a reader may take no byte at all, in milliseconds. */
export const DRAIN_TIMEOUT_MS = 30_000;

export interface Output {
  write(text: string): Promise<void>;
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
}

/** What is needed of `process.stdout`. */
export interface Sink {
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export function createOutput(options: {
  sink: Sink;
  name: string;
  isTerminal: boolean;
  hasColour: boolean;
  drainTimeoutMs?: number;
}): Output {
  const { sink, name, isTerminal, hasColour, drainTimeoutMs = DRAIN_TIMEOUT_MS } = options;
  const gone = new AbortController();
  // Without a listener a failed write ends the process with a trace; the callback of write tells us as well.
  sink.on("error", () => undefined);

  async function writePiece(piece: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(new JameyError("timeout", `${name} takes no data for ${drainTimeoutMs / 1000} s.`));
    }, drainTimeoutMs);
    sink.write(piece, (error) => {
      if (!error) resolve();
      else if (codeOf(error) === "EPIPE") {
        gone.abort();
        resolve();
      } else {
        reject(new JameyError("storage_failed", `Cannot write to ${name}: ${error.message}.`));
      }
    });
    await promise.finally(() => clearTimeout(timer));
  }

  return {
    gone: gone.signal,
    isTerminal,
    hasColour,
    async write(text) {
      for (let from = 0; from < text.length && !gone.signal.aborted; ) {
        const to = pieceEnd(text, from);
        await writePiece(text.slice(from, to));
        from = to;
      }
    },
  };
}

/** Never between the two halves of a surrogate pair: each piece is encoded on its own. */
function pieceEnd(text: string, from: number): number {
  const end = Math.min(from + PIECE_LENGTH, text.length);
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
