// The full-screen interface and signals: whatever is sent, whoever has the terminal, it is put back or taken back.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Home, openHome } from "../support/home.ts";
import { childOf, startTerminalRun } from "../support/terminal-run.ts";

const IN_USE = [1004, 1049, 2004];
const READY = "Say something";

function open(home: Home, args: string[] = [], variables: Record<string, string> = {}) {
  const script = `stty -a > "$HOME/before"; "$0" "$@"; code=$?; stty -a > "$HOME/after"; echo "ended with $code"`;
  return startTerminalRun({
    command: ["sh", "-c", script, home.binary, ...args],
    directory: home.workspace,
    variables: { ...home.variables, ...variables },
    columns: 100,
    rows: 30,
  });
}

describe("a signal that others ignore", () => {
  for (const [name, code] of [
    ["SIGQUIT", 131],
    ["SIGABRT", 134],
  ] as const) {
    test(`${name} ends it by that signal and restores the terminal`, async () => {
      await using home = await openHome();
      await using run = open(home);
      await run.shows(READY);
      process.kill(childOf(run), name);
      await run.shows(`ended with ${code}`);
      const [before, after] = await Promise.all(
        ["before", "after"].map((file) => Bun.file(`${home.folder}/user/${file}`).text()),
      );
      expect([after, run.screen.modes()]).toEqual([before, []]);
    });
  }
});

const SLOW = `- text: "${"words **and** `more` of them ".repeat(2000)}"\n  delay_ms: { first: 0, between: 5 }\n`;

test("a terminal that has stopped reading does not keep it from ending by SIGTERM", async () => {
  await using home = await openHome();
  await Bun.write(`${home.workspace}/slow.yml`, SLOW);
  const holder = Bun.spawn({
    cmd: [
      process.execPath,
      join(import.meta.dir, "..", "support", "held-terminal.ts"),
      ...[home.binary, "tui", "--model", "scripted/slow.yml"],
    ],
    cwd: home.workspace,
    env: { ...home.variables, TERM: "xterm-256color" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  try {
    const [told, written] = [holder.stderr.getReader(), holder.stdout.getReader()];
    const pid = Number(new TextDecoder().decode((await told.read()).value));
    await reads(written, READY);
    holder.stdin.write("go\r");
    holder.stdin.flush();
    await reads(written, "words");
    process.kill(holder.pid, "SIGSTOP");
    // Each makes it draw everything again: far more than a terminal holds for who does not read.
    for (let times = 0; times < 200; times += 1) {
      process.kill(pid, "SIGCONT");
      await Bun.sleep(10);
    }
    process.kill(pid, "SIGTERM");
    await ended(pid);
  } finally {
    process.kill(holder.pid, "SIGKILL");
    await holder.exited;
    // Its turn would be waited for.
    process.kill(home.daemonPid(), "SIGKILL");
  }
});

async function reads(
  reader: { read(): Promise<{ value?: Uint8Array | undefined; done: boolean }> },
  text: string,
): Promise<void> {
  const decoder = new TextDecoder();
  for (let read = ""; !read.includes(text); ) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`'${text}' was never written:\n${read}`);
    read += decoder.decode(value, { stream: true });
  }
}

/** Gone, or only not yet asked about by its stopped parent. */
async function ended(pid: number): Promise<void> {
  for (let looks = 0; looks < 1000; looks += 1) {
    const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
    const state = stdout.toString().trim();
    if (state === "" || state.startsWith("Z")) return;
    await Bun.sleep(10);
  }
  throw new Error("it is still there");
}

describe("somebody else in the same terminal", () => {
  test("stopped without being asked, it takes the terminal back when it goes on", async () => {
    await using home = await openHome();
    await using run = startTerminalRun({
      command: ["bash", "--norc", "--noprofile", "-i"],
      directory: home.workspace,
      variables: { ...home.variables, PS1: "shell> ", HISTFILE: "/dev/null" },
    });
    await run.shows("shell>");
    run.type(`${home.binary}\r`);
    await run.shows(READY);
    run.type("half a thought");
    await run.shows("half a thought");
    process.kill(childOf(run), "SIGSTOP");
    await run.shows("Stopped");
    run.type(`stty sane; printf '\\033[?1049l\\033[?1004l\\033[?2004l'; echo is" "left\r`);
    await run.shows("is left");
    run.type("fg\r");
    await run.until("everything put up again", ({ modes, text }) => {
      return modes().join() === IN_USE.join() && text().includes("half a thought");
    });
    run.type(" and more");
    await run.shows("half a thought and more");
    run.type("\u0003");
    await run.until("an empty composer", (screen) => !screen.text().includes("half a thought"));
    run.type("/quit\r");
    await run.until("the shell", ({ modes }) => !modes().includes(1049));
  });

  test("the human's editor is stopped together with it, and goes on with it", async () => {
    await using home = await openHome();
    const editor = `${home.folder}/editor`;
    await Bun.write(editor, '#!/bin/sh\nkill -TSTP 0\nprintf "from the editor" > "$1"\n');
    await Bun.spawn(["chmod", "+x", editor]).exited;
    await using run = startTerminalRun({
      command: ["bash", "--norc", "--noprofile", "-i"],
      directory: home.workspace,
      variables: { ...home.variables, PS1: "shell> ", HISTFILE: "/dev/null", EDITOR: editor },
    });
    await run.shows("shell>");
    run.type(`${home.binary}\r`);
    await run.shows(READY);
    run.type("\u0007");
    await run.shows("Stopped");
    run.type("echo at the\\ shell\r");
    await run.shows("at the shell");
    run.type("fg\r");
    await run.shows("from the editor");
    expect(run.screen.modes()).toEqual(IN_USE);
  });

  test("while the human's editor has it, the signals of its keys are the editor's", async () => {
    await using home = await openHome();
    const editor = `${home.folder}/editor`;
    await Bun.write(
      editor,
      '#!/bin/sh\necho "in the editor"\nwhile [ ! -e "$HOME/go-on" ]; do sleep 0.02; done\nprintf "from the editor" > "$1"\n',
    );
    await Bun.spawn(["chmod", "+x", editor]).exited;
    await using run = open(home, [], { EDITOR: editor });
    await run.shows(READY);
    run.type("\u0007");
    await run.shows("in the editor");
    for (const name of ["SIGINT", "SIGQUIT"] as const) process.kill(childOf(run), name);
    await Bun.write(`${home.folder}/user/go-on`, "");
    await run.shows("from the editor");
    expect(run.screen.modes()).toEqual(IN_USE);
  });
});

test("what a model wrote controls nothing where the conversation is shown beside the screen", async () => {
  await using home = await openHome();
  const script = '- text: "evil \\e]0;taken over\\a\\e[2Jtext \\u202ehidden"\n';
  await Bun.write(`${home.workspace}/evil.yml`, script);
  await using run = open(home, ["tui", "--model", "scripted/evil.yml"]);
  await run.shows(READY);
  run.type("go\r");
  await run.shows("◆ evil text");
  run.type("/page\r");
  await run.shows("[Enter: back to jamey]");
  expect(run.screen.text()).toContain("evil text <U+202E>hidden");
  expect(run.written()).not.toContain("taken over");
  run.type("\r");
  await run.until("the interface", ({ modes }) => modes().includes(1049));
});
