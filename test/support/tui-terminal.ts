// A terminal in memory for the screen of the interface: what is written shows on a model, what is typed is read,
// and it answers questions as it was made to.
import { openScreen } from "../../src/tui/screen/open-screen.ts";
import type { OpenScreen, ScreenOptions } from "../../src/tui/screen/screen-shapes.ts";
import type { TerminalInput } from "../../src/tui/shapes.ts";
import { createScreenModel, type ScreenModel } from "./screen-model.ts";

export interface PlayedTerminal {
  opened: OpenScreen;
  screen: ScreenModel;
  /** Everything that was written, raw and in pieces as it came. */
  written: string[];
  inputs: TerminalInput[];
  /** How often a frame was said to be old. */
  stale(): number;
  type(text: string): void;
  resize(columns: number, rows: number): void;
  isRaw(): boolean;
  /** Modes of the line discipline and bytes, in the order in which they happened. */
  happened: string[];
  /** As when its window is closed. */
  hangUp(): void;
  ended(): boolean;
  /** Resolves when something has come in. */
  arrived(): Promise<void>;
}

/** Question → answer: `CSI c`, the keyboard, synchronised output, the background. */
export type Answers = Readonly<Record<string, string>>;

export function playTerminal(
  options: Partial<Pick<ScreenOptions, "variables" | "hasColour" | "hasMouse">> = {},
  answers: Answers = {},
): PlayedTerminal {
  const size = { columns: 40, rows: 10 };
  const screen = createScreenModel(size.columns, size.rows);
  const [written, happened, inputs]: [string[], string[], TerminalInput[]] = [[], [], []];
  const listeners = new Map<string, Set<(...parts: never[]) => void>>();
  let [isRaw, stale, isEnded] = [false, 0, false];
  const first = Promise.withResolvers<void>();

  const on = (event: string, listener: (...parts: never[]) => void) => {
    const known = listeners.get(event) ?? new Set();
    listeners.set(event, known.add(listener));
  };
  const removeListener = (event: string, listener: (...parts: never[]) => void) =>
    void listeners.get(event)?.delete(listener);
  function tell(event: string, ...parts: unknown[]): void {
    // Each event is told what its own listeners take.
    for (const listener of listeners.get(event) ?? []) listener(...(parts as never[]));
  }
  const type = (text: string) => tell("data", new TextEncoder().encode(text));

  const stdin = {
    setRawMode(isNow: boolean) {
      isRaw = isNow;
      happened.push(isNow ? "raw" : "cooked");
    },
    on,
    removeListener,
    resume: () => undefined,
    pause: () => undefined,
    // Of a stream only this much is used.
  } as unknown as ScreenOptions["stdin"];
  const stdout = {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    write(text: string) {
      written.push(text);
      happened.push(text);
      screen.write(text);
      for (const [question, answer] of Object.entries(answers)) {
        if (text.includes(question)) queueMicrotask(() => type(answer));
      }
    },
    on,
    removeListener,
  };
  const opened = openScreen({
    stdin,
    stdout,
    variables: {},
    theme: "auto",
    hasColour: true,
    hasMouse: false,
    onInputs(given) {
      inputs.push(...given);
      first.resolve();
    },
    onStale: () => (stale += 1),
    onEnd: () => (isEnded = true),
    ...options,
  });
  return {
    opened,
    screen,
    written,
    inputs,
    happened,
    stale: () => stale,
    type,
    resize(columns, rows) {
      Object.assign(size, { columns, rows });
      screen.resize(columns, rows);
      tell("resize");
    },
    isRaw: () => isRaw,
    hangUp: () => tell("end"),
    ended: () => isEnded,
    arrived: () => first.promise,
  };
}
