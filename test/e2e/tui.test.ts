// The full-screen interface in a real terminal: the compiled binary, keys typed, a model of the screen.
import { describe, expect, test } from "bun:test";
import { type Home, openHome } from "../support/home.ts";
import { startTerminalRun, type TerminalRun } from "../support/terminal-run.ts";

const LEFT_ALONE: number[] = [];
const IN_USE = [1004, 1049, 2004];

/** Under a shell that says what the terminal was before and after, and how it ended. */
function open(home: Home, args: string[] = [], size = { columns: 100, rows: 30 }): TerminalRun {
  const script = `stty -a > "$HOME/before"; "$0" "$@"; code=$?; stty -a > "$HOME/after"; echo "ended with $code"`;
  return startTerminalRun({
    command: ["sh", "-c", script, home.binary, ...args],
    directory: home.workspace,
    variables: home.variables,
    ...size,
  });
}

async function isRestored(home: Home, run: TerminalRun): Promise<void> {
  const [before, after] = await Promise.all(
    ["before", "after"].map((name) => Bun.file(`${home.folder}/user/${name}`).text()),
  );
  expect(after).toBe(before ?? "");
  expect(run.screen.modes()).toEqual(LEFT_ALONE);
  expect(run.screen.cursor().isVisible).toBe(true);
}

const READY = "Say something";

describe("the interface in a terminal", () => {
  test("opens, takes a message, shows its answer, and leaves the terminal as it was", async () => {
    await using home = await openHome();
    await using run = open(home);
    await run.shows(READY);
    expect(run.screen.modes()).toEqual(IN_USE);
    run.type("hello there\r");
    await run.shows("No model is connected");
    expect(run.screen.text()).toContain("hello there");
    run.type("/quit\r");
    await run.shows("ended with 0");
    expect(run.screen.text()).toMatch(/To go on: jamey -r [\w-]+/);
    await isRestored(home, run);
  });

  for (const [columns, rows] of [
    [60, 20],
    [80, 24],
    [120, 40],
    [200, 60],
  ] as const) {
    test(`fills ${columns}x${rows} and nothing beyond`, async () => {
      await using home = await openHome();
      await using run = open(home, [], { columns, rows });
      await run.shows(READY);
      run.type("/say ready\r");
      await run.until("the answer", ({ lines }) => lines().some((line) => /^ ◆ ready/.test(line)));
      const lines = run.screen.lines();
      expect(lines).toHaveLength(rows);
      expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(columns);
      expect(lines.at(-1)).toContain("assistant");
    });
  }

  test("is drawn anew when the window changes, with what was typed", async () => {
    await using home = await openHome();
    await using run = open(home);
    await run.shows(READY);
    run.type("half a thought");
    await run.shows("half a thought");
    run.resize(70, 20);
    await run.until("the text in the smaller window", ({ lines }) =>
      lines().slice(-4).join("\n").includes("half a thought"),
    );
    expect(run.screen.lines()).toHaveLength(20);
  });
});

describe("leaving the interface", () => {
  const ways: Record<string, (run: TerminalRun) => void> = {
    "Ctrl-D": (run) => run.type("\u0004"),
    "/quit": (run) => run.type("/quit\r"),
  };
  for (const [name, leave] of Object.entries(ways)) {
    test(`${name} ends it with 0 and restores the terminal`, async () => {
      await using home = await openHome();
      await using run = open(home);
      await run.shows(READY);
      leave(run);
      await run.shows("ended with 0");
      await isRestored(home, run);
    });
  }

  test("Ctrl-C twice ends it with 0 and restores the terminal", async () => {
    await using home = await openHome();
    await using run = open(home);
    await run.shows(READY);
    run.type("\u0003");
    await run.shows("again");
    run.type("\u0003");
    await run.shows("ended with 0");
    await isRestored(home, run);
  });

  for (const [name, code] of [
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const) {
    test(`${name} ends it by that signal and restores the terminal`, async () => {
      await using home = await openHome();
      await using run = open(home);
      await run.shows(READY);
      process.kill(interfaceOf(run), name);
      await run.shows(`ended with ${code}`);
      await isRestored(home, run);
    });
  }
});

/** The program itself, a child of the shell. */
function interfaceOf(run: TerminalRun): number {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(run.pid)]);
  return Number(stdout.toString().trim().split("\n")[0]);
}

