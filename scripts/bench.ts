// Measures what a user of the built binary waits for: `dist/jamey --version` from start to exit.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";

const binary = resolve(import.meta.dir, "..", "dist", "jamey");
const WARM_UP_RUNS = 3;
const RUNS = 40;

async function measureMs(args: string[]): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([binary, ...args], { stdin: "ignore", stdout: "ignore" });
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${binary} ${args.join(" ")} ended with ${exitCode}`);
  return performance.now() - startedAt;
}

async function measureRuns(args: string[]): Promise<void> {
  for (let run = 0; run < WARM_UP_RUNS; run += 1) await measureMs(args);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await measureMs(args));
  times.sort((left, right) => left - right);
  const [fastest = 0, median = 0] = [times[0], times[Math.floor(RUNS / 2)]];
  console.log(
    `${args.join(" ")}: median ${median.toFixed(1)} ms, fastest ${fastest.toFixed(1)} ms`,
  );
}

const { size } = await stat(binary);
console.log(`size: ${(size / 1e6).toFixed(1)} MB`);
await measureRuns(["--version"]);
