// What the end-to-end tests see of other processes, read from /proc: who carries a text in its
// environment, how much memory one takes, whether one is still there.
import { readdirSync, readFileSync } from "node:fs";

const POLL_MS = 5;
const GONE_TIMEOUT_MS = 10_000;

/** Live processes other than this one whose environment contains the text. */
export function processesWith(text: string): number[] {
  return pids().filter(
    (pid) => pid !== process.pid && isAlive(pid) && environment(pid).includes(text),
  );
}

/** False for one that is dead and merely not collected by its parent. */
export function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  return stat !== "" && state !== "Z" && state !== "X";
}

/** Resident memory in bytes, `VmRSS`; or its highest value so far, `VmHWM`. */
export function memoryBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(read(`/proc/${pid}/status`));
  if (!found) throw new Error(`process ${pid} shows no ${field}`);
  return Number(found[1]) * 1024;
}

/** The command line, its words separated by NUL. */
export const commandLine = (pid: number): string => read(`/proc/${pid}/cmdline`);

/** Nobody tells a stranger that a process has ended, hence the one place that looks again and again. */
export async function untilNone(look: () => number[]): Promise<number[]> {
  const deadline = performance.now() + GONE_TIMEOUT_MS;
  let found = look();
  while (found.length > 0 && performance.now() < deadline) {
    await Bun.sleep(POLL_MS);
    found = look();
  }
  return found;
}

/** Kills them all and resolves once they are gone. */
export async function killAll(look: () => number[]): Promise<void> {
  const left = await untilNone(() => {
    const found = look();
    for (const pid of found) signal(pid, "SIGKILL");
    return found;
  });
  if (left.length > 0) throw new Error(`processes cannot be killed: ${left.join(", ")}`);
}

/** False where nobody is left to take it. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function pids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0);
}

const environment = (pid: number): string => read(`/proc/${pid}/environ`);

/** A process may end while it is looked at, or be somebody else's: then there is nothing to read. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
