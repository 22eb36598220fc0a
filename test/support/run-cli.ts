// Runs `jamey` from source as a process of its own: pipes, terminals and signals are the real ones.
import { resolve } from "node:path";

const main = resolve(import.meta.dir, "../../src/main.ts");

export interface CliOptions {
  home: string;
  variables?: Record<string, string>;
  directory?: string;
  stdin?: string | Uint8Array | "ignore";
}

/** Nothing of the machine's own keys and settings reaches a test. */
export function cliVariables({ home, variables }: CliOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    JAMEY_HOME: home,
    TERM: "xterm",
    ...variables,
  };
}

export function spawnCli(args: readonly string[], options: CliOptions) {
  const { stdin = "ignore", directory } = options;
  return Bun.spawn([process.execPath, main, ...args], {
    env: cliVariables(options),
    cwd: directory ?? options.home,
    stdin: stdin === "ignore" ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<Ran> {
  const child = spawnCli(args, options);
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return { code: child.exitCode, stdout, stderr };
}

/** `jamey` under a shell, where `jamey` stands for this program. */
export async function runShell(script: string, options: CliOptions): Promise<Ran> {
  const child = Bun.spawn(
    ["bash", "-c", `jamey() { "${process.execPath}" "${main}" "$@"; }\n${script}`],
    {
      env: cliVariables(options),
      cwd: options.directory ?? options.home,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return { code: child.exitCode, stdout, stderr };
}

/** A terminal with `jamey` in it: what it shows, and a way to type. */
export function openTerminal(args: readonly string[], options: CliOptions) {
  const decoder = new TextDecoder();
  let screen = "";
  let waiting: { text: string; resolve(): void } | undefined;
  const look = () => {
    const at = waiting ? screen.indexOf(waiting.text) : -1;
    if (!waiting || at < 0) return;
    screen = screen.slice(at + waiting.text.length);
    waiting.resolve();
    waiting = undefined;
  };
  const child = Bun.spawn([process.execPath, main, ...args], {
    env: cliVariables(options),
    cwd: options.directory ?? options.home,
    terminal: {
      cols: 100,
      rows: 30,
      data(_terminal, data) {
        screen += decoder.decode(data, { stream: true });
        look();
      },
    },
  });
  return {
    child,
    type: (text: string) => child.terminal?.write(text),
    /** Resolves when the text is shown, and forgets everything up to it. */
    async until(text: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { text, resolve };
      look();
      await promise;
    },
  };
}
