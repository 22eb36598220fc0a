// Processes of the real world: started at the head of their own group, read with backpressure,
// ended whole.
// Rules: 1. A process gets the variables it is given and no others.
//        2. What nobody reads is not buffered here.
//        3. `end` leaves nothing: the group, then what left the group but carries the call's mark.
import { existsSync } from "node:fs";
import type {
  Attempt,
  ProcessExit,
  Processes,
  RunningProcess,
  StartOptions,
} from "../../core/world.ts";
import {
  CALL_MARK,
  endMarked,
  findMarked,
  isGroupAlive,
  JOURNAL_MARK,
  KILL_GRACE_MS,
  signal,
} from "./leftovers.ts";
import { mergeStreams } from "./merge.ts";

const POLL_MS = 10;
/** When all that is known is dead, a pipe that somebody unknown holds is left after this silence. */
const DRAIN_IDLE_MS = 300;
const DRAIN_TOTAL_MS = 2000;

export function createProcesses(options: { kill_grace_ms?: number } = {}): Processes {
  const graceMs = options.kill_grace_ms ?? KILL_GRACE_MS;
  return { shell: findShell(), start: (given) => start(given, graceMs) };
}

/** bash where there is one, because it is what models write; never one that PATH names. */
function findShell(): readonly [string, ...string[]] {
  const bash = ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path));
  return bash === undefined ? ["/bin/sh"] : [bash, "--noprofile", "--norc"];
}

function start(options: StartOptions, graceMs: number): Attempt<RunningProcess> {
  let child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  try {
    child = Bun.spawn([...options.argv], {
      cwd: options.folder,
      env: options.variables,
      detached: true,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${options.argv[0]} could not be started: ${reason}` };
  }
  const merged = mergeStreams([child.stdout, child.stderr]);
  const exited = child.exited.then(
    (): ProcessExit =>
      child.signalCode === null
        ? { code: child.exitCode ?? 0, signal: null }
        : { code: null, signal: String(child.signalCode) },
  );
  let ending: Promise<void> | undefined;
  const end = async () => {
    const isForced = child.exitCode === null && child.signalCode === null;
    await endGroup(child.pid, graceMs);
    // Where looking costs a process of its own, it is done only if this one had to be ended.
    if (isForced || process.platform === "linux") {
      await endEscaped(child.pid, options.variables, graceMs);
    }
    await exited;
    await merged.drain({ idleMs: DRAIN_IDLE_MS, totalMs: DRAIN_TOTAL_MS });
  };
  return {
    ok: true,
    value: {
      pid: child.pid,
      output: merged.chunks,
      exited,
      end: async () => {
        ending ??= end();
        await ending;
      },
    },
  };
}

async function endGroup(group: number, graceMs: number): Promise<void> {
  if (!isGroupAlive(group)) return;
  signal(-group, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    await Bun.sleep(POLL_MS);
    if (!isGroupAlive(group)) return;
  }
  signal(-group, "SIGKILL");
}

/** What started its own session is found by its mark; it is younger than what started it. */
async function endEscaped(
  pid: number,
  variables: Record<string, string>,
  graceMs: number,
): Promise<void> {
  const [journal, call] = [variables[JOURNAL_MARK], variables[CALL_MARK]];
  if (journal === undefined || call === undefined) return;
  const find = async () => await findMarked({ journal_id: journal, call_id: call, above_pid: pid });
  await endMarked({ find, grace_ms: graceMs });
}
