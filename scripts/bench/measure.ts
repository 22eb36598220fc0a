// Measures whole processes, in turns, so that a machine whose speed drifts is as unfair to each.

export interface Case {
  name: string;
  /** The case that this one is compared with. */
  floor?: string;
  command: string[];
  variables?: Record<string, string>;
  /** Before each run, not measured. */
  before?: () => Promise<void>;
}

export interface Measured {
  name: string;
  floor: string | undefined;
  medianMs: number;
  fastestMs: number;
  slowestMs: number;
}

const WARM_UP_RUNS = 2;

export async function measureAll(cases: Case[], runs: number): Promise<Measured[]> {
  const times = new Map<string, number[]>(cases.map((one) => [one.name, []]));
  for (let run = -WARM_UP_RUNS; run < runs; run += 1) {
    for (const one of cases) {
      const ms = await measureOnce(one);
      if (run >= 0) times.get(one.name)?.push(ms);
    }
  }
  return cases.map(({ name, floor }) => {
    const sorted = (times.get(name) ?? []).toSorted((left, right) => left - right);
    return {
      name,
      floor,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
      fastestMs: sorted[0] ?? 0,
      slowestMs: sorted[sorted.length - 1] ?? 0,
    };
  });
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
