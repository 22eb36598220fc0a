// A jamey of one's own for a test: a fresh JAMEY_HOME, a workspace, the compiled binary run in them, and
// at the end every process that was started for it is killed, whatever became of its parents.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { builtBinary } from "./binary.ts";
import { killAll, processesWith } from "./processes.ts";
import { openWire, type Wire } from "./wire-client.ts";

/** One run of the binary; a hang is a failure with what was said so far. */
const RUN_TIMEOUT_MS = 30_000;
const READY_TIMEOUT_MS = 15_000;

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** What stdin holds; absent is /dev/null. */
  input?: Uint8Array | Blob;
  /** Default: the workspace. */
  directory?: string;
  /** Over those of the home; undefined takes one away. */
  variables?: Record<string, string | undefined>;
  timeoutMs?: number;
  /** The command line before the arguments. Default: the binary. */
  program?: string[];
}

export interface Served {
  pid: number;
  /** Resolves once the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number>;
  exited: Promise<number>;
  stderr(): string;
}

export interface Home extends AsyncDisposable {
  folder: string;
  workspace: string;
  socket: string;
  /** `.state` of the environment: database, log, daemon.json. */
  state: string;
  database: string;
  binary: string;
  variables: Record<string, string>;
  run(args: string[], options?: RunOptions): Promise<Finished>;
  /** The daemon as our own child. */
  serve(
    variables?: Record<string, string | undefined>,
    options?: { directory?: string; program?: string[]; socket?: string },
  ): Promise<Served>;
  connect(options?: { client?: string; variables?: Record<string, string> }): Promise<Wire>;
  /** What daemon.json says. */
  daemonPid(): number;
}

export async function openHome(variables: Record<string, string> = {}): Promise<Home> {
  const binary = await builtBinary();
  // Short, because the path of a socket is: not the system's folder for temporary files.
  const folder = realpathSync(mkdtempSync("/tmp/jamey-e2e-"));
  const workspace = join(folder, "work");
  for (const made of [workspace, join(folder, "user")]) mkdirSync(made);
  const own: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: join(folder, "user"),
    JAMEY_HOME: join(folder, "jamey"),
    // Should this test itself be killed, its daemon does not stay for long.
    JAMEY_IDLE_TIMEOUT: "60",
    ...variables,
  };
  const state = join(folder, "jamey/data/environments/default/.state");
  const socket = join(folder, "jamey/state/run/default.sock");
  const start = (program: string[], args: string[], options: RunOptions) =>
    Bun.spawn([...program, ...args], {
      cwd: options.directory ?? workspace,
      env: { ...own, ...options.variables },
      stdin: options.input ?? "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  return {
    folder,
    workspace,
    socket,
    state,
    database: join(state, "jamey.db"),
    binary,
    variables: own,
    async run(args, options = {}) {
      const child = start(options.program ?? [binary], args, options);
      return await finish(child, args, options.timeoutMs ?? RUN_TIMEOUT_MS);
    },
    async serve(given = {}, { program = [binary], socket: listening = socket, directory } = {}) {
      const where = directory === undefined ? {} : { directory };
      const child = start(program, ["serve"], { variables: given, ...where });
      return await untilServing(child, listening);
    },
    connect: async (options = {}) => await openWire(socket, { workspace, ...options }),
    daemonPid: () =>
      Number(/"pid":\s*(\d+)/.exec(readFileSync(join(state, "daemon.json"), "utf8"))?.[1]),
    async [Symbol.asyncDispose]() {
      // HOME or JAMEY_HOME name the folder in every process that descends from us, tools included.
      await killAll(() => processesWith(folder));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Child = Bun.Subprocess<"ignore" | Uint8Array | Blob, "pipe", "pipe">;

async function finish(child: Child, args: string[], timeoutMs: number): Promise<Finished> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (!isLate) return { code: child.exitCode, stdout, stderr };
    const said = `stdout: ${stdout}\nstderr: ${stderr}`;
    throw new Error(`jamey ${args.join(" ")} did not end within ${timeoutMs} ms\n${said}`);
  } finally {
    clearTimeout(timer);
  }
}

async function untilServing(child: Child, socket: string): Promise<Served> {
  let said = "";
  const ready = Promise.withResolvers<void>();
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      said += decoder.decode(chunk, { stream: true });
      // Where it listens on TCP too, the URL follows.
      if ([`${socket}\n`, `${socket} and `].some((end) => said.includes(` on ${end}`)))
        ready.resolve();
    }
    ready.reject(new Error(`the daemon ended before it served:\n${said}`));
  };
  const reading = read();
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    ready.reject(new Error(`the daemon did not serve within ${READY_TIMEOUT_MS} ms:\n${said}`));
  }, READY_TIMEOUT_MS);
  await ready.promise.finally(() => clearTimeout(timer));
  // From here on the end of stderr is no failure.
  reading.catch(() => undefined);
  return {
    pid: child.pid,
    exited: child.exited,
    stderr: () => said,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    async stop() {
      child.kill("SIGTERM");
      return await child.exited;
    },
  };
}
