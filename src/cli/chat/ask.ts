// Lines from a terminal or a pipe, one at a time, and the questions that are asked there.
import { readSync } from "node:fs";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_MESSAGE_BYTES } from "../../protocol/limits.ts";
import { openStdin } from "../one-shot/stdin.ts";
import { endBySignal, watchSignals } from "../signals.ts";
import { isTerminal } from "../terminal.ts";
import { PAUSE_MS } from "./quiet.ts";

export interface LineReader {
  /**
   * The next line without its end; undefined at the end of the input or once it is closed. Asked again
   * before it has come, it is the same line: a question that nobody needs any more takes none away.
   */
  next(): Promise<string | undefined>;
  /** What was typed until now is no answer to what is asked next. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export function openLines(stream: ReadableStream<Uint8Array> = openStdin()): LineReader {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  let isAtEnd = false;
  let reading: Promise<string | undefined> | undefined;

  async function fill(): Promise<void> {
    const piece = await reader.read();
    isAtEnd = piece.done;
    buffer += piece.done ? decoder.decode() : decoder.decode(piece.value, { stream: true });
    if (buffer.length > MAX_MESSAGE_BYTES) {
      throw new JameyError("too_large", `A line is longer than ${MAX_MESSAGE_BYTES} bytes.`);
    }
  }

  async function read(): Promise<string | undefined> {
    for (;;) {
      const end = buffer.indexOf("\n");
      if (end >= 0) {
        const line = buffer.slice(0, end).replace(/\r$/, "");
        buffer = buffer.slice(end + 1);
        return line;
      }
      if (isAtEnd) break;
      await fill();
    }
    const rest = buffer;
    buffer = "";
    return rest === "" ? undefined : rest;
  }

  function next(): Promise<string | undefined> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    next,
    async forget() {
      if (isTerminal(0)) await Bun.sleep(PAUSE_MS);
      drainTerminal();
      // What the stream holds already arrives at once; the read that is left waiting is that of the answer.
      while (!isAtEnd && (await isThere(next())));
      buffer = "";
    },
    async close() {
      isAtEnd = true;
      buffer = "";
      await reader.cancel();
    },
  };
}

/** Whether it has come by the time that everything which is ready has been handled. */
async function isThere(promise: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  setTimeout(() => resolve(false));
  return await Promise.race([promise.then(() => true), late]);
}

/** What stty says of the terminal; undefined where there is none to set. */
function stty(terminal: number, ...words: string[]): string | undefined {
  if (!isTerminal(terminal)) return undefined;
  try {
    const { success, stdout } = Bun.spawnSync(["stty", ...words], {
      stdin: terminal,
      stdout: "pipe",
      stderr: "ignore",
    });
    return success ? stdout.toString().trim() : undefined;
  } catch (_missing) {
    return undefined;
  }
}

/** Longer than what a terminal keeps of a line, and of all lines. Bytes. */
const DRAINED_BYTES = 64 * 1024;

/** Takes away what waits in the terminal, also of a line that is not yet ended. */
export function drainTerminal(terminal = 0): void {
  const before = stty(terminal, "-g");
  // Without this a read would wait for the end of a line.
  if (before === undefined) return;
  if (stty(terminal, "-icanon", "min", "0", "time", "0") === undefined) return;
  try {
    readSync(terminal, new Uint8Array(DRAINED_BYTES));
  } catch (_nothing) {
    // EAGAIN: nothing waits there.
  } finally {
    stty(terminal, before);
  }
}

/** What is typed is not shown, until the returned function is called. Nothing happens without a terminal. */
export function hideTyping(): () => void {
  const before = stty(0, "-g");
  if (before === undefined) return () => undefined;
  stty(0, "-echo");
  return () => void stty(0, before);
}

/** One line that is not shown. A signal while it is typed ends the process, the terminal as it was. */
export async function readSecretLine(): Promise<string | undefined> {
  const show = hideTyping();
  const watch = watchSignals();
  watch.beforeEnd(show);
  const lines = openLines();
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  watch.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  try {
    return await Promise.race([lines.next(), aborted]);
  } finally {
    show();
    watch.stop();
    await lines.close();
    const caught = watch.caught();
    if (caught) endBySignal(caught);
  }
}

/** Only y and yes are a yes. */
export async function askYesNo(
  question: string,
  options: {
    write(text: string): Promise<void>;
    /** Where the answer is typed. */
    from?: ReadableStream<Uint8Array>;
  },
): Promise<boolean> {
  const lines = openLines(options.from);
  try {
    await options.write(`${question} [y/N] `);
    const answer = await lines.next();
    return /^y(es)?$/i.test(answer?.trim() ?? "");
  } finally {
    await lines.close();
  }
}
