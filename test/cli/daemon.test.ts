// The command line with the real daemon: starting it, one among many, chatting, being killed in the middle.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli, runShell } from "../support/run-cli.ts";

const home = temporaryHome();
const CLIENTS = 8;
/** As the editor draws it, at the edge of a line that is empty. */
const PROMPT = "\u001b[0J> ";

beforeAll(async () => {
  const starts = Array.from({ length: CLIENTS }, () =>
    runCli(["daemon", "start", "--json"], { home }),
  );
  started.push(...(await Promise.all(starts)));
}, 20_000);

const terminals: ReturnType<typeof openTerminal>[] = [];

/** A terminal that does not outlive its test, however that ends. */
function terminal(...args: string[]) {
  const opened = openTerminal(args, { home });
  terminals.push(opened);
  return opened;
}

afterEach(async () => {
  for (const { child } of terminals.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
});

const started: Awaited<ReturnType<typeof runCli>>[] = [];
const pidOfDaemon = async (): Promise<number> =>
  JSON.parse((await runCli(["daemon", "status", "--json"], { home })).stdout).pid;

describe("the daemon", () => {
  test("is one, however many clients start it at once", () => {
    expect(started.map(({ code, stderr }) => [code, stderr])).toEqual(started.map(() => [0, ""]));
    const pids = new Set(started.map(({ stdout }) => JSON.parse(stdout).pid));
    expect([started.length, pids.size]).toEqual([CLIENTS, 1]);
  });

  test("writes a log that only its user can read", () => {
    const { mode } = statSync(`${home}/data/environments/default/.state/daemon.log`);
    expect((mode & 0o777).toString(8)).toBe("600");
  });

  test("that does not run is success to stop, and 69 to ask about", async () => {
    const other = { home: temporaryHome() };
    expect((await runCli(["daemon", "stop"], other)).code).toBe(0);
    const { code, stdout } = await runCli(["daemon", "status"], other);
    expect([code, stdout.startsWith("not running: ")]).toEqual([69, true]);
  });

  test("that cannot start is reported with what it said and where its log is", async () => {
    const broken = temporaryHome();
    await Bun.write(`${broken}/data/environments/default/manifest.yml`, "log_level: loud");
    const { code, stderr } = await runCli(["models"], { home: broken });
    expect([code, stderr.match(/jamey: /g)?.length]).toEqual([78, 1]);
    expect(stderr).toMatch(/did not start: it ended with exit code 78\. It said:\n/);
    expect(stderr).toContain(`Its log: ${broken}/data/environments/default/.state/daemon.log`);
  });

  test("is not started where its manifest cannot be read at all", async () => {
    const broken = temporaryHome();
    const manifest = `${broken}/data/environments/default/manifest.yml`;
    await Bun.write(manifest, "config: [unclosed");
    const { code, stderr } = await runCli(["models"], { home: broken });
    expect([code, stderr]).toEqual([
      78,
      `jamey: ${manifest} cannot be read: YAML Parse error: Unexpected token\n`,
    ]);
  });
});

describe("chat", () => {
  test("through a pipe answers and ends with the input", async () => {
    const script = `printf '/say hello\\n\\n::help\\n/unknown\\n' | jamey chat; exit \${PIPESTATUS[1]}`;
    const { code, stdout } = await runShell(script, { home });
    const lines = stdout.split("\n");
    expect(code).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      "jamey chat  ::help for help, ::quit to leave",
      "",
      "Creating new session...",
    ]);
    expect(lines[3]).toMatch(/^Session created: \S+$/);
    expect(lines.slice(4, 8)).toEqual([
      "> 🤖 hello",
      "> >   <message>        say something",
      "  ::quit, ::exit   leave",
      "  ::help           show this",
    ]);
    expect(stdout.endsWith("> \nGoodbye!\n")).toBe(true);
  });

  test("in a terminal asks before a call, and Ctrl-C cancels, then leaves", async () => {
    const screen = terminal("chat");
    await screen.until(PROMPT);
    screen.type('/shell command="echo from-$((40+2))"\n');
    await screen.until('"command": "echo from-$((40+2))"');
    await screen.until("[l]ater? ");
    screen.type("y\n");
    await screen.until("from-42");
    await screen.until(PROMPT);
    screen.type('/shell command="sleep 30"\n');
    await screen.until("[l]ater? ");
    screen.type("\u0003");
    await screen.until("Cancelled.");
    await screen.until("> ");
    screen.type("\u0003");
    await screen.until("Goodbye!");
    await screen.child.exited;
    expect(screen.child.signalCode).toBe("SIGINT");
  });
});

describe("chat's settings and commands", () => {
  test("are taken from the flags, and hold for each message", async () => {
    const screen = terminal("--allow", "shell");
    await screen.until(PROMPT);
    for (const number of [1, 2]) {
      screen.type(`/shell command="echo free-$((${number}+40))"\n`);
      // Asked about, it would not have run.
      await screen.until(`free-${number + 40}`);
      await screen.until(PROMPT);
    }
    screen.type("::quit\n");
    await screen.until("Goodbye!");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(0);
  });

  test("are not opened for a flag that needs a prompt", async () => {
    const screen = terminal("--allow", "shell", "--file", "x");
    await screen.until("-f needs a prompt. Give one: jamey -p 'text'.");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(2);
  });

  test("never reach the model when they are mistyped", async () => {
    const script = "printf '::quit now\\n::frob\\n/say end\\n' | jamey chat";
    const { stdout } = await runShell(script, { home });
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.includes("There is no command"))).toEqual([
      "> There is no command '::quit now'.",
      "> There is no command '::frob'.",
    ]);
    expect(lines.filter((line) => line.includes("🤖"))).toEqual(["> 🤖 end"]);
  });
});

