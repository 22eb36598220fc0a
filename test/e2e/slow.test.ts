// Who is slow harms nobody: a client that stops reading, and a tool that writes without end.
// JAMEY_SLOW_SECONDS and JAMEY_OUTPUT_BYTES give longer and larger ones.
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, openHome } from "../support/home.ts";
import { judgeLateness } from "../support/oracle.ts";
import { memoryBytes, signal } from "../support/processes.ts";
import type { Wire, WireFrame } from "../support/wire-client.ts";

const SLOW_SECONDS = Number(process.env.JAMEY_SLOW_SECONDS ?? 3);
const OUTPUT_BYTES = Number(process.env.JAMEY_OUTPUT_BYTES ?? 128 * 1024 * 1024);
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Clients that do not read. What a daemon would keep for them is far more than it may grow by. */
const SLEEPERS = 8;
const TRAFFIC_LIMIT_BYTES = 192 * 1024 * 1024;
const LEAST_TRAFFIC_BYTES = 1.5 * TRAFFIC_LIMIT_BYTES;
const MESSAGE_LENGTH = 50_000;
/** In how many places each text travels: accepted, said and answered, and both of these on the bus. */
const COPIES = 5;
const LEAST_TURNS = Math.ceil(LEAST_TRAFFIC_BYTES / (MESSAGE_LENGTH * COPIES * SLEEPERS));
/** The daemon keeps as many sessions in memory; once it does, more of them cost nothing more. */
const KEPT_SESSIONS = 256;

/** Turns until the time is over and the traffic is enough; resolves to how many there were. */
async function talk(wire: Wire, seconds: number, least: number): Promise<number> {
  const deadline = performance.now() + seconds * 1_000;
  const text = "x".repeat(MESSAGE_LENGTH);
  let turns = 0;
  while (performance.now() < deadline || turns < least) {
    const message = `/say ${turns} ${text}`;
    const sent = await wire.ask("SendMessage", { po_name: "assistant", message });
    const run = await wire.ask("WaitForTurn", { turn_id: sent.turn_id });
    expect(run.response).toBe(`${turns} ${text}`);
    turns += 1;
  }
  return turns;
}

/** A follower of everything that happens from now on. */
async function sleeper(home: Home) {
  const wire = await home.connect();
  const { seq: from } = wire.hello;
  const followed = await wire.follow({ after: from, signal_types: ["TextDelta"] });
  await followed.until("the end of what was", ({ type }) => type === "caught_up");
  return { wire, from, followed };
}

/** The log after a cursor, up to the moment when it was read. */
async function readLog(wire: Wire, after: number): Promise<{ head: number; log: WireFrame[] }> {
  const whole = await wire.follow({ after });
  const end = await whole.until("the whole log", ({ type }) => type === "caught_up");
  const log = whole.frames.filter(({ type }) => type === "event");
  return { head: end.seq ?? 0, log };
}

/** The daemon's memory before something, and how to see its peak since. */
async function watchMemory(home: Home, wire: Wire): Promise<() => number> {
  const { pid } = await wire.ask("GetStatus");
  const baseline = memoryBytes(Number(pid), "VmRSS");
  // 5 sets the peak back to what is used now.
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  expect(Number(pid)).toBe(home.daemonPid());
  return () => memoryBytes(Number(pid), "VmHWM") - baseline;
}

test(
  `a client that does not read for ${SLOW_SECONDS} s harms nobody and misses nothing`,
  async () => {
    await using home = await openHome({ JAMEY_MODEL: "offline/guide" });
    await home.serve();
    const active = await home.connect();
    await talk(active, 0, KEPT_SESSIONS);
    const growth = await watchMemory(home, active);
    const [slow, ...others] = await Promise.all(
      Array.from({ length: SLEEPERS }, async () => await sleeper(home)),
    );
    if (!slow) throw new Error("there are sleepers");
    for (const { wire } of [slow, ...others]) wire.pause();
    const before = slow.followed.frames.length;
    await talk(active, SLOW_SECONDS, LEAST_TURNS);
    expect(slow.followed.frames.length).toBe(before);
    expect(growth()).toBeLessThan(TRAFFIC_LIMIT_BYTES);
    for (const { wire } of others) wire.close();
    const { head, log } = await readLog(active, slow.from);
    slow.wire.resume();
    await slow.followed.until(
      `event ${head}`,
      ({ type, seq = 0 }) => type === "event" && seq >= head,
    );
    expect(judgeLateness(slow.followed.frames, log, { from: slow.from, to: head })).toEqual([]);
  },
  60_000 + SLOW_SECONDS * 2_000,
);

