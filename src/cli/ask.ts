// Lines from a terminal or a pipe, one at a time, and the questions that are asked there.
import { JameyError } from "../protocol/errors.ts";
import { MAX_MESSAGE_BYTES } from "../protocol/limits.ts";
import { endBySignal, watchSignals } from "./signals.ts";
import { isTerminal } from "./terminal.ts";

export interface LineReader {
  /**
   * The next line without its end; undefined at the end of the input or once it is closed. Asked again
   * before it has come, it is the same line: a question that nobody needs any more takes none away.
   */
  next(): Promise<string | undefined>;
  close(): Promise<void>;
}

export function openLines(stream: ReadableStream<Uint8Array> = Bun.stdin.stream()): LineReader {
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
    let from = 0;
    for (;;) {
      const end = buffer.indexOf("\n", from);
      if (end >= 0) {
        const line = buffer.slice(0, end).replace(/\r$/, "");
        buffer = buffer.slice(end + 1);
        return line;
      }
      if (isAtEnd) break;
      from = buffer.length;
      await fill();
    }
    const rest = buffer;
    buffer = "";
    return rest === "" ? undefined : rest;
  }

  return {
    next() {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    async close() {
      isAtEnd = true;
      buffer = "";
      await reader.cancel();
    },
  };
}

/** What is typed is not shown, until the returned function is called. Nothing happens without a terminal. */
export function hideTyping(): () => void {
  if (!isTerminal(0)) return () => undefined;
  const set = (word: string) =>
    Bun.spawnSync(["stty", word], { stdin: "inherit", stdout: "ignore", stderr: "ignore" });
  set("-echo");
  return () => {
    set("echo");
  };
}

/** One line that is not shown. A signal while it is typed ends the process, the terminal as it was. */
export async function readSecretLine(): Promise<string | undefined> {
  const show = hideTyping();
  const watch = watchSignals();
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
