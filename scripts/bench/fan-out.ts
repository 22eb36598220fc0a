// From one client's change to others who follow: how long until they have it, however many they are, and
// also while a tenth of them is stopped.
import { join } from "node:path";
import type { Daemon } from "./daemon.ts";
import { type Measured, quantile, spread } from "./table.ts";

const CROWDS = [1, 10, 100, 1000];
const CHANGES = 40;
/** Between two changes, so that one is out before the next comes. */
const PAUSE_MS = 25;
const STOPPED_SHARE = 0.1;

const aims: Record<number, Measured["aim"]> = {
  1: { most: 1.2, of: "value" },
  100: { most: 5, of: "value" },
};

export async function measureFanOut(daemon: Daemon): Promise<Measured[]> {
  await daemon.start();
  const rows: Measured[] = [];
  for (const count of CROWDS) {
    const aim = aims[count];
    const delays = await changesSeenBy(daemon, count, 0);
    const share = count === 1 ? 0.95 : 0.99;
    rows.push({
      name: `a change, seen by ${count} ${count === 1 ? "other, p95" : "others, p99"}`,
      value: quantile(delays, share),
      unit: "ms",
      ...(aim ? { aim } : {}),
      note: `p50 ${quantile(delays, 0.5).toFixed(2)}, ${spread(delays)}`,
    });
  }
  const most = CROWDS[CROWDS.length - 1] ?? 1;
  const delays = await changesSeenBy(daemon, most, Math.round(most * STOPPED_SHARE));
  rows.push({
    name: `the same, ${most} others, a tenth of them stopped, p99`,
    value: quantile(delays, 0.99),
    unit: "ms",
    note: `p50 ${quantile(delays, 0.5).toFixed(2)}, of those that run`,
  });
  return rows;
}

async function changesSeenBy(daemon: Daemon, count: number, stopped: number): Promise<number[]> {
  const running = await startCrowd(daemon.socket, count - stopped);
  const asleep = stopped > 0 ? await startCrowd(daemon.socket, stopped) : undefined;
  asleep?.stop();
  const connection = await daemon.connect();
  const { session } = await connection.call("CreateSession", { po_name: "assistant" });
  for (let change = 0; change < CHANGES; change += 1) {
    const name = (performance.timeOrigin + performance.now()).toFixed(3);
    await connection.call("RenameSession", { session_id: session.session_id, name });
    await Bun.sleep(PAUSE_MS);
  }
  connection.close();
  const delays = await running.end();
  asleep?.kill();
  return delays;
}

async function startCrowd(socket: string, count: number) {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "crowd.ts"), socket, String(count)],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const next = async () => {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: true });
    return !done;
  };
  while (!text.startsWith("ready\n")) {
    if (!(await next())) throw new Error("the crowd did not get ready");
  }
  return {
    stop: () => child.kill("SIGSTOP"),
    kill: () => child.kill("SIGKILL"),
    async end(): Promise<number[]> {
      await child.stdin.end();
      while (await next());
      return JSON.parse(text.slice("ready\n".length)) as number[]; // What crowd.ts prints.
    },
  };
}
