// What the daemon adds to a model: to a whole turn, to a token, to a step with a tool, and its processor time.
import type { Connection } from "../../src/client/connection.ts";
import { cpuSeconds, type Daemon, memoryMb } from "./daemon.ts";
import { type Measured, median, quantile, spread } from "./table.ts";

const OBJECT = "assistant";
const TURNS = 200;
const PACED_TOKENS = 200;
const COUNTED_TOKENS = 10_000;
const TOOL_ROUNDS = 20;
const CHAINS = 10;
const TOGETHER = 20;

export async function measureTurns(daemon: Daemon, modelUrl: string): Promise<Measured[]> {
  const pid = await daemon.start();
  const connection = await daemon.connect();
  const rows = [
    await measureTurn(connection, modelUrl),
    ...(await measureTokens(connection)),
    await measureProcessor(connection, pid),
    await measureTools(connection),
    await measureTogether(connection, pid),
  ];
  connection.close();
  return rows;
}

/** Sends one message and waits for its answer, in milliseconds. */
async function turn(connection: Connection, model: string): Promise<number> {
  const startedAt = performance.now();
  const { turn_id } = await connection.call("SendMessage", {
    po_name: OBJECT,
    message: "say hello",
    settings: { model: `openai-chat/${model}` },
  });
  const run = await connection.call("WaitForTurn", { turn_id });
  if (run.status !== "completed") throw new Error(`the turn ended: ${run.error?.message}`);
  return performance.now() - startedAt;
}

async function measureTurn(connection: Connection, modelUrl: string): Promise<Measured> {
  const turns: number[] = [];
  const requests: number[] = [];
  for (let count = -20; count < TURNS; count += 1) {
    const startedAt = performance.now();
    const body = JSON.stringify({ model: "m", stream: true, messages: [] });
    await (await fetch(`${modelUrl}/chat/completions`, { method: "POST", body })).text();
    const requestMs = performance.now() - startedAt;
    const turnMs = await turn(connection, "m");
    if (count < 0) continue;
    requests.push(requestMs);
    turns.push(turnMs);
  }
  return {
    name: "a turn, warm",
    value: median(turns),
    unit: "ms",
    floor: { name: "its model request alone", value: median(requests) },
    aim: { most: 3, of: "value" },
    note: spread(turns),
  };
}

async function measureTokens(connection: Connection): Promise<Measured[]> {
  const delays: number[] = [];
  const following = await connection.follow({ signal_types: ["TextDelta"] }, (frames) => {
    const now = performance.timeOrigin + performance.now();
    for (const frame of frames) {
      if (frame.type !== "signal") continue;
      // Of several tokens in one frame the first has waited longest.
      const sentAt = Number(/[\d.]+/.exec(frame.text)?.[0]);
      delays.push(now - sentAt);
    }
  });
  await turn(connection, `pace-${PACED_TOKENS}`);
  following.stop();
  return [
    {
      name: "delay of a token, model to client",
      value: median(delays),
      unit: "ms",
      aim: { most: 0.8, of: "value" },
      note: `first ${delays[0]?.toFixed(2)}, ${spread(delays)}`,
    },
  ];
}

async function measureProcessor(connection: Connection, pid: number): Promise<Measured> {
  const before = cpuSeconds(pid);
  const following = await connection.follow({ signal_types: ["TextDelta"] }, () => undefined);
  await turn(connection, `tokens-${COUNTED_TOKENS}`);
  following.stop();
  return {
    name: "processor time of 10,000 streamed tokens",
    value: (cpuSeconds(pid) - before) * 1000,
    unit: "ms",
    note: "one follower; the clock ticks every 10 ms",
  };
}

async function measureTools(connection: Connection): Promise<Measured> {
  const steps: number[] = [];
  for (let chain = -2; chain < CHAINS; chain += 1) {
    const ms = await turn(connection, `tools-${TOOL_ROUNDS}`);
    if (chain >= 0) steps.push(ms / (TOOL_ROUNDS + 1));
  }
  return {
    name: "a step of a chain of 20 tool calls",
    value: median(steps),
    unit: "ms",
    aim: { most: 4, of: "value" },
    note: "the model's own answer included",
  };
}

async function measureTogether(connection: Connection, pid: number): Promise<Measured> {
  let most = 0;
  const running = Promise.all(
    Array.from({ length: TOGETHER }, () => turn(connection, `pace-${PACED_TOKENS}`)),
  );
  let isOver = false;
  void running.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    most = Math.max(most, memoryMb(pid));
    await Bun.sleep(50);
  }
  const times = await running;
  return {
    name: "memory with 20 turns at once",
    value: most,
    unit: "MB",
    aim: { most: 120, of: "value" },
    note: `slowest turn ${quantile(times, 1).toFixed(0)} ms`,
  };
}
