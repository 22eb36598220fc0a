// `jamey inbox` on a terminal, and a daemon that is killed while something may wake an object: with the compiled
// binary.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Home, openHome } from "../support/home.ts";

setDefaultTimeout(30_000);
const HANG_MS = 20_000;

let home: Home;
beforeAll(async () => {
  home = await openHome({ JAMEY_MODEL: "offline/guide" });
  await home.run(["daemon", "start"]);
});
afterAll(async () => await home[Symbol.asyncDispose]());

/** `jamey …` in a terminal. */
function openTerminal(...args: string[]) {
  let screen = "";
  /** Up to here it was waited for. */
  let seen = 0;
  let waiting: { text: string; resolve(): void } | undefined;
  const decoder = new TextDecoder();
  const look = () => {
    const at = waiting ? screen.indexOf(waiting.text, seen) : -1;
    if (!waiting || at < 0) return;
    seen = at + waiting.text.length;
    waiting.resolve();
    waiting = undefined;
  };
  const child = Bun.spawn([home.binary, ...args], {
    env: { ...home.variables, TERM: "xterm" },
    cwd: home.workspace,
    timeout: HANG_MS,
    killSignal: "SIGKILL",
    terminal: {
      cols: 120,
      rows: 40,
      data(_terminal, data) {
        screen += decoder.decode(data, { stream: true });
        look();
      },
    },
  });
  return {
    child,
    screen: () => screen,
    type: (text: string) => child.terminal?.write(text),
    async until(text: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { text, resolve };
      look();
      await promise;
    },
  };
}

/** The object asks whether it may run this; resolves when it waits. */
async function ask(command: string): Promise<{ turn_id: string; request_id: string }> {
  const wire = await home.connect();
  const events = await wire.follow({ event_types: ["HumanRequestQueued"] });
  const sent = await wire.ask("SendMessage", {
    po_name: "assistant",
    message: `/shell ${command}`,
    settings: { model: "offline/guide" },
  });
  const turn_id = String(sent.turn_id);
  const { payload } = await events.until("the question", (frame) => {
    return frame.type === "event" && frame.payload?.turn_id === turn_id;
  });
  wire.close();
  return { turn_id, request_id: String(payload?.request_id) };
}

const listed = async (...args: string[]) =>
  JSON.parse((await home.run([...args, "--json"])).stdout) as Record<string, unknown[]>;

