// Lines typed in a terminal: editing, the history of this run, and a paste of many lines as one.
// Rule: the terminal is only raw while a line is asked for; else Ctrl-C is a signal as ever.
import { createInterface, type Interface } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { createPasteFilter, pastedLine } from "./paste.ts";
import { terminalColumns } from "./terminal.ts";
import type { Output } from "./write-out.ts";

export type Typed = { type: "line"; line: string } | { type: "end" } | { type: "interrupt" };

export interface LineEditor {
  /** Asked again before it is answered, what was typed is dropped, and the first one is never answered. */
  ask(prompt: string, options?: { isHidden?: boolean; isKept?: boolean }): Promise<Typed>;
  /** Nobody waits for the line any more. */
  drop(): void;
  /** Text above the line that is being typed. */
  above(text: string): Promise<void>;
  /** The terminal is as it was. */
  close(): void;
}

/** Lines that can be called back. */
const HISTORY_LENGTH = 500;
const [PASTE_ON, PASTE_OFF] = ["\u001b[?2004h", "\u001b[?2004l"];
const CLEAR_LINE = "\r\u001b[J";

interface Asking {
  prompt: string;
  isHidden: boolean;
  isKept: boolean;
  resolve(typed: Typed): void;
}

export function openLineEditor(out: Output): LineEditor {
  const { stdin } = process;
  const early: string[] = [];
  let asking: Asking | undefined;
  let isAtEnd = false;

  const input = new PassThrough();
  const filter = createPasteFilter();
  const pass = (bytes: Uint8Array) => void input.write(filter.push(bytes));
  const output = screenOf(out, () => asking?.isHidden === true);
  const reader = createInterface({
    input,
    output,
    terminal: true,
    historySize: HISTORY_LENGTH,
    removeHistoryDuplicates: true,
  });
  stdin.on("data", pass);
  stdin.on("end", () => reader.close());
  setRaw(false);

  function setRaw(isRaw: boolean): void {
    stdin.setRawMode(isRaw);
    if (isRaw) stdin.resume();
    else stdin.pause();
  }

  function answer(typed: Typed): void {
    const answered = asking;
    asking = undefined;
    setRaw(false);
    // Behind what the editor still draws.
    output.write(answered?.isHidden ? `\n${PASTE_OFF}` : PASTE_OFF, () => answered?.resolve(typed));
  }

  reader.on("history", (history: string[]) => {
    if (asking && (asking.isHidden || !asking.isKept)) history.shift();
  });
  reader.on("line", (line) => {
    const text = pastedLine(line);
    if (asking) answer({ type: "line", line: text });
    else early.push(text);
  });
  reader.on("SIGINT", () => {
    if (reader.line === "") return answer({ type: "interrupt" });
    clear(reader);
  });
  reader.on("close", () => {
    isAtEnd = true;
    answer({ type: "end" });
  });

  return {
    async ask(prompt, { isHidden = false, isKept = false } = {}) {
      const line = early.shift();
      if (line !== undefined) return { type: "line", line };
      if (isAtEnd) return { type: "end" };
      if (asking) clear(reader);
      const { promise, resolve } = Promise.withResolvers<Typed>();
      await out.write(isHidden ? `${PASTE_ON}${prompt}` : PASTE_ON);
      asking = { prompt, isHidden, isKept, resolve };
      reader.setPrompt(prompt);
      setRaw(true);
      reader.prompt();
      return await promise;
    },
    drop() {
      if (!asking) return;
      clear(reader);
      // No interrupt: nobody pressed Ctrl-C, and what runs goes on.
      answer({ type: "end" });
    },
    async above(text) {
      if (!asking) return await out.write(text);
      await out.write(`${CLEAR_LINE}${text}`);
      reader.prompt(true);
    },
    close() {
      asking = undefined;
      stdin.removeListener("data", pass);
      reader.close();
    },
  };
}

/** What is typed so far goes away. */
function clear(reader: Interface): void {
  reader.write(null, { ctrl: true, name: "e" });
  reader.write(null, { ctrl: true, name: "u" });
}

/** Where the editor draws: the terminal, unless what is typed is not to be seen. */
function screenOf(out: Output, isHidden: () => boolean): Writable {
  const screen = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      if (isHidden()) return done();
      out.write(String(text)).then(() => done(), done);
    },
  });
  return Object.defineProperty(screen, "columns", { get: terminalColumns });
}
