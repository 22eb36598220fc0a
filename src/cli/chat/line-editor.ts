// Lines typed in a terminal: editing, the history of this run, and a paste of many lines as one.
// Rule: the terminal is only raw while a line is asked for; else Ctrl-C is a signal as ever.
import { writeSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import type { ReadStream } from "node:tty";
import type { Output } from "../output/write-out.ts";
import { terminalColumns } from "../terminal.ts";
import { drainTerminal } from "./ask.ts";
import { createPasteFilter, pastedLine } from "./paste.ts";

export type Typed = { type: "line"; line: string } | { type: "end" } | { type: "interrupt" };

export interface AskOptions {
  isHidden?: boolean;
  isKept?: boolean;
  /**
   * Each of these, pressed alone where nothing is typed yet, is the whole line. What comes in one piece, as a paste
   * does, is text: no key was pressed.
   */
  keys?: string;
}

export interface LineEditor {
  /** Asked again before it is answered, what was typed is dropped, and the first one is never answered. */
  ask(prompt: string, options?: AskOptions): Promise<Typed>;
  /** Nobody waits for the line any more. */
  drop(): void;
  /** What was typed until now is no answer to what is asked next. */
  forget(): Promise<void>;
  /** Text above the line that is being typed. */
  above(text: string): Promise<void>;
  /** The terminal as it was, at once: the process is about to end. */
  restore(): void;
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
  keys: string;
  resolve(typed: Typed): void;
}

/** Where keys are typed: stdin, or the terminal itself where stdin is a pipe. */
export interface Keys {
  descriptor: number;
  stream: ReadStream;
}

const stdinKeys = (): Keys => ({ descriptor: 0, stream: process.stdin });

export function openLineEditor(out: Output, keys: Keys = stdinKeys()): LineEditor {
  const early: string[] = [];
  let asking: Asking | undefined;
  let isAtEnd = false;

  const input = new PassThrough();
  const output = screenOf(out, () => asking?.isHidden === true);
  const reader = createReader(input, output);
  const keyboard = openKeyboard(input, keys, { onEnd: () => reader.close(), takesKey });
  const { setRaw } = keyboard;

  function answer(typed: Typed): void {
    const answered = asking;
    asking = undefined;
    setRaw(false);
    // Behind what the editor still draws.
    output.write(answered?.isHidden ? `\n${PASTE_OFF}` : PASTE_OFF, () => answered?.resolve(typed));
  }

  function takesKey(key: string): boolean {
    if (!asking?.keys.includes(key) || reader.line !== "") return false;
    output.write(`${key}\r\n`);
    answer({ type: "line", line: key });
    return true;
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
    async ask(prompt, { isHidden = false, isKept = false, keys: single = "" } = {}) {
      const line = early.shift();
      if (line !== undefined) return { type: "line", line };
      if (isAtEnd) return { type: "end" };
      if (asking) clear(reader);
      const { promise, resolve } = Promise.withResolvers<Typed>();
      await out.write(isHidden ? `${PASTE_ON}${prompt}` : PASTE_ON);
      asking = { prompt, isHidden, isKept, keys: single, resolve };
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
    async forget() {
      await keyboard.forget(asking !== undefined);
      early.length = 0;
      clear(reader);
    },
    async above(text) {
      if (!asking) return await out.write(text);
      await out.write(`${CLEAR_LINE}${text}`);
      reader.prompt(true);
    },
    restore() {
      if (!asking) return;
      setRaw(false);
      writeSync(1, PASTE_OFF);
    },
    close() {
      asking = undefined;
      keyboard.close();
      reader.close();
    },
  };
}

const createReader = (input: PassThrough, output: Writable): Interface =>
  createInterface({
    input,
    output,
    terminal: true,
    historySize: HISTORY_LENGTH,
    removeHistoryDuplicates: true,
  });

/** What is typed goes on to the editor; read only while it is raw. */
function openKeyboard(
  editor: PassThrough,
  { descriptor, stream: stdin }: Keys,
  { onEnd, takesKey }: { onEnd(): void; takesKey(key: string): boolean },
) {
  const filter = createPasteFilter();
  let isForgetting = false;
  const pass = (bytes: Uint8Array) => {
    if (isForgetting) return;
    const [only] = bytes;
    if (bytes.length === 1 && only !== undefined && takesKey(String.fromCharCode(only))) return;
    editor.write(filter.push(bytes));
  };

  function setRaw(isRaw: boolean): void {
    stdin.setRawMode(isRaw);
    if (isRaw) stdin.resume();
    else stdin.pause();
  }

  stdin.on("data", pass);
  stdin.on("end", onEnd);
  setRaw(false);
  return {
    setRaw,
    async forget(isRaw: boolean): Promise<void> {
      drainTerminal(descriptor);
      // What was read of it already comes at once.
      isForgetting = true;
      stdin.resume();
      await new Promise((resolve) => setTimeout(resolve));
      if (!isRaw) stdin.pause();
      isForgetting = false;
    },
    close() {
      stdin.removeListener("data", pass);
      if (descriptor !== 0) stdin.destroy();
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
