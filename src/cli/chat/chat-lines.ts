// Where the lines of a chat come from: an editor in a terminal, else a pipe, line by line.
import { openSync } from "node:fs";
import type { Context } from "../context.ts";
import type { Output } from "../output/write-out.ts";
import { type CaughtSignal, watchSignals } from "../signals.ts";
import { isTerminal } from "../terminal.ts";
import { type LineReader, openLines } from "./ask.ts";
import type { AnswerLines } from "./human-requests.ts";
import { type LineEditor, openLineEditor, type Typed } from "./line-editor.ts";

export type Read =
  | { type: "line"; line: string }
  | { type: "end" }
  | { type: "signal"; name: CaughtSignal };

export interface ChatLines {
  /** Shows the prompt, and reads one line. */
  read(): Promise<Read>;
  /** Answers to questions of agents. */
  answers: AnswerLines;
  /** Text that comes while a line is typed. */
  above(text: string): Promise<void>;
  /** The terminal as it was, at once: the process is about to end. */
  restore(): void;
  close(): Promise<void>;
}

const PROMPT = "> ";

/** Where stdin was data of the first message, nothing more comes from it: `keys` is the terminal, if there is one. */
export function openChatLines(
  { out, host }: Context,
  after?: { keys: number | undefined },
): ChatLines {
  if (after) return after.keys === undefined ? noLines(out) : keyLines(out, after.keys);
  const canEdit = isTerminal(0) && out.isTerminal && host.variables.TERM !== "dumb";
  return canEdit ? editedLines(openLineEditor(out)) : pipedLines(openLines(), out);
}

/** The terminal that controls this process, where somebody can be asked at it. */
export function openTerminalKeys({ out, host }: Context): number | undefined {
  if (!out.isTerminal || host.variables.TERM === "dumb") return undefined;
  try {
    return openSync("/dev/tty", "r");
  } catch (_none) {
    return undefined;
  }
}

function keyLines(out: Output, descriptor: number): ChatLines {
  const { ReadStream } = process.getBuiltinModule("node:tty");
  return editedLines(openLineEditor(out, { descriptor, stream: new ReadStream(descriptor) }));
}

const noLines = (out: Output): ChatLines => ({
  read: async () => ({ type: "end" }),
  answers: { next: async () => undefined, forget: async () => undefined },
  above: (text) => out.write(text),
  restore: nothing,
  close: async () => undefined,
});

function editedLines(editor: LineEditor): ChatLines {
  return {
    read: async () =>
      await orSignal(async () => {
        // What is typed behind the prompt is said: it is not shown while keys still count for nothing.
        await settledSoon(editor);
        const typed = await editor.ask(PROMPT, { isKept: true });
        return typed.type === "interrupt" ? { type: "signal", name: "SIGINT" } : typed;
      }, editor.restore),
    answers: editedAnswers(editor),
    above: editor.above,
    restore: editor.restore,
    async close() {
      // The shell that comes next does not get the rest of a word.
      await settledSoon(editor);
      editor.close();
    },
  };
}

const editedAnswers = (editor: LineEditor): AnswerLines => ({
  isEditor: true,
  next: async (prompt, options) => await answered(await editor.ask(prompt, options)),
  drop: editor.drop,
  forget: editor.forget,
});

/** A key that is held down ends no pause; the process ends all the same. Milliseconds. */
const SETTLE_TIMEOUT_MS = 3_000;

async function settledSoon(editor: LineEditor): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, SETTLE_TIMEOUT_MS);
  await Promise.race([editor.settled(), late]);
  clearTimeout(timer);
}

/** Where only answers are typed: read from the first question on. `screen` is where they are written. */
export function openAnswers({ host }: Context, screen: Output) {
  const canEdit = isTerminal(0) && screen.isTerminal && host.variables.TERM !== "dumb";
  if (!canEdit) {
    const lines = openLines();
    return { answers: lines, restore: nothing, close: lines.close };
  }
  const { answers, restore, close } = editedLines(openLineEditor(screen));
  return { answers, restore, close };
}

/** Ctrl-C at a question is no answer to it: it cancels the turn, as it does everywhere else. */
async function answered(typed: Typed): Promise<string | undefined> {
  if (typed.type === "line") return typed.line;
  if (typed.type === "end") return undefined;
  process.kill(process.pid, "SIGINT");
  return await new Promise<never>(() => undefined);
}

function pipedLines(lines: LineReader, out: Output): ChatLines {
  return {
    read: async () =>
      await orSignal(async () => {
        await out.write(PROMPT);
        const line = await lines.next();
        if (line !== undefined) return { type: "line", line };
        await out.write("\n");
        return { type: "end" };
      }, nothing),
    answers: lines,
    above: (text) => out.write(text),
    restore: nothing,
    close: lines.close,
  };
}

const nothing = () => undefined;

/** At the prompt there is nothing to save: a signal leaves. */
async function orSignal(read: () => Promise<Read>, restore: () => void): Promise<Read> {
  // Before the prompt is shown: whoever sees it may press Ctrl-C.
  const watch = watchSignals();
  watch.beforeEnd(restore);
  const { promise: aborted, resolve } = Promise.withResolvers<Read>();
  watch.signal.addEventListener("abort", () => {
    resolve({ type: "signal", name: watch.caught() ?? "SIGINT" });
  });
  try {
    return await Promise.race([read(), aborted]);
  } finally {
    watch.stop();
  }
}
