// Where every jamey process begins: the command line, the interface, the daemon, or just the version.
// Rules: 1. The only file that knows cli, tui and runtime, each behind a lazy import.
//        2. Nothing ends the process while something may still be written: the exit code is set, and it
//           returns. What then still hangs, a read that nobody waits for, is given a moment.
//        3. Whatever fails is one line and an exit code.
import { writeSync } from "node:fs";
import type { Host, ServeOptions } from "./cli/context.ts";
import { versionLine } from "./cli/output/version-line.ts";

/** What keeps a process alive that has said all. Milliseconds. */
const LINGER_MS = 1000;
/** As cli/output/write-out.ts has it, which is not loaded for this. */
const [FAILED, READER_GONE] = [1, 141];

async function runDaemon(options: ServeOptions): Promise<number> {
  const daemon = await import("./runtime/daemon.ts");
  return await daemon.runDaemon(options);
}

/** stderr is the daemon's log: whoever started it shows the last lines. */
async function runInBackground(environment: string, text: string): Promise<number> {
  // Written by client/start.ts; what it holds is checked as every layer of settings is.
  const settings: Record<string, unknown> = JSON.parse(text);
  return await runDaemon({ environment, foreground: false, settings });
}

async function openInterface(
  ...[options]: Parameters<Host["openInterface"]>
): ReturnType<Host["openInterface"]> {
  const { runInterface } = await import("./tui/index.ts");
  return await runInterface(options);
}

async function upkeep(): ReturnType<Host["upkeep"]> {
  const { createUpkeep } = await import("./runtime/maintenance/index.ts");
  return createUpkeep(process.env);
}

async function environments(): ReturnType<Host["environments"]> {
  const { createEnvironments } = await import("./runtime/environments/index.ts");
  return createEnvironments(process.env);
}

async function trials(): ReturnType<Host["trials"]> {
  const { createTrials } = await import("./runtime/trials/index.ts");
  return createTrials(process.env);
}

async function toolChecks(): ReturnType<Host["toolChecks"]> {
  const { createToolChecks } = await import("./runtime/plugins/check.ts");
  return createToolChecks(process.env);
}

async function main(raw: string[]): Promise<number> {
  const [first, flag, environment, , settings = "{}"] = raw;
  if (raw.length === 1 && (first === "--version" || first === "-V")) {
    await Bun.write(Bun.stdout, versionLine());
    return 0;
  }
  // What a shell asks at every Tab; see cli/complete.
  if (first === "__complete") {
    const { complete } = await import("./cli/complete/index.ts");
    const options = { variables: process.env, directory: process.cwd(), upkeep };
    await Bun.write(Bun.stdout, await complete(raw.slice(1), options));
    return 0;
  }
  // What a client starts in the background; see client/start.ts.
  if (first === "__daemon" && flag === "--env" && environment !== undefined) {
    return await runInBackground(environment, settings);
  }
  const { runCli } = await import("./cli/index.ts");
  return await runCli(raw, {
    program: Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, import.meta.path],
    variables: process.env,
    directory: process.cwd(),
    serve: runDaemon,
    openInterface,
    upkeep,
    environments,
    trials,
    toolChecks,
  });
}

function failed(thrown: unknown): number {
  const isUnread = thrown instanceof Error && "code" in thrown && thrown.code === "EPIPE";
  if (isUnread) return READER_GONE;
  try {
    writeSync(2, `jamey: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  } catch (_unread) {
    // Nobody can be told: the exit code says it.
  }
  return FAILED;
}

process.exitCode = await main(process.argv.slice(2)).catch(failed);
setTimeout(() => process.exit(), LINGER_MS).unref();
