// Lines typed in a terminal: editing, the history of this run, and a paste of many lines as one.
// Rule: the terminal is only raw while a line is asked for, or keys are swallowed; else Ctrl-C is a signal as ever.
import { writeSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import type { ReadStream } from "node:tty";
import type { Output } from "../output/write-out.ts";
import { terminalColumns } from "../terminal.ts";
import { drainTerminal } from "./ask.ts";
import { createPasteFilter, pastedLine } from "./paste.ts";
import { createQuiet, realClock } from "./quiet.ts";

export type Typed = { type: "line"; line: string } | { type: "end" } | { type: "interrupt" };

export interface AskOptions {
  isHidden?: boolean;
  isKept?: boolean;
  /**
   * Each of these, pressed alone where nothing is typed yet, is the whole line. What comes in one piece, as a paste
   * does, is text: no key was pressed. What follows it without a pause is swallowed: who types a word wanted no key.
   */
  keys?: string;
}

export interface LineEditor {
  /** Asked again before it is answered, what was typed is dropped, and the first one is never answered. */
  ask(prompt: string, options?: AskOptions): Promise<Typed>;
  /** Nobody waits for the line any more. */
  drop(): void;
  /** What was typed until now, and until there is a pause, is no answer to what is asked next. */
  forget(): Promise<void>;
  /** Resolves when nothing is swallowed any more. */
  settled(): Promise<void>;
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
const CTRL_C = 3;
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
  const reader = createReader(input, output, {
    isKept: () => !asking || (asking.isKept && !asking.isHidden),
    line: (text) => void (asking ? answer({ type: "line", line: text }) : early.push(text)),
    interrupt: () => answer({ type: "interrupt" }),
    close() {
      isAtEnd = true;
      answer({ type: "end" });
    },
  });
  const keyboard = openKeyboard(input, keys, {
    onEnd: () => reader.close(),
    takesKey,
    isAsked: () => asking !== undefined,
  });

  function answer(typed: Typed): void {
    const answered = asking;
    asking = undefined;
    if (!keyboard.isSwallowing()) keyboard.setRaw(false);
    // Behind what the editor still draws.
    output.write(answered?.isHidden ? `\n${PASTE_OFF}` : PASTE_OFF, () => answered?.resolve(typed));
  }

  function takesKey(key: string): boolean {
    if (!asking?.keys.includes(key) || reader.line !== "") return false;
    output.write(`${key}\r\n`);
    keyboard.swallow();
    answer({ type: "line", line: key });
    return true;
  }

  return {
    async ask(prompt, { isHidden = false, isKept = false, keys: single = "" } = {}) {
      await keyboard.settled();
      const line = early.shift();
      if (line !== undefined) return { type: "line", line };
      if (isAtEnd) return { type: "end" };
      if (asking) clear(reader);
      const { promise, resolve } = Promise.withResolvers<Typed>();
      const mine = { prompt, isHidden, isKept, keys: single, resolve };
      asking = mine;
      reader.setPrompt(prompt);
      // Before anything is shown: who sees a prompt may type.
      keyboard.setRaw(true);
      await out.write(isHidden ? `${PASTE_ON}${prompt}` : PASTE_ON);
      if (asking === mine) reader.prompt();
      return await promise;
    },
    drop() {
      if (!asking) return;
      clear(reader);
      // No interrupt: nobody pressed Ctrl-C, and what runs goes on.
      answer({ type: "end" });
    },
    async forget() {
      await keyboard.forget();
      early.length = 0;
      clear(reader);
    },
    settled: keyboard.settled,
    async above(text) {
      if (!asking) return await out.write(text);
      await out.write(`${CLEAR_LINE}${text}`);
      reader.prompt(true);
    },
    restore() {
      if (!asking && !keyboard.isSwallowing()) return;
      keyboard.restore();
      if (asking) writeSync(1, PASTE_OFF);
    },
    close() {
      asking = undefined;
      keyboard.close();
      reader.close();
    },
  };
}

function createReader(
  input: PassThrough,
  output: Writable,
  on: { isKept(): boolean; line(text: string): void; interrupt(): void; close(): void },
): Interface {
  const reader = createInterface({
    input,
    output,
    terminal: true,
    historySize: HISTORY_LENGTH,
    removeHistoryDuplicates: true,
  });
  reader.on("history", (history: string[]) => {
    if (!on.isKept()) history.shift();
  });
  reader.on("line", (line) => on.line(pastedLine(line)));
  reader.on("SIGINT", () => {
    if (reader.line === "") on.interrupt();
    else clear(reader);
  });
  reader.on("close", on.close);
  return reader;
}

/** What is typed goes on to the editor; read only while it is raw. */
function openKeyboard(
  editor: PassThrough,
  { descriptor, stream: stdin }: Keys,
  on: { onEnd(): void; takesKey(key: string): boolean; isAsked(): boolean },
) {
  const filter = createPasteFilter();
  const quiet = createQuiet(realClock, () => {
    if (!on.isAsked()) setRaw(false);
  });
  const pass = (bytes: Uint8Array) => {
    if (quiet.swallows()) {
      if (bytes.includes(CTRL_C)) process.kill(process.pid, "SIGINT");
      return;
    }
    const [only] = bytes;
    if (bytes.length === 1 && only !== undefined && on.takesKey(String.fromCharCode(only))) return;
    editor.write(filter.push(bytes));
  };

  function setRaw(isRaw: boolean): void {
    stdin.setRawMode(isRaw);
    if (isRaw) stdin.resume();
    else stdin.pause();
  }

  function swallow(): void {
    quiet.begin();
    setRaw(true);
  }

  stdin.on("data", pass);
  stdin.on("end", on.onEnd);
  setRaw(false);
  return {
    setRaw,
    swallow,
    isSwallowing: quiet.isSwallowing,
    settled: quiet.over,
    restore() {
      quiet.stop();
      setRaw(false);
    },
    async forget(): Promise<void> {
      drainTerminal(descriptor);
      swallow();
      await quiet.over();
    },
    close() {
      if (quiet.isSwallowing()) setRaw(false);
      quiet.stop();
      stdin.removeListener("data", pass);
      if (descriptor !== 0) stdin.destroy();
    },
  };
}

/** What is typed so far goes away. */
function clear(reader: Interface): void {
  // It would only draw the line anew, with the prompt of the one before.
  if (reader.line === "") return;
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
