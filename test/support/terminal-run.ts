// A program in a terminal of its own: keys go in, a model of the screen comes out. Waiting is for what is
// shown, never for time.
import { createScreenModel, type ScreenModel } from "./screen-model.ts";

/** A screen that never shows what is waited for is a failure, with the screen as it was. Milliseconds. */
const WAIT_MS = 20_000;

export interface TerminalRun extends AsyncDisposable {
  readonly pid: number;
  readonly screen: ScreenModel;
  /** Everything that was written, raw. */
  written(): string;
  type(keys: string): void;
  /** The same for what is no text: a letter in pieces. */
  typeBytes(bytes: Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** Resolves when it holds after something was written. */
  until(what: string, holds: (screen: ScreenModel) => boolean): Promise<void>;
  shows(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<number>;
}

export interface TerminalRunOptions {
  command: string[];
  directory: string;
  variables: Record<string, string>;
  columns?: number;
  rows?: number;
  /** What the terminal answers when it is asked for its attributes and the like. */
  answers?: boolean;
}

export function startTerminalRun(options: TerminalRunOptions): TerminalRun {
  const { columns = 80, rows = 24 } = options;
  const screen = createScreenModel(columns, rows);
  const waiting = new Set<() => void>();
  const decoder = new TextDecoder();
  let written = "";
  const child = Bun.spawn(options.command, {
    cwd: options.directory,
    env: { TERM: "xterm-256color", ...options.variables },
    terminal: {
      cols: columns,
      rows,
      data(terminal, bytes) {
        const text = decoder.decode(bytes, { stream: true });
        written += text;
        screen.write(text);
        if (options.answers && text.includes("\u001b[c")) terminal.write("\u001b[?62;22c");
        for (const look of waiting) look();
      },
    },
  });
  const terminal = child.terminal;
  if (!terminal) throw new Error("there is no terminal for the program");

  async function until(what: string, holds: (screen: ScreenModel) => boolean): Promise<void> {
    if (holds(screen)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (holds(screen)) resolve();
    };
    waiting.add(look);
    const timer = setTimeout(
      () => reject(new Error(`never saw ${what}; the screen:\n${screen.text()}`)),
      WAIT_MS,
    );
    await promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  }

  return {
    pid: child.pid,
    screen,
    written: () => written,
    type: (keys) => void terminal.write(keys),
    typeBytes: (bytes) => void terminal.write(bytes),
    resize(nextColumns, nextRows) {
      screen.resize(nextColumns, nextRows);
      terminal.resize(nextColumns, nextRows);
    },
    until,
    shows: (text) => until(`'${text}'`, () => screen.text().includes(text)),
    signal: (name) => child.kill(name),
    exited: child.exited,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      terminal.close();
    },
  };
}

/** The first child of what runs: the program, where a shell was begun around it. */
export function childOf(run: TerminalRun): number {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(run.pid)]);
  return Number(stdout.toString().trim().split("\n")[0]);
}
