// Processes of the real world: started at the head of their own group, read with backpressure,
// ended whole.
// Rules: 1. A process gets the variables it is given and no others.
//        2. What nobody reads is not buffered here.
//        3. `end` leaves nothing: the group, then what left the group but carries the call's mark, or holds open
//           what the process was started with.
import { existsSync } from "node:fs";
import type {
  Attempt,
  ProcessExit,
  Processes,
  RunningProcess,
  SpokenProcess,
  StartOptions,
} from "../../core/world.ts";
import { openHeld } from "./held.ts";
import {
  CALL_MARK,
  endMarked,
  findHolding,
  findMarked,
  isGroupAlive,
  JOURNAL_MARK,
  KILL_GRACE_MS,
  signal,
} from "./leftovers.ts";
import { type MergedStreams, mergeStreams } from "./merge.ts";

const POLL_MS = 10;
/** When all that is known is dead, a pipe that somebody unknown holds is left after this silence. */
const DRAIN_IDLE_MS = 300;
const DRAIN_TOTAL_MS = 2000;

export function createProcesses(options: { kill_grace_ms?: number } = {}): Processes {
  const graceMs = options.kill_grace_ms ?? KILL_GRACE_MS;
  return {
    shell: findShell(),
    start: (given) => start(given, graceMs),
    open: (given) => open(given, graceMs),
  };
}

/** bash where there is one, because it is what models write; never one that PATH names. */
function findShell(): readonly [string, ...string[]] {
  const bash = ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path));
  return bash === undefined ? ["/bin/sh"] : [bash, "--noprofile", "--norc"];
}

function start(options: StartOptions, graceMs: number): Attempt<RunningProcess> {
  const spawned = spawn(options, "ignore");
  if (!spawned.ok) return spawned;
  const { child, held } = spawned.value;
  const merged = mergeStreams([child.stdout, child.stderr]);
  const { pid, exited, end } = running(child, { options, held, graceMs, streams: [merged] });
  return { ok: true, value: { pid, output: merged.chunks, exited, end } };
}

function open(options: StartOptions, graceMs: number): Attempt<SpokenProcess> {
  const spawned = spawn(options, "pipe");
  if (!spawned.ok) return spawned;
  const { child, held } = spawned.value;
  const { stdin } = child;
  const [output, errors] = [mergeStreams([child.stdout]), mergeStreams([child.stderr])];
  const streams = [output, errors];
  const { pid, exited, end } = running(child, { options, held, graceMs, streams });
  // A reader that is gone is no error of ours: its exit says what became of it.
  const unread = () => false;
  const value: SpokenProcess = {
    ...{ pid, exited, end, output: output.chunks, errors: errors.chunks },
    async write(bytes) {
      // A write that must wait is a promise, too, which the types do not say: it fails apart from the flush.
      const written = attempt(() => stdin.write(bytes));
      const flushed = attempt(() => stdin.flush());
      return await Promise.all([written, flushed]).then(() => true, unread);
    },
    closeInput() {
      void attempt(() => stdin.end()).catch(unread);
    },
  };
  return { ok: true, value };
}

/** What throws at once fails like what fails later. */
const attempt = async (act: () => unknown): Promise<unknown> => await act();

function spawn<Input extends "ignore" | "pipe">(
  options: StartOptions,
  stdin: Input,
): Attempt<{ child: Bun.Subprocess<Input, "pipe", "pipe">; held: string | undefined }> {
  const held = openHeld();
  try {
    const child = Bun.spawn([...options.argv], {
      cwd: options.folder,
      env: options.variables,
      detached: true,
      stdio: [stdin, "pipe", "pipe", ...(held ? [held.fd] : [])],
    });
    return { ok: true, value: { child, held: held?.name } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `${options.argv[0]} could not be started: ${reason}` };
  } finally {
    held?.close();
  }
}

function running(
  child: Bun.Subprocess<"ignore" | "pipe", "pipe", "pipe">,
  given: {
    options: StartOptions;
    held: string | undefined;
    graceMs: number;
    streams: MergedStreams[];
  },
): Pick<RunningProcess, "pid" | "exited" | "end"> {
  const { options, held, graceMs, streams } = given;
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
      await endEscaped(child.pid, { variables: options.variables, held, graceMs });
    }
    await exited;
    const limits = { idleMs: DRAIN_IDLE_MS, totalMs: DRAIN_TOTAL_MS };
    await Promise.all(streams.map((stream) => stream.drain(limits)));
  };
  return {
    pid: child.pid,
    exited,
    end: async () => {
      ending ??= end();
      await ending;
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

/** What started its own session is found by its mark or by what it holds; it is younger than what started it. */
async function endEscaped(
  pid: number,
  given: { variables: Record<string, string>; held: string | undefined; graceMs: number },
): Promise<void> {
  const { variables, held, graceMs } = given;
  const [journal, call] = [variables[JOURNAL_MARK], variables[CALL_MARK]];
  if (journal === undefined || call === undefined) return;
  const find = async () => {
    const marked = await findMarked({ journal_id: journal, call_id: call, above_pid: pid });
    return held === undefined ? marked : [...marked, ...findHolding(held, pid)];
  };
  await endMarked({ find, grace_ms: graceMs });
}
