// A human's own command for the status line: it is given the state as JSON and says one line.
// Rules: 1. It runs only where the state has changed, one at a time, and not more often than every few seconds.
//        2. Its input is closed at once, its time and its output are bounded. What it began ends with it, and within
//           its time also where we are killed: all but what makes itself a process group of its own (`setsid`).
//        3. One that fails is told once, until it works again; the line that it said before goes away.
import type { Variables } from "../../client/variables.ts";
import { messageOf } from "../../protocol/errors.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import { MAX_STATUS_LENGTH } from "../state.ts";

/** The shell's command line. */
export const STATUS_COMMAND = "JAMEY_STATUS_COMMAND";

/** From one run's begin to the next. Milliseconds. */
const BETWEEN_MS = 3_000;
/** A command that takes longer is ended. Milliseconds. */
const MAX_RUN_MS = 2_000;
/** What it says beyond this is not read. Bytes. */
const MAX_OUTPUT_BYTES = 4_096;
/** After its end: what left its group may hold its output open. Milliseconds. */
const MAX_REST_MS = 500;
/** Ends the group after $1 seconds, whoever is left to do it; the command is $2. Nobody waits for its output. */
const BOUNDED = '(sleep "$1"; kill -KILL 0) </dev/null >/dev/null 2>&1 & exec /bin/sh -c "$2"';

export interface StatusCommand {
  /** The state is another one now; whether a turn runs in it. */
  changed(json: string, isWorking?: boolean): void;
  stop(): void;
}

export interface StatusCommandOptions {
  command: string;
  directory: string;
  variables: Variables;
  says(text: string): void;
  fails(problem: string): void;
  /** What is shown rests while a turn runs. */
  isMotionReduced?: boolean;
  betweenMs?: number;
  maxRunMs?: number;
}

export function startStatusCommand(options: StatusCommandOptions): StatusCommand {
  const { betweenMs = BETWEEN_MS, says, fails } = options;
  let next: string | null = null;
  let ranWith: string | null = null;
  let begunAt = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;
  let running: { kill(): void } | null = null;
  let isFailing = false;
  let isStopped = false;

  function arrange(): void {
    clearTimeout(timer);
    if (isStopped || running || next === null || next === ranWith) return;
    const waitMs = begunAt + betweenMs - performance.now();
    timer = setTimeout(() => void run(), Math.max(0, waitMs));
  }

  async function run(): Promise<void> {
    if (next === null || isStopped) return;
    const json = next;
    ranWith = json;
    begunAt = performance.now();
    const outcome = await runOnce(options, json, (one) => {
      running = one;
    });
    running = null;
    if (isStopped) return;
    says("line" in outcome ? outcome.line : "");
    if ("problem" in outcome && !isFailing) fails(`${STATUS_COMMAND}: ${outcome.problem}`);
    isFailing = "problem" in outcome;
    arrange();
  }

  return {
    changed(json, isWorking) {
      // Its end is another state.
      if (isWorking && options.isMotionReduced) return;
      next = json;
      arrange();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      running?.kill();
    },
  };
}

type Outcome = { line: string } | { problem: string };

async function runOnce(
  { command, directory, variables, maxRunMs = MAX_RUN_MS }: StatusCommandOptions,
  json: string,
  started: (running: { kill(): void }) => void,
): Promise<Outcome> {
  let isLate = false;
  let timer: Timer | undefined;
  try {
    // A little later than we do it: who lives is the one to say that it took too long.
    const seconds = String(Math.ceil(maxRunMs / 1000) + 1);
    const child = Bun.spawn(["/bin/sh", "-c", BOUNDED, "sh", seconds, command], {
      cwd: directory,
      env: { ...variables },
      stdin: new Blob([`${json}\n`]),
      stdout: "pipe",
      stderr: "pipe",
      // A group of its own: what it began ends with it, and none of it reads the terminal.
      detached: true,
    });
    const kill = () => endGroup(child.pid);
    started({ kill });
    timer = setTimeout(() => {
      isLate = true;
      kill();
    }, maxRunMs);
    const complaint = createComplaint(child.stderr);
    const said = await firstBytes(
      child.stdout,
      child.exited.then(() => Bun.sleep(MAX_REST_MS)),
    );
    // What has spoken has nothing more to say: how it ends is our doing then, and counts only without a word.
    if (said !== "") kill();
    const code = await child.exited;
    kill();
    if (isLate) return { problem: `took longer than ${maxRunMs} ms` };
    if (said === "" && code !== 0) {
      const why = await complaint.firstLine();
      return {
        problem: `ended with ${code}${why === "" ? " and said nothing on stdout" : `: ${why}`}`,
      };
    }
    const [line = ""] = stripControl(said).split("\n");
    return { line: oneLine(line, MAX_STATUS_LENGTH).trim() };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  } finally {
    clearTimeout(timer);
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (_gone) {
    // It has ended by itself: that is what was wanted.
  }
}

/** What it writes on stderr is read on, so that it never waits for us, and its beginning is kept. */
function createComplaint(output: ReadableStream<Uint8Array>) {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  async function read(): Promise<void> {
    for await (const piece of output) {
      const room = Math.max(0, MAX_OUTPUT_BYTES - bytes);
      text += decoder.decode(piece.subarray(0, room), { stream: true });
      bytes += piece.length;
    }
  }
  // A stream that breaks has said what it had to say.
  const ended = read().catch(() => undefined);
  return {
    async firstLine(): Promise<string> {
      await Promise.race([ended, Bun.sleep(MAX_REST_MS)]);
      const [line = ""] = stripControl(text).trimStart().split("\n");
      return oneLine(line, MAX_STATUS_LENGTH);
    },
  };
}

/** Up to the end of its first line, as much as is read at most, or what there is when nothing more is waited for. */
async function firstBytes(
  output: ReadableStream<Uint8Array>,
  over: Promise<unknown>,
): Promise<string> {
  const decoder = new TextDecoder();
  const reader = output.getReader();
  void over.then(() => reader.cancel()).catch(() => undefined);
  let [text, bytes] = ["", 0];
  while (bytes < MAX_OUTPUT_BYTES && !text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, MAX_OUTPUT_BYTES - bytes), { stream: true });
    bytes += value.length;
  }
  await reader.cancel().catch(() => undefined);
  return text;
}
