// Finds and ends what tool calls left behind: processes that carry the marks of a call in their
// environment, wherever they went (a new session, a new parent).
// Rules: 1. Only processes of our own user, never ourselves.
//        2. Asked first, killed after the grace period.
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

export const JOURNAL_MARK = "JAMEY_JOURNAL_ID";
export const CALL_MARK = "JAMEY_CALL_ID";

export const KILL_GRACE_MS = 2000;
const POLL_MS = 10;
/** A process that starts others faster than this many looks is beyond what signals can do. */
const MAX_ROUNDS = 20;

export interface MarkedProcess {
  pid: number;
  group: number;
  call_id: string;
}

interface Seen {
  pid: number;
  group: number;
  isZombie: boolean;
}

/** Ends the processes of a journal's calls, except those in `keep`; resolves to their number. */
export async function endLeftovers(options: {
  journal_id: string;
  keep: ReadonlySet<string>;
  grace_ms?: number;
}): Promise<number> {
  return await endMarked({
    find: async () =>
      (await findMarked({ journal_id: options.journal_id })).filter(
        (found) => !options.keep.has(found.call_id),
      ),
    grace_ms: options.grace_ms ?? KILL_GRACE_MS,
  });
}

/** Ends what `find` finds, until it finds nothing. Resolves to how many processes there were. */
export async function endMarked(options: {
  find: () => Promise<MarkedProcess[]>;
  grace_ms: number;
}): Promise<number> {
  const ended = new Set<number>();
  const deadline = performance.now() + options.grace_ms;
  const asked = new Set<number>();
  let rounds = 0;
  while (rounds < MAX_ROUNDS) {
    const found = await options.find();
    if (found.length === 0) break;
    const isLate = performance.now() >= deadline;
    if (isLate) rounds += 1;
    for (const { pid, group } of found) {
      ended.add(pid);
      if (isLate) signalAll(pid, group, "SIGKILL");
      else if (!asked.has(pid)) signalAll(pid, group, "SIGTERM");
      asked.add(pid);
    }
    await Bun.sleep(POLL_MS);
  }
  return ended.size;
}

/** The processes of a journal's calls, or of one call; `above_pid` leaves out older ones. */
export async function findMarked(options: {
  journal_id: string;
  call_id?: string;
  above_pid?: number;
}): Promise<MarkedProcess[]> {
  const { call_id, above_pid = 0 } = options;
  const found = process.platform === "linux" ? listLinux(above_pid) : await listElsewhere();
  return found.flatMap(({ pid, group, variables }) => {
    if (pid === process.pid || pid <= above_pid) return [];
    const text = variables();
    if (read(text, JOURNAL_MARK) !== options.journal_id) return [];
    const call = read(text, CALL_MARK);
    if (call === undefined || (call_id !== undefined && call !== call_id)) return [];
    return [{ pid, group, call_id: call }];
  });
}

/** The processes that hold this file open, of those that are younger than `above_pid`. */
export function findHolding(name: string, above_pid: number): MarkedProcess[] {
  if (process.platform !== "linux") return [];
  return listLinux(above_pid)
    .filter(({ pid }) => pid !== process.pid && isHolding(pid, name))
    .map(({ pid, group }) => ({ pid, group, call_id: "" }));
}

function isHolding(pid: number, name: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`)?.startsWith(name));
  } catch {
    // It has ended, or is none of ours.
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** True while a process of the group lives; one that is dead and not yet collected does not. */
export function isGroupAlive(group: number): boolean {
  if (!canSignal(-group)) return false;
  if (process.platform !== "linux") return true;
  return pidsOf(group - 1).some((pid) => {
    const seen = lookAtLinux(pid);
    return seen !== undefined && seen.group === group && !seen.isZombie;
  });
}

/** False where nobody is left to take the signal, or it is not ours to send. */
export function signal(target: number, name: "SIGTERM" | "SIGKILL"): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false;
  }
}

function canSignal(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch {
    return false;
  }
}

function signalAll(pid: number, group: number, name: "SIGTERM" | "SIGKILL"): void {
  // The group of the daemon itself is never meant: calls always get their own.
  if (group > 1 && group !== ownGroup()) signal(-group, name);
  signal(pid, name);
}

function ownGroup(): number | undefined {
  return process.platform === "linux" ? lookAtLinux(process.pid)?.group : process.pid;
}

interface Candidate {
  pid: number;
  group: number;
  /** Its environment, entries between NULs. */
  variables: () => string;
}

function pidsOf(above: number): number[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    // Without /proc nobody can be found; the group is all that can be ended.
    return [];
  }
  return names.map(Number).filter((pid) => Number.isInteger(pid) && pid > above);
}

function listLinux(above: number): Candidate[] {
  const user = process.getuid?.();
  return pidsOf(above).flatMap((pid) => {
    const seen = lookAtLinux(pid);
    if (seen === undefined || seen.isZombie || seen.user !== user) return [];
    return [{ pid, group: seen.group, variables: () => readProc(`/proc/${pid}/environ`) ?? "" }];
  });
}

function lookAtLinux(pid: number): (Seen & { user: number }) | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  const user = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  if (stat === undefined || user === undefined) return undefined;
  // pid (name, which may hold anything) state parent group …
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, group: Number(group), isZombie: state === "Z" || state === "X", user };
}

/** A process may end while it is looked at, or be none of ours: then there is nothing to read. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** `ps` prints the environment behind the command, entries between spaces. */
async function listElsewhere(): Promise<Candidate[]> {
  const user = String(process.getuid?.() ?? "");
  const ps = Bun.spawn(["/bin/ps", "eww", "-U", user, "-o", "pid=,pgid=,stat=,command="], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    env: {},
    timeout: KILL_GRACE_MS,
  });
  const text = await new Response(ps.stdout).text();
  return text.split("\n").flatMap((line) => {
    const [, pid, group, state, rest] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || rest === undefined || state?.startsWith("Z")) return [];
    return [
      { pid: Number(pid), group: Number(group), variables: () => rest.replaceAll(" ", "\0") },
    ];
  });
}

function read(variables: string, name: string): string | undefined {
  return variables
    .split("\0")
    .findLast((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
