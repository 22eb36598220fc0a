// Pictures of the interface for the README: the built binary in a terminal of its own, with the offline guide.
// They go to dist/screenshots, or to the folder that is given.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startTerminalRun, type TerminalRun } from "../test/support/terminal-run.ts";
import { drawCells } from "./pictures/draw.ts";
import { encodePng } from "./pictures/png.ts";

const root = resolve(import.meta.dir, "..");
const binary = resolve(process.env.JAMEY_BINARY ?? join(root, "dist", "jamey"));
const target = resolve(process.argv[2] ?? join(root, "dist", "screenshots"));
const SIZE = { columns: 110, rows: 32 };
const READY = "Say something";

interface Scene {
  name: string;
  play(run: TerminalRun): Promise<void>;
}

const scenes: Scene[] = [
  {
    name: "conversation",
    async play(run) {
      run.type("What is this place?\r");
      await run.shows("I received");
      run.type("/say The folder holds a **README** and `main.ts`.\r");
      await run.shows("The folder holds a README");
    },
  },
  {
    name: "question",
    async play(run) {
      run.type("/ask Which environment do you mean?\r");
      await run.shows("NEEDS YOU");
    },
  },
  {
    name: "palette",
    async play(run) {
      run.type("\u0010");
      await run.shows("Everything by name");
    },
  },
  {
    name: "keys",
    async play(run) {
      run.type("\u001bOP");
      await run.shows("Keys");
    },
  },
];

const folder = await mkdtemp(join(tmpdir(), "jamey-pictures-"));
const workspace = join(folder, "project");
const variables = {
  PATH: process.env.PATH ?? "",
  HOME: folder,
  JAMEY_HOME: join(folder, "jamey"),
  JAMEY_IDLE_TIMEOUT: "5",
};
try {
  await mkdir(target, { recursive: true });
  await mkdir(workspace, { recursive: true });
  await Bun.write(join(workspace, "README.md"), "# A project\n");
  await Bun.write(join(workspace, "main.ts"), 'console.log("hello");\n');
  for (const { name, play } of scenes) {
    await using run = startTerminalRun({
      command: [binary],
      directory: workspace,
      variables,
      ...SIZE,
    });
    await run.shows(READY);
    await play(run);
    const path = join(target, `${name}.png`);
    await Bun.write(path, encodePng(drawCells(run.screen.cells())));
    console.log(path);
  }
  const stop = Bun.spawn([binary, "daemon", "stop"], { env: variables, stdout: "ignore" });
  await stop.exited;
} finally {
  await rm(folder, { recursive: true, force: true });
}
