// What a user of the built binary waits for, beside the platform's own floor in the same run. Absolute
// times belong to this machine and this hour; the ratios are what to look at, before and after a change.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startFakeModel } from "./bench/fake-model.ts";
import { buildFloors } from "./bench/floors.ts";
import { type Case, type Measured, measureAll } from "./bench/measure.ts";

const RUNS = Number(process.env.JAMEY_BENCH_RUNS ?? 30);
const binary = resolve(import.meta.dir, "..", "dist", "jamey");

async function stopDaemon(variables: Record<string, string>): Promise<void> {
  const env = { PATH: process.env.PATH ?? "", ...variables };
  await Bun.spawn([binary, "daemon", "stop"], { env, stdout: "ignore", stderr: "ignore" }).exited;
}

function print(measured: Measured[]): void {
  const width = Math.max(...measured.map((one) => one.name.length));
  console.log(`${"".padEnd(width)}  median    min     max    of its floor`);
  for (const one of measured) {
    const floor = measured.find((other) => other.name === one.floor);
    const ratio = floor ? `${(one.medianMs / floor.medianMs).toFixed(1)}x ${floor.name}` : "";
    const [median, fastest, slowest] = [one.medianMs, one.fastestMs, one.slowestMs].map((ms) =>
      ms.toFixed(1).padStart(6),
    );
    console.log(`${one.name.padEnd(width)}  ${median}  ${fastest}  ${slowest}    ${ratio}`);
  }
}

const folder = await mkdtemp(join(tmpdir(), "jb-"));
const model = startFakeModel();
const warm = { JAMEY_HOME: join(folder, "w"), OPENAI_BASE_URL: model.url };
const cold = { JAMEY_HOME: join(folder, "c"), OPENAI_BASE_URL: model.url };
try {
  const floors = await buildFloors(join(folder, "floors"));
  const oneShot = [binary, "-n", "--model", "openai-chat/m", "say hello"];
  const cases: Case[] = [
    { name: "hello world, compiled", command: [floors.hello] },
    { name: "jamey --version", floor: "hello world, compiled", command: [binary, "--version"] },
    { name: "only the model request, compiled", command: [floors.request, model.url] },
    {
      name: "one-shot, daemon running",
      floor: "only the model request, compiled",
      command: oneShot,
      variables: warm,
    },
    {
      name: "one-shot, cold start",
      floor: "only the model request, compiled",
      command: oneShot,
      variables: cold,
      before: () => stopDaemon(cold),
    },
  ];
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? "unknown processor"}, Bun ${Bun.version}`);
  console.log(`dist/jamey: ${((await stat(binary)).size / 1e6).toFixed(1)} MB; ${RUNS} runs, ms`);
  print(await measureAll(cases, RUNS));
} finally {
  await stopDaemon(warm);
  await stopDaemon(cold);
  await model.stop();
  await rm(folder, { recursive: true, force: true });
}
