// Real daemons from source, each in a home of its own; at the end all that were started are gone.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface DaemonProcess {
  pid: number;
  /** What it has said on stderr so far. */
  said(): string;
  /** Resolves when it serves; rejects when it ends before. */
  ready: Promise<void>;
  exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

export interface DaemonHome extends AsyncDisposable {
  folder: string;
  /** The default environment's. */
  environment: string;
  state: string;
  socket: string;
  /** Every daemon so far. */
  started: readonly DaemonProcess[];
  write(path: string, text: string): void;
  /** In the foreground unless told otherwise, because then it says when it is ready. */
  start(options?: {
    environment?: string;
    mode?: "foreground" | "background";
    umask?: string;
    variables?: Record<string, string>;
  }): DaemonProcess;
}

const ENTRY = join(import.meta.dir, "daemon-entry.ts");

export function openDaemonHome(): DaemonHome {
  // Short, because the path of a socket is: not the system's folder for temporary files.
  const folder = realpathSync(mkdtempSync("/tmp/jamey-d-"));
  const environment = join(folder, "data/environments/default");
  const started: DaemonProcess[] = [];
  return {
    folder,
    environment,
    state: join(environment, ".state"),
    socket: join(folder, "state/run/default.sock"),
    started,
    write(path, text) {
      const file = join(folder, path);
      mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
      writeFileSync(file, text);
    },
    start({ environment: name = "default", mode = "foreground", umask = "022", variables } = {}) {
      const program = [process.execPath, ENTRY, name, mode].map((word) => `'${word}'`).join(" ");
      const child = Bun.spawn(["sh", "-c", `umask ${umask}; exec ${program}`], {
        cwd: "/",
        env: { PATH: process.env.PATH ?? "", HOME: folder, JAMEY_HOME: folder, ...variables },
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      let said = "";
      const ready = Promise.withResolvers<void>();
      ready.promise.catch(() => undefined);
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of child.stderr) {
          said += decoder.decode(chunk, { stream: true });
          if (/^jamey \S+ serves /m.test(said)) ready.resolve();
        }
      })();
      const daemon: DaemonProcess = {
        pid: child.pid,
        said: () => said,
        ready: ready.promise,
        exited: (async () => {
          const code = await child.exited;
          await reading;
          ready.reject(new Error(`the daemon ended with ${code}: ${said}`));
          return code;
        })(),
        kill: (signal) => child.kill(signal),
      };
      started.push(daemon);
      return daemon;
    },
    async [Symbol.asyncDispose]() {
      for (const daemon of started) daemon.kill("SIGKILL");
      await Promise.all(started.map((daemon) => daemon.exited));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
