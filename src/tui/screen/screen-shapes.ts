// What a screen is given, and what it offers.
import type { Variables } from "../../client/variables.ts";
import type { ThemeName } from "../../terminal/interface.ts";
import type { Frame, Size, TerminalInput } from "../shapes.ts";
import type { InputStream } from "./keyboard.ts";
import type { Keyboard } from "./sequences.ts";

/** What of process.stdout is used. */
export interface OutputStream {
  /** Its number, where it is a terminal of this process. */
  fd?: number;
  columns: number;
  rows: number;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  removeListener(event: "resize", listener: () => void): unknown;
}

export interface Capabilities {
  /** undefined until the terminal has answered, or where it does not. */
  isDark: boolean | undefined;
  hasSynchronisedOutput: boolean;
  keyboard: Keyboard;
}

export interface OpenScreen {
  size(): Size;
  /** Whether the terminal took it whole. One that did not is told later that its frame is stale. */
  draw(frame: Frame): boolean;
  /** What is on the screen is no longer known: the next frame is written whole. */
  forget(): void;
  setTitle(text: string): void;
  notify(title: string, body: string): void;
  /** False where the text is too long for the terminal's clipboard. */
  copy(text: string): boolean;
  setMouse(isOn: boolean): void;
  /** From the next frame on. */
  setTheme(name: ThemeName): void;
  /** The terminal as it was, for another program or the shell; `resume` takes it back. */
  suspend(): Promise<void>;
  resume(): void;
  /** The process was stopped and goes on, without having been asked before: what it left is put up again. */
  goOn(): void;
  /** Whether the terminal took everything: one that has stopped reading is not waited for. */
  close(): Promise<boolean>;
  readonly capabilities: Capabilities;
}

export interface ScreenOptions {
  stdin: InputStream;
  stdout: OutputStream;
  variables: Variables;
  theme: ThemeName;
  hasColour: boolean;
  hasMouse: boolean;
  onInputs(inputs: readonly TerminalInput[]): void;
  /** The frame has to be drawn again: other colours, or the screen was taken back. */
  onStale(): void;
  /** The terminal is gone. */
  onEnd(): void;
}
