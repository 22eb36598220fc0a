// Questions in a terminal: what was typed before one was shown is no answer to it, and a process that is
// ended in the middle leaves the terminal as it was.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli } from "../support/run-cli.ts";

const home = temporaryHome();
const script = join(home, "answers.yml");
const variables = { JAMEY_MODEL: `scripted/${script}` };
const call = (command: string) => ({ name: "shell", args: { command } });
const CHOICES = "[y]es once, [s]ession, [r]ule, [n]o, [l]ater? ";

beforeAll(() => {
  const both = (name: string) => [
    { when: name, tool_calls: [call(`touch ${name}-1`), call(`touch ${name}-2`)] },
    { when: name, text: "Done." },
  ];
  const secret = { name: "ask_human", args: { question: "Key?", kind: "secret", name: "A_KEY" } };
  writeFileSync(
    script,
    JSON.stringify([
      ...both("shot"),
      ...both("chat"),
      { when: "secret", tool_calls: [secret], repeat: true },
    ]),
  );
});

const terminals: ReturnType<typeof openTerminal>[] = [];
function terminal(...args: string[]) {
  const opened = openTerminal(args, { home, variables });
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
  rmSync(home, { recursive: true, force: true });
});

const made = (name: string) => [1, 2].map((at) => existsSync(join(home, `${name}-${at}`)));

test("an answer typed twice at the first question of a one-shot answers only that", async () => {
  const opened = terminal("-p", "shot both", "--raw");
  await opened.until(CHOICES);
  opened.type("y\ny\ny");
  await opened.until("touch shot-2");
  await opened.until(CHOICES);
  opened.type("n\n");
  await opened.until("denied shell");
  expect([await opened.child.exited, made("shot")]).toEqual([3, [true, false]]);
});

test("an answer typed twice at the first question of a chat answers only that", async () => {
  const opened = terminal("chat");
  await opened.until("> ");
  opened.type("chat both\r");
  await opened.until(CHOICES);
  opened.type("y\ry\ry");
  await opened.until("touch chat-2");
  await opened.until(CHOICES);
  opened.type("n\r");
  await opened.until("Done.");
  await opened.until("> ");
  opened.type("::quit\r");
  expect([await opened.child.exited, made("chat")]).toEqual([0, [true, false]]);
});

test("a second Ctrl-C at a secret question leaves a terminal that shows what is typed", async () => {
  const opened = terminal("-p", "secret", "--raw", "-vv");
  await opened.until("\u001b]9;4;3;0\u0007");
  await opened.until("Key?");
  await opened.until("? ");
  const shows = () => ((opened.child.terminal?.localFlags ?? 0) & ECHO) !== 0;
  const hidden = shows();
  // Stopped, the daemon cannot say how the turn ended: the first one waits for that.
  const { pid } = JSON.parse((await runCli(["daemon", "status", "--json"], { home })).stdout);
  process.kill(pid, "SIGSTOP");
  try {
    opened.child.kill("SIGINT");
    await opened.until("→ CancelTurn");
    opened.child.kill("SIGINT");
    await opened.until("\u001b]9;4;0;0\u0007");
    await opened.child.exited;
  } finally {
    process.kill(pid, "SIGCONT");
  }
  expect([hidden, shows(), opened.child.signalCode]).toEqual([false, true, "SIGINT"]);
});

/** As <termios.h> has it. */
const ECHO = process.platform === "darwin" ? 0x8 : 0o10;
