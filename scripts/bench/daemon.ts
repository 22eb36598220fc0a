// A daemon of the built binary with a home of its own, and what the system says about its process.
import { readFileSync } from "node:fs";
import { type Connection, openConnection } from "../../src/client/connection.ts";
import { findEnvironment } from "../../src/client/places.ts";

export interface Daemon {
  variables: Record<string, string>;
  socket: string;
  /** Starts it if it does not run; resolves to its process. */
  start(): Promise<number>;
  stop(): Promise<void>;
  connect(): Promise<Connection>;
}

export function createDaemon(options: {
  binary: string;
  home: string;
  variables: Record<string, string>;
}): Daemon {
  const variables = { JAMEY_HOME: options.home, ...options.variables };
  const { places } = findEnvironment({ flag: undefined, variables, directory: options.home });
  const { socket } = places;
  const env = { PATH: process.env.PATH ?? "", ...variables };
  const run = async (word: string) => {
    const child = Bun.spawn([options.binary, "daemon", word, "--json"], { env, stderr: "ignore" });
    const text = await new Response(child.stdout).text();
    await child.exited;
    return text;
  };
  return {
    variables,
    socket,
    async start() {
      const { pid } = JSON.parse(await run("start")) as { pid: number }; // What daemon start prints.
      return pid;
    },
    async stop() {
      await run("stop");
    },
    connect: () =>
      openConnection(
        { socket },
        { client: "bench", workspace: options.home, variables: options.variables, call_id: null },
      ),
  };
}

/** The memory that would be free without the process, shared pages by their share, in MB. */
export function memoryMb(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
  return Number(found?.[1]) / 1024;
}

const TICKS_PER_SECOND = 100;

/** Seconds of processor that the process has used. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
