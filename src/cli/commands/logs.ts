// `jamey daemon logs`: the daemon's log file, its end first, then what is added.
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { logPath } from "../../client/start.ts";
import { JameyError } from "../../protocol/errors.ts";
import { stripControl } from "../../terminal/strip.ts";
import { daemonOptions } from "../connect.ts";
import type { Context } from "../context.ts";
import { readCount } from "../one-shot/settings.ts";
import { jsonLine } from "../output/json-text.ts";
import { withPager } from "../output/pager.ts";
import { endBySignal, watchSignals } from "../signals.ts";

const DEFAULT_LINES = 200;
/** The part of the file that is looked at for its last lines, and read at once when it grows. Bytes. */
const MAX_READ_BYTES = 1024 * 1024;
const POLL_MS = 250;

export async function logs(context: Context): Promise<number> {
  const path = logPath(daemonOptions(context));
  const lines = readCount(context.arguments, "limit") ?? DEFAULT_LINES;
  let file = openLog(path);
  try {
    const { size } = fstatSync(file);
    let at = Math.max(0, size - MAX_READ_BYTES);
    // A letter may be cut where one read ends: what is missing comes with the next.
    let decoder = new TextDecoder();
    const tail = decoder.decode(read(file, at, size), { stream: true });
    at = size;
    const shown = tail.trimEnd().split("\n").slice(-lines).join("\n");
    const drawn = createDrawing(context.isJson);
    const text = shown === "" ? "" : drawn(`${shown}\n`);
    if (!context.arguments.has("follow")) {
      await withPager(context, text);
      return 0;
    }
    await context.out.write(text);
    const watch = watchSignals();
    while (!watch.signal.aborted && !context.out.gone.aborted) {
      await pause(POLL_MS, watch.signal);
      const now = statSync(path, { throwIfNoEntry: false });
      // Moved away when it had grown too long: the new file is read from its beginning.
      if (now && now.ino !== fstatSync(file).ino) {
        const next = openLog(path);
        closeSync(file);
        file = next;
        at = 0;
        decoder = new TextDecoder();
      }
      const end = Math.min(fstatSync(file).size, at + MAX_READ_BYTES);
      if (end > at) {
        await context.out.write(drawn(decoder.decode(read(file, at, end), { stream: true })));
      }
      at = end;
    }
    watch.stop();
    const caught = watch.caught();
    if (caught) endBySignal(caught);
    return 0;
  } finally {
    closeSync(file);
  }
}

/** Pieces of the log as they are shown: as they stand, or each line as an object once it is whole. */
function createDrawing(isJson: boolean): (piece: string) => string {
  let rest = "";
  return (piece) => {
    if (!isJson) return stripControl(piece);
    const lines = `${rest}${piece}`.split("\n");
    rest = lines.pop() ?? "";
    return lines.map((line) => jsonLine(lineObject(line))).join("");
  };
}

/** What an older program or a crash wrote has no time and no level. */
function lineObject(line: string) {
  const [, at = null, level = null, text = line] =
    /^(\d{4}-\S+Z) (debug|info|warn|error) +(.*)$/s.exec(line) ?? [];
  return { at, level, text };
}

function openLog(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new JameyError(
      "not_found",
      `There is no log yet at ${path}. Start the daemon: jamey daemon start`,
      { cause },
    );
  }
}

function read(file: number, from: number, to: number): Uint8Array {
  const bytes = Buffer.alloc(to - from);
  const length = readSync(file, bytes, 0, bytes.length, from);
  return bytes.subarray(0, length);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const wake = () => resolve();
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", wake);
}
