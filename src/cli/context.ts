// What every command is given: its arguments, where it writes, and the program it is part of.
import type { Variables } from "../client/variables.ts";
import type { Environments } from "../protocol/environments.ts";
import type { ToolChecks } from "../protocol/tool-checks.ts";
import type { Trials } from "../protocol/trials.ts";
import type { Upkeep } from "../protocol/upkeep.ts";
import { paint } from "../terminal/colour.ts";
import type { InterfaceEnding, InterfaceOptions } from "../terminal/interface.ts";
import type { Arguments } from "./input/arguments.ts";
import { jsonText } from "./output/json-text.ts";
import type { Output } from "./output/write-out.ts";

/** What only main.ts knows. */
export interface Host {
  /** The command line that starts this program again. */
  program: string[];
  variables: Variables;
  /** Absolute path of the working directory. */
  directory: string;
  serve(options: ServeOptions): Promise<number>;
  /** The full-screen interface, until it ends. */
  openInterface(options: InterfaceOptions): Promise<InterfaceEnding>;
  /** What is done with an environment without its daemon. */
  upkeep(): Promise<Upkeep>;
  /** What is done with whole environments, as folders. */
  environments(): Promise<Environments>;
  /** Tests of environments. */
  trials(): Promise<Trials>;
  /** The check of tools that people write. */
  toolChecks(): Promise<ToolChecks>;
}

export interface ServeOptions {
  /** A name, or a real path. */
  environment: string;
  foreground: boolean;
  /** What the flags say, in the shape of a manifest: above every other layer of settings. */
  settings: Record<string, unknown>;
  /** In the foreground only errors go to stderr. */
  isQuiet?: boolean;
  /** Called once, when clients can connect. */
  onReady?(about: { url: string | null; socket: string; pid: number }): void;
}

export interface Context {
  host: Host;
  arguments: Arguments;
  out: Output;
  err: Output;
  isJson: boolean;
  /** A line on stderr, unless -q. */
  note(text: string): Promise<void>;
}

/** Runs a command; the number is the exit code. */
export type Run = (context: Context) => Promise<number>;

export function createContext(options: Omit<Context, "note" | "isJson">): Context {
  const { err } = options;
  const isQuiet = options.arguments.has("quiet");
  return {
    ...options,
    isJson: options.arguments.has("json"),
    async note(text) {
      if (!isQuiet) await err.write(`${paint(err.hasColour, "dim", text)}\n`);
    },
  };
}

export const printJson = (context: Context, value: unknown): Promise<void> =>
  context.out.write(`${jsonText(value, 2)}\n`);

/** Rows as aligned columns; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, Bun.stringWidth(cell));
    }
  }
  const padded = rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - Bun.stringWidth(cell)))
      .join("  ")
      .trimEnd(),
  );
  return padded.map((line) => `${line}\n`).join("");
}