describe("a run in the terminal", () => {
  test("says what it waits for, on a line that is gone before the rest is written", async () => {
    const screen = terminal(
      "--allow",
      "shell",
      "-p",
      '/shell command="sleep 2; echo in-$((40+7))"',
    );
    await screen.until("▸ shell sleep 2; echo in-$((40+7)) 1 s");
    await screen.until("\r\u001b[K");
    await screen.until("in-47");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(0);
  });
});

describe("an approval in the terminal", () => {
  test("is asked again until the answer is clear", async () => {
    const screen = terminal("chat");
    await screen.until(PROMPT);
    screen.type('/shell command="echo ran-$((40+3))"\n');
    await screen.until("[l]ater? ");
    for (const unclear of ["?", "", "what does it do"]) {
      screen.type(`${unclear}\n`);
      await screen.until("tells the agent why");
      await screen.until("[l]ater? ");
    }
    screen.type("y");
    await screen.until("ran-43");
    await screen.until(PROMPT);
  });

  test("is asked in a one-shot too, whole, and the run goes on", async () => {
    const long = "x".repeat(300);
    const screen = terminal("-p", `/shell command="echo ${long} here-$((40+4))"`);
    await screen.until(`"command": "echo ${long.slice(0, 40)}`);
    await screen.until("here-$((40+4))");
    await screen.until("[l]ater? ");
    screen.type("y\n");
    await screen.until("here-44");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(0);
  });

  test("is refused by a no, which may say why", async () => {
    const screen = terminal("-p", '/shell command="echo no-$((40+5))"');
    await screen.until("[l]ater? ");
    screen.type("N because it is late\n");
    await screen.until("because it is late");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(3);
  });

  test("is left by Ctrl-C, which cancels the run", async () => {
    const screen = terminal("-p", '/shell command="echo left"');
    await screen.until("[l]ater? ");
    screen.type("\u0003");
    await screen.child.exited;
    expect(screen.child.signalCode).toBe("SIGINT");
  });

  test("has a question of an agent beside it, also with -q", async () => {
    const screen = terminal("-q", "-p", "/ask which colour");
    await screen.until("which colour");
    await screen.until("? ");
    screen.type("blue-green\n");
    await screen.until("answered:");
    await screen.until("blue-green");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(0);
  });

  test("is not asked with --no-input", async () => {
    const screen = terminal("--no-input", "-p", '/shell command="echo none"');
    await screen.until("jamey: denied shell");
    await screen.child.exited;
    expect(screen.child.exitCode).toBe(3);
  });
});

describe("sessions", () => {
  test("are created, named, found, continued and deleted", async () => {
    const directory = temporaryHome();
    const run = (...args: string[]) => runCli(args, { home, directory });
    const created = await run("create-session", "--name", "my talk");
    const [, id = ""] = /^Created session: (\S+)\n$/.exec(created.stdout) ?? [];
    await run("-r", "my talk", "/say first");
    await run("-c", "-p", "/say second");
    const { session } = JSON.parse((await run("status", id, "--json")).stdout);
    expect([session.session_id, session.name, session.message_count]).toEqual([id, "my talk", 4]);
    expect((await run("sessions", "show", id.slice(0, 12), "--last")).stdout).toBe("second\n");
    expect((await run("sessions", "delete", id)).code).toBe(2);
    expect((await run("sessions", "delete", id, "--yes")).stdout).toBe(`Deleted session: ${id}\n`);
    expect((await run("status", id)).code).toBe(1);
  });
});

describe("requests", () => {
  test("that a run queues are answered from elsewhere, and the run goes on", async () => {
    const asked = runCli(["-p", '/shell command="echo approved"', "--on-ask", "queue"], { home });
    const follow = terminal(
      "events",
      "--since",
      "0",
      "--json",
      "--follow",
      "--type",
      "HumanRequestQueued",
    );
    await follow.until("echo approved");
    follow.type("\u0003");
    await follow.child.exited;
    const { requests } = JSON.parse(
      (await runCli(["requests", "list", "--json"], { home })).stdout,
    );
    const { code } = await runCli(["requests", "approve", requests[0].request_id], { home });
    const ran = await asked;
    expect([code, ran.code]).toEqual([0, 0]);
    expect(ran.stdout).toContain("approved");
  });
});

describe("a run", () => {
  test("survives the daemon's death in its middle", async () => {
    const before = await pidOfDaemon();
    const asked = runCli(
      ["-p", '/shell command="sleep 30"', "--allow", "shell", "--model", "offline/guide"],
      { home },
    );
    const follow = terminal(
      "events",
      "--since",
      "0",
      "--json",
      "--follow",
      "--type",
      "ToolCallStarted",
    );
    await follow.until("sleep 30");
    process.kill(before, "SIGKILL");
    const { code, stdout, stderr } = await asked;
    expect(code).toBe(0);
    expect(stdout).toContain("it is not known whether this call ran");
    expect(stderr).toBe("Connection to the daemon lost. Reconnecting...\nConnection restored.\n");
    expect(await pidOfDaemon()).not.toBe(before);
  }, 10_000);
});
