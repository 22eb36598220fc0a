// What users of the built binary wait for, beside the platform's own floor in the same run. Absolute times belong
// to this machine and this hour; the ratios are what to look at, before and after a change. It reports, and
// never fails because something is slow. `JAMEY_BENCH=turns,memory` runs only these parts;
// `JAMEY_BINARY` names another binary.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createDaemon } from "./bench/daemon.ts";
import { freePort, HOOK_SECRET, measureDoors } from "./bench/doors.ts";
import { measureExchange } from "./bench/exchange.ts";
import { startFakeModel } from "./bench/fake-model.ts";
import { measureFanOut } from "./bench/fan-out.ts";
import { buildFloors } from "./bench/floors.ts";
import { measureObjects } from "./bench/objects.ts";
import { measureProcesses } from "./bench/processes.ts";
import { measureMemory, measureMessages, measureRestart } from "./bench/size.ts";
import { type Measured, printTable } from "./bench/table.ts";
import { measureInterface } from "./bench/tui.ts";
import { measureTurns } from "./bench/turns.ts";

const RUNS = Number(process.env.JAMEY_BENCH_RUNS ?? 20);
const asked = process.env.JAMEY_BENCH?.split(",");
const binary = resolve(process.env.JAMEY_BINARY ?? resolve(import.meta.dir, "..", "dist", "jamey"));

const folder = await mkdtemp(join(tmpdir(), "jb-"));
const model = startFakeModel();
const made: { stop(): Promise<void> }[] = [];

/** A daemon with nothing behind it yet. */
function fresh(name: string, more: Record<string, string> = {}) {
  const variables = { OPENAI_BASE_URL: model.url, ...more };
  const daemon = createDaemon({ binary, home: join(folder, name), variables });
  made.push(daemon);
  return daemon;
}

const stateOf = (name: string) => join(folder, name, "data", "environments", "default", ".state");

async function answerOnce(name: string): Promise<void> {
  const child = Bun.spawn([binary, "-n", "--model", "openai-chat/m", "say hello"], {
    env: { PATH: process.env.PATH ?? "", ...fresh(name).variables },
    stdout: "ignore",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) throw new Error("no answer after the kill");
}

const parts: Record<string, { title: string; run(): Promise<Measured[]> }> = {
  processes: {
    title: "whole processes",
    run: async () =>
      await measureProcesses({
        binary,
        floors: await buildFloors(join(folder, "floors")),
        warm: fresh("w"),
        cold: fresh("c"),
        modelUrl: model.url,
        runs: RUNS,
      }),
  },
  turns: { title: "turns", run: () => measureTurns(fresh("t"), model.url) },
  exchange: { title: "requests and appends", run: () => measureExchange(fresh("e"), folder) },
  events: { title: "events to other clients", run: () => measureFanOut(fresh("f")) },
  doors: {
    title: "the doors",
    run() {
      const port = freePort();
      const daemon = fresh("d", {
        JAMEY_MODEL: "offline/guide",
        JAMEY_CONNECTORS_HTTP_ENABLED: "true",
        JAMEY_CONNECTORS_HTTP_PORT: String(port),
        JAMEY_HOOK_SECRET: HOOK_SECRET,
      });
      return measureDoors({ daemon, port, folder });
    },
  },
  memory: { title: "memory", run: () => measureMemory(fresh("m")) },
  messages: { title: "a long history", run: () => measureMessages(fresh("h"), stateOf("h")) },
  objects: { title: "a large environment", run: () => measureObjects(fresh("o"), stateOf("o")) },
  tui: {
    title: "the interface",
    run: () => measureInterface(fresh("i"), { binary, folder: join(folder, "i-work") }),
  },
  restart: {
    title: "return after a kill",
    run: () =>
      measureRestart({ daemon: fresh("r"), state: stateOf("r"), answer: () => answerOnce("r") }),
  },
};

try {
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? "unknown processor"}, Bun ${Bun.version}`);
  console.log(
    `dist/jamey: ${((await stat(binary)).size / 1e6).toFixed(1)} MB; ${RUNS} runs of each process\n`,
  );
  for (const [name, part] of Object.entries(parts)) {
    if (asked && !asked.includes(name)) continue;
    printTable(part.title, await part.run());
    // What still runs would share its memory, and take its share of the processor.
    for (const daemon of made) await daemon.stop();
  }
} finally {
  for (const daemon of made) await daemon.stop();
  await model.stop();
  await rm(folder, { recursive: true, force: true });
}
