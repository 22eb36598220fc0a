// The command line with the real daemon: starting it, one among many, chatting, being killed in the middle.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli, runShell } from "../support/run-cli.ts";

const home = temporaryHome();
const CLIENTS = 8;

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
    await Bun.write(`${broken}/data/environments/default/manifest.yml`, "config: [unclosed");
    const { code, stderr } = await runCli(["models"], { home: broken });
    expect(code).toBe(69);
    expect(stderr).toMatch(/did not start: it ended with exit code \d+\. It said:\n/);
    expect(stderr).toContain(`Its log: ${broken}/data/environments/default/.state/daemon.log`);
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
    const screen = terminal();
    await screen.until("\r\n> ");
    screen.type('/shell command="echo from-$((40+2))"\n');
    await screen.until('"command": "echo from-$((40+2))"');
    await screen.until("[n]o? ");
    screen.type("y\n");
    await screen.until("from-42");
    await screen.until("\r\n> ");
    screen.type('/shell command="sleep 30"\n');
    await screen.until("[n]o? ");
    screen.type("\u0003");
    await screen.until("Cancelled.");
    await screen.until("> ");
    screen.type("\u0003");
    await screen.until("Goodbye!");
    await screen.child.exited;
    expect(screen.child.signalCode).toBe("SIGINT");
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
