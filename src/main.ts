// Where every jamey process begins: the command line, the daemon, or just the version.
// Rules: 1. The only file that knows cli and runtime, each behind a lazy import.
//        2. Nothing ends the process while something may still be written: the exit code is set, and it returns.
import { versionLine } from "./cli/version-line.ts";

async function runDaemon(options: { environment: string; foreground: boolean }): Promise<number> {
  const daemon = await import("./runtime/daemon.ts");
  return await daemon.runDaemon(options);
}

/** stderr is the daemon's log: whoever started it shows the last lines. */
async function runInBackground(environment: string): Promise<number> {
  try {
    return await runDaemon({ environment, foreground: false });
  } catch (thrown) {
    process.stderr.write(`jamey: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    return 1;
  }
}

async function main(raw: string[]): Promise<number> {
  const [first, flag, environment] = raw;
  if (raw.length === 1 && (first === "--version" || first === "-V")) {
    await Bun.write(Bun.stdout, versionLine());
    return 0;
  }
  // What a client starts in the background; see client/start.ts.
  if (first === "__daemon" && flag === "--env" && environment !== undefined) {
    return await runInBackground(environment);
  }
  const { runCli } = await import("./cli/index.ts");
  return await runCli(raw, {
    program: Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, import.meta.path],
    variables: process.env,
    directory: process.cwd(),
    serve: runDaemon,
  });
}

process.exitCode = await main(process.argv.slice(2));
