// The edges of a run: keys before the first frame, an editor that fails, a terminal that is closed.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { openHome } from "../support/home.ts";
import { IN_USE, isRestored, openInterface, READY } from "../support/interface-run.ts";

test("what is typed before the first frame stands in the composer, and is not sent", async () => {
  await using home = await openHome();
  await using run = openInterface(home);
  run.type("too early\r");
  await run.shows("› too early");
  await run.shows("f1 help");
  expect(run.screen.text()).not.toContain("❯ too early");
});

describe("an editor", () => {
  test.each([
    ["that is not there", "/nowhere/editor", "ended with 127"],
    ["that fails", '#!/bin/sh\nprintf lost > "$1"\nexit 3\n', "ended with 3"],
  ])("%s changes nothing, says so on the terminal, and gives it back", async (_, given, said) => {
    await using home = await openHome();
    const script = `${home.folder}/editor`;
    if (given.startsWith("#!")) {
      await Bun.write(script, given);
      chmodSync(script, 0o755);
    }
    const EDITOR = given.startsWith("#!") ? script : given;
    await using run = openInterface(home, { variables: { EDITOR } });
    await run.shows(READY);
    run.type("my draft");
    await run.shows("› my draft");
    run.type("\u0007");
    await run.shows("[Enter: back to jamey]");
    const told = run.screen.text().replace(/\n/g, "");
    expect(told).toContain(said);
    expect(told).toContain("your text is kept in");
    expect(run.screen.modes()).toEqual([]);
    run.type("\r");
    await run.until("the interface", ({ modes }) => modes().join() === IN_USE.join());
    await run.shows("› my draft");
    run.type("\u0015/quit\r");
    await run.shows("ended with 0");
    await isRestored(home, run);
  });
});

test("a terminal that is closed ends it, and the draft is there in the next one", async () => {
  await using home = await openHome();
  const holder = Bun.spawn({
    cmd: [
      process.execPath,
      join(import.meta.dir, "..", "support", "held-terminal.ts"),
      home.binary,
    ],
    cwd: home.workspace,
    env: { ...home.variables, TERM: "xterm-256color" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [told, written] = [holder.stderr.getReader(), holder.stdout.getReader()];
  const pid = Number(new TextDecoder().decode((await told.read()).value));
  const seen = async (text: string): Promise<void> => {
    const decoder = new TextDecoder();
    for (let read = ""; !read.includes(text); ) {
      const { value, done } = await written.read();
      if (done) throw new Error(`'${text}' was never written:\n${read}`);
      read += decoder.decode(value, { stream: true });
    }
  };
  await seen(READY);
  // One input, so that its letters are drawn together.
  holder.stdin.write("\u001b[200~half a thought\u001b[201~");
  holder.stdin.flush();
  await seen("thought");
  holder.kill("SIGKILL");
  await holder.exited;
  await ended(pid);
  await using again = openInterface(home);
  await again.shows("› half a thought");
});

async function ended(pid: number): Promise<void> {
  for (let looks = 0; looks < 1500; looks += 1) {
    const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
    if (/^\s*(?:Z.*)?$/.test(stdout.toString())) return;
    await Bun.sleep(10);
  }
  throw new Error(`process ${pid} is still there`);
}
