// `jamey replay --step` on a terminal, and what is said of tests that cannot be played.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli } from "../support/run-cli.ts";

const home = realpathSync(temporaryHome());
const TIMEOUT_MS = 60_000;

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
}, TIMEOUT_MS);

test(
  "a terminal goes through a session with keys: next, previous, jump, whole step, state",
  async () => {
    await runCli(["sessions", "new", "--session-id", "walked-one"], { home });
    await runCli(["run", "-q", "-r", "walked-one", "/say first\nsecond"], { home });
    const told = await runCli(["replay", "walked-one", "--json"], { home });
    const { steps } = JSON.parse(told.stdout) as { steps: { seq: number; event_type: string }[] };
    const last = steps.length;
    const seqOf = (type: string) => steps.findLast((step) => step.event_type === type)?.seq ?? 0;
    const terminal = openTerminal(["replay", "walked-one", "--step"], { home });
    await terminal.until("SessionCreated");
    terminal.type("n");
    await terminal.until("MessageQueued");
    terminal.type("p");
    await terminal.until(`[1/${last}]`);
    terminal.type("p");
    await terminal.until("This is the first step.");
    terminal.type(`g${seqOf("MessageAdded")}\r`);
    await terminal.until("assistant: first");
    terminal.type("d");
    await terminal.until("assistant:\r\nfirst");
    terminal.type("s");
    await terminal.until("Session walked-one of assistant after event");
    await terminal.until("user: /say first");
    terminal.type("q");
    expect(await terminal.child.exited).toBe(0);
    const piped = await runCli(["replay", "walked-one", "--step"], { home });
    expect([piped.code, piped.stderr]).toEqual([
      2,
      "jamey: --step needs a terminal to show it and to press keys in.\n",
    ]);
  },
  TIMEOUT_MS,
);

test(
  "no test is played for an agent's process, in an environment that is not trusted, or where there is none",
  async () => {
    await runCli(["env", "create", "team"], { home });
    const none = await runCli(["test", "--env", "team"], { home });
    expect(none.stderr).toContain("has no tests");
    const folder = join(home, "data/environments/team");
    mkdirSync(join(folder, "tests"));
    writeFileSync(join(folder, "tests/a.yml"), "message: Hi.\nscript: [{ text: Hello. }]\n");
    const played = await runCli(["test", "--env", "team"], { home });
    expect([played.code, played.stdout]).toEqual([0, "1 passed, 0 failed\n"]);
    const variables = { JAMEY_CALL_ID: "k1" };
    const agent = await runCli(["test", "--env", "team"], { home, variables });
    expect(agent.stderr).toContain("This is for humans");
    mkdirSync(join(folder, ".state"), { recursive: true });
    writeFileSync(join(folder, ".state/untrusted"), "{}\n");
    const untrusted = await runCli(["test", "--env", "team"], { home });
    expect([untrusted.code === 0, untrusted.stderr.includes("not trusted")]).toEqual([false, true]);
  },
  TIMEOUT_MS,
);