describe("somebody else in the same terminal", () => {
  test("Ctrl-Z gives it to the shell as it was, and fg takes it back", async () => {
    await using home = await openHome();
    await using run = startTerminalRun({
      command: ["bash", "--norc", "--noprofile", "-i"],
      directory: home.workspace,
      variables: { ...home.variables, PS1: "shell> ", HISTFILE: "/dev/null" },
    });
    await run.shows("shell>");
    run.type(`stty -a > "$HOME/before"; ${home.binary}\r`);
    await run.shows(READY);
    run.type("half a thought");
    await run.shows("half a thought");
    run.type("\u001a");
    await run.shows("Stopped");
    expect(run.screen.modes()).not.toContain(1049);
    run.type(`stty echo icanon; stty -a | grep -c ' icanon' \r`);
    run.type("fg\r");
    await run.shows("half a thought");
    expect(run.screen.modes()).toEqual(IN_USE);
    run.type("\u0003");
    await run.until("an empty composer", (screen) => !screen.text().includes("half a thought"));
    run.type("/quit\r");
    await run.until("the shell", ({ modes }) => !modes().includes(1049));
  });

  test("the human's editor has it while it runs, and its text comes back", async () => {
    await using home = await openHome();
    const editor = `${home.folder}/editor`;
    await Bun.write(
      editor,
      '#!/bin/sh\nstty -a > "$HOME/in-editor"\nprintf "from the editor" > "$1"\n',
    );
    await Bun.spawn(["chmod", "+x", editor]).exited;
    const script = `stty -a > "$HOME/before"; exec "$0"`;
    await using run = startTerminalRun({
      command: ["sh", "-c", script, home.binary],
      directory: home.workspace,
      variables: { ...home.variables, EDITOR: editor },
    });
    await run.shows(READY);
    run.type("\u0007");
    await run.shows("from the editor");
    const [before, within] = await Promise.all(
      ["before", "in-editor"].map((name) => Bun.file(`${home.folder}/user/${name}`).text()),
    );
    expect(within).toBe(before ?? "");
    expect(run.screen.modes()).toEqual(IN_USE);
  });
});

describe("what was typed", () => {
  test("is there again after the interface was killed", async () => {
    await using home = await openHome();
    {
      await using run = open(home);
      await run.shows(READY);
      run.type("a draft that matters");
      await run.shows("a draft that matters");
      await draftOf(home, "a draft that matters");
      process.kill(interfaceOf(run), "SIGKILL");
    }
    await using again = open(home);
    await again.shows("a draft that matters");
  });
});

/** Drafts are written when the human pauses. */
async function draftOf(home: Home, text: string): Promise<void> {
  const file = `${home.folder}/jamey/state/interface/default/drafts.json`;
  for (let looks = 0; looks < 500; looks += 1) {
    const kept = await Bun.file(file)
      .text()
      .catch(() => "");
    if (kept.includes(text)) return;
    await Bun.sleep(10);
  }
  throw new Error("the draft was never written");
}

describe("a daemon that goes away", () => {
  test("is started again, and what is typed meanwhile is not lost", async () => {
    await using home = await openHome();
    await using run = open(home);
    await run.shows(READY);
    run.type("/say before\r");
    await run.until("the answer", ({ lines }) => lines().some((line) => /^ ◆ before/.test(line)));
    process.kill(home.daemonPid(), "SIGKILL");
    run.type("typed while away");
    await run.shows("typed while away");
    run.type("\u0015/say after\r");
    await run.until("the next answer", ({ lines }) =>
      lines().some((line) => /^ ◆ after/.test(line)),
    );
    expect(run.screen.text()).toContain("before");
  });
});