describe("jamey inbox", () => {
  test("goes through what waits: the whole call is shown, one key answers, a rule is kept", async () => {
    await ask("echo first");
    await ask("echo second");
    const terminal = openTerminal("inbox");
    await terminal.until("echo first");
    await terminal.until("[l]ater? ");
    terminal.type("r echo *\r");
    await terminal.until("echo second");
    await terminal.until("[l]ater? ");
    terminal.type("l\r");
    expect(await terminal.child.exited).toBe(0);
    expect(terminal.screen()).toContain(`in ${home.workspace}`);
    const { rules } = await listed("rules", "list");
    expect(rules).toMatchObject([{ po_name: "assistant", tool: "shell", match: "echo *" }]);
    const { requests } = await listed("inbox");
    expect(requests).toMatchObject([{ question: "May assistant use shell: echo second" }]);
    const [left] = requests as { request_id: string }[];
    expect((await home.run(["requests", "deny", left?.request_id ?? ""])).code).toBe(0);
    const run = await home.run(["-p", "/shell echo third", "--on-ask", "fail"]);
    expect([run.code, run.stdout.includes("third")]).toEqual([0, true]);
    const [rule] = rules as { rule_id: string }[];
    expect((await home.run(["rules", "remove", rule?.rule_id ?? ""])).code).toBe(0);
    expect((await home.run(["-p", "/shell echo third", "--on-ask", "fail"])).code).toBe(3);
  });

  /** Presses one key at the question, and waits for the end. */
  async function press(key: string, command: string) {
    const { turn_id } = await ask(command);
    const terminal = openTerminal("inbox");
    await terminal.until("[l]ater? ");
    terminal.type(key);
    expect(await terminal.child.exited).toBe(0);
    return turn_id;
  }

  const ended = async (turn_id: string) => {
    const wire = await home.connect();
    const run = await wire.ask("WaitForTurn", { turn_id });
    wire.close();
    return run;
  };

  test("takes single keys, without Enter: yes and no, for the session and as a rule, and later", async () => {
    expect((await ended(await press("y", "echo yes"))).response).toContain("yes");
    expect((await ended(await press("s", "echo again"))).denials).toEqual([]);
    expect((await ended(await press("n", "echo no"))).denials).toMatchObject([{ tool: "shell" }]);
    expect((await ended(await press("r", "echo ruled"))).denials).toEqual([]);
    const { rules } = await listed("rules", "list");
    const [rule] = rules as { rule_id: string; match: string }[];
    expect(rule?.match).toBe("echo ruled");
    await home.run(["rules", "remove", rule?.rule_id ?? ""]);
    await press("l", "echo later");
    const { requests } = await listed("inbox");
    expect(requests).toMatchObject([{ question: "May assistant use shell: echo later" }]);
    const [left] = requests as { request_id: string }[];
    expect((await home.run(["requests", "deny", left?.request_id ?? ""])).code).toBe(0);
  });

  test("takes no key that was pressed before the question was there, and no paste for a key", async () => {
    const { turn_id } = await ask("echo guarded");
    const terminal = openTerminal("inbox");
    terminal.type("y");
    await terminal.until("[l]ater? ");
    terminal.type("yesterday");
    terminal.type("\r");
    await terminal.until("One key, without Enter");
    await terminal.until("[l]ater? ");
    terminal.type("N because of this\r");
    expect(await terminal.child.exited).toBe(0);
    const { denials, session_id } = await ended(turn_id);
    expect(denials).toMatchObject([{ tool: "shell" }]);
    const { stdout } = await home.run(["sessions", "show", String(session_id)]);
    expect(stdout).toContain("because of this");
  });

  test("takes nothing more from a word whose first key has answered: 'n yes' denies one and approves none", async () => {
    const first = await ask("echo one");
    const second = await ask("echo two");
    const terminal = openTerminal("inbox");
    await terminal.until("[l]ater? ");
    terminal.type("n");
    await terminal.until("echo two");
    for (const key of " yes") terminal.type(key);
    await terminal.until("[l]ater? ");
    terminal.type("l");
    expect(await terminal.child.exited).toBe(0);
    expect((await ended(first.turn_id)).denials).toMatchObject([{ tool: "shell" }]);
    const { requests } = await listed("inbox");
    expect(requests).toMatchObject([{ question: "May assistant use shell: echo two" }]);
    expect((await home.run(["requests", "deny", second.request_id])).code).toBe(0);
  });

  test("speaks the same keys in a run: one key answers, and the next question takes none of the word", async () => {
    const script = join(home.workspace, "asks.yml");
    const call = (command: string) => ({ name: "shell", args: { command } });
    const asking = { tool_calls: [call("touch run-1"), call("touch run-2")] };
    writeFileSync(script, JSON.stringify([asking, { text: "Done." }]));
    const terminal = openTerminal("-p", "go", "--raw", "--model", `scripted/${script}`);
    await terminal.until("[l]ater? ");
    terminal.type("n");
    await terminal.until("touch run-2");
    for (const key of " yes") terminal.type(key);
    await terminal.until("[l]ater? ");
    terminal.type("y");
    await terminal.until("Done.");
    expect(await terminal.child.exited).toBe(3);
    const made = [1, 2].map((at) => existsSync(join(home.workspace, `run-${at}`)));
    expect(made).toEqual([false, true]);
  });

  test("no longer asks what somebody else has answered", async () => {
    const { request_id } = await ask("echo elsewhere");
    const terminal = openTerminal("inbox", "--follow");
    await terminal.until("[l]ater? ");
    expect((await home.run(["requests", "approve", request_id])).code).toBe(0);
    await terminal.until("(no longer asked)");
    const { turn_id } = await ask("echo later");
    await terminal.until("echo later");
    await terminal.until("[l]ater? ");
    terminal.type("n too late\r");
    const wire = await home.connect();
    expect((await wire.ask("WaitForTurn", { turn_id })).denials).toMatchObject([{ tool: "shell" }]);
    wire.close();
    terminal.child.kill("SIGTERM");
    await terminal.child.exited;
  });

  test("is asked before a kill of the daemon, and answered after it", async () => {
    const { turn_id } = await ask("echo survived");
    process.kill(home.daemonPid(), "SIGKILL");
    const terminal = openTerminal("inbox");
    await terminal.until("[l]ater? ");
    terminal.type("y\r");
    expect(await terminal.child.exited).toBe(0);
    const wire = await home.connect();
    const run = await wire.ask("WaitForTurn", { turn_id });
    wire.close();
    expect(String(run.response)).toContain("survived");
  });
});

test("files that change while the daemon is dead wake their object at the next start, once", async () => {
  const environment = join(home.folder, "jamey/data/environments/default");
  mkdirSync(join(environment, "inbox"), { recursive: true });
  const text =
    "---\nname: watcher\nmodel: offline/guide\nwake:\n  - {watch: 'inbox/*.txt', message: read it}\n---\nYou watch.\n";
  const wire = await home.connect();
  const added = await wire.follow({ event_types: ["ScheduleAdded"] });
  await wire.ask("CreatePO", { text });
  await added.until("the schedule", ({ type }) => type === "event");
  wire.close();
  process.kill(home.daemonPid(), "SIGKILL");
  writeFileSync(join(environment, "inbox", "a.txt"), "one");
  const { schedules } = await listed("schedules", "list");
  expect(schedules).toMatchObject([{ po_name: "watcher", kind: "watch", state: "active" }]);
  const after = await home.connect();
  const delivered = await after.follow({ event_types: ["WakeDelivered"], after: 0 });
  await delivered.until("the wake", ({ type }) => type === "event");
  const { sessions } = await after.ask("ListSessions", { po_name: "watcher" });
  expect((sessions as unknown[]).length).toBe(1);
  after.close();
  const [schedule] = schedules as { schedule_id: string }[];
  const named = schedule?.schedule_id ?? "";
  expect((await home.run(["schedules", "pause", "watcher"])).stdout).toBe(`Paused ${named}.\n`);
  expect((await home.run(["schedules", "resume", named])).stdout).toBe(`Resumed ${named}.\n`);
  expect((await home.run(["schedules", "run", named])).stdout).toBe(
    `Woken by ${named}: jamey sessions list\n`,
  );
});
