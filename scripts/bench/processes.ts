// Whole processes, measured in turns, so that a machine whose speed drifts is as unfair to each.
import type { Daemon } from "./daemon.ts";
import type { Floors } from "./floors.ts";
import { type Measured, median, quantile } from "./table.ts";

interface Case {
  name: string;
  command: string[];
  variables?: Record<string, string>;
  /** Before each run, not measured. */
  before?: () => Promise<void>;
}

const WARM_UP_RUNS = 2;

export async function measureProcesses(options: {
  binary: string;
  floors: Floors;
  warm: Daemon;
  cold: Daemon;
  modelUrl: string;
  runs: number;
}): Promise<Measured[]> {
  const { binary, floors, warm, cold, modelUrl, runs } = options;
  const oneShot = [binary, "-n", "--model", "openai-chat/m", "say hello"];
  const names = {
    hello: "hello world, compiled",
    version: "jamey --version",
    help: "jamey --help",
    request: "only the model request, compiled",
    warm: "one-shot, daemon running",
    cold: "one-shot, cold start",
  };
  const times = await measureAll(
    [
      { name: names.hello, command: [floors.hello] },
      { name: names.version, command: [binary, "--version"] },
      { name: names.help, command: [binary, "--help"] },
      { name: names.request, command: [floors.request, modelUrl] },
      { name: names.warm, command: oneShot, variables: warm.variables },
      { name: names.cold, command: oneShot, variables: cold.variables, before: cold.stop },
    ],
    runs,
  );
  const of = (name: string) => times.get(name) ?? [];
  const hello = { name: names.hello, value: median(of(names.hello)) };
  const request = { name: names.request, value: median(of(names.request)) };
  const row = (name: string): Pick<Measured, "name" | "value" | "unit" | "note"> => ({
    name,
    value: median(of(name)),
    unit: "ms",
    note: `fastest ${quantile(of(name), 0).toFixed(1)}, p90 ${quantile(of(name), 0.9).toFixed(1)}`,
  });
  return [
    row(names.hello),
    { ...row(names.version), floor: hello, aim: { most: 1.5, of: "floor" } },
    { ...row(names.help), floor: hello },
    row(names.request),
    { ...row(names.warm), floor: request, aim: { most: 2.5, of: "floor" } },
    { ...row(names.cold), floor: request, aim: { most: 100, of: "value" } },
  ];
}

async function measureAll(cases: Case[], runs: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(cases.map((one) => [one.name, []]));
  for (let run = -WARM_UP_RUNS; run < runs; run += 1) {
    for (const one of cases) {
      const ms = await measureOnce(one);
      if (run >= 0) times.get(one.name)?.push(ms);
    }
  }
  return times;
}

async function measureOnce({ name, command, variables, before }: Case): Promise<number> {
  await before?.();
  const startedAt = performance.now();
  const child = Bun.spawn(command, {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    env: { PATH: process.env.PATH ?? "", ...variables },
  });
  const exitCode = await child.exited;
  const ms = performance.now() - startedAt;
  if (exitCode === 0) return ms;
  throw new Error(`${name} ended with ${exitCode}: ${await new Response(child.stderr).text()}`);
}
