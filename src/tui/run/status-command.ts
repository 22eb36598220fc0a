// A human's own command for the status line: it is given the state as JSON and says one line.
// Rules: 1. It runs only where the state has changed, one at a time, and not more often than every few seconds.
//        2. Its input is closed at once, its time and its output are bounded, and nothing of it outlives us.
//        3. One that fails is told once, until it works again; the line that it said before goes away.
import type { Variables } from "../../client/variables.ts";
import { messageOf } from "../../protocol/errors.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";

/** The shell's command line. */
export const STATUS_COMMAND = "JAMEY_STATUS_COMMAND";

/** From one run's begin to the next. Milliseconds. */
const BETWEEN_MS = 3_000;
/** A command that takes longer is ended. Milliseconds. */
const MAX_RUN_MS = 2_000;
/** What it says beyond this is not read. Bytes. */
const MAX_OUTPUT_BYTES = 4_096;
/** Characters of its line. */
const MAX_LINE_LENGTH = 200;

export interface StatusCommand {
  /** The state is another one now. */
  changed(json: string): void;
  stop(): void;
}

export interface StatusCommandOptions {
  command: string;
  directory: string;
  variables: Variables;
  says(text: string): void;
  fails(problem: string): void;
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
    changed(json) {
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
    const child = Bun.spawn(["/bin/sh", "-c", command], {
      cwd: directory,
      env: { ...variables },
      stdin: new Blob([`${json}\n`]),
      stdout: "pipe",
      stderr: "ignore",
      // A group of its own: what it began ends with it, and none of it reads the terminal.
      detached: true,
    });
    const kill = () => endGroup(child.pid);
    started({ kill });
    timer = setTimeout(() => {
      isLate = true;
      kill();
    }, maxRunMs);
    const said = await firstBytes(child.stdout);
    kill();
    const code = await child.exited;
    if (isLate) return { problem: `took longer than ${maxRunMs} ms` };
    const line = oneLine(stripControl(said).split("\n")[0] ?? "", MAX_LINE_LENGTH).trim();
    return line === "" && code !== 0
      ? { problem: `ended with ${code} and said nothing` }
      : { line };
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

/** Up to the end of its first line, or as much as is read at most. */
async function firstBytes(output: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const piece of output) {
    const room = MAX_OUTPUT_BYTES - bytes;
    text += decoder.decode(piece.subarray(0, room), { stream: true });
    bytes += piece.length;
    if (bytes >= MAX_OUTPUT_BYTES || text.includes("\n")) break;
  }
  return text;
}
