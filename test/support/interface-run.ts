// The compiled interface in a terminal of its own, under a shell that says what the terminal was before and after.
import { expect } from "bun:test";
import type { Home } from "./home.ts";
import { childOf, startTerminalRun, type TerminalRun } from "./terminal-run.ts";

/** What an empty composer says: the first frame is there. */
export const READY = "Say something";
/** Modes of a terminal that the interface has. */
export const IN_USE = [1004, 1049, 2004];
export const keys = {
  escape: "\u001b",
  enter: "\r",
  agents: "\u001bOQ",
  objects: "\u001bOR",
  workflows: "\u001bOS",
  usage: "\u001b[15~",
  connectors: "\u001b[17~",
  log: "\u001b[18~",
  inbox: "\u001b[20~",
  sessions: "\u0013",
  palette: "\u0010",
  help: "\u001bOP",
  focus: "\u001b[Z",
} as const;

export interface InterfaceRunOptions {
  args?: readonly string[];
  size?: { columns: number; rows: number };
  /** Over those of the home; undefined takes one away. */
  variables?: Record<string, string | undefined>;
  answers?: boolean;
  directory?: string;
  /** What the shell does first. */
  before?: string;
}

export interface InterfaceRun extends TerminalRun {
  /** A signal to the interface itself. */
  interrupt(name: NodeJS.Signals): void;
}

export function openInterface(home: Home, options: InterfaceRunOptions = {}): InterfaceRun {
  const { args = [], size = { columns: 100, rows: 30 }, answers = false, before = ":" } = options;
  const script = `${before}; stty -a > "$HOME/before"; "$0" "$@"; code=$?; stty -a > "$HOME/after"; echo "ended with $code"`;
  const entries = Object.entries({ ...home.variables, ...options.variables });
  const run = startTerminalRun({
    command: ["sh", "-c", script, home.binary, ...args],
    directory: options.directory ?? home.workspace,
    variables: Object.fromEntries(entries.filter(isSet)),
    answers,
    ...size,
  });
  return Object.assign(run, {
    interrupt: (name: NodeJS.Signals) => void process.kill(childOf(run), name),
  });
}

const isSet = (entry: [string, string | undefined]): entry is [string, string] =>
  entry[1] !== undefined;

/** The terminal is what it was before the interface. */
export async function isRestored(home: Home, run: TerminalRun): Promise<void> {
  const [before, after] = await Promise.all(
    ["before", "after"].map((name) => Bun.file(`${home.folder}/user/${name}`).text()),
  );
  expect(after).toBe(before ?? "");
  expect([run.screen.modes(), run.screen.cursor().isVisible]).toEqual([[], true]);
}

/** A row of the conversation in which an agent begins to speak. */
export const says =
  (text: string) =>
  ({ lines }: TerminalRun["screen"]): boolean =>
    lines().some((line) => line.startsWith(` ◆ ${text}`));

/** A model that plays these answers of the workspace's `NAME.yml`; give it as `--model scripted/NAME.yml`. */
export async function writeScript(home: Home, name: string, text: string): Promise<string> {
  await Bun.write(`${home.workspace}/${name}.yml`, text);
  return `scripted/${name}.yml`;
}
