// The full-screen interface in a real terminal: the compiled binary, keys typed, a model of the screen.
import { describe, expect, test } from "bun:test";
import { type Home, openHome } from "../support/home.ts";
import { keys } from "../support/interface-run.ts";
import { childOf, startTerminalRun, type TerminalRun } from "../support/terminal-run.ts";

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
      process.kill(childOf(run), name);
      await run.shows(`ended with ${code}`);
      await isRestored(home, run);
    });
  }
});

test("a terminal that answers is waited for at the end: what it still sends is not typed into the shell", async () => {
  await using home = await openHome();
  await using run = startTerminalRun({
    command: [home.binary],
    directory: home.workspace,
    variables: home.variables,
    answers: true,
  });
  await run.shows(READY);
  await run.until("the keyboard's mode", ({ others }) => others().includes("[>4;1m"));
  run.type("\u0004");
  expect(await run.exited).toBe(0);
  const [quiet, asked, left] = ["\u001b[?2004l", "\u001b[c", "\u001b[?1049l"].map((sequence) =>
    run.written().lastIndexOf(sequence),
  );
  expect([quiet, asked, left]).toEqual(
    [quiet, asked, left].toSorted((one, other) => (one ?? 0) - (other ?? 0)),
  );
});

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

describe("line by line", () => {
  for (const [name, args, variables] of [
    ["tui --plain", ["tui", "--plain"], {}],
    ["--plain alone", ["--plain"], {}],
    ["TERM=dumb", [], { TERM: "dumb" }],
    ["JAMEY_SCREEN_READER=1", [], { JAMEY_SCREEN_READER: "1" }],
  ] as const) {
    test(`${name} only ever adds lines, each with who speaks`, async () => {
      await using home = await openHome(variables);
      await using run = startTerminalRun({
        command: [home.binary, ...args],
        directory: home.workspace,
        variables: home.variables,
      });
      await run.shows("jamey: environment default");
      run.type("/ask Shall I?\n");
      await run.shows("request 1: assistant asks: Shall I?");
      run.type("1 yes please\n");
      await run.shows("request 1: closed.");
      run.type("//say done\n");
      await run.shows("jamey: done");
      expect(run.screen.text()).toContain("you: /say done");
      run.type("/quit\n");
      expect(await run.exited).toBe(0);
      expect(run.written()).not.toContain("\u001b");
    });
  }
});

test("line by line, Ctrl+C stops the turn first, and leaves at the second press where nothing runs", async () => {
  await using home = await openHome();
  await using run = startTerminalRun({
    command: [home.binary, "--plain"],
    directory: home.workspace,
    variables: home.variables,
  });
  await run.shows("jamey: environment default");
  run.type("/ask Shall I?\n");
  await run.shows("request 1: assistant asks: Shall I?");
  run.type("and then this\n");
  await run.shows("status: queued; request 1 waits: type: 1 and your answer.");
  run.type("\u0003");
  await run.shows("jamey: stopped.");
  run.type("\u0003");
  await run.shows("status: Ctrl+C again leaves.");
  run.type("\u0003");
  expect(await run.exited).toBe(0);
});

test("what is piped in is answered to the end, line by line", async () => {
  await using home = await openHome();
  const input = new TextEncoder().encode("//say one\n//say two\n");
  const { code, stdout } = await home.run(["tui", "--plain"], { input });
  expect(code).toBe(0);
  expect(
    stdout
      .split("\n")
      .filter((line) => /^(you|jamey): /.test(line))
      .slice(1),
  ).toEqual(["you: /say one", "jamey: one", "you: /say two", "jamey: two"]);
});

test("line by line, a conversation that is gone on with is named, and no line of a pipe is lost", async () => {
  await using home = await openHome();
  await home.run(["-q", "/say before"]);
  const input = new TextEncoder().encode("/diff\n/say after\n");
  const { code, stdout } = await home.run(["--plain", "-c"], { input });
  const lines = stdout.split("\n").filter((line) => /^(you|cli|help|jamey: (?!env))/.test(line));
  expect([code, lines]).toEqual([
    0,
    [
      'jamey: going on with "/say before" (assistant), 2 messages so far.',
      "cli: /say before",
      "jamey: before",
      "help: there is no command /diff here. There are /help, /stop, /requests and /quit. //diff says it as text.",
      "you: /say after",
      "jamey: after",
    ],
  ]);
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
      process.kill(childOf(run), "SIGKILL");
    }
    await using again = open(home);
    await again.shows("a draft that matters");
  });

  test("in a conversation is there again when one comes to it from another", async () => {
    await using home = await openHome();
    {
      await using run = open(home);
      await run.shows(READY);
      run.type("/say begun\r");
      await run.shows("◆ begun");
      run.type("a draft that matters");
      await draftOf(home, "a draft that matters");
      process.kill(childOf(run), "SIGKILL");
    }
    await using again = open(home);
    await again.shows(READY);
    again.type(keys.sessions);
    await again.shows("r rename");
    again.type(keys.enter);
    await again.shows("› a draft that matters");
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

describe("jamey attach", () => {
  test("starts no daemon: without one it says so, before anything is drawn", async () => {
    await using home = await openHome();
    await using run = open(home, ["attach"]);
    await run.shows("ended with 69");
    expect(run.written()).not.toContain("\u001b[?1049h");
  });

  test("opens the session that is named", async () => {
    await using home = await openHome();
    const { stdout } = await home.run(["-n", "-o", "json", "-p", "/say remembered"]);
    // What a one-shot prints.
    const { session_id } = JSON.parse(stdout) as { session_id: string };
    await using run = open(home, ["attach", session_id.slice(0, 12)]);
    await run.until("what was said there", ({ lines }) =>
      lines().some((line) => /^ ◆ remembered/.test(line)),
    );
  });
});

test("an answer that is cut by the daemon's death is written again to its end, and stands there once", async () => {
  await using home = await openHome();
  const text = `first words ${"and more ".repeat(60)}last words`;
  const script = `- text: "${text}"\n  delay_ms: { first: 0, between: 25 }\n  repeat: true\n`;
  await Bun.write(`${home.workspace}/slow.yml`, script);
  await using run = open(home, ["tui", "--model", "scripted/slow.yml"]);
  await run.shows(READY);
  run.type("go\r");
  await run.shows("first words");
  process.kill(home.daemonPid(), "SIGKILL");
  await run.shows("last words");
  const shown = run.screen.text();
  expect(shown.split("first words").length - 1).toBe(1);
});
