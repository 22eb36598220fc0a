// Writing to stdout and stderr: with backpressure, and with an answer to readers that go away.
// Rules: 1. `write` resolves when the text is really gone, so that returning naturally loses nothing.
//        2. After the reader went away (EPIPE) writes are dropped, and `gone` says so.
//        3. What cannot be said on stderr changes nothing: there any failure counts as a reader that went.
import { JameyError, messageOf } from "../../protocol/errors.ts";

/** The exit code of whoever writes for nobody: 128 and the number of SIGPIPE. */
export const READER_GONE = 141;
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

/** Where pieces go: rejects with the system's error. */
export interface Sink {
  write(text: string): Promise<void>;
}

/**
 * A standard stream as a sink. Bun's own writer waits for a slow reader without holding up the process,
 * and loads nothing; `process.stdout` would cost more than all the rest of a start.
 */
export function openSink(file: Bun.BunFile): Sink {
  let writer: Bun.FileSink | undefined;
  return {
    async write(text) {
      writer ??= file.writer();
      // Either of the two reports a failure; one that nobody awaits would end the process with a trace.
      await Promise.all([writer.write(text), writer.flush()]);
    },
  };
}

export function createOutput(options: {
  sink: Sink;
  name: string;
  isTerminal: boolean;
  hasColour: boolean;
  /** Rule 3. */
  isOptional?: boolean;
  drainTimeoutMs?: number;
}): Output {
  const { sink, name, isTerminal, hasColour, drainTimeoutMs = DRAIN_TIMEOUT_MS } = options;
  const gone = new AbortController();

  async function writePiece(piece: string): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `${name} takes no data for ${drainTimeoutMs / 1000} s.`;
      late.reject(new JameyError("timeout", message));
    }, drainTimeoutMs);
    try {
      await Promise.race([sink.write(piece), late.promise]);
    } catch (thrown) {
      if (options.isOptional) return gone.abort();
      if (thrown instanceof JameyError) throw thrown;
      if (systemCode(thrown) !== "EPIPE") {
        throw new JameyError("storage_failed", `Cannot write to ${name}: ${messageOf(thrown)}.`);
      }
      gone.abort();
    } finally {
      clearTimeout(timer);
    }
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

/** The system's word for what went wrong: EPIPE, ENOENT. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
