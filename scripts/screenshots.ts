// Pictures of the interface for the README: the built binary in a terminal of its own, with agents that follow a
// script. They go to scripts/pictures/screens, or to the folder that is given.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startTerminalRun, type TerminalRun } from "../test/support/terminal-run.ts";
import { drawScreen } from "./pictures/draw.ts";
import { encodePng } from "./pictures/png.ts";
import { cart, IN_THE_MIDDLE, script } from "./pictures/script.ts";

const root = resolve(import.meta.dir, "..");
const binary = resolve(process.env.JAMEY_BINARY ?? join(root, "dist", "jamey"));
const target = resolve(process.argv[2] ?? join(root, "scripts", "pictures", "screens"));
const READY = "Say something";
const ENVIRONMENT = "shop";
const [OBJECTS, AGENTS, INBOX] = ["\u001bOR", "\u001bOQ", "\u001b[20~"];
const DOWN = "\u001b[B";

interface Scene {
  name: string;
  size: { columns: number; rows: number };
  /** Who answers; else the environment's own. */
  object?: string;
  play(run: TerminalRun): Promise<void>;
}

const scenes: Scene[] = [
  {
    name: "conversation",
    size: { columns: 110, rows: 28 },
    object: "author",
    async play(run) {
      run.type("The total is wrong. Find out why, and mend it.\r");
      await run.shows(IN_THE_MIDDLE);
      await run.shows("one line");
    },
  },
  {
    name: "agents",
    size: { columns: 120, rows: 40 },
    object: "lead",
    async play(run) {
      run.type("Mend the invoice, too, and have it reviewed.\r");
      for (const [object, message] of orders) order(object, message);
      await run.shows("NEEDS YOU");
      await run.shows("ENDED (1)");
      run.type(AGENTS);
      await run.shows("enter");
      await run.shows(" 2s");
    },
  },
  {
    name: "approval",
    size: { columns: 110, rows: 24 },
    async play(run) {
      run.type(INBOX);
      await run.shows("git push origin");
      await run.until("keys that count", (screen) => !screen.text().includes("a moment"));
    },
  },
  {
    name: "objects",
    size: { columns: 110, rows: 30 },
    async play(run) {
      run.type(OBJECTS);
      await run.shows("You are the one whom people talk to");
      run.type(DOWN);
      await run.shows("You make what you are ordered to");
      run.type(DOWN);
      await run.shows("You lead a small team");
    },
  },
];

/** Said to others meanwhile, from the command line. */
const orders = [
  ["reviewer", "Look at the names in src/cart.ts."],
  ["assistant", "Write the changelog of this week."],
] as const;

const folder = await mkdtemp(join(tmpdir(), "work-"));
const workspace = join(folder, "shop");
const variables = {
  PATH: process.env.PATH ?? "",
  HOME: folder,
  JAMEY_HOME: join(folder, "jamey"),
  JAMEY_IDLE_TIMEOUT: "5",
  JAMEY_ENV: ENVIRONMENT,
  JAMEY_MODEL: "scripted/team.yml",
};

const options = { env: variables, cwd: workspace, stdout: "ignore", stderr: "ignore" } as const;

async function jamey(...words: string[]): Promise<void> {
  const child = Bun.spawn([binary, ...words], { ...options, stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`jamey ${words.join(" ")} failed`);
}

/** Nobody waits for their answers. */
const ordered: Bun.Subprocess[] = [];

function order(object: string, message: string): void {
  ordered.push(Bun.spawn([binary, "-n", "--object", object, message], options));
}

async function photograph({ name, size, object, play }: Scene): Promise<void> {
  await using run = startTerminalRun({
    command: [binary, "tui", ...(object ? ["--object", object] : [])],
    directory: workspace,
    variables,
    ...size,
  });
  await run.shows(READY);
  await play(run);
  const path = join(target, `${name}.png`);
  await Bun.write(path, encodePng(drawScreen(run.screen)));
  console.log(path);
}

try {
  await mkdir(target, { recursive: true });
  await Bun.write(join(workspace, "src", "cart.ts"), cart);
  await Bun.write(
    join(workspace, "src", "invoice.ts"),
    'import { total } from "./cart.ts";\n\nexport const due = (lines) => lines[0].cents + total(lines);\n',
  );
  await jamey("env", "create", ENVIRONMENT, "--template", "review-team");
  const home = join(variables.JAMEY_HOME, "data", "environments", ENVIRONMENT);
  await Bun.write(join(home, "team.yml"), script);
  await jamey("config", "set", "--manifest", "permissions.file_edit", "allow");
  await jamey("config", "set", "--manifest", "permissions.file_write", "allow");
  for (const scene of scenes) await photograph(scene);
} finally {
  for (const child of ordered) child.kill("SIGKILL");
  await jamey("daemon", "stop");
  await rm(folder, { recursive: true, force: true });
}