test(
  `a follower that is stopped for ${SLOW_SECONDS} s harms nobody and catches up without a gap`,
  async () => {
    await using home = await openHome({ JAMEY_MODEL: "offline/guide" });
    await home.serve();
    const active = await home.connect();
    const follower = Bun.spawn(
      [process.execPath, join(import.meta.dir, "../support/follower-process.ts"), home.socket],
      { stdin: "ignore", stdout: "pipe", stderr: "inherit", env: home.variables },
    );
    const lines = linesOf(follower.stdout);
    await lines.until(({ type }) => type === "caught_up");
    signal(follower.pid, "SIGSTOP");
    await talk(active, SLOW_SECONDS, 0);
    const { head, log } = await readLog(active, 0);
    signal(follower.pid, "SIGCONT");
    await lines.until(({ type, seq = 0 }) => type === "event" && seq >= head);
    expect(judgeLateness(lines.frames, log, { from: 0, to: head })).toEqual([]);
    follower.kill("SIGKILL");
    await follower.exited;
  },
  60_000 + SLOW_SECONDS * 2_000,
);

/** Frames that a process prints, one a line. */
function linesOf(output: ReadableStream<Uint8Array>) {
  const frames: WireFrame[] = [];
  const reader = output.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  return {
    frames,
    async until(fits: (frame: WireFrame) => boolean): Promise<void> {
      let isFound = frames.some(fits);
      while (!isFound) {
        const { done, value } = await reader.read();
        if (done) throw new Error("the follower ended");
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        // The follower prints nothing but frames.
        const fresh = lines.map((line) => JSON.parse(line) as WireFrame);
        frames.push(...fresh);
        isFound = fresh.some(fits);
      }
    },
  };
}

test(
  `a command that writes ${OUTPUT_BYTES} bytes costs the daemon little memory`,
  async () => {
    await using home = await openHome({ JAMEY_MODEL: "offline/guide" });
    await home.serve();
    const wire = await home.connect();
    const watcher = await home.connect();
    await watcher.follow({ signal_types: ["ToolOutputDelta"] });
    const run = async (command: string) => {
      const sent = await wire.ask("SendMessage", {
        po_name: "assistant",
        message: `/shell ${JSON.stringify({ command })}`,
        settings: { rules: [{ tool: "shell", match: null, action: "allow" }] },
      });
      await ended.until(`the end of ${command}`, (frame) => {
        return frame.event_type === "TurnCompleted" && frame.payload?.turn_id === sent.turn_id;
      });
      return ended.frames.find(
        ({ event_type, payload }) =>
          event_type === "ToolCallCompleted" && payload?.turn_id === sent.turn_id,
      )?.payload;
    };
    const ended = await wire.follow({ event_types: ["ToolCallCompleted", "TurnCompleted"] });
    await run("echo warm");
    const growth = await watchMemory(home, wire);
    const done = await run(`head -c ${OUTPUT_BYTES} /dev/zero | tr '\\0' x`);
    expect(growth()).toBeLessThan(MEMORY_LIMIT_BYTES);
    expect(done).toMatchObject({ success: true, outcome: "completed", output_bytes: OUTPUT_BYTES });
    const kept = readFileSync(String(done?.spilled_to));
    expect(kept.every((byte) => byte === 120)).toBe(true);
    expect(kept.length).toBe(Math.min(OUTPUT_BYTES, 64 * 1024 * 1024));
  },
  60_000 + OUTPUT_BYTES / 10_000,
);
